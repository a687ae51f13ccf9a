"""Orders and their lines."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _

from core.models import CHANNELS
from core.texts.fields import PlainEmailField
from core.texts.languages import default_language, language_choices


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders, with their row lock."""

    def locked(self) -> "OrderQuerySet":
        """
        Lock the rows until the transaction ends, in pk order.

        Whatever changes an order, its fulfilments or its payments holds this lock, and reads those rows after taking
        it.
        """
        return self.order_by("pk").select_for_update(of=("self",))


class Order(models.Model):
    """
    A cart that was ordered, at prices that no longer change. All amounts in minor units of currency.

    pending: waits for a payment that needs the shopper or the provider. placed: the order is confirmed. completed:
    everything was handed over. cancelled: nothing will be. failed: the payment failed; the cart was restored.
    """

    PENDING, PLACED, COMPLETED, CANCELLED, FAILED = "pending", "placed", "completed", "cancelled", "failed"
    STATES = [
        (PENDING, _("Waiting for payment")),
        (PLACED, _("Placed")),
        (COMPLETED, _("Completed")),
        (CANCELLED, _("Cancelled")),
        (FAILED, _("Payment failed")),
    ]

    number = models.CharField(_("number"), max_length=40, unique=True)
    cart = models.ForeignKey(
        "carts.Cart", on_delete=models.PROTECT, null=True, related_name="orders", verbose_name=_("cart")
    )
    customer = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
        db_index=False,
    )
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    channel = models.CharField(_("channel"), max_length=40, choices=CHANNELS)
    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="orders_sold",
        help_text=_("Where it was sold, if in a store."), verbose_name=_("store"),
    )  # fmt: skip
    staff = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("staff")
    )
    till_session = models.ForeignKey(
        "orders.TillSession",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("till session"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    items_total = models.BigIntegerField(_("items"))
    discount_total = models.BigIntegerField(_("discount"), default=0)
    shipping_total = models.BigIntegerField(_("shipping"), default=0)
    tax_total = models.BigIntegerField(_("tax added"), default=0, help_text=_("Tax on top; 0 where prices include it."))
    shipping_tax = models.BigIntegerField(_("tax of shipping"), db_default=0, help_text=_("Contained in it or added."))
    shipping_tax_added = models.BigIntegerField(_("tax added to shipping"), db_default=0)
    deposit_total = models.BigIntegerField(_("deposits"), db_default=0)
    fee_total = models.BigIntegerField(_("fees"), db_default=0)
    fee_tax = models.BigIntegerField(_("tax of fees"), db_default=0, help_text=_("Contained in them or added."))
    fee_tax_added = models.BigIntegerField(_("tax added to fees"), db_default=0)
    fees = models.JSONField(
        _("each fee"), null=True, blank=True, help_text=_("Its name in each language, and its amount in minor units.")
    )
    grand_total = models.BigIntegerField(_("total"))
    contact_email = PlainEmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=20, blank=True)
    receipt_medium = models.CharField(_("receipt by"), max_length=10, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=language_choices, default=default_language)
    keeps_address = models.BooleanField(
        _("address to be kept"), db_default=False, help_text=_("It goes into the buyer's address book.")
    )
    client_id = models.UUIDField(
        _("key of the till"), null=True, blank=True, help_text=_("Made at the till; makes a sale safe to send twice.")
    )
    request_key = models.CharField(
        _("key of the request"), max_length=64, blank=True, help_text=_("The request that placed it.")
    )
    external_id = models.CharField(
        _("number elsewhere"), max_length=80, blank=True, help_text=_("The number in the system it came from.")
    )
    cancel_reason = models.CharField(_("reason"), max_length=40, blank=True)
    placed_at = models.DateTimeField(_("placed at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["cart"], condition=~Q(state="failed"), name="order_one_per_cart"),
            models.UniqueConstraint(
                fields=["client_id"],
                condition=Q(client_id__isnull=False) & ~Q(state="failed"),
                name="order_one_per_client_id",
            ),
            models.UniqueConstraint(
                fields=["request_key"],
                condition=~Q(request_key="") & ~Q(state="failed"),
                name="order_one_per_request",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="order_external_id_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    grand_total=F("items_total")
                    - F("discount_total")
                    + F("deposit_total")
                    + F("tax_total")
                    + F("shipping_total")
                    + F("fee_total")
                ),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(condition=Q(grand_total__gte=0), name="order_total_is_not_negative"),
            models.CheckConstraint(condition=Q(fee_total__gte=0), name="order_fees_are_not_negative"),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="order_newest_of_customer"),
            models.Index(fields=["-placed_at"], name="order_newest"),
            models.Index(OpClass("contact_email", "varchar_pattern_ops"), name="order_by_email"),
            models.Index(OpClass("contact_phone", "varchar_pattern_ops"), name="order_by_phone"),
            models.Index(fields=["state", "-id"], condition=~Q(state="completed"), name="order_not_completed"),
            models.Index(fields=["contact_email"], condition=Q(customer__isnull=True), name="order_guests_by_email"),
            models.Index(
                OpClass(Reverse("contact_phone"), "text_pattern_ops"),
                condition=Q(customer__isnull=True) & ~Q(contact_phone=""),
                name="order_guests_by_phone",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """
    One item of an order with its name and price at that time; a charge (postage, a fee) has no variant.

    line_total = quantity x unit_price - discount; discount includes its shares of promotions on the whole cart.
    deposit: of each unit, beside the line's total; the line's tax includes that of its deposits.
    quantity = open + fulfilled + cancelled.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="lines", verbose_name=_("order"), db_index=False
    )
    position = models.IntegerField(_("position"))
    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("variant")
    )
    sku = models.CharField(_("SKU"), max_length=64)
    name = models.CharField(_("name"), max_length=300)
    quantity = models.IntegerField(_("quantity"))
    quantity_fulfilled = models.IntegerField(_("fulfilled"), default=0)
    quantity_cancelled = models.IntegerField(_("cancelled"), default=0)
    quantity_returned = models.IntegerField(_("returned"), default=0)
    unit_price = models.BigIntegerField(_("unit price"))
    discount = models.BigIntegerField(_("discount"), default=0)
    line_total = models.BigIntegerField(_("total"))
    deposit = models.BigIntegerField(_("deposit of a unit"), db_default=0)
    is_gift = models.BooleanField(_("gift"), db_default=False, help_text=_("A promotion added it, for nothing."))
    gift_earned_from = models.BigIntegerField(
        _("gift earned from"), db_default=0, help_text=_("Value of goods, before promotions, that still earn the gift.")
    )
    is_deposit_taxed = models.BooleanField(_("deposit taxed like its goods"), db_default=False)
    return_policy = models.JSONField(
        _("return policy"), null=True, blank=True, help_text=_("Its terms when it was ordered; empty without a policy.")
    )
    tax_rate = models.IntegerField(_("tax rate in hundredths of a percent"), db_default=0)
    tax_rate_finer = models.SmallIntegerField(_("thousandths of a hundredth of a percent besides"), db_default=0)
    levies = models.JSONField(
        _("several taxes"),
        null=True,
        blank=True,
        help_text=_("Of each its name, its rate and what it comes to; empty for one tax."),
    )
    tax_amount = models.BigIntegerField(_("tax"), db_default=0, help_text=_("Contained in the total or added."))
    tax_added = models.BigIntegerField(
        _("tax added"), db_default=0, help_text=_("Tax on top; negative for exempt buyers.")
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
            models.CheckConstraint(
                condition=Q(line_total=F("quantity") * F("unit_price") - F("discount")), name="order_line_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=F("quantity_fulfilled") + F("quantity_cancelled"),
                    quantity_fulfilled__gte=F("quantity_returned"),
                    quantity_returned__gte=0,
                    quantity_cancelled__gte=0,
                ),
                name="order_line_units_fit",
            ),
            models.CheckConstraint(condition=Q(discount__gte=0), name="order_line_discount_not_negative"),
            models.CheckConstraint(condition=Q(deposit__gte=0), name="order_line_deposit_not_negative"),
            models.CheckConstraint(
                condition=Q(is_gift=False) | Q(line_total=0, deposit=0), name="order_line_gift_costs_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"


class OrderTax(models.Model):
    """
    Everything in an order with one rate in one zone: its shares of goods and shipping, as it was taxed at that time.

    base + tax is what is paid for it; the tax lines of an order make up its total, except what no zone taxes. levy: the
    name of the tax where several are due; what bears them stands in the base of each.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="taxes", verbose_name=_("order"))
    zone = models.ForeignKey(
        "carts.TaxZone", on_delete=models.PROTECT, related_name="+", verbose_name=_("tax zone"), db_index=False
    )
    rate = models.IntegerField(_("tax rate in hundredths of a percent"))
    rate_finer = models.SmallIntegerField(_("thousandths of a hundredth of a percent besides"), db_default=0)
    levy = models.CharField(_("name of the tax"), max_length=40, blank=True, db_default="")
    is_included = models.BooleanField(_("tax is in the price"))
    is_exempt = models.BooleanField(_("exempt buyer"), default=False)
    base = models.BigIntegerField(_("without tax"))
    tax = models.BigIntegerField(_("tax"))

    class Meta:
        verbose_name = _("tax of an order")
        verbose_name_plural = _("taxes of orders")
        constraints = [
            models.CheckConstraint(condition=Q(rate__gte=0, base__gte=0, tax__gte=0), name="order_tax_is_not_negative"),
            models.CheckConstraint(condition=Q(is_exempt=False) | Q(tax=0), name="order_tax_of_the_exempt_is_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.rate / 100:g} %: {self.tax}"


class OrderDiscount(models.Model):
    """
    What one promotion took off an order: a row for each line it affected, and one without a line for saved shipping.

    The rows of a line make up its discount; saved shipping is in no total, because nothing was charged.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="discounts", verbose_name=_("order"))
    line = models.ForeignKey(
        OrderLine,
        on_delete=models.PROTECT,
        null=True,
        related_name="discounts",
        verbose_name=_("order line"),
        db_index=False,
    )
    promotion = models.ForeignKey(
        "carts.Promotion", on_delete=models.PROTECT, related_name="+", verbose_name=_("promotion")
    )
    name = models.CharField(_("name"), max_length=300, help_text=_("As the buyer read it."))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("discount of an order")
        verbose_name_plural = _("discounts of orders")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "promotion"], condition=Q(line__isnull=False), name="order_discount_once_per_line"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="order_discount_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"
