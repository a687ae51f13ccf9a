"""
How long a pickup is kept: its buyer is reminded, staff keep it longer, and in the end it expires.

One that is to be paid in the store, and that nobody makes ready, ends too. The sweeps do each pickup in a transaction
of its own, and put one that they cannot do on the work list (core/sweeping.py).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import Refusal
from core.journal import publish
from core.sweeping import Sweep, go_through
from inventory.queries.hours import load_hours
from orders.events import PickupExpired, PickupExtended, PickupReminded
from orders.queries.balances_due import balance_due_in
from orders.rules.pickup_deadlines import closing_from
from orders.services.fulfilment.cancellation import cancel_fulfilments, publish_partly_cancelled, release_undone
from orders.services.fulfilment.fulfilments import about_fulfilment
from orders.services.fulfilment.pickups.preparing import take_pickup

EXPIRED_AT_ONCE = REMINDED_AT_ONCE = 500
MOST_EXTENSION_DAYS = 90
UNPREPARED_STATES = ("placed", "accepted", "picking")
REMINDING = Sweep("orders.remind_of_pickups", gettext_lazy("Remind a buyer of a pickup"))
EXPIRING = Sweep("orders.expire_pickups", gettext_lazy("Cancel a pickup that was not collected"))
ENDING_UNPAID = Sweep("orders.end_unpaid_pickups", gettext_lazy("Cancel a pickup that nobody paid or made ready"))

_OVERDUE = f"""
SELECT pickup.id, orders.number
FROM orders_fulfilment AS pickup JOIN orders_order AS orders ON orders.id = pickup.order_id
WHERE pickup.kind = 'pickup' AND pickup.state = 'ready' AND pickup.expires_at < %(now)s
  AND {EXPIRING.leaves_out("orders.number")}
ORDER BY pickup.expires_at LIMIT %(limit)s
"""
# A pickup that is kept for a shorter time than a reminder's hours is not reminded of in the first half of it, because
# its buyer has just read that it is ready. Reminders that were missed together become one.
_TO_REMIND = f"""
SELECT pickup.id, orders.number
FROM orders_fulfilment AS pickup JOIN orders_order AS orders ON orders.id = pickup.order_id
WHERE pickup.kind = 'pickup' AND pickup.state = 'ready' AND pickup.expires_at > %(now)s
  AND pickup.reminders < (SELECT count(*) FROM unnest(%(hours)s::int[]) AS before
                          WHERE pickup.expires_at - make_interval(hours => before) <= %(now)s)
  AND pickup.ready_at + (pickup.expires_at - pickup.ready_at) / 2 <= %(now)s
  AND {REMINDING.leaves_out("orders.number")}
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


class NotKept(Refusal):
    """The pickup is not at the desk, so there is nothing to keep longer; `state` says what became of it."""

    code = "pickup_not_kept"


class NotLonger(Refusal):
    """The day is not after the present deadline, or too far away; `earliest` and `latest` say which are possible."""

    code = "pickup_not_kept_longer"


@transaction.atomic
def extend_pickup(*, pickup_id: int, until: date, reason: str, by: Actor, now: datetime) -> None:
    """
    Keep a ready pickup until the store closes on a day, or on the next one on which it opens; the buyer is told.

    until: a day in the store's time zone, after the present deadline and within MOST_EXTENSION_DAYS. reason: stored
    with the pickup, for staff. Reminders begin again. Locks the order. Raises NotFound, NotKept, NotLonger.
    """
    pickup = take_pickup(pickup_id=pickup_id, store_id=by.store_id)
    if pickup.state != "ready" or pickup.expires_at is None:
        raise NotKept(_("Only a pickup that is ready at the desk can be kept longer."), state=pickup.state)
    hours = load_hours([pickup.location_id])[pickup.location_id]
    zone = ZoneInfo(hours.time_zone)
    # A deadline at midnight ends the day before.
    earliest = (pickup.expires_at - timedelta(microseconds=1)).astimezone(zone).date() + timedelta(days=1)
    latest = now.astimezone(zone).date() + timedelta(days=MOST_EXTENSION_DAYS)
    if not earliest <= until <= latest:
        raise NotLonger(
            _("Choose a day after the present deadline, and at most 90 days from today."),
            earliest=earliest.isoformat(),
            latest=latest.isoformat(),
        )
    pickup.expires_at, pickup.extension_reason, pickup.reminders = closing_from(hours, until), reason, 0
    pickup.save(update_fields=["expires_at", "extension_reason", "reminders"])
    about = about_fulfilment(pickup, by, now)
    publish(PickupExtended(**about, until=pickup.expires_at.isoformat(), reason=reason))


def remind_of_pickups(*, now: datetime) -> int:
    """
    Remind buyers of what waits for them, so many hours before its deadline as PICKUP_REMINDER_HOURS says.

    Return how many. Each has a transaction of its own.
    """
    hours = settings.PICKUP_REMINDER_HOURS
    rows = sql.fetch_all(_TO_REMIND, {"now": now, "hours": hours, "limit": REMINDED_AT_ONCE})
    return go_through(
        REMINDING, rows, lambda row: _remind(row["id"], hours, now=now), ref=lambda row: row["number"], now=now
    )


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


@transaction.atomic(durable=True)
def _remind(pickup_id: int, hours: list[int], *, now: datetime) -> bool | None:
    pickup = take_pickup(pickup_id=pickup_id, store_id=None)
    if pickup.state != "ready" or pickup.expires_at is None:
        return None  # Collected or cancelled since it was found.
    due = sum(pickup.expires_at - timedelta(hours=before) <= now for before in hours)
    if pickup.reminders >= due or pickup.expires_at <= now:
        return None  # Reminded of or extended since it was found.
    pickup.reminders = due
    pickup.save(update_fields=["reminders"])
    publish(PickupReminded(**about_fulfilment(pickup, THE_SYSTEM, now)))
    return True


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
