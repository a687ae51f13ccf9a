from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from core import rebasing


class CoreConfig(AppConfig):
    """The floor: money, errors, the journal, idempotency; it knows no business."""

    name = "core"
    verbose_name = _("Journal")

    def ready(self) -> None:
        autodiscover_modules("invariants", "handlers")
        post_migrate.connect(_take_over_journal, sender=self)


def _take_over_journal(**signal: Any) -> None:
    # Whoever restores a dump migrates before the shop opens: the one moment at which nobody writes.
    rebasing.rebase_after_migrating()
