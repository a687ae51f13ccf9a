"""Delivery methods, their rates, and the zones they reach. The rules that read them are in carts/rules/delivery.py."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.lookups import Regex
from django.utils.translation import gettext_lazy as _

from carts.rules.delivery import NotPostcodes, stored_postcodes
from core.audit import audited
from core.texts.fields import NameField
from core.texts.translated import TranslatedField, in_language
from inventory.models.fields import CountryField

MOST_WORKING_DAYS = 60
_POSTCODES = r"^([0-9A-Z]+([.][.][0-9A-Z]+)?( [0-9A-Z]+([.][.][0-9A-Z]+)?)*)?$"


@audited("code", "name")
class DeliveryZone(models.Model):
    """Areas to which parcels cost the same."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"))

    class Meta:
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")

    def __str__(self) -> str:
        return in_language(self.name) or self.code


@audited("zone", "country", "area", "postcodes")
class DeliveryArea(models.Model):
    """A country, an area of it, or some of its postcodes. Of the areas that match, the most specific wins."""

    zone = models.ForeignKey(
        DeliveryZone, on_delete=models.CASCADE, related_name="areas", verbose_name=_("delivery zone"), db_index=False
    )
    country = CountryField(_("country"), max_length=2, help_text=_("Two letters, like DE."))
    area = NameField(
        _("state or province"), max_length=200, blank=True, help_text=_("As in addresses; empty for all of them.")
    )
    postcodes = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("postcodes"),
        help_text=_("Beginnings, like 10, or ranges, like 1010..1199, separated by commas; empty for all of them."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("delivery area")
        verbose_name_plural = _("delivery areas")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "country", "area"],
                name="delivery_area_once_in_its_zone",
                violation_error_message=_("This zone names this area already. Add the postcodes there."),
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="delivery_area_country_has_two_letters",
                violation_error_message=_("Enter the country as two capital letters, like DE."),
            ),
            models.CheckConstraint(
                condition=Regex(
                    Func("postcodes", Value(" "), function="array_to_string", output_field=models.TextField()),
                    Value(_POSTCODES),
                ),
                name="delivery_area_postcodes_in_their_one_form",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.country, self.area, ", ".join(self.postcodes))))

    def clean(self) -> None:
        """Bring the postcodes into their one form. Raises ValidationError for what is no beginning and no range."""
        try:
            self.postcodes = stored_postcodes(self.postcodes or ())
        except NotPostcodes as error:
            words = _("%(what)s is no beginning of postcodes, like 10, and no range of them, like 1010..1199.")
            raise ValidationError({"postcodes": ValidationError(words, params={"what": str(error)})}) from None


@audited("code", "name", "position", "tax_category", "working_days", "cut_off", "is_active")
class DeliveryMethod(models.Model):
    """
    A way in which parcels are sent. Without any active method the shop's flat price counts (ShippingRate).

    working_days: from leaving to arrival. cut_off: until when an order leaves the same day.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"), help_text=_("Shoppers choose it by this name."))
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Methods at one price stand in this order.")
    )
    tax_category = models.ForeignKey(
        "inventory.TaxCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("tax category of shipping"),
        help_text=_("Empty where shipping has the rates of its goods, as in the European Union."),
    )  # fmt: skip
    working_days = models.PositiveSmallIntegerField(
        _("working days on the way"), null=True, blank=True, validators=[MaxValueValidator(MOST_WORKING_DAYS)],
        help_text=_("Working days of the place that sends. Empty for the usual ones of the shop."),
    )  # fmt: skip
    cut_off = models.TimeField(
        _("leaves the same day until"), null=True, blank=True,
        help_text=_(
            "On the clock of the place that sends, on its working days. Empty to count from the day of the order."
        ),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(working_days__isnull=True) | Q(working_days__lte=MOST_WORKING_DAYS),
                name="delivery_method_arrives_within_a_season",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or self.code


@audited("method", "zone", "currency", "amount", "from_value", "most_grams", "most_mm")
class DeliveryRate(models.Model):
    """
    A price of a method: in one zone, or wherever none of the method's zones lies.

    amount, from_value: minor units. Of the rates that carry a parcel the cheapest counts.
    """

    method = models.ForeignKey(
        DeliveryMethod,
        on_delete=models.CASCADE,
        related_name="rates",
        verbose_name=_("delivery method"),
        db_index=False,
    )
    zone = models.ForeignKey(
        DeliveryZone, on_delete=models.PROTECT, null=True, blank=True, related_name="rates",
        verbose_name=_("delivery zone"), help_text=_("Empty for everywhere else."),
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount in minor units"))
    from_value = models.BigIntegerField(
        _("from a value of goods, in minor units"), default=0, help_text=_("Before promotions. Empty for any value.")
    )
    most_grams = models.PositiveIntegerField(
        _("up to grams"), null=True, blank=True, help_text=_("Of all goods together. Empty for any weight.")
    )
    most_mm = models.PositiveIntegerField(
        _("up to millimetres"), null=True, blank=True,
        help_text=_("The longest side of the longest article. Empty for any length."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("delivery rate")
        verbose_name_plural = _("delivery rates")
        constraints = [
            models.UniqueConstraint(
                fields=["method", "zone", "currency", "from_value", "most_grams", "most_mm"],
                name="delivery_rate_once_for_a_parcel",
                nulls_distinct=False,
                violation_error_message=_("Another rate of this method is for the same parcels already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, from_value__gte=0),
                name="delivery_rate_is_not_negative",
                violation_error_message=_("Nothing is worth less than nothing."),
            ),
            models.CheckConstraint(
                condition=(Q(most_grams__isnull=True) | Q(most_grams__gt=0))
                & (Q(most_mm__isnull=True) | Q(most_mm__gt=0)),
                name="delivery_rate_carries_something",
                violation_error_message=_("A parcel weighs something, and has a length."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
