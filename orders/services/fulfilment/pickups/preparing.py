"""
Moves a pickup from acceptance until it is ready at the desk; hand_over.py and deadlines.py have what follows.

Every action locks the order first and then reads the pickup, so two members of staff, a shopper who cancels and the
sweep that expires pickups follow one another.
"""

from datetime import datetime

from django.db import transaction

from core.actors import Actor
from core.journal import publish
from core.states.moving import move
from inventory.queries.hours import load_hours
from orders.events import (
    PickupAccepted,
    PickupPicking,
    PickupReady,
    PickupRejected,
    PickupUnlocked,
)
from orders.models import Fulfilment
from orders.rules.lifecycle import PICKUP
from orders.rules.pickup_deadlines import pickup_deadline
from orders.services.fulfilment.cancellation import cancel_fulfilments, release_undone
from orders.services.fulfilment.fulfilments import about_fulfilment, take_fulfilment
from orders.services.fulfilment.pieces import Pieces, take_apart


@transaction.atomic
def accept_pickup(*, pickup_id: int, by: Actor, now: datetime) -> None:
    """Accept a pickup in the acting store. Locks the order. Raises NotFound, IllegalTransition."""
    pickup = take_pickup(pickup_id=pickup_id, store_id=by.store_id)
    move(PICKUP, pickup, "accepted", by=by, accepted_at=now)
    publish(PickupAccepted(**about_fulfilment(pickup, by, now)))


@transaction.atomic
def start_picking(*, pickup_id: int, by: Actor, now: datetime) -> None:
    """Begin to pick an accepted pickup. Locks the order. Raises NotFound, IllegalTransition."""
    pickup = take_pickup(pickup_id=pickup_id, store_id=by.store_id)
    move(PICKUP, pickup, "picking", by=by)
    publish(PickupPicking(**about_fulfilment(pickup, by, now)))


@transaction.atomic
def make_pickup_ready(*, pickup_id: int, by: Actor, now: datetime) -> None:
    """
    Mark a pickup as ready: the buyer is notified, once, and it is kept until closing time of its last day.

    Locks the order. Raises NotFound, IllegalTransition.
    """
    pickup = take_pickup(pickup_id=pickup_id, store_id=by.store_id)
    hours = load_hours([pickup.location_id])[pickup.location_id]
    expires_at = pickup_deadline(hours, now, pickup.location.pickup_keep_days)
    move(PICKUP, pickup, "ready", by=by, ready_at=now, expires_at=expires_at)
    publish(PickupReady(**about_fulfilment(pickup, by, now)))


@transaction.atomic(savepoint=False)
def reject_pickup(*, pickup_id: int, reason: str, by: Actor, now: datetime, pieces: Pieces | None = None) -> None:
    """
    Reject a pickup, or some pieces of it, that the store cannot serve: its stock is released, and its price refunded.

    reason: shown to people, stored with the pickup. pieces: units by the order line's id, all that waits without it;
    the others stay as they are. Locks the order, then the stock rows last. Raises NotFound, IllegalTransition,
    TooManyPieces.
    """
    pickup = take_pickup(pickup_id=pickup_id, store_id=by.store_id)
    if pieces is not None:
        PICKUP.check(present=pickup.state, to="cancelled", by=by)
        (pickup,) = take_apart([pickup], pieces)
    undone = cancel_fulfilments(
        order=pickup.order, fulfilments=[pickup], to="cancelled", reason="rejected", note=reason, by=by, now=now
    )
    (ended,) = undone.fulfilments
    publish(PickupRejected(**about_fulfilment(ended, by, now), refund=undone.refund))
    release_undone(undone, reason="rejected", by=by, now=now)


@transaction.atomic
def unlock_pickup(*, pickup_id: int, by: Actor, now: datetime) -> None:
    """Allow pickup codes again after too many wrong ones. Locks the order. Raises NotFound."""
    pickup = take_pickup(pickup_id=pickup_id, store_id=by.store_id)
    pickup.wrong_codes = 0
    pickup.save(update_fields=["wrong_codes"])
    publish(PickupUnlocked(**about_fulfilment(pickup, by, now)))


def take_pickup(*, pickup_id: int, store_id: int | None) -> Fulfilment:
    """Lock the order of a pickup and return the pickup; store_id: the store it must belong to, None for the system."""
    return take_fulfilment(fulfilment_id=pickup_id, kind=Fulfilment.PICKUP, store_id=store_id)
