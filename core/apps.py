from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from core import sweeping
from core.data import rebasing, sql
from core.web import metrics


class CoreConfig(AppConfig):
    """The base layer: money, errors, the journal, idempotency; it contains no business rules."""

    name = "core"
    verbose_name = _("Journal")

    def ready(self) -> None:
        # All events before the first handler: a handler may ask which events there are.
        autodiscover_modules("events", "invariants")
        autodiscover_modules("handlers")
        metrics.figures["unfinished_work_older_than_an_hour"] = sweeping.count_old
        pre_migrate.connect(_allow_long_thought, sender=self)
        post_migrate.connect(_take_over_journal, sender=self)


def _allow_long_thought(**signal: Any) -> None:
    # Between two statements of a migration Django renders its models again, which on a busy machine takes longer than
    # the shop's limit for an idle transaction.
    sql.execute("SET idle_in_transaction_session_timeout = 0", {})


def _take_over_journal(**signal: Any) -> None:
    # A restored dump is migrated before the shop opens: only then does nobody write.
    rebasing.rebase_after_migrating()
