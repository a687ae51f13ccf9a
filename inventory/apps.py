from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    """What is sold, for how much, and where it lies."""

    name = "inventory"
    verbose_name = _("Goods, stores and stock")

    def ready(self) -> None:
        post_migrate.connect(_index_names, sender=self)


def _index_names(**signal: Any) -> None:
    # A language is added in the settings, which no migration can know beforehand.
    from inventory.services.languages import index_names

    index_names()
