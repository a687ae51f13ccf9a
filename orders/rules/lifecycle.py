"""
What may become of orders, of the ways their goods reach the shopper, of their money and of what comes back.

Each row: the present state, what happens, the next state, and who brings it about. A state that no row leaves is
final. The database refuses every other move (see core/state_guards.py): what is added here needs a migration.
"""

from collections.abc import Mapping

from core.actors import Actor
from core.transitions import SHOPPER, STAFF, SYSTEM, Lifecycle, moves

# A pending order waits for money: it becomes a promise, or comes to nothing and the cart goes back.
ORDER = Lifecycle(
    "order",
    "orders_order",
    begins={
        "pending": "placed, and a provider is asked for money",
        "placed": "placed, and nobody has to be asked",
        "completed": "all of it carried out at once; or history from another system",
    },
    moves=moves(
        ("pending", "paid", "placed", {SYSTEM}),
        ("pending", "paid, and all of it carried out", "completed", {SYSTEM}),
        ("pending", "not paid, or paid when goods or a balance were gone", "failed", {SYSTEM}),
        ("placed", "the last goods left", "completed", {STAFF, SYSTEM}),
        ("placed", "nothing of it will leave", "cancelled", {SHOPPER, STAFF, SYSTEM}),
    ),
)

PICKUP = Lifecycle(
    "pickup",
    "orders_fulfilment",
    kind="pickup",
    begins={"pending": "with an order that waits for money", "placed": "with an order that holds"},
    moves=moves(
        ("pending", "paid", "placed", {SYSTEM}),
        ("pending", "the order came to nothing", "cancelled", {SYSTEM}),
        ("placed", "the store takes it on", "accepted", {STAFF}),
        ("placed", "cancelled or rejected", "cancelled", {SHOPPER, STAFF}),
        ("accepted", "picking begins", "picking", {STAFF}),
        ("accepted", "laid out at the desk", "ready", {STAFF}),
        ("accepted", "cancelled or rejected", "cancelled", {SHOPPER, STAFF}),
        ("picking", "laid out at the desk", "ready", {STAFF}),
        ("picking", "cancelled or rejected", "cancelled", {SHOPPER, STAFF}),
        ("ready", "the last of it handed over", "collected", {STAFF}),
        ("ready", "some of it handed over, the rest given up", "collected", {SYSTEM}),
        ("ready", "not collected in time", "expired", {SYSTEM}),
        ("ready", "cancelled or rejected", "cancelled", {SHOPPER, STAFF}),
    ),
)
SHIP = Lifecycle(
    "parcel",
    "orders_fulfilment",
    kind="ship",
    begins={"pending": "with an order that waits for money", "placed": "with an order that holds"},
    moves=moves(
        ("pending", "paid", "placed", {SYSTEM}),
        ("pending", "the order came to nothing", "cancelled", {SYSTEM}),
        ("placed", "packing begins", "picking", {STAFF}),
        ("placed", "it leaves", "shipped", {STAFF}),
        ("placed", "cancelled", "cancelled", {SHOPPER, STAFF}),
        ("picking", "it leaves", "shipped", {STAFF}),
        ("picking", "cancelled", "cancelled", {SHOPPER, STAFF}),
        ("shipped", "it arrived", "delivered", {STAFF, SYSTEM}),
    ),
)
CARRY_OUT = Lifecycle(
    "sale over the counter",
    "orders_fulfilment",
    kind="carry_out",
    begins={"pending": "with an order that waits for money", "collected": "with an order that holds"},
    moves=moves(
        ("pending", "paid", "collected", {SYSTEM}),
        ("pending", "the order came to nothing", "cancelled", {SYSTEM}),
    ),
)
FULFILMENTS: Mapping[str, Lifecycle] = {one.kind: one for one in (PICKUP, SHIP, CARRY_OUT)}

PAYMENT = Lifecycle(
    "payment",
    "orders_payment",
    begins={
        "pending": "a provider is asked",
        "held": "in our hands, while a provider is asked for the rest",
        "captured": "in our hands, and nobody has to be asked; or history",
    },
    moves=moves(
        ("pending", "the shopper must confirm", "needs_action", {SYSTEM}),
        ("pending", "kept for us", "authorised", {SYSTEM}),
        ("pending", "approved", "captured", {SYSTEM}),
        ("pending", "declined, or never arrived", "declined", {SYSTEM}),
        ("pending", "the order came to nothing", "voided", {SYSTEM}),
        ("needs_action", "confirmed, and kept for us", "authorised", {SYSTEM}),
        ("needs_action", "confirmed", "captured", {SYSTEM}),
        ("needs_action", "declined, or given up", "declined", {SYSTEM}),
        ("needs_action", "the order came to nothing", "voided", {SYSTEM}),
        ("held", "the rest is paid", "captured", {SYSTEM}),
        ("held", "the rest is not paid", "voided", {SYSTEM}),
        ("authorised", "goods are about to leave", "capturing", {SYSTEM}),
        ("authorised", "taken", "captured", {SYSTEM}),
        ("authorised", "the provider let go of it", "declined", {SYSTEM}),
        ("authorised", "no longer owed", "voided", {SYSTEM}),
        ("capturing", "taken", "captured", {SYSTEM}),
        ("capturing", "the provider let go of it", "declined", {SYSTEM}),
        # Money that comes behind everybody's back is written down, or it could not go back.
        ("declined", "approved after all", "captured", {SYSTEM}),
        ("declined", "kept for us after all", "authorised", {SYSTEM}),
        ("voided", "approved after all", "captured", {SYSTEM}),
        ("voided", "kept for us after all", "authorised", {SYSTEM}),
    ),
)
ATTEMPT = Lifecycle(
    "payment attempt",
    "orders_paymentattempt",
    column="outcome",
    begins={"asked": "written before the provider is asked"},
    moves=moves(
        ("asked", "approved", "approved", {SYSTEM}),
        ("asked", "kept for us", "authorised", {SYSTEM}),
        ("asked", "the shopper must confirm", "needs_action", {SYSTEM}),
        ("asked", "declined, or never arrived", "declined", {SYSTEM}),
        ("needs_action", "confirmed", "approved", {SYSTEM}),
        ("needs_action", "confirmed, and kept for us", "authorised", {SYSTEM}),
        ("needs_action", "declined, or given up", "declined", {SYSTEM}),
        ("authorised", "taken", "approved", {SYSTEM}),
        ("authorised", "the provider let go of it", "declined", {SYSTEM}),
        ("authorised", "let go of by us", "released", {SYSTEM}),
        ("declined", "approved after all", "approved", {SYSTEM}),
        ("declined", "kept for us after all", "authorised", {SYSTEM}),
    ),
)
REFUND = Lifecycle(
    "refund",
    "orders_refund",
    begins={"pending": "written with its cause", "done": "history from another system"},
    moves=moves(
        ("pending", "given back", "done", {STAFF, SYSTEM}),
        ("pending", "the provider refused", "failed", {SYSTEM}),
        ("done", "the provider could not give it back after all", "failed", {SYSTEM}),
    ),
)
RETURN = Lifecycle(
    "return",
    "orders_return",
    begins={"requested": "asked for by the shopper", "refunded": "history from another system"},
    moves=moves(
        ("requested", "the goods are here", "received", {STAFF}),
        ("requested", "refused", "rejected", {STAFF}),
        ("requested", "no longer wanted", "cancelled", {SHOPPER, STAFF}),
        ("received", "the money went back", "refunded", {STAFF, SYSTEM}),
    ),
)
TILL_SESSION = Lifecycle(
    "till session",
    "orders_tillsession",
    column="closed_at",
    is_moment=True,
    begins={"open": "the float is counted in"},
    moves=moves(("open", "the cash is counted out", "closed", {STAFF})),
)

LIFECYCLES = (ORDER, *FULFILMENTS.values(), PAYMENT, ATTEMPT, REFUND, RETURN, TILL_SESSION)
OPEN_PICKUP_STATES = ("placed", "accepted", "picking", "ready")


def check_fulfilment_move(*, kind: str, present: str, to: str, by: Actor) -> None:
    """
    Refuse to move a fulfilment to a state that cannot follow its present one, or that somebody else must bring about.

    kind: pickup, ship or carry_out. Raises IllegalTransition.
    """
    FULFILMENTS[kind].check(present=present, to=to, by=by)


def check_order_move(*, present: str, to: str, by: Actor) -> None:
    """Refuse to move an order to a state that cannot follow its present one. Raises IllegalTransition."""
    ORDER.check(present=present, to=to, by=by)


def may_be_cancelled(*, kind: str, state: str, by: Actor) -> bool:
    """Tell whether this fulfilment has not left yet, so that the one who asks may still cancel it."""
    return "cancelled" in FULFILMENTS[kind].allowed(state, by=by)
