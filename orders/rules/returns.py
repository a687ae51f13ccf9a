"""What a shopper may return: one function for each rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inventory.rules.return_policies import HYGIENE, NORMAL

NOT_DELIVERED, WINDOW_OVER, TOO_MANY = "not_delivered", "window_over", "too_many"
ALREADY_USED = "already_used"  # A gift card that has paid for something.
FINAL_SALE, OPENED_HYGIENE = "final_sale", "opened_hygiene"
# What staff with the right may take back all the same; the others say that there is nothing to take back.
OVERRIDABLE = frozenset({WINDOW_OVER, FINAL_SALE, OPENED_HYGIENE})
# Reasons for which the shop is answerable: no policy refuses them within its window, and none charges for them.
FAULTS = frozenset({
    "not_as_described", "damaged_on_arrival", "defective", "wrong_item", "incomplete", "returned_to_sender",
})  # fmt: skip
# Goods of these conditions are no longer sealed.
UNSEALED = frozenset({"opened", "damaged", "incomplete"})

# States of stock: sold again where the units were taken back, or held there.
SELLABLE, ON_HOLD, DAMAGED = "sellable", "on_hold", "damaged"
# Where units go that came in a condition, unless staff decide otherwise. Somebody looks at opened goods first.
GOES_TO = {"as_new": SELLABLE, "opened": ON_HOLD, "damaged": DAMAGED, "wrong": ON_HOLD, "incomplete": ON_HOLD}


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """
    Units of one line that a shopper wants to return, and what is known of the line.

    requested: units of requests that are still open. coming: units on their way to the shopper. handed_over_at: when
    the shopper got the last of its units. window_days: how long after that the shop accepts returns. is_here: they lie
    on the desk, so the shopper had them. kind: of the return policy that the line was bought under. statutory_days: how
    long the buyer may withdraw by law. fee: of a return by that policy, in minor units. is_faulty: for a reason of
    FAULTS. is_opened: no longer sealed.
    """

    line_id: int
    sku: str
    wanted: int
    fulfilled: int
    returned: int
    requested: int
    handed_over_at: datetime | None
    window_days: int
    is_here: bool = False
    kind: str = NORMAL
    statutory_days: int = 0
    fee: int = 0
    is_faulty: bool = False
    is_opened: bool = False
    coming: int = 0

    @property
    def left(self) -> int:
        """Return how many units may still be returned; those on their way only if they lie on the desk all the same."""
        return self.fulfilled - self.returned - self.requested - (0 if self.is_here else self.coming)

    def is_withdrawn(self, now: datetime) -> bool:
        """Return whether the law lets the buyer give it back, whatever the policy says (2011/83/EU, articles 9, 16)."""
        if not self.statutory_days or self.handed_over_at is None or (self.kind == HYGIENE and self.is_opened):
            return False
        return now <= self.handed_over_at + timedelta(days=self.statutory_days)

    def is_by_law(self, now: datetime) -> bool:
        """Return whether it comes back by law: withdrawn in time, or faulty."""
        return self.is_faulty or self.is_withdrawn(now)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a line may not be returned; left: how many of its units may."""

    line_id: int
    sku: str
    reason: str
    left: int


def was_handed_over(request: ReturnItem, now: datetime) -> str | None:
    """Refuse what the shopper does not have: nothing was handed over, or its parcel is still on its way."""
    if request.fulfilled == 0 or request.handed_over_at is None:
        return NOT_DELIVERED
    is_coming = not request.is_here and request.coming > 0
    return NOT_DELIVERED if is_coming and request.wanted > request.left else None


def is_within_window(request: ReturnItem, now: datetime) -> str | None:
    """Refuse a late return; the window opens when the shopper has the goods, not when they are paid for or sent."""
    if request.handed_over_at is None or request.is_withdrawn(now):
        return None
    return WINDOW_OVER if now > request.handed_over_at + timedelta(days=request.window_days) else None


def may_be_given_back(request: ReturnItem, now: datetime) -> str | None:
    """Refuse what the policy excludes: a final sale, and hygiene goods that were opened; never what is faulty."""
    if request.is_by_law(now):
        return None
    if request.kind == FINAL_SALE:
        return FINAL_SALE
    return OPENED_HYGIENE if request.kind == HYGIENE and request.is_opened else None


def are_still_there(request: ReturnItem, now: datetime) -> str | None:
    """Refuse units that were returned already, on any channel."""
    return TOO_MANY if request.wanted > request.left else None


RULES: Sequence[Callable[[ReturnItem, datetime], str | None]] = (
    was_handed_over,
    may_be_given_back,
    is_within_window,
    are_still_there,
)


def objections_to(requests: Sequence[ReturnItem], *, now: datetime) -> list[Objection]:
    """Return the first objection to each line that may not be returned as requested; none if all may."""
    objections = []
    for request in requests:
        reason = next((reason for rule in RULES if (reason := rule(request, now)) is not None), None)
        if reason is not None:
            objections.append(Objection(request.line_id, request.sku, reason, max(0, request.left)))
    return objections


def fee_of(items: Sequence[ReturnItem], *, now: datetime) -> int:
    """Return the fee of a return, in minor units: the highest of its lines, and none for what comes back by law."""
    return max((item.fee for item in items if not item.is_by_law(now)), default=0)


def place_of(condition: str, *, restock: bool | None) -> str:
    """Return where units go. restock: what staff decided; None for what follows from their condition."""
    usual = GOES_TO[condition]
    if restock is None:
        return usual
    return SELLABLE if restock else ON_HOLD if usual == SELLABLE else usual
