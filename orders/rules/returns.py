"""What a shopper may return: one function for each rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

NOT_DELIVERED, WINDOW_OVER, TOO_MANY = "not_delivered", "window_over", "too_many"
ALREADY_USED = "already_used"  # A gift card that has paid for something.
# What staff with the right may take back all the same; the others say that there is nothing to take back.
OVERRIDABLE = frozenset({WINDOW_OVER})

# States of stock: sold again where the units were taken back, or held there.
SELLABLE, ON_HOLD, DAMAGED = "sellable", "on_hold", "damaged"
# Where units go that came in a condition, unless staff decide otherwise. Somebody looks at opened goods first.
GOES_TO = {"as_new": SELLABLE, "opened": ON_HOLD, "damaged": DAMAGED, "wrong": ON_HOLD, "incomplete": ON_HOLD}


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """
    Units of one line that a shopper wants to return, and what is known of the line.

    requested: units of requests that are still open. handed_over_at: when the shopper got the last of its units.
    window_days: how long after that the shop accepts returns. is_here: they lie on the desk, so the shopper had them.
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

    @property
    def left(self) -> int:
        """Return how many units may still be returned."""
        return self.fulfilled - self.returned - self.requested


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a line may not be returned; left: how many of its units may."""

    line_id: int
    sku: str
    reason: str
    left: int


def was_handed_over(request: ReturnItem, now: datetime) -> str | None:
    """Refuse what the shopper does not have: nothing was handed over, or the parcel is still on its way."""
    if request.fulfilled == 0 or request.handed_over_at is None:
        return NOT_DELIVERED
    return NOT_DELIVERED if not request.is_here and now < request.handed_over_at else None


def is_within_window(request: ReturnItem, now: datetime) -> str | None:
    """Refuse a late return; the window opens when the shopper has the goods, not when they are paid for or sent."""
    if request.handed_over_at is None:
        return None
    return WINDOW_OVER if now > request.handed_over_at + timedelta(days=request.window_days) else None


def are_still_there(request: ReturnItem, now: datetime) -> str | None:
    """Refuse units that were returned already, on any channel."""
    return TOO_MANY if request.wanted > request.left else None


RULES: Sequence[Callable[[ReturnItem, datetime], str | None]] = (was_handed_over, is_within_window, are_still_there)


def objections_to(requests: Sequence[ReturnItem], *, now: datetime) -> list[Objection]:
    """Return the first objection to each line that may not be returned as requested; none if all may."""
    objections = []
    for request in requests:
        reason = next((reason for rule in RULES if (reason := rule(request, now)) is not None), None)
        if reason is not None:
            objections.append(Objection(request.line_id, request.sku, reason, max(0, request.left)))
    return objections


def place_of(condition: str, *, restock: bool | None) -> str:
    """Return where units go. restock: what staff decided; None for what follows from their condition."""
    usual = GOES_TO[condition]
    if restock is None:
        return usual
    return SELLABLE if restock else ON_HOLD if usual == SELLABLE else usual
