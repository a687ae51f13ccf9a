"""The one cart of a person, shared by all channels."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import CHANNELS


class Cart(models.Model):
    """
    The goods that a person or visitor means to buy; it does not expire.

    It belongs to a customer, or to whoever holds its token (only the token's hash is stored). version increases by one
    with every change, so that two devices cannot overwrite each other.
    """

    OPEN, MERGED, ORDERED = "open", "merged", "ordered"
    STATES = [(OPEN, _("Open")), (MERGED, _("Merged")), (ORDERED, _("Ordered"))]

    customer = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="carts",
        verbose_name=_("customer"),
    )
    token_hash = models.CharField(
        _("token hash"), max_length=64, blank=True, help_text=_("SHA-256 of an anonymous cart's token.")
    )
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=OPEN)
    version = models.IntegerField(_("version"), default=1)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="sources", verbose_name=_("merged into")
    )
    merge_report = models.JSONField(
        _("merge report"),
        default=list,
        blank=True,
        help_text=_("What the last merge did, line by line; shown until the next change."),
    )
    created_channel = models.CharField(_("created channel"), max_length=40, choices=CHANNELS)
    created_at = models.DateTimeField(_("created at"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(state="open"), name="cart_one_open_per_customer"),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="cart_token_opens_one_cart"
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | ~Q(state="merged"),
                name="cart_merged_says_into_which",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} ({self.state})"


class CartLine(models.Model):
    """A variant in a cart, with who added it, on which channel, when, and at what price."""

    cart = models.ForeignKey(
        Cart, on_delete=models.CASCADE, related_name="lines", verbose_name=_("cart"), db_index=False
    )
    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.PROTECT, related_name="+", verbose_name=_("variant")
    )
    quantity = models.IntegerField(_("quantity"))
    unit_price_when_added = models.BigIntegerField(_("unit price when added, in minor units"))
    added_channel = models.CharField(_("added on"), max_length=40, choices=CHANNELS)
    added_store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("added in")
    )
    added_by_staff = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("added by staff")
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="cart_line_one_per_variant"),
            models.CheckConstraint(condition=Q(quantity__range=(1, 9999)), name="cart_line_quantity_1_to_9999"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}"


class CartCode(models.Model):
    """
    A random code by which a till opens a cart until it expires; a cart has one for each period of 15 minutes.

    A code that a phone still shows stays valid beside the newer one. Expired codes are deleted, and only then may a
    code be used again.
    """

    cart = models.ForeignKey(
        Cart, on_delete=models.CASCADE, related_name="codes", verbose_name=_("cart"), db_index=False
    )
    code = models.CharField(_("code"), max_length=8)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("cart code")
        verbose_name_plural = _("cart codes")
        constraints = [
            models.UniqueConstraint(fields=["cart", "expires_at"], name="cart_code_one_per_period"),
            models.UniqueConstraint(fields=["code"], name="cart_code_opens_one_cart"),
        ]

    def __str__(self) -> str:
        return f"{self.cart_id} {self.expires_at:%H:%M}"
