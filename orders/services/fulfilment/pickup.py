"""
Moves a pickup from acceptance until it is ready at the desk; hand_over.py has what follows.

Every action locks the order first and then reads the pickup, so two members of staff, a shopper who cancels and the
sweep that expires pickups follow one another.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.journal import publish
from core.states.moving import move
from core.sweeping import Sweep, go_through
from inventory.queries.hours import load_hours
from orders.events import (
    PickupAccepted,
    PickupExpired,
    PickupPicking,
    PickupReady,
    PickupRejected,
    PickupUnlocked,
)
from orders.models import Fulfilment
from orders.queries.balances_due import balance_due_in
from orders.rules.lifecycle import PICKUP
from orders.rules.pickup_deadlines import pickup_deadline
from orders.services.fulfilment.cancellation import cancel_fulfilments, publish_partly_cancelled, release_undone
from orders.services.fulfilment.fulfilments import about_fulfilment, take_fulfilment
from orders.services.fulfilment.pieces import Pieces, take_apart

EXPIRED_AT_ONCE = 500
UNPREPARED_STATES = ("placed", "accepted", "picking")
EXPIRING = Sweep("orders.expire_pickups", gettext_lazy("Cancel a pickup that was not collected"))
ENDING_UNPAID = Sweep("orders.end_unpaid_pickups", gettext_lazy("Cancel a pickup that nobody paid or made ready"))

_OVERDUE = f"""
SELECT pickup.id, orders.number
FROM orders_fulfilment AS pickup JOIN orders_order AS orders ON orders.id = pickup.order_id
WHERE pickup.kind = 'pickup' AND pickup.state = 'ready' AND pickup.expires_at < %(now)s
  AND {EXPIRING.leaves_out("orders.number")}
ORDER BY pickup.expires_at LIMIT %(limit)s
"""
# An amount that fell due because its authorisation was lost is not meant: that shopper did pay.
_UNPAID = f"""
SELECT pickup.id, orders.number
FROM orders_fulfilment AS pickup JOIN orders_order AS orders ON orders.id = pickup.order_id
WHERE pickup.kind = 'pickup' AND pickup.state IN ('placed', 'accepted', 'picking') AND orders.state = 'placed'
  AND coalesce(pickup.promised_at, orders.placed_at) < %(late)s
  AND EXISTS (SELECT FROM orders_balancedueentry AS due
              WHERE due.order_id = orders.id HAVING sum(due.amount) > 0 AND bool_or(due.kind = 'placed'))
  AND {ENDING_UNPAID.leaves_out("orders.number")}
ORDER BY pickup.id LIMIT %(limit)s
"""


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


def expire_overdue_pickups(*, now: datetime) -> int:
    """
    Expire every pickup that was not collected in time, each in its own transaction. Return how many.

    One that cannot be expired is put on the work list (core/sweeping.py).
    """
    rows = sql.fetch_all(_OVERDUE, {"now": now, "limit": EXPIRED_AT_ONCE})
    return go_through(
        EXPIRING, rows, lambda row: _expire_pickup(row["id"], now=now), ref=lambda row: row["number"], now=now
    )


def end_unpaid_pickups(*, now: datetime) -> int:
    """
    Cancel every pickup to be paid in the store that nobody made ready in time. Return how many.

    Nobody has paid, and nobody prepares it: it would hold its goods for ever. Each has a transaction of its own.
    """
    late = now - timedelta(days=settings.UNPAID_PICKUP_DAYS)
    rows = sql.fetch_all(_UNPAID, {"now": now, "late": late, "limit": EXPIRED_AT_ONCE})
    return go_through(
        ENDING_UNPAID, rows, lambda row: _end_unpaid(row["id"], now=now), ref=lambda row: row["number"], now=now
    )


def take_pickup(*, pickup_id: int, store_id: int | None) -> Fulfilment:
    """Lock the order of a pickup and return the pickup; store_id: the store it must belong to, None for the system."""
    return take_fulfilment(fulfilment_id=pickup_id, kind=Fulfilment.PICKUP, store_id=store_id)


@transaction.atomic(durable=True)
def _expire_pickup(pickup_id: int, *, now: datetime) -> bool | None:
    pickup = take_pickup(pickup_id=pickup_id, store_id=None)
    if pickup.state != "ready" or pickup.expires_at is None or pickup.expires_at >= now:
        return None  # Collected or cancelled since it was found.
    undone = cancel_fulfilments(
        order=pickup.order, fulfilments=[pickup], to="expired", reason="expired", by=THE_SYSTEM, now=now
    )
    (ended,) = undone.fulfilments
    publish(PickupExpired(**about_fulfilment(ended, THE_SYSTEM, now), refund=undone.refund))
    release_undone(undone, reason="expired", by=THE_SYSTEM, now=now)
    return True


@transaction.atomic(durable=True)
def _end_unpaid(pickup_id: int, *, now: datetime) -> bool | None:
    pickup = take_pickup(pickup_id=pickup_id, store_id=None)
    if pickup.state not in UNPREPARED_STATES or not balance_due_in(pickup.order_id):
        return None  # Paid, prepared or cancelled since it was found.
    undone = cancel_fulfilments(
        order=pickup.order, fulfilments=[pickup], to="cancelled", reason="unpaid", by=THE_SYSTEM, now=now
    )
    publish_partly_cancelled(pickup.order, undone, reason="unpaid", by=THE_SYSTEM, now=now)
    release_undone(undone, reason="unpaid", by=THE_SYSTEM, now=now)
    return True
