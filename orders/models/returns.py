"""Returned goods, and what was given back of the price of goods that stay."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import CHANNELS


class Return(models.Model):
    """
    Goods of one order that are being or were returned; without an order when none could be found for them.

    amount: the value of its lines, less what is withheld for gifts that are kept and the fee of the policy, plus the
    charges of the order, which go back when all of it came back by law. is_by_law: every line of it is withdrawn from a
    distance sale in time, or faulty.

    requested: by the shopper. approved: they may bring or send the goods. received: the goods are here; inspected: and
    the condition of each piece is known. refunded: and the money goes back; exchanged: and other goods went out for
    them; closed: they were taken without a refund. refused: by staff; withdrawn: no longer wanted. due_at: until when
    somebody answers a request, the goods are expected, or somebody looks at them. location: where the goods were taken
    back, or a parcel is expected.
    """

    REQUESTED, APPROVED, RECEIVED, INSPECTED = "requested", "approved", "received", "inspected"
    REFUNDED, EXCHANGED, CLOSED = "refunded", "exchanged", "closed"
    REFUSED, WITHDRAWN = "refused", "withdrawn"
    STATES = [
        (REQUESTED, _("Requested")),
        (APPROVED, _("Approved")),
        (RECEIVED, _("Received")),
        (INSPECTED, _("Inspected")),
        (REFUNDED, _("Refunded")),
        (EXCHANGED, _("Exchanged")),
        (CLOSED, _("Taken without a refund")),
        (REFUSED, _("Refused")),
        (WITHDRAWN, _("Withdrawn")),
    ]
    # What the release before called refused and withdrawn.
    FORMER_STATES = [("rejected", _("Refused")), ("cancelled", _("Withdrawn"))]

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
    state = models.CharField(_("state"), max_length=10, choices=[*STATES, *FORMER_STATES])
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
    fee = models.BigIntegerField(
        _("return fee in minor units"), db_default=0, help_text=_("Withheld by the policy the goods were bought under.")
    )
    charges_back = models.BigIntegerField(
        _("shipping and fees given back, in minor units"), db_default=0,
        help_text=_("When all of an order came back by law."),
    )  # fmt: skip
    is_by_law = models.BooleanField(_("by law"), db_default=False)
    external_id = models.CharField(_("number elsewhere"), max_length=80, blank=True)
    requested_at = models.DateTimeField(_("requested at"))
    reject_reason = models.CharField(_("why refused"), max_length=200, blank=True, default="", db_default="")
    due_at = models.DateTimeField(
        _("due at"),
        null=True,
        blank=True,
        help_text=_("Until when it is to be answered, the goods are expected, or looked at."),
    )
    location = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="returns",
        verbose_name=_("taken back at"),
    )  # fmt: skip
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    received_by = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("received by"), db_index=False,
    )  # fmt: skip
    override_reason = models.CharField(
        _("why against the rules"), max_length=200, blank=True, db_default="",
        help_text=_("Why staff took back what the rules refuse; empty otherwise."),
    )  # fmt: skip

    exchanged_for = models.OneToOneField(
        "orders.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="exchange_of",
        verbose_name=_("exchanged for"), help_text=_("The order of the goods that went out for these."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="return_external_id_unique"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="return_value_is_not_negative"),
            models.CheckConstraint(
                condition=Q(fee__gte=0, charges_back__gte=0) & (Q(charges_back=0) | Q(fee=0, is_by_law=True)),
                name="return_charges_go_back_by_law",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(location__isnull=False), name="return_received_somewhere"
            ),
            models.CheckConstraint(
                condition=~Q(state="exchanged") | Q(exchanged_for__isnull=False), name="return_exchanged_for_an_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=("requested", "approved", "received")), name="return_waits"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """
    Units of one order line that are returned; amount: their value as paid, in minor units.

    quantity: what was asked for, or brought along. quantity_received: how many of them came; None before that, and for
    imported history, where all of them did.
    """

    REASONS = [
        ("too_small", _("Too small")),
        ("too_large", _("Too large")),
        ("changed_mind", _("Changed their mind")),
        ("not_as_described", _("Not as described")),
        ("damaged_on_arrival", _("Damaged on arrival")),
        ("defective", _("Does not work")),
        ("wrong_item", _("Other goods than ordered")),
        ("incomplete", _("Parts are missing")),
        ("too_late", _("Came too late")),
        ("returned_to_sender", _("The carrier brought it back")),
        ("other", _("Another reason")),
    ]
    # What shoppers choose from: they do not know what a carrier brings back.
    REASONS_OF_SHOPPERS = [pair for pair in REASONS if pair[0] != "returned_to_sender"]

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
    quantity_received = models.PositiveIntegerField(_("received"), null=True, blank=True)
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    comment = models.CharField(
        _("comment"), max_length=500, blank=True, db_default="", help_text=_("In the buyer's own words.")
    )

    class Meta:
        verbose_name = _("return line")
        verbose_name_plural = _("return lines")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="return_line_of_at_least_one"),
            models.CheckConstraint(
                condition=Q(quantity_received__isnull=True) | Q(quantity_received__lte=F("quantity")),
                name="return_line_received_within_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"

    @property
    def reason_text(self) -> str:
        """Return the reason in the reader's language, if it is one of the list; otherwise as it was written."""
        return str(dict(self.REASONS).get(self.reason, self.reason))


class ReturnedUnits(models.Model):
    """Units of a return line that came in one condition for one reason, and what became of them."""

    PLACES = [("sellable", _("Sold again here")), ("on_hold", _("Quality hold")), ("damaged", _("Damaged"))]
    CONDITIONS = [
        ("as_new", _("As new")),
        ("opened", _("Opened")),
        ("damaged", _("Damaged")),
        ("wrong", _("Wrong goods")),
        ("incomplete", _("Parts are missing")),
    ]

    line = models.ForeignKey(
        ReturnLine, on_delete=models.PROTECT, related_name="units", verbose_name=_("return line"), db_index=False
    )
    condition = models.CharField(_("condition"), max_length=10, choices=CONDITIONS)
    goes_to = models.CharField(_("goes to"), max_length=20, choices=PLACES)
    quantity = models.PositiveIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("returned units")
        verbose_name_plural = _("returned units")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="returned_units_of_at_least_one"),
            models.UniqueConstraint(
                fields=["line", "condition", "goes_to", "reason"], name="returned_units_once_per_condition"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.get_condition_display()}"


class PriceReduction(models.Model):
    """
    A part of the price of an order line that was refunded without its goods. amount: minor units, with tax.

    units: how many units of the line were not cancelled or returned then; the amount belongs to them in equal parts.
    """

    REASONS = [
        ("goodwill", _("Goodwill")),
        ("price_match", _("A lower price elsewhere")),
        ("damaged_on_arrival", _("Damaged on arrival")),
        ("too_late", _("Came too late")),
        ("wrong_price", _("A wrong price was charged")),
        ("other", _("Another reason")),
    ]

    order_line = models.ForeignKey(
        "orders.OrderLine", on_delete=models.PROTECT, related_name="price_reductions", verbose_name=_("order line")
    )
    amount = models.BigIntegerField(_("amount"))
    units = models.PositiveIntegerField(_("units kept"))
    reason = models.CharField(_("reason"), max_length=20, choices=REASONS)
    comment = models.CharField(_("comment"), max_length=200, blank=True)
    given_by = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", verbose_name=_("given by"), db_index=False
    )
    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("store"), db_index=False
    )
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("price reduction")
        verbose_name_plural = _("price reductions")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, units__gt=0), name="price_reduction_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.order_line}"
