"""
What carriers say of parcels: kept once as it came, and applied by its own time.

Updates may come in any order, any number of times and late, and before the answer that names their parcel. Each is
applied under its order's lock, as staff's acts are. What follows, follows once: a delivered parcel is delivered and its
buyer told; one that comes back to the sender becomes a return that is expected at its place.
"""

import json
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.journal import publish
from core.states.moving import move
from core.sweeping import Sweep, go_through
from orders.carriers.base import TrackingUpdate
from orders.events import ParcelLost, ParcelSentBack
from orders.models import Fulfilment, Shipment, TrackingEvent
from orders.rules.lifecycle import SHIPMENT
from orders.rules.tracking import dated, is_news
from orders.services.fulfilment.carriers import carriers_to_ask, updates_of
from orders.services.fulfilment.fulfilments import about_fulfilment, take_fulfilment
from orders.services.fulfilment.shipping import deliver
from orders.services.returns.sent_back import expect_parcel_back

TRIED_FOR, TRIED_AT_ONCE = timedelta(hours=1), 100
LOOKED_AGAIN_AFTER, LOOKED_FOR = timedelta(hours=2), timedelta(days=60)

_KEEP = """
INSERT INTO orders_trackingevent (carrier, number, carrier_ref, kind, happened_at, received_at, outcome, raw)
VALUES (%(carrier)s, %(number)s, %(ref)s, %(kind)s, %(happened_at)s, %(now)s, 'waiting', %(raw)s::jsonb)
ON CONFLICT (carrier, number) DO NOTHING
"""
APPLYING = Sweep("orders.apply_tracking_events", gettext_lazy("Apply what a carrier says of a parcel"))
LOOKING = Sweep("orders.look_for_parcels", gettext_lazy("Ask a carrier where a parcel is"))
_WAITING = f"""
SELECT id FROM orders_trackingevent WHERE outcome = 'waiting' AND {APPLYING.leaves_out("orders_trackingevent.id")}
ORDER BY id LIMIT %(limit)s
"""
_ON_THEIR_WAY = f"""
SELECT id FROM orders_shipment
WHERE state IN ('ready', 'in_transit', 'out_for_delivery', 'delivery_failed', 'lost')
  AND carrier = ANY(%(carriers)s::text[]) AND carrier_ref <> '' AND asked_at > %(since)s
  AND (looked_at IS NULL OR looked_at < %(before)s) AND {LOOKING.leaves_out("orders_shipment.id")}
ORDER BY looked_at NULLS FIRST, id LIMIT %(limit)s
"""


class NotLost(Refusal):
    """The parcel is not lost, or was dealt with."""

    code = "not_lost"


def record_tracking(*, carrier: str, update: TrackingUpdate, now: datetime) -> bool:
    """
    Keep a carrier's update whose signature is verified, and apply it unless that was done before.

    Locks the order. Return False if it must wait, because its parcel is not known here yet.
    """
    number = (update.number or f"{update.ref}:{update.state}:{update.happened_at.isoformat()}")[:255]
    sql.execute(
        _KEEP,
        {
            "carrier": carrier,
            "number": number,
            "ref": update.ref[:80],
            "kind": update.state,
            "happened_at": update.happened_at,
            "now": now,
            "raw": json.dumps(dict(update.raw)),
        },
    )
    event = TrackingEvent.objects.get(carrier=carrier, number=number)
    return event.outcome != TrackingEvent.WAITING or _apply(event, now=now)


def apply_tracking_events(*, now: datetime) -> int:
    """Try again the updates whose parcel was not known. Return how many were settled."""
    rows = sql.fetch_all(_WAITING, {"limit": TRIED_AT_ONCE, "now": now})
    events = TrackingEvent.objects.filter(pk__in=[row["id"] for row in rows]).order_by("pk")
    return go_through(APPLYING, list(events), lambda event: _apply(event, now=now), ref=lambda event: event.pk, now=now)


def look_for_parcels(*, now: datetime) -> int:
    """Ask the carriers that tell nothing by themselves where their parcels are. Network calls. Return how many."""
    asked = carriers_to_ask()
    if not asked:
        return 0
    times = {"since": now - LOOKED_FOR, "before": now - LOOKED_AGAIN_AFTER, "now": now}
    rows = sql.fetch_all(_ON_THEIR_WAY, {"carriers": asked, "limit": TRIED_AT_ONCE, **times})
    return go_through(LOOKING, [row["id"] for row in rows], lambda one: _look(one, now), ref=lambda one: one, now=now)


@transaction.atomic(savepoint=False)
def resolve_lost(*, shipment_id: int, resolution: str, note: str, by: Actor) -> None:
    """
    Record what was done about a parcel that its carrier lost; it leaves the work list.

    resolution: one of Shipment.RESOLUTIONS. Locks the order. Raises NotFound, NotLost.
    """
    shipment = Shipment.objects.filter(pk=shipment_id).first()
    if shipment is None:
        raise NotFound(_("There is no such parcel here."))
    take_fulfilment(fulfilment_id=shipment.fulfilment_id, kind=Fulfilment.SHIP, store_id=by.store_id)
    changed = Shipment.objects.filter(pk=shipment_id, state="lost", resolution="").update(
        resolution=resolution, resolution_note=note
    )
    if not changed:
        raise NotLost(_("This parcel is not lost, or somebody has dealt with it already."))


def _look(shipment_id: int, now: datetime) -> bool:
    shipment = Shipment.objects.defer("label").get(pk=shipment_id)
    for update in updates_of(carrier=shipment.carrier, ref=shipment.carrier_ref):
        record_tracking(carrier=shipment.carrier, update=update, now=now)
    Shipment.objects.filter(pk=shipment_id).update(looked_at=now)
    return True


def _apply(event: TrackingEvent, *, now: datetime) -> bool:
    known = Shipment.objects.filter(carrier=event.carrier, carrier_ref=event.carrier_ref).exclude(carrier_ref="")
    shipment_id = known.values_list("pk", flat=True).first()
    if shipment_id is None:
        return now - event.received_at > TRIED_FOR and _end(event, TrackingEvent.UNKNOWN, None)
    with transaction.atomic(durable=True):
        parcel_id = Shipment.objects.values_list("fulfilment_id", flat=True).get(pk=shipment_id)
        parcel = take_fulfilment(fulfilment_id=parcel_id, kind=Fulfilment.SHIP, store_id=None)
        shipment = Shipment.objects.defer("label").get(pk=shipment_id)
        moment = dated(event.happened_at, received_at=event.received_at)
        if is_news(shipment.state, shipment.tracked_at, told=event.kind, happened_at=moment):
            move(SHIPMENT, shipment, event.kind, by=THE_SYSTEM, tracked_at=moment)
            _follow(shipment, parcel, moment, now=now)
        return _end(event, TrackingEvent.DONE, shipment_id)


def _follow(shipment: Shipment, parcel: Fulfilment, moment: datetime, *, now: datetime) -> None:
    """Do what follows from a parcel's new state; the caller holds the order's lock."""
    if shipment.state == "delivered" and parcel.state == "shipped":
        deliver(parcel, delivered_at=moment, by=THE_SYSTEM, now=now)
    elif shipment.state == "lost":
        publish(ParcelLost(**about_fulfilment(parcel, THE_SYSTEM, now), shipment_id=shipment.pk))
    elif shipment.state == "sent_back":
        publish(ParcelSentBack(**about_fulfilment(parcel, THE_SYSTEM, now), shipment_id=shipment.pk))
        expect_parcel_back(parcel, now=now)


def _end(event: TrackingEvent, outcome: str, shipment_id: int | None) -> bool:
    TrackingEvent.objects.filter(pk=event.pk).update(outcome=outcome, shipment_id=shipment_id)
    return True
