"""Visit events that were accepted, and the people whom devices belong to."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitMessage(models.Model):
    """
    An accepted visit event, stored so that a repeated one is not counted again.

    The visit event itself is a journal entry; this row stores only its id for a while.
    """

    sender = models.CharField(
        _("sender"), max_length=80, help_text=_("The customer or visitor who chose the message ids.")
    )
    message_id = models.CharField(_("message id"), max_length=80)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("visit message")
        verbose_name_plural = _("visit messages")
        constraints = [
            models.UniqueConstraint(fields=["sender", "message_id"], name="visit_message_once_per_sender"),
        ]
        indexes = [models.Index(fields=["received_at"], name="visit_message_age")]

    def __str__(self) -> str:
        return f"{self.sender} {self.message_id}"


class VisitorLink(models.Model):
    """
    A device's key whose visits belong to a person: those that nobody was signed in for, from since until linked_at.

    A device that several people use leads each to the visits before their own sign-in, back to the one before it.
    """

    visitor = models.CharField(_("visitor"), max_length=80, db_index=True)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.CASCADE, related_name="+", verbose_name=_("customer")
    )
    since = models.DateTimeField(_("since"), null=True)
    linked_at = models.DateTimeField(_("linked at"))

    class Meta:
        verbose_name = _("visitor of a customer")
        verbose_name_plural = _("visitors of customers")

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.linked_at:%Y-%m-%d %H:%M}"
