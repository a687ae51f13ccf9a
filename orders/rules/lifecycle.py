"""
The states of orders, fulfilments, payments and returns, and the allowed moves between them.

Each row: the present state, what happens, the next state, and who causes it. A state that no row leaves is final. The
database refuses every other move (see core/states/guards.py): a new row needs a migration.
"""

from collections.abc import Mapping

from core.actors import Actor
from core.states.transitions import SHOPPER, STAFF, SYSTEM, Lifecycle, moves

# A pending order waits for money: it is confirmed, or it fails and the cart is restored.
ORDER = Lifecycle(
    "order",
    "orders_order",
    begins={
        "pending": "placed, and a provider is asked for the payment",
        "placed": "placed, and no provider has to be asked",
        "completed": "all goods handed over with the sale; or imported history",
    },
    moves=moves(
        ("pending", "paid", "placed", {SYSTEM}),
        ("pending", "paid, and all goods handed over", "completed", {SYSTEM}),
        ("pending", "not paid, or paid after goods or a balance were gone", "failed", {SYSTEM}),
        ("placed", "the last goods left", "completed", {STAFF, SYSTEM}),
        ("placed", "no goods will leave", "cancelled", {SHOPPER, STAFF, SYSTEM}),
    ),
)

PICKUP = Lifecycle(
    "pickup",
    "orders_fulfilment",
    kind="pickup",
    begins={
        "pending": "with an order that waits for its payment",
        "placed": "with an order that is placed",
        "ready": "what still waits of a pickup that was collected in part, just before it ends",
    },
    moves=moves(
        ("pending", "paid", "placed", {SYSTEM}),
        ("pending", "the order failed", "cancelled", {SYSTEM}),
        ("placed", "the store accepts it", "accepted", {STAFF}),
        ("placed", "cancelled or rejected", "cancelled", {SHOPPER, STAFF}),
        ("placed", "not paid, and not made ready in time", "cancelled", {SYSTEM}),
        ("accepted", "picking begins", "picking", {STAFF}),
        ("accepted", "ready at the desk", "ready", {STAFF}),
        ("accepted", "cancelled or rejected", "cancelled", {SHOPPER, STAFF}),
        ("accepted", "not paid, and not made ready in time", "cancelled", {SYSTEM}),
        ("picking", "ready at the desk", "ready", {STAFF}),
        ("picking", "cancelled or rejected", "cancelled", {SHOPPER, STAFF}),
        ("picking", "not paid, and not made ready in time", "cancelled", {SYSTEM}),
        ("ready", "the last goods handed over", "collected", {STAFF}),
        ("ready", "some goods handed over, and the rest goes another way or ends", "collected", {SYSTEM}),
        ("ready", "not collected in time", "expired", {SYSTEM}),
        ("ready", "cancelled or rejected", "cancelled", {SHOPPER, STAFF}),
    ),
)
SHIP = Lifecycle(
    "parcel",
    "orders_fulfilment",
    kind="ship",
    begins={"pending": "with an order that waits for its payment", "placed": "with an order that is placed"},
    moves=moves(
        ("pending", "paid", "placed", {SYSTEM}),
        ("pending", "the order failed", "cancelled", {SYSTEM}),
        ("placed", "packing begins", "picking", {STAFF}),
        ("placed", "it is sent", "shipped", {STAFF}),
        ("placed", "cancelled", "cancelled", {SHOPPER, STAFF}),
        ("picking", "it is sent", "shipped", {STAFF}),
        ("picking", "cancelled", "cancelled", {SHOPPER, STAFF}),
        ("shipped", "it is delivered", "delivered", {STAFF, SYSTEM}),
    ),
)
CARRY_OUT = Lifecycle(
    "sale over the counter",
    "orders_fulfilment",
    kind="carry_out",
    begins={"pending": "with an order that waits for its payment", "collected": "with an order that is placed"},
    moves=moves(
        ("pending", "paid", "collected", {SYSTEM}),
        ("pending", "the order failed", "cancelled", {SYSTEM}),
    ),
)
FULFILMENTS: Mapping[str, Lifecycle] = {one.kind: one for one in (PICKUP, SHIP, CARRY_OUT)}

PAYMENT = Lifecycle(
    "payment",
    "orders_payment",
    begins={
        "pending": "a provider is asked",
        "held": "received, while a provider is asked for the rest",
        "captured": "received, and no provider has to be asked; or imported history",
    },
    moves=moves(
        ("pending", "the shopper has to confirm", "needs_action", {SYSTEM}),
        ("pending", "authorised", "authorised", {SYSTEM}),
        ("pending", "approved", "captured", {SYSTEM}),
        ("pending", "declined, or the request never arrived", "declined", {SYSTEM}),
        ("pending", "the order failed", "voided", {SYSTEM}),
        ("needs_action", "confirmed and authorised", "authorised", {SYSTEM}),
        ("needs_action", "confirmed", "captured", {SYSTEM}),
        ("needs_action", "declined, or not confirmed in time", "declined", {SYSTEM}),
        ("needs_action", "the order failed", "voided", {SYSTEM}),
        ("held", "the rest is paid", "captured", {SYSTEM}),
        ("held", "the rest is not paid", "voided", {SYSTEM}),
        ("authorised", "goods are about to leave", "capturing", {SYSTEM}),
        ("authorised", "captured", "captured", {SYSTEM}),
        ("authorised", "the provider released it", "declined", {SYSTEM}),
        ("authorised", "no longer owed", "voided", {SYSTEM}),
        ("capturing", "captured", "captured", {SYSTEM}),
        ("capturing", "the provider released it", "declined", {SYSTEM}),
        # Money that arrives after all is recorded only so that it can be refunded.
        ("declined", "approved after all", "captured", {SYSTEM}),
        ("declined", "authorised after all", "authorised", {SYSTEM}),
        ("voided", "approved after all", "captured", {SYSTEM}),
        ("voided", "authorised after all", "authorised", {SYSTEM}),
    ),
)
ATTEMPT = Lifecycle(
    "payment attempt",
    "orders_paymentattempt",
    column="outcome",
    begins={"asked": "written before the provider is asked"},
    moves=moves(
        ("asked", "approved", "approved", {SYSTEM}),
        ("asked", "authorised", "authorised", {SYSTEM}),
        ("asked", "the shopper has to confirm", "needs_action", {SYSTEM}),
        ("asked", "declined, or the request never arrived", "declined", {SYSTEM}),
        ("needs_action", "confirmed", "approved", {SYSTEM}),
        ("needs_action", "confirmed and authorised", "authorised", {SYSTEM}),
        ("needs_action", "declined, or not confirmed in time", "declined", {SYSTEM}),
        ("authorised", "captured", "approved", {SYSTEM}),
        ("authorised", "the provider released it", "declined", {SYSTEM}),
        ("authorised", "released by the shop", "released", {SYSTEM}),
        ("declined", "approved after all", "approved", {SYSTEM}),
        ("declined", "authorised after all", "authorised", {SYSTEM}),
    ),
)
REFUND = Lifecycle(
    "refund",
    "orders_refund",
    begins={"pending": "written with its cause", "done": "imported history"},
    moves=moves(
        ("pending", "paid back", "done", {STAFF, SYSTEM}),
        ("pending", "the provider refused", "failed", {SYSTEM}),
        ("done", "the provider could not pay it back after all", "failed", {SYSTEM}),
    ),
)
# rejected and cancelled are what a release before called refused and withdrawn: it may still write them while the new
# one starts, and they mean the same.
RETURN = Lifecycle(
    "return",
    "orders_return",
    begins={
        "requested": "asked for by the shopper",
        "received": "brought along, without an earlier request",
        "refunded": "imported history",
    },
    moves=moves(
        ("requested", "it may come back", "approved", {STAFF, SYSTEM}),
        ("requested", "refused", "refused", {STAFF}),
        ("requested", "no longer wanted", "withdrawn", {SHOPPER, STAFF}),
        ("requested", "the goods are here", "received", {STAFF}),
        ("approved", "the goods are here", "received", {STAFF}),
        ("approved", "no longer wanted, or never brought", "withdrawn", {SHOPPER, STAFF}),
        ("received", "the condition of each piece is known", "inspected", {STAFF}),
        ("inspected", "the money goes back", "refunded", {STAFF}),
        ("inspected", "other goods went out for it", "exchanged", {STAFF}),
        ("inspected", "taken without a refund", "closed", {STAFF}),
        ("requested", "refused, in the release before", "rejected", {STAFF}),
        ("requested", "no longer wanted, in the release before", "cancelled", {SHOPPER, STAFF}),
    ),
)
OPEN_RETURNS = ("requested", "approved")
# Those whose units nobody else may bring back: of the received ones, nobody has looked at the goods yet.
CLAIMING_RETURNS = (*OPEN_RETURNS, "received")
DROPPED_RETURNS = ("refused", "withdrawn", "rejected", "cancelled")
TILL_SESSION = Lifecycle(
    "till session",
    "orders_tillsession",
    column="closed_at",
    is_moment=True,
    begins={"open": "the float is counted in"},
    moves=moves(("open", "the cash is counted out", "closed", {STAFF})),
)

# What a carrier says of a parcel; it may say it in any order, and correct itself until the parcel is delivered or back.
_ON_THE_WAY = {
    "in_transit": "the carrier has it",
    "out_for_delivery": "it is on the last van",
    "delivery_failed": "nobody took it",
    "lost": "the carrier lost it",
}
_ARRIVED = {"delivered": "delivered", "sent_back": "on its way back to the sender"}
SHIPMENT = Lifecycle(
    "shipment",
    "orders_shipment",
    begins={"asked": "a carrier is asked for a label", "ready": "staff bring the carrier's label"},
    moves=moves(
        ("asked", "the label is there", "ready", {SYSTEM}),
        ("asked", "the carrier refuses", "failed", {SYSTEM}),
        ("ready", "the carrier is asked to cancel it", "cancelling", {STAFF, SYSTEM}),
        ("ready", "cancelled, and nobody has to be asked", "cancelled", {STAFF, SYSTEM}),
        ("cancelling", "cancelled", "cancelled", {SYSTEM}),
        ("cancelling", "the carrier has the parcel already", "ready", {SYSTEM}),
        *(
            (present, event, after, {SYSTEM})
            for present in ("ready", "cancelling", *_ON_THE_WAY)
            for after, event in (_ON_THE_WAY | _ARRIVED).items()
            if present != after
        ),
    ),
)
TRACKED_STATES = (*_ON_THE_WAY, *_ARRIVED)

LIFECYCLES = (ORDER, *FULFILMENTS.values(), PAYMENT, ATTEMPT, REFUND, RETURN, SHIPMENT, TILL_SESSION)
OPEN_PICKUP_STATES = ("placed", "accepted", "picking", "ready")


def check_fulfilment_move(*, kind: str, present: str, to: str, by: Actor) -> None:
    """
    Refuse to move a fulfilment to a state that cannot follow its present one, or that this actor may not cause.

    kind: pickup, ship or carry_out. Raises IllegalTransition.
    """
    FULFILMENTS[kind].check(present=present, to=to, by=by)


def check_order_move(*, present: str, to: str, by: Actor) -> None:
    """Refuse to move an order to a state that cannot follow its present one. Raises IllegalTransition."""
    ORDER.check(present=present, to=to, by=by)


def may_be_changed(*, kind: str, state: str, by: Actor) -> bool:
    """Return whether where these goods go may still be changed: by a shopper until picking begins."""
    until = ("placed", "accepted", "picking", "ready") if by.staff_id is not None else ("placed", "accepted")
    return kind != CARRY_OUT.kind and state in until


def may_be_cancelled(*, kind: str, state: str, by: Actor) -> bool:
    """Return whether this fulfilment has not left yet, so that the actor may still cancel it."""
    return "cancelled" in FULFILMENTS[kind].allowed(state, by=by)
