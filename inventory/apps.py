from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    """Products, prices, locations and stock."""

    name = "inventory"
    verbose_name = _("Goods, stores and stock")

    def ready(self) -> None:
        post_migrate.connect(_index_names, sender=self)
        # Runs with each migration, and so at each start; by itself: manage.py check --database default.
        register(_compare_time_zones, Tags.database)


def _index_names(**signal: Any) -> None:
    # Languages are added in the settings, which no migration can know in advance.
    from inventory.services.languages import index_names

    index_names()


def _compare_time_zones(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    from inventory.queries.time_zones import find_zone_differences

    if not databases:
        return []
    hint = "Bring the older of the two up to date: the package tzdata, or the zones that PostgreSQL uses."
    return [Warning(words, hint=hint, id="inventory.W001") for words in find_zone_differences(now=timezone.now())]
