"""The floor's tables: the journal, where its readers stand, and answers kept for repeated requests."""

from django.db import models
from django.db.models import Q


class JournalEntry(models.Model):
    """
    One thing that happened. The same rows are a person's timeline and the outbox that handlers read.

    The table is partitioned by month of occurred_at and append-only (migration 0001); xid is the writing
    transaction, by which readers know what may still commit below a position. The payload holds ids and figures,
    never free text about a person.
    """

    xid = models.BigIntegerField(editable=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    customer_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=40)
    store = models.CharField(max_length=40, blank=True)
    actor_id = models.BigIntegerField(null=True, help_text="The member of staff who did it.")
    ref = models.CharField(max_length=80, blank=True, help_text="By what people find the subject.")
    payload = models.JSONField(default=dict)

    class Meta:
        db_table = "core_journal"
        verbose_name_plural = "journal entries"

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}".strip()


class HandlerPosition(models.Model):
    """How far a handler has read the journal: everything up to (xid, entry_id) is behind it."""

    handler = models.CharField(max_length=120, primary_key=True)
    xid = models.BigIntegerField(default=0)
    entry_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.handler} at {self.xid}/{self.entry_id}"


class Redelivery(models.Model):
    """An entry that a handler failed on: tried again with growing pauses, then dead until staff replay it."""

    handler = models.CharField(max_length=120)
    entry_id = models.BigIntegerField()
    entry_occurred_at = models.DateTimeField(help_text="Finds the entry's partition.")
    attempts = models.PositiveIntegerField(default=1)
    next_attempt_at = models.DateTimeField(null=True, help_text="Empty when given up: a dead letter.")
    error = models.TextField()
    failed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "redeliveries"
        constraints = [
            models.UniqueConstraint(fields=["handler", "entry_id"], name="redelivery_once_per_handler_and_entry"),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="redelivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.handler}: entry {self.entry_id}, attempt {self.attempts}"

    @property
    def is_dead(self) -> bool:
        return self.next_attempt_at is None


class IdempotentAnswer(models.Model):
    """The answer to a request that may be sent twice; written in the transaction of the work it answers for."""

    scope = models.CharField(max_length=200, help_text="Who asked, and what: actor, method and path.")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty while the first request is at work.")
    body = models.BinaryField(default=bytes)
    locked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="idempotent_answer_once_per_key"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="idempotent_answer_expiry")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
