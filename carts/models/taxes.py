"""Tax zones and rates. The rules that read them are in carts/rules/taxes.py."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.translated import TranslatedField, in_language


@audited("code", "name", "country", "region", "postcode_prefixes", "is_included")
class TaxZone(models.Model):
    """
    Places with the same taxes: a country, a region of it, or postcodes with the same beginning.

    is_included: prices include the tax; otherwise it is added. Of the zones that match, the most specific wins.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"))
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters, like DE."))
    region = models.CharField(
        _("state or province"), max_length=200, blank=True, help_text=_("As in addresses; empty for all of them.")
    )
    postcode_prefixes = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name=_("beginnings of postcodes"),
        help_text=_("Separated by commas; empty for all of them."),
    )  # fmt: skip
    is_included = models.BooleanField(_("tax is in the price"), default=True)

    class Meta:
        verbose_name = _("tax zone")
        verbose_name_plural = _("tax zones")
        constraints = [
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="tax_zone_country_has_two_letters",
                violation_error_message=_("Enter the country as two capital letters, like DE."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or self.code


@audited("zone", "category", "basis_points", "starts_date", "ends_date")
class TaxRate(models.Model):
    """
    The tax rate of a category in a zone, from one day until another (excluded) or without an end.

    basis_points: 1900 is 19 %. Two rates of one zone and category never apply on the same day.
    """

    zone = models.ForeignKey(TaxZone, on_delete=models.CASCADE, related_name="rates", verbose_name=_("tax zone"))
    category = models.ForeignKey(
        "inventory.TaxCategory", on_delete=models.PROTECT, related_name="+", verbose_name=_("tax category")
    )
    basis_points = models.PositiveIntegerField(_("rate in hundredths of a percent"), help_text=_("1900 is 19 %."))
    starts_date = models.DateField(_("from"))
    ends_date = models.DateField(_("until (excluded)"), null=True, blank=True)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.CheckConstraint(
                condition=Q(basis_points__lte=10_000),
                name="tax_rate_at_most_everything",
                violation_error_message=_("A rate is at most 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(ends_date__isnull=True) | Q(ends_date__gt=F("starts_date")),
                name="tax_rate_ends_after_start",
                violation_error_message=_("The end must be later than the start."),
            ),
            ExclusionConstraint(
                name="tax_rate_one_at_a_time",
                expressions=[
                    ("zone", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    (Func("starts_date", "ends_date", function="daterange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_(
                    "Another rate of this zone and category is already valid on some of these days."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone_id}/{self.category_id}: {self.basis_points / 100:g} %"

    def clean(self) -> None:
        # Looked at before the exclusion constraint, which cannot compare days in the wrong order.
        if self.starts_date and self.ends_date and self.ends_date <= self.starts_date:
            raise ValidationError({"ends_date": _("The end must be later than the start.")})
