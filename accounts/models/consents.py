"""Consents to messages."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import CHANNELS

MEDIA = [("email", _("E-mail")), ("sms", _("SMS")), ("push", _("Push")), ("phone", _("Phone")), ("post", _("Post"))]
PURPOSES = [("marketing", _("Offers and news")), ("surveys", _("Surveys")), ("reminders", _("Cart reminders"))]


class Consent(models.Model):
    """
    One decision about one medium and purpose, with where and how it was made.

    Append-only: the newest row of a medium and purpose is in force, the older ones are the proof.
    """

    customer = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.PROTECT,
        related_name="consents",
        verbose_name=_("customer"),
        db_index=False,
    )
    medium = models.CharField(_("medium"), max_length=10, choices=MEDIA)
    purpose = models.CharField(_("purpose"), max_length=20, choices=PURPOSES)
    is_given = models.BooleanField(_("given"))
    channel = models.CharField(_("channel"), max_length=40, choices=CHANNELS)
    store = models.CharField(_("store"), max_length=40, blank=True)
    staff = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("staff")
    )
    text_version = models.CharField(_("text version"), max_length=40)
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(fields=["customer", "medium", "purpose", "-id"], name="consent_in_force"),
        ]

    def __str__(self) -> str:
        words = {"purpose": self.get_purpose_display(), "medium": self.get_medium_display()}
        if self.is_given:
            return gettext("Allowed: %(purpose)s (%(medium)s)") % words
        return gettext("Declined: %(purpose)s (%(medium)s)") % words
