"""Fees on an order as a whole."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.models import CHANNELS
from core.texts.translated import TranslatedField, in_language


@audited(
    "name", "currency", "amount", "below", "channel", "country", "tax_category", "starts_at", "ends_at",
)  # fmt: skip
class Fee(models.Model):
    """
    What every order costs besides its goods, or every small one: for handling, for packing.

    amount: minor units. below: value of the goods, in minor units, from which it is not charged; it is at most what the
    goods lack of that. country: where goods are supplied. tax_category: without one it has the rates of its goods.
    """

    name = TranslatedField(_("name"), help_text=_("Shoppers read it in the cart and on the receipt."))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount in minor units"))
    below = models.BigIntegerField(
        _("only below, in minor units"), null=True, blank=True,
        help_text=_("Charged only while the goods cost less than this. It is never more than what is missing to it."),
    )  # fmt: skip
    channel = models.CharField(
        _("channel"), max_length=10, choices=[pair for pair in CHANNELS if pair[0] != "system"], blank=True,
        help_text=_("Empty for every channel."),
    )  # fmt: skip
    country = models.CharField(
        _("country"), max_length=2, blank=True,
        help_text=_("Two letters, like DE: where the goods are supplied. Empty for every country."),
    )  # fmt: skip
    tax_category = models.ForeignKey(
        "inventory.TaxCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("tax category of the fee"),
        help_text=_("Empty where a fee has the rates of its goods, as in the European Union."),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)

    class Meta:
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="fee_is_positive",
                violation_error_message=_("A fee is more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(below__isnull=True) | Q(below__gt=0),
                name="fee_is_charged_below_something",
                violation_error_message=_("Nothing is worth less than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"),
                name="fee_country_has_two_letters",
                violation_error_message=_("Enter the country as two capital letters, like DE."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="fee_ends_after_start",
                violation_error_message=_("The end must be later than the start."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or str(self.pk)
