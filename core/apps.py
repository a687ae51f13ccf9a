from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from core.data import rebasing, sql


class CoreConfig(AppConfig):
    """The floor: money, errors, the journal, idempotency; it knows no business."""

    name = "core"
    verbose_name = _("Journal")

    def ready(self) -> None:
        autodiscover_modules("invariants", "handlers")
        pre_migrate.connect(_allow_long_thought, sender=self)
        post_migrate.connect(_take_over_journal, sender=self)


def _allow_long_thought(**signal: Any) -> None:
    # Between two statements of a migration Django makes its models anew, which takes a busy machine longer than an idle
    # transaction may last in this shop.
    sql.execute("SET idle_in_transaction_session_timeout = 0", {})


def _take_over_journal(**signal: Any) -> None:
    # Whoever restores a dump migrates before the shop opens: the one moment at which nobody writes.
    rebasing.rebase_after_migrating()
