"""Returned goods."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import CHANNELS


class Return(models.Model):
    """
    Goods of one order that are being or were returned; without an order when none could be found for them.

    amount: the value of its lines less what is withheld for gifts that are kept.

    requested: by the shopper. received: the goods have arrived. refunded: and the money was refunded. rejected,
    cancelled: neither.
    """

    STATES = [
        ("requested", _("Requested")),
        ("received", _("Received")),
        ("refunded", _("Refunded")),
        ("rejected", _("Rejected")),
        ("cancelled", _("Cancelled")),
    ]

    number = models.CharField(_("number"), max_length=40, unique=True)
    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="returns", verbose_name=_("order")
    )
    customer = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="returns",
        verbose_name=_("customer"),
    )
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    method = models.CharField(_("method"), max_length=10, choices=[("store", _("Store")), ("ship", _("Ship"))])
    refund_to = models.CharField(
        _("refund to"), max_length=10, choices=[("original", _("Original tender")), ("credit", _("Store credit"))]
    )
    channel = models.CharField(_("channel"), max_length=40, choices=CHANNELS)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("value in minor units"))
    withheld_for_gifts = models.BigIntegerField(
        _("withheld for gifts in minor units"),
        db_default=0,
        help_text=_("Off the value of its goods, for gifts that are kept; negative if a gift has come back since."),
    )
    external_id = models.CharField(_("number elsewhere"), max_length=80, blank=True)
    requested_at = models.DateTimeField(_("requested at"))
    reject_reason = models.CharField(_("why refused"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="return_external_id_unique"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="return_value_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """Units of one order line that are returned; amount: their value as paid, in minor units."""

    parent = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines", verbose_name=_("belongs to"))
    order_line = models.ForeignKey(
        "orders.OrderLine",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="return_lines",
        verbose_name=_("order line"),
    )
    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("variant")
    )
    sku = models.CharField(_("SKU"), max_length=64)
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("return line")
        verbose_name_plural = _("return lines")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="return_line_of_at_least_one")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"
