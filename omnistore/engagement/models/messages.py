"""Messages to people."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """
    One message to one recipient by one medium, about one entry of the journal.

    queued: waits for its first or next attempt. sending: claimed by a worker that has not reported back; if it never
    does, nobody knows whether the text was sent: it is sent once more, and counts as failed if that is interrupted too.
    failed: staff may send it again. interruptions: how many workers died while sending it.
    """

    QUEUED, SENDING, SENT, FAILED = "queued", "sending", "sent", "failed"
    STATES = [(QUEUED, _("Queued")), (SENDING, _("Being sent")), (SENT, _("Sent")), (FAILED, _("Failed"))]

    event_id = models.BigIntegerField(_("journal entry"))
    kind = models.CharField(_("kind"), max_length=40)
    medium = models.CharField(_("medium"), max_length=20)
    recipient = models.CharField(_("recipient"), max_length=254)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.SET_NULL, null=True, related_name="messages", verbose_name=_("customer")
    )
    ref = models.CharField(_("number"), max_length=80, blank=True, help_text=_("Of the order or other subject."))
    language = models.CharField(_("language"), max_length=8)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    interruptions = models.PositiveSmallIntegerField(_("interruptions"), default=0, db_default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"))
    claimed_at = models.DateTimeField(_("taken at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "medium", "recipient"], name="message_once_per_entry_medium_and_recipient"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_has_its_time"
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="message_due"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="message_being_sent"),
            models.Index(fields=["created_at"], condition=Q(state="failed"), name="message_failed"),
            models.Index(fields=["ref"], condition=~Q(ref=""), name="message_by_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}".strip()
