"""The demo shop's unsent messages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# What the demo's own backends store (omnistore/engagement/senders/mailbox.py).
MEDIA = [("email", _("E-mail")), ("sms", _("SMS"))]


class MailboxMessage(models.Model):
    """An e-mail or text that a demo shop stored instead of sending; shown at /mailbox/."""

    medium = models.CharField(_("medium"), max_length=10, choices=MEDIA)
    recipient = models.CharField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("mailbox message")
        verbose_name_plural = _("mailbox messages")
        indexes = [models.Index(fields=["recipient", "-id"], name="mailbox_of_recipient")]

    def __str__(self) -> str:
        return f"{self.medium} to {self.recipient}"
