from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    """Products, prices, locations and stock."""

    name = "inventory"
    verbose_name = _("Goods, stores and stock")

    def ready(self) -> None:
        post_migrate.connect(_index_names, sender=self)


def _index_names(**signal: Any) -> None:
    # Languages are added in the settings, which no migration can know in advance.
    from inventory.services.languages import index_names

    index_names()
