"""What the shop gave back of the price of goods that their buyer keeps."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PriceReduction(models.Model):
    """
    A part of the price of an order line that was refunded without its goods. amount: minor units, with tax.

    units: how many units of the line were not cancelled or returned then; the amount belongs to them in equal parts.
    """

    REASONS = [
        ("goodwill", _("Goodwill")),
        ("price_match", _("A lower price elsewhere")),
        ("damaged_on_arrival", _("Damaged on arrival")),
        ("too_late", _("Came too late")),
        ("wrong_price", _("A wrong price was charged")),
        ("other", _("Another reason")),
    ]

    order_line = models.ForeignKey(
        "orders.OrderLine", on_delete=models.PROTECT, related_name="price_reductions", verbose_name=_("order line")
    )
    amount = models.BigIntegerField(_("amount"))
    units = models.PositiveIntegerField(_("units kept"))
    reason = models.CharField(_("reason"), max_length=20, choices=REASONS)
    comment = models.CharField(_("comment"), max_length=200, blank=True)
    given_by = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", verbose_name=_("given by"), db_index=False
    )
    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False
    )
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("price reduction")
        verbose_name_plural = _("price reductions")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, units__gt=0), name="price_reduction_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.order_line}"
