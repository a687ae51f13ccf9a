"""Prices, their history, and the price range of each product."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.audit import audited


@audited("variant", "currency", "amount")
class Price(models.Model):
    """
    The price of a variant in one currency, the same on every channel. amount: minor units, tax included.

    floor: the price of one unit below which no promotion takes it; None for none.
    """

    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.CASCADE, related_name="prices", verbose_name=_("variant"), db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount in minor units"))
    floor = models.BigIntegerField(
        _("lowest price by promotions, in minor units"), null=True, blank=True,
        help_text=_("No promotion takes a unit below this price."),
    )  # fmt: skip
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency"], name="price_one_per_variant_and_currency"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="price_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(floor__isnull=True) | models.Q(floor__gte=0), name="price_floor_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.amount} {self.currency}"


class PriceHistory(models.Model):
    """
    What a variant cost from a moment on. Append-only; a trigger writes it at every price change (0008_price_lists).

    It outlives the variant, so that every charge can be proved.
    """

    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+",
        verbose_name=_("variant"),
        db_index=False,
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount in minor units"))
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("former price")
        verbose_name_plural = _("former prices")
        indexes = [models.Index(fields=["variant", "currency", "-since", "-id"], name="price_history_latest")]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.amount} {self.currency}"


class OfferedPrice(models.Model):
    """
    What one unit of a variant cost everybody by promotions, from a moment until another (None: still), if less.

    Written by carts, which knows promotions. By law such a price is a prior price: a later reduction is announced from
    it (98/6/EC, article 6a).
    """

    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.CASCADE, related_name="+", verbose_name=_("variant"), db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount in minor units"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("price by promotions")
        verbose_name_plural = _("prices by promotions")
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "currency"],
                condition=models.Q(until__isnull=True),
                name="offered_price_one_is_current",
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="offered_price_is_not_negative"),
        ]
        indexes = [models.Index(fields=["variant", "currency", "-since"], name="offered_price_latest")]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.amount} {self.currency}"


class PriceRange(models.Model):
    """
    The lowest and highest price of a product's variants on sale, in one currency; minor units.

    Triggers maintain it (migration 0008_price_lists), so that lists order and filter by price from an index instead of
    reading every price of the catalogue. A product without a row cannot be bought and is not listed.
    """

    product = models.ForeignKey(
        "inventory.Product",
        on_delete=models.CASCADE,
        related_name="price_ranges",
        verbose_name=_("product"),
        db_index=False,
    )
    currency = models.CharField(_("currency"), max_length=3)
    lowest = models.BigIntegerField(_("lowest"))
    highest = models.BigIntegerField(_("highest"))

    class Meta:
        verbose_name = _("price range")
        verbose_name_plural = _("price ranges")
        constraints = [
            models.UniqueConstraint(fields=["product", "currency"], name="price_range_one_per_product_and_currency"),
        ]
        indexes = [models.Index(fields=["currency", "lowest", "product"], name="price_range_by_price")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.lowest}-{self.highest} {self.currency}"
