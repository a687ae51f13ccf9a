"""
What may become of an order and of each way its goods reach the shopper, and who may bring it about.

Each table: the present state, what may follow it, and by whom. A state without a row is final.
"""

from collections.abc import Mapping

from core.actors import SYSTEM as SYSTEM_CHANNEL
from core.actors import Actor
from core.transitions import TransitionTable, check_transition

SHOPPER, STAFF, SYSTEM = "shopper", "staff", "system"

Moves = Mapping[str, Mapping[str, set[str]]]

PICKUP: Moves = {
    "pending": {"placed": {SYSTEM}, "cancelled": {SYSTEM}},
    "placed": {"accepted": {STAFF}, "cancelled": {SHOPPER, STAFF}},
    "accepted": {"picking": {STAFF}, "ready": {STAFF}, "cancelled": {SHOPPER, STAFF}},
    "picking": {"ready": {STAFF}, "cancelled": {SHOPPER, STAFF}},
    "ready": {"collected": {STAFF}, "expired": {SYSTEM}, "cancelled": {SHOPPER, STAFF}},
}
SHIP: Moves = {
    "pending": {"placed": {SYSTEM}, "cancelled": {SYSTEM}},
    "placed": {"picking": {STAFF}, "shipped": {STAFF}, "cancelled": {SHOPPER, STAFF}},
    "picking": {"shipped": {STAFF}, "cancelled": {SHOPPER, STAFF}},
    "shipped": {"delivered": {STAFF, SYSTEM}},
}
CARRY_OUT: Moves = {
    "pending": {"collected": {SYSTEM}, "cancelled": {SYSTEM}},
}
FULFILMENTS: Mapping[str, Moves] = {"pickup": PICKUP, "ship": SHIP, "carry_out": CARRY_OUT}

# A pending order waits for money: it becomes a promise, or comes to nothing and the cart goes back.
ORDER: Moves = {
    "pending": {"placed": {SYSTEM}, "completed": {SYSTEM}, "failed": {SYSTEM}},
    "placed": {"completed": {STAFF, SYSTEM}, "cancelled": {SHOPPER, STAFF, SYSTEM}},
}

OPEN_PICKUP_STATES = ("placed", "accepted", "picking", "ready")


def check_fulfilment_move(*, kind: str, present: str, to: str, by: Actor) -> None:
    """
    Refuse to move a fulfilment to a state that cannot follow its present one, or that somebody else must bring about.

    kind: pickup, ship or carry_out. Raises IllegalTransition.
    """
    check_transition(_open_to(FULFILMENTS[kind], by), present=present, to=to)


def check_order_move(*, present: str, to: str, by: Actor) -> None:
    """Refuse to move an order to a state that cannot follow its present one. Raises IllegalTransition."""
    check_transition(_open_to(ORDER, by), present=present, to=to)


def may_be_cancelled(*, kind: str, state: str, by: Actor) -> bool:
    """Tell whether this fulfilment has not left yet, so that the one who asks may still cancel it."""
    return "cancelled" in _open_to(FULFILMENTS[kind], by).get(state, frozenset())


def _open_to(moves: Moves, by: Actor) -> TransitionTable:
    who = STAFF if by.staff_id is not None else SYSTEM if by.channel == SYSTEM_CHANNEL else SHOPPER
    return {
        present: frozenset(to for to, allowed in following.items() if who in allowed)
        for present, following in moves.items()
    }
