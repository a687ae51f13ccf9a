"""Suppliers, and what they ask for the goods that they sell to the shop."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.fields import NameField, PlainEmailField, SpelledField

MOST_LEAD_DAYS = 365


@audited("code", "name", "email", "currency", "lead_time_days", "review_days", "is_active")
class Supplier(models.Model):
    """
    Who sells goods to the shop.

    currency: of all its costs. lead_time_days: from the order to the goods. review_days: how often it is ordered from,
    so that an order lasts until the next one.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = NameField(_("name"), max_length=120)
    email = PlainEmailField(_("e-mail"), blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    lead_time_days = models.PositiveIntegerField(
        _("lead time in days"), default=7, validators=[MaxValueValidator(MOST_LEAD_DAYS)],
        help_text=_("From the order to the goods."),
    )  # fmt: skip
    review_days = models.PositiveIntegerField(
        _("days between orders"), default=7, validators=[MinValueValidator(1), MaxValueValidator(MOST_LEAD_DAYS)],
        help_text=_("An order lasts until the next one."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        constraints = [
            models.CheckConstraint(
                condition=Q(lead_time_days__lte=MOST_LEAD_DAYS, review_days__range=(1, MOST_LEAD_DAYS)),
                name="supplier_delivers_within_a_year",
                violation_error_message=_("Days are from 1 to 365; the lead time may be 0."),
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="supplier_has_a_currency"),
        ]

    def __str__(self) -> str:
        return self.name


@audited("supplier", "variant", "supplier_sku", "pack_size", "minimum_units", "cost", "is_preferred")
class SupplierProduct(models.Model):
    """
    The terms on which a supplier sells a variant.

    pack_size: it is sold in whole packs of so many units. minimum_units: the least of one order. cost: of one unit, in
    minor units of the supplier's currency, without tax. is_preferred: the variant is ordered from here.
    """

    supplier = models.ForeignKey(
        Supplier, on_delete=models.CASCADE, related_name="products", verbose_name=_("supplier"), db_index=False
    )
    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.CASCADE, related_name="supplier_products", verbose_name=_("variant")
    )
    supplier_sku = SpelledField(_("supplier's SKU"), max_length=64, blank=True)
    pack_size = models.PositiveIntegerField(_("units in a pack"), default=1)
    minimum_units = models.PositiveIntegerField(
        _("least units of an order"), default=1, help_text=_("Of this article in one order.")
    )
    cost = models.BigIntegerField(_("cost of a unit in minor units"), null=True, blank=True)
    is_preferred = models.BooleanField(
        _("preferred"), default=False, help_text=_("Proposals order this article here. One supplier can be preferred.")
    )

    class Meta:
        verbose_name = _("supplier's product")
        verbose_name_plural = _("suppliers' products")
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "variant"],
                name="supplier_product_one_per_variant",
                violation_error_message=_("This supplier has terms for this article already."),
            ),
            models.UniqueConstraint(
                fields=["variant"],
                condition=Q(is_preferred=True),
                name="supplier_product_one_is_preferred",
                violation_error_message=_("Another supplier is preferred for this article."),
            ),
            models.CheckConstraint(
                condition=Q(pack_size__range=(1, 1_000_000), minimum_units__range=(1, 1_000_000)),
                name="supplier_product_is_sold_in_units",
                violation_error_message=_("A pack and an order have at least one unit, and a million at most."),
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0),
                name="supplier_product_costs_nothing_or_more",
                violation_error_message=_("A cost is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.supplier_sku or str(self.variant_id)
