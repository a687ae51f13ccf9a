"""What things cost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.audit import audited


@audited("variant", "currency", "amount")
class Price(models.Model):
    """The price of a variant in one currency, the same on every channel. amount: minor units, tax included."""

    variant = models.ForeignKey("inventory.Variant", on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount in minor units"))
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency"], name="price_one_per_variant_and_currency"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="price_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.amount} {self.currency}"
