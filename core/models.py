"""The base layer's tables: the journal, its readers' positions, answers to repeated requests, and unfinished work."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# A partner that sells through the API is recorded, and shown, as partner:<name>.
CHANNELS = [("web", _("Web")), ("app", _("App")), ("till", _("Till")), ("system", _("System"))]


class JournalEntry(models.Model):
    """
    One event. The same rows are a person's timeline and the outbox that handlers read.

    The table is partitioned by month of occurred_at and append-only (migration 0001_journal). xid is the writing
    transaction; from it readers know what may still commit below a position. The payload holds ids and figures, never
    free text about a person.
    """

    xid = models.BigIntegerField(_("transaction"), editable=False)
    occurred_at = models.DateTimeField(_("occurred at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    kind = models.CharField(_("kind"), max_length=60)
    customer_id = models.BigIntegerField(_("customer"), null=True)
    channel = models.CharField(_("channel"), max_length=40, choices=CHANNELS)
    store = models.CharField(_("store"), max_length=40, blank=True)
    actor_id = models.BigIntegerField(_("acting person"), null=True, help_text=_("The member of staff who did it."))
    ref = models.CharField(_("concerns"), max_length=80, blank=True, help_text=_("Number or code of what it is about."))
    payload = models.JSONField(_("details"), default=dict)

    class Meta:
        db_table = "core_journal"
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}".strip()


class ConsumerOffset(models.Model):
    """How far a handler has read the journal: it has handled everything up to (xid, entry_id)."""

    handler = models.CharField(_("handler"), max_length=120, primary_key=True)
    xid = models.BigIntegerField(_("transaction"), default=0)
    entry_id = models.BigIntegerField(_("entry id"), default=0)
    moved_at = models.DateTimeField(_("moved at"), auto_now=True)

    class Meta:
        verbose_name = _("consumer offset")
        verbose_name_plural = _("consumer offsets")

    def __str__(self) -> str:
        return f"{self.handler}: {self.xid}/{self.entry_id}"


class FailedDelivery(models.Model):
    """An entry that a handler failed on: retried with growing delays, then dead until staff replay it."""

    handler = models.CharField(_("handler"), max_length=120)
    entry_id = models.BigIntegerField(_("entry id"))
    entry_occurred_at = models.DateTimeField(_("entry occurred at"), help_text=_("Finds the entry's partition."))
    attempts = models.PositiveIntegerField(_("attempts"), default=1)
    next_attempt_at = models.DateTimeField(
        _("next attempt at"), null=True, help_text=_("Empty when given up: a dead letter.")
    )
    error = models.TextField(_("error"))
    failed_at = models.DateTimeField(_("failed at"))

    class Meta:
        verbose_name = _("failed delivery")
        verbose_name_plural = _("failed deliveries")
        constraints = [
            models.UniqueConstraint(fields=["handler", "entry_id"], name="failed_delivery_once_per_handler_and_entry"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="failed_delivery_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handler}: {self.entry_id} ({self.attempts})"

    @property
    def is_dead(self) -> bool:
        return self.next_attempt_at is None


class IdempotentResponse(models.Model):
    """The answer to a request that may be sent twice; written in the transaction of the request's work."""

    scope = models.CharField(_("scope"), max_length=200, help_text=_("Who asked, and what: actor, method and path."))
    key = models.CharField(_("key"), max_length=255)
    request_hash = models.CharField(_("request hash"), max_length=64)
    status = models.SmallIntegerField(_("status"), null=True, help_text=_("Empty while the first request is running."))
    body = models.BinaryField(_("body"), default=bytes)
    locked_at = models.DateTimeField(_("locked at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("idempotent response")
        verbose_name_plural = _("idempotent responses")
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="idempotent_response_once_per_key"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="idempotent_response_expiry")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class UnfinishedWork(models.Model):
    """A row that a sweep could not do yet: tried again with growing pauses, and shown to staff (core/sweeping.py)."""

    sweep = models.CharField(_("work"), max_length=60)
    ref = models.CharField(_("concerns"), max_length=80, help_text=_("The number of the row that it is about."))
    tries = models.PositiveIntegerField(_("tries"), default=1)
    detail = models.CharField(_("reason"), max_length=500, blank=True)
    since = models.DateTimeField(_("since"))
    next_try_at = models.DateTimeField(_("next try at"))

    class Meta:
        verbose_name = _("unfinished work")
        verbose_name_plural = _("unfinished work")
        constraints = [
            models.UniqueConstraint(fields=["sweep", "ref"], name="unfinished_work_once_per_row"),
        ]

    def __str__(self) -> str:
        return f"{self.sweep} {self.ref}"
