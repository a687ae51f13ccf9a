"""Prices for some moments, quantities, customers or channels. inventory/rules/price_lists.py decides which wins."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.models import CHANNELS
from core.texts.translated import TranslatedField, in_language

SELLING_CHANNELS = [choice for choice in CHANNELS if choice[0] != "system"]
OF_ONE_CHANNEL = ~Q(channel="") | Q(store__isnull=False)


@audited(
    "code", "name", "currency", "is_tax_included", "segment", "channel", "store", "reason", "starts_at", "ends_at",
    "priority", "is_active", "registered_by",
)  # fmt: skip
class PriceList(models.Model):
    """
    Prices besides the ordinary ones: for everybody, for a segment, or, with a reason and an end, for a channel.

    applied_until: the moment up to which its beginning and end are applied to price ranges and histories; empty after a
    change of the list (migration 0008_price_lists).
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    is_tax_included = models.BooleanField(
        _("tax included"), null=True, blank=True,
        help_text=_("Whether its amounts include tax. Unknown: as in the tax zone of the delivery."),
    )  # fmt: skip
    segment = models.ForeignKey(
        "accounts.Segment", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("segment"), help_text=_("Empty for everybody."),
    )  # fmt: skip
    channel = models.CharField(
        _("channel"), max_length=40, blank=True, choices=SELLING_CHANNELS, help_text=_("Empty for all of them.")
    )
    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("store"), help_text=_("Empty for all of them."),
    )  # fmt: skip
    reason = models.CharField(
        _("reason for a single channel or store"), max_length=200, blank=True,
        help_text=_("A price of a single channel or store needs a reason and an end."),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("starts at"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    priority = models.PositiveIntegerField(
        _("priority"), default=100, validators=[MinValueValidator(1)],
        help_text=_("Among lists of one kind the smaller number wins; among equal numbers the lower price."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("registered by"),
    )  # fmt: skip
    applied_until = models.DateTimeField(_("applied until"), null=True, editable=False)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="price_list_ends_after_start",
                violation_error_message=_("The end must be later than the start."),
            ),
            # Prices are the same on every channel; each exception has a reason and an end.
            models.CheckConstraint(
                condition=~OF_ONE_CHANNEL | (Q(ends_at__isnull=False) & ~Q(reason="")),
                name="price_list_of_one_door_has_reason_and_end",
                violation_error_message=_("What holds for one channel or store only needs a reason and an end."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or self.code

    def clean(self) -> None:
        """Refuse a deviation without a reason or an end."""
        if (self.channel or self.store_id) and not (self.reason and self.ends_at):
            raise ValidationError({"reason": _("A price of a single channel or store needs a reason and an end.")})


@audited("price_list", "variant", "min_quantity", "amount", "created_at")
class ListPrice(models.Model):
    """
    The price of one unit of a variant in a list, from a quantity on. amount: minor units.

    created_at: long ago for prices that are older than this field.
    """

    price_list = models.ForeignKey(
        PriceList, on_delete=models.CASCADE, related_name="prices", verbose_name=_("price list")
    )
    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.CASCADE, related_name="list_prices", db_index=False,
        verbose_name=_("variant"),
    )  # fmt: skip
    min_quantity = models.PositiveIntegerField(_("from this quantity"), default=1, validators=[MinValueValidator(1)])
    amount = models.BigIntegerField(_("amount in minor units"))
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("price of a list")
        verbose_name_plural = _("prices of lists")
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "price_list", "min_quantity"], name="list_price_one_per_quantity",
                violation_error_message=_("The list already has a price for this variant and quantity."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="list_price_is_not_negative"),
            models.CheckConstraint(condition=Q(min_quantity__gte=1), name="list_price_from_one_unit",
                violation_error_message=_("A price begins at one unit or more.")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.variant_id} x {self.min_quantity}: {self.amount}"
