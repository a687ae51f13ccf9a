"""Gift cards, store credit and points, in one ledger."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import CHANNELS

GIFT_CARD, CREDIT, POINTS = "gift_card", "credit", "points"
KINDS = [(GIFT_CARD, _("Gift card")), (CREDIT, _("Store credit")), (POINTS, _("Points"))]


class Balance(models.Model):
    """
    The balance of a gift card, or of a person's credit or points.

    amount: minor units of currency, or whole points (then currency is empty). held: the part that pays for orders that
    are not confirmed yet; free is neither spent nor held. A gift card belongs to whoever knows its code; customer is
    the recipient, if known.
    """

    ACTIVE, BLOCKED, CLOSED = "active", "blocked", "closed"
    STATES = [(ACTIVE, _("Active")), (BLOCKED, _("Blocked")), (CLOSED, _("Closed"))]

    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="balances",
        verbose_name=_("customer"),
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    amount = models.BigIntegerField(_("balance"), default=0)
    held = models.BigIntegerField(_("held"), default=0, help_text=_("Reserved for orders that are not final yet."))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=ACTIVE)
    key = models.UUIDField(_("key"), unique=True, help_text=_("What a gift card's code is derived from."))
    code_hash = models.CharField(_("hash of the code"), max_length=64, blank=True)
    code_end = models.CharField(_("end of the code"), max_length=4, blank=True)
    code_shown_at = models.DateTimeField(_("code shown at"), null=True, blank=True)
    issued_for = models.CharField(
        _("issued for"), max_length=80, blank=True, help_text=_("The sale or refund that it was issued for.")
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="balance_is_not_negative"),
            models.CheckConstraint(condition=Q(held__gte=0, held__lte=F("amount")), name="balance_held_within_amount"),
            models.CheckConstraint(
                condition=(Q(kind="gift_card") & ~Q(code_hash="")) | (~Q(kind="gift_card") & Q(code_hash="")),
                name="balance_gift_cards_have_codes",
            ),
            models.CheckConstraint(
                condition=Q(kind="gift_card") | Q(customer__isnull=False), name="balance_belongs_to_somebody"
            ),
            models.CheckConstraint(
                condition=(Q(kind="points") & Q(currency="")) | (~Q(kind="points") & ~Q(currency="")),
                name="balance_of_money_has_a_currency",
            ),
            models.UniqueConstraint(fields=["code_hash"], condition=~Q(code_hash=""), name="balance_code_unique"),
            models.UniqueConstraint(
                fields=["customer", "kind", "currency"], condition=~Q(kind="gift_card"), name="balance_one_per_person"
            ),
        ]
        indexes = [
            models.Index(fields=["issued_for"], condition=~Q(issued_for=""), name="balance_by_issue"),
            models.Index(fields=["expires_at"], condition=Q(state="active", amount__gt=0), name="balance_to_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} …{self.code_end}" if self.code_end else str(self.get_kind_display())

    @property
    def free(self) -> int:
        """The amount that can still be spent."""
        return self.amount - self.held


class BalanceEntry(models.Model):
    """One append-only change of a balance. Its reference makes sure that each change is written once."""

    LOADED, SPENT, GIVEN_BACK, EXPIRED = "loaded", "spent", "given_back", "expired"
    CORRECTED, TAKEN_BACK, MOVED, EARNED = "corrected", "taken_back", "moved", "earned"
    ENTRY_KINDS = [
        (LOADED, _("Loaded")),
        (SPENT, _("Spent")),
        (GIVEN_BACK, _("Given back")),
        (EXPIRED, _("Expired")),
        (CORRECTED, _("Corrected")),
        (TAKEN_BACK, _("Taken back")),
        (MOVED, _("Moved to another card")),
        (EARNED, _("Earned")),
    ]

    balance = models.ForeignKey(
        Balance, on_delete=models.PROTECT, related_name="entries", verbose_name=_("balance"), db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ENTRY_KINDS)
    amount = models.BigIntegerField(_("change"))
    reference = models.CharField(_("reference"), max_length=80, help_text=_("The action that changed it."))
    note = models.CharField(_("note"), max_length=200, blank=True)
    channel = models.CharField(_("channel"), max_length=40, choices=CHANNELS)
    store = models.CharField(_("store"), max_length=40, blank=True)
    staff = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("staff")
    )
    occurred_at = models.DateTimeField(_("occurred at"))

    class Meta:
        verbose_name = _("balance entry")
        verbose_name_plural = _("balance entries")
        constraints = [
            models.UniqueConstraint(fields=["balance", "kind", "reference"], name="balance_entry_each_act_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="balance_entry_changes_something"),
        ]
        indexes = [models.Index(fields=["balance", "-id"], name="balance_entry_newest")]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class BalanceHold(models.Model):
    """A part of a balance that pays for an order under way: spent if it is confirmed, released if it fails."""

    HELD, SPENT, RELEASED = "held", "spent", "released"
    HOLD_STATES = [(HELD, _("Held")), (SPENT, _("Spent")), (RELEASED, _("Released"))]

    balance = models.ForeignKey(Balance, on_delete=models.PROTECT, related_name="holds", verbose_name=_("balance"))
    reference = models.UUIDField(_("reference"), help_text=_("The payment that it is held for."))
    amount = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=10, choices=HOLD_STATES, default=HELD)
    held_at = models.DateTimeField(_("held at"))
    expires_at = models.DateTimeField(_("expires at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("balance hold")
        verbose_name_plural = _("balance holds")
        constraints = [
            models.UniqueConstraint(fields=["reference", "balance"], name="balance_hold_once_per_payment"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="balance_hold_is_positive"),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="held"), name="balance_hold_open")]

    def __str__(self) -> str:
        return str(self.get_state_display())
