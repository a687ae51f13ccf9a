"""Shipping rates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.audit import audited


@audited("currency", "amount", "free_from", "tax_category")
class ShippingRate(models.Model):
    """
    The flat price of shipping an order in one currency; a currency without a rate ships free.

    amount: minor units. free_from: value of the shipped goods, in minor units, from which shipping is free.
    tax_category: where the law has a rate for shipping itself; without one shipping has the rates of its goods.
    """

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    amount = models.BigIntegerField(_("amount in minor units"))
    free_from = models.BigIntegerField(_("free from, in minor units"), null=True, blank=True)
    tax_category = models.ForeignKey(
        "inventory.TaxCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("tax category of shipping"),
        help_text=_("Empty where shipping has the rates of its goods, as in the European Union."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("shipping rate")
        verbose_name_plural = _("shipping rates")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="shipping_rate_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
