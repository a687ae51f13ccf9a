"""Deposits on containers: what a bottle or a crate costs beside the drink, until it comes back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.translated import TranslatedField, in_language


@audited("code", "name")
class Deposit(models.Model):
    """A kind of deposit: a one-way bottle, a crate of beer. Variants say which one they bear."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"))

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")

    def __str__(self) -> str:
        return in_language(self.name) or self.code


@audited("deposit", "country", "currency", "amount", "bears_tax")
class DepositAmount(models.Model):
    """
    What a deposit is where goods are supplied in a country; where it has no amount, none is charged.

    bears_tax: it is part of what is paid for the goods, and taxed as they are; a member state of the European Union may
    decide either way (2006/112/EC, article 92).
    """

    deposit = models.ForeignKey(
        Deposit, on_delete=models.CASCADE, related_name="amounts", verbose_name=_("deposit"), db_index=False
    )
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters, like DE."))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount in minor units"))
    bears_tax = models.BooleanField(
        _("taxed like its goods"), default=True,
        help_text=_("As in Germany and Sweden. Not where the law leaves deposits out of the taxed amount."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("amount of a deposit")
        verbose_name_plural = _("amounts of deposits")
        constraints = [
            models.UniqueConstraint(
                fields=["deposit", "country", "currency"],
                name="deposit_amount_one_per_country_and_currency",
                violation_error_message=_("This deposit has an amount in this country and currency already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="deposit_amount_is_positive",
                violation_error_message=_("A deposit is more than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="deposit_amount_country_has_two_letters",
                violation_error_message=_("Enter the country as two capital letters, like DE."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.country}: {self.amount} {self.currency}"
