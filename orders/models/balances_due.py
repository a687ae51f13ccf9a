"""The balance due of orders."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BalanceDueEntry(models.Model):
    """
    One change of the balance due of an order, in minor units of its currency; the balance due is their sum.

    Nobody changes or deletes an entry. A payment is money, and an amount due is not: paying it creates a payment, and
    an entry here that reduces the balance.
    """

    PLACED, AUTHORISATION_LOST = "placed", "authorisation_lost"
    PAID, CANCELLED, FAILED = "paid", "cancelled", "failed"
    KINDS = [
        (PLACED, _("To be paid in the store")),
        (AUTHORISATION_LOST, _("Authorisation lost")),
        (PAID, _("Paid")),
        (CANCELLED, _("Cancelled")),
        (FAILED, _("Payment failed")),
    ]
    # The tender with which a shopper chooses to pay later; no payment is ever created with it.
    METHOD = ("pay_in_store", _("Pay in the store"))

    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="balance_due_entries", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    amount = models.BigIntegerField(_("change"))
    occurred_at = models.DateTimeField(_("occurred at"))

    class Meta:
        verbose_name = _("amount due")
        verbose_name_plural = _("amounts due")
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind__in=("placed", "authorisation_lost")) & Q(amount__gt=0))
                | (Q(kind__in=("paid", "cancelled", "failed")) & Q(amount__lt=0)),
                name="balance_due_entry_adds_or_takes_off_by_its_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.amount}"
