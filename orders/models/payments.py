"""Payments and refunds."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

# Cash that was handed over is a multiple of the coin that it was rounded to.
_IN_COINS = Q(coin__gt=0) & Q(Exact(Mod(F("amount") + F("rounding"), F("coin")), 0))


class Payment(models.Model):
    """
    One tender of an order, in minor units of the order's currency.

    pending: not asked for yet, or without an answer. needs_action: the shopper must confirm with the provider. held: a
    balance or cash, until the order is confirmed. authorised: reserved by the provider, and captured when goods leave;
    capturing: being captured. captured: the money is ours. declined, voided: it is not and will not be.
    """

    PENDING, NEEDS_ACTION, HELD = "pending", "needs_action", "held"
    AUTHORISED, CAPTURING = "authorised", "capturing"
    CAPTURED, DECLINED, VOIDED = "captured", "declined", "voided"
    STATES = [
        (PENDING, _("Pending")),
        (NEEDS_ACTION, _("Needs the shopper")),
        (HELD, _("Held until the rest is paid")),
        (AUTHORISED, _("Authorised, not yet taken")),
        (CAPTURING, _("Being taken")),
        (CAPTURED, _("Captured")),
        (DECLINED, _("Declined")),
        (VOIDED, _("Voided")),
    ]
    METHODS = [
        ("cash", _("Cash")),
        ("card", _("Card")),
        ("gift_card", _("Gift card")),
        ("credit", _("Store credit")),
        ("points", _("Points")),
        ("exchange", _("Goods in exchange")),
        ("test", _("Test")),
        ("imported", _("Imported")),
    ]

    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="payments", verbose_name=_("order")
    )
    method = models.CharField(_("method"), max_length=20, choices=METHODS)
    provider = models.CharField(_("provider"), max_length=20, blank=True)
    amount = models.BigIntegerField(_("amount"))
    refunded = models.BigIntegerField(_("refunded"), default=0, help_text=_("Refunds in flight included."))
    tendered = models.BigIntegerField(_("tendered"), null=True, blank=True, help_text=_("Cash handed over."))
    rounding = models.BigIntegerField(
        _("rounding"), default=0, db_default=0, help_text=_("Difference because small coins are missing.")
    )
    coin = models.BigIntegerField(
        _("smallest coin"), default=1, db_default=1, help_text=_("What the cash was rounded to; 1 if it was not.")
    )
    hold_key = models.UUIDField(
        _("hold"), null=True, blank=True, unique=True, help_text=_("What was held of a gift card, credit or points.")
    )
    points = models.BigIntegerField(_("points"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=STATES)
    captured_at = models.DateTimeField(_("captured at"), null=True, blank=True)
    authorised_until = models.DateTimeField(
        _("authorised until"), null=True, blank=True, help_text=_("Until when the provider holds the money.")
    )
    capture_asked_at = models.DateTimeField(_("capture asked for at"), null=True, blank=True)
    pays_balance = models.BooleanField(
        _("paid later"), default=False, db_default=False, help_text=_("When the order was placed already.")
    )
    till_session = models.ForeignKey(
        "orders.TillSession", on_delete=models.PROTECT, null=True, blank=True, related_name="payments",
        verbose_name=_("till session"),
        help_text=_("Whose drawer the cash went into, if not that of the order's own session."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="payment_refunded_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(tendered__isnull=True) | Q(tendered__gte=F("amount") + F("rounding")),
                name="payment_cash_covers_amount",
            ),
            models.CheckConstraint(
                condition=Q(rounding=0) | Q(method="cash") | ~Q(provider=""),
                name="payment_rounded_to_coins_or_by_a_provider",
            ),
            models.CheckConstraint(condition=_IN_COINS, name="payment_in_coins"),
            models.CheckConstraint(
                condition=(Q(method__in=("gift_card", "credit", "points")) & Q(hold_key__isnull=False))
                | (~Q(method__in=("gift_card", "credit", "points")) & Q(hold_key__isnull=True)),
                name="payment_from_a_balance_has_a_hold",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("authorised", "capturing"))
                | (~Q(provider="") & Q(authorised_until__isnull=False, captured_at__isnull=True)),
                name="payment_authorised_by_a_provider_until_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="capturing") | Q(capture_asked_at__isnull=False),
                name="payment_capturing_since_a_moment",
            ),
            # Two devices that pay the same balance at the same moment: the order's lock comes first, and says why.
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(pays_balance=True, state__in=("pending", "needs_action")),
                name="payment_one_later_under_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authorised_until"],
                condition=Q(state__in=("authorised", "capturing")),
                name="payment_authorised",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()}: {self.get_state_display()}"

    @property
    def change(self) -> int:
        """Return the change in cash, in minor units."""
        return self.tendered - self.amount - self.rounding if self.tendered is not None else 0

    @property
    def is_given_back_by_hand(self) -> bool:
        """Return whether staff pay a refund of it out in a store; a provider or a balance is refunded automatically."""
        return not self.provider and self.hold_key is None and self.method != "exchange"


class PaymentAttempt(models.Model):
    """
    One request to a provider, written and committed before the call is made.

    key identifies it at the provider, so that a repeated call never charges twice; an attempt without an outcome is
    settled by asking the provider for the result of the key.
    """

    ASKED, APPROVED, DECLINED, NEEDS_ACTION = "asked", "approved", "declined", "needs_action"
    AUTHORISED, RELEASED = "authorised", "released"
    OUTCOMES = [
        (ASKED, _("No answer yet")),
        (APPROVED, _("Approved")),
        (DECLINED, _("Declined")),
        (NEEDS_ACTION, _("Needs the shopper")),
        (AUTHORISED, _("Authorised")),
        (RELEASED, _("Released")),
    ]

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("payment"))
    key = models.UUIDField(_("key"), unique=True)
    payment_method = models.CharField(
        _("payment method"), max_length=255, blank=True, help_text=_("The provider's name for the means.")
    )
    customer_ref = models.CharField(
        _("provider's customer"), max_length=255, blank=True, default="", db_default="",
        help_text=_("Whose saved card it is, by the provider's name."),
    )  # fmt: skip
    saves_card = models.BooleanField(_("saves the card"), default=False, db_default=False)
    captures_at_once = models.BooleanField(
        _("captures at once"), default=True, db_default=True, help_text=_("Otherwise when goods leave.")
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=OUTCOMES, default=ASKED)
    provider_ref = models.CharField(_("provider's number"), max_length=255, blank=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["provider_ref"], condition=~Q(provider_ref=""), name="payment_attempt_provider_ref_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(outcome__in=("asked", "needs_action")), name="payment_attempt_open"
            ),
            models.Index(fields=["payment"], condition=Q(outcome="authorised"), name="payment_attempt_authorised"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.outcome}"


class Refund(models.Model):
    """Money refunded on one payment; pending until the provider confirms, and counted from the start."""

    PENDING, DONE, FAILED = "pending", "done", "failed"
    STATES = [(PENDING, _("Pending")), (DONE, _("Done")), (FAILED, _("Failed"))]

    ORIGINAL, CREDIT, CASH, TRANSFER, EXCHANGE = "original", "credit", "cash", "transfer", "exchange"
    TARGETS = [
        (ORIGINAL, _("What it was paid with")),
        (CREDIT, _("Store credit")),
        (CASH, _("Cash, at a till")),
        (TRANSFER, _("Bank transfer")),
        (EXCHANGE, _("Goods in exchange")),
    ]

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    key = models.UUIDField(_("key"), unique=True)
    amount = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=PENDING)
    rounding = models.BigIntegerField(
        _("rounding"), default=0, db_default=0, help_text=_("Difference because small coins are missing.")
    )
    coin = models.BigIntegerField(
        _("smallest coin"), default=1, db_default=1, help_text=_("What the cash was rounded to; 1 if it was not.")
    )
    goes_to = models.CharField(_("goes to"), max_length=10, choices=TARGETS, default=ORIGINAL, db_default=ORIGINAL)
    came_back = models.BigIntegerField(
        _("came back"), db_default=0, default=0,
        help_text=_("What of goods in exchange was refunded since, by refunds of their own."),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=40)
    provider_ref = models.CharField(_("provider's number"), max_length=255, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    till_session = models.ForeignKey(
        "orders.TillSession", on_delete=models.PROTECT, null=True, blank=True, related_name="refunds",
        help_text=_("Whose drawer the cash came out of."), verbose_name=_("till session"),
    )  # fmt: skip
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name=_("follows"),
        help_text=_("The refund that failed, which it replaces."),
    )  # fmt: skip
    for_return = models.ForeignKey(
        "orders.Return", on_delete=models.PROTECT, null=True, blank=True, related_name="refunds",
        verbose_name=_("return"), help_text=_("The goods that came back, if any did."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_positive"),
            models.CheckConstraint(
                condition=Q(came_back=0) | Q(goes_to="exchange", came_back__gt=0, came_back__lte=F("amount")),
                name="refund_comes_back_from_an_exchange",
            ),
            models.CheckConstraint(condition=_IN_COINS, name="refund_in_coins"),
        ]

    def __str__(self) -> str:
        return self.get_state_display()


class WebhookEvent(models.Model):
    """
    A webhook event of a provider, once for each number of its own.

    waiting: its payment is not known here yet, or the provider could not be asked; it is tried again.
    """

    WAITING, DONE, UNKNOWN = "waiting", "done", "unknown"
    STATES = [(WAITING, _("Waiting")), (DONE, _("Done")), (UNKNOWN, _("Not related to us"))]

    provider = models.CharField(_("provider"), max_length=20)
    number = models.CharField(_("provider's number"), max_length=255)
    kind = models.CharField(_("kind"), max_length=80)
    attempt_key = models.UUIDField(_("attempt"), null=True, blank=True)
    refund_key = models.UUIDField(_("refund"), null=True, blank=True)
    has_failed = models.BooleanField(_("failed"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    received_at = models.DateTimeField(_("received at"))
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        constraints = [models.UniqueConstraint(fields=["provider", "number"], name="webhook_event_once")]
        indexes = [models.Index(fields=["received_at"], condition=Q(state="waiting"), name="webhook_event_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class ReconciliationBreak(models.Model):
    """
    A charge or refund on which a provider's records and ours do not agree; amounts in minor units, 0 for no money.

    It is resolved when the records agree, or when staff explain the difference.
    """

    KINDS = [("charge", _("Charge")), ("refund", _("Refund"))]

    provider = models.CharField(_("provider"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    ref = models.CharField(_("provider's number"), max_length=255)
    currency = models.CharField(_("currency"), max_length=3)
    ours = models.BigIntegerField(_("our amount"))
    theirs = models.BigIntegerField(_("the provider's amount"))
    found_at = models.DateTimeField(_("found at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolution = models.CharField(_("resolution"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("difference from a provider")
        verbose_name_plural = _("differences from providers")
        constraints = [models.UniqueConstraint(fields=["provider", "kind", "ref"], name="reconciliation_break_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class SandboxCharge(models.Model):
    """The test provider's own records: the result of each key. Stands for a system outside the shop."""

    key = models.UUIDField(_("key"), primary_key=True)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    outcome = models.CharField(_("outcome"), max_length=20)
    is_authorisation = models.BooleanField(_("captured later"), default=False, db_default=False)
    card_of = models.CharField(
        _("saved for"), max_length=255, blank=True, default="", db_default="", help_text=_("Whose saved card it is.")
    )
    refunded = models.BigIntegerField(_("refunded"), default=0)
    refund_keys = models.JSONField(_("refund keys"), default=list)
    charged_at = models.DateTimeField(_("charged at"), auto_now_add=True)

    class Meta:
        verbose_name = _("sandbox charge")
        verbose_name_plural = _("sandbox charges")

    def __str__(self) -> str:
        return f"{self.key} {self.outcome}"
