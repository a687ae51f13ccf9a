"""
Labels of parcels: made, cancelled, and asked for again when a carrier did not answer.

The shipment's row is committed before the carrier is asked, and its key is our reference there: whoever asks again, a
packer or the sweep, gets the same label. Every change of a shipment is made under its order's lock.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.ids import new_id
from core.states.moving import move
from core.sweeping import Sweep, go_through
from core.texts.translated import in_language
from orders.carriers.base import Label, LabelRequest
from orders.models import CarrierService, Fulfilment, Shipment
from orders.models.carriers.services import NUMBER
from orders.rules.lifecycle import SHIPMENT
from orders.services.fulfilment.carriers import (
    CANCELLED,
    READY,
    REFUSED,
    UNKNOWN,
    ask_for_label,
    cancel_at_carrier,
    carrier_is_on,
    makes_labels,
)
from orders.services.fulfilment.fulfilments import take_fulfilment

LARGEST_LABEL_BYTES = 2_000_000
GONE = ("failed", "cancelled")
PACKING = ("placed", "picking")
# Longer than all calls for one label take. Two who asked at once would make two labels, since a carrier may find by our
# reference only what it has finished; so one asks, and the others see a label that is asked for.
CLAIM_LASTS, TRIED_AT_ONCE = timedelta(minutes=2), 100
SETTLING = Sweep("orders.settle_shipments", gettext_lazy("Ask a carrier about a label"))

_OPEN = f"""
SELECT shipment.id FROM orders_shipment AS shipment
JOIN orders_fulfilment AS parcel ON parcel.id = shipment.fulfilment_id
WHERE (shipment.state IN ('asked', 'cancelling') AND coalesce(shipment.claimed_until < %(now)s, true)
       OR shipment.state = 'ready' AND parcel.state = 'cancelled') AND {SETTLING.leaves_out("shipment.id")}
ORDER BY shipment.id LIMIT %(limit)s
"""
_CLAIM = """
UPDATE orders_shipment SET claimed_until = %(until)s
WHERE id = %(id)s AND state IN ('asked', 'cancelling') AND (claimed_until IS NULL OR claimed_until < %(now)s)
"""
_WEIGHT = """
SELECT sum(part.quantity * variant.grams)::bigint AS grams, bool_and(variant.grams IS NOT NULL) AS is_whole
FROM orders_fulfilmentline AS part JOIN orders_orderline AS line ON line.id = part.order_line_id
LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id WHERE part.fulfilment_id = %(parcel)s
"""


class ParcelHasLeft(Refusal):
    """The parcel has left or was cancelled, so its label stays as it is."""

    code = "parcel_has_left"


class TrackingNumberNeeded(Refusal):
    """This carrier makes no labels for the shop: `tracking` is missing."""

    code = "tracking_number_needed"


class LabelRefused(Refusal):
    """The carrier refuses; `reason` is what it says."""

    code = "label_refused"


class LabelNotCancelled(Refusal):
    """The carrier has the parcel already, or takes this label for used."""

    code = "label_not_cancelled"


def make_label(
    *, parcel_id: int, service_id: int, by: Actor, now: datetime, tracking: str = "", document: bytes = b""
) -> Shipment:
    """
    Make a parcel's label; a parcel that has one keeps it. Network calls, outside transactions.

    tracking, document: the number and the label as PDF that staff bring, of a carrier that makes none. Locks the order.
    The shipment stays `asked` while the carrier does not answer, and is asked about again by itself. Raises NotFound,
    ParcelHasLeft, TrackingNumberNeeded, LabelRefused.
    """
    service = CarrierService.objects.filter(pk=service_id, is_active=True).first()
    if service is None or not carrier_is_on(service.carrier):
        raise NotFound(_("There is no such way to send parcels."))
    is_asked = makes_labels(service.carrier)
    if not is_asked and not tracking:
        raise TrackingNumberNeeded(_("Scan or enter the number on the carrier's label."))
    with transaction.atomic(durable=True):
        parcel = take_fulfilment(fulfilment_id=parcel_id, kind=Fulfilment.SHIP, store_id=by.store_id)
        if parcel.state not in PACKING:
            raise ParcelHasLeft(_("This parcel is no longer here, so it needs no label."))
        shipment = live_shipment(parcel_id)
        if shipment is None:
            brought: dict[str, Any] = {"state": "asked"}
            if not is_asked:
                url = _address_of(service, tracking)
                brought = {"state": "ready", "tracking": tracking, "label": document, "tracking_url": url}
            shipment = Shipment.objects.create(
                fulfilment=parcel, service=service, carrier=service.carrier, key=new_id(), made_by_id=by.staff_id,
                asked_at=now, **brought,
            )  # fmt: skip
    if shipment.state == "asked":
        shipment = settle_shipment(shipment.pk, now=now)
    if shipment.state == "failed":
        raise LabelRefused(_("The carrier refuses: %s") % shipment.detail, reason=shipment.detail)
    return shipment


def cancel_label(*, parcel_id: int, by: Actor, now: datetime) -> Shipment:
    """
    Cancel a parcel's label before it leaves. Network calls, outside transactions.

    Locks the order. The shipment stays `cancelling` while the carrier does not answer. Raises NotFound, ParcelHasLeft,
    IllegalTransition, LabelNotCancelled.
    """
    with transaction.atomic(durable=True):
        parcel = take_fulfilment(fulfilment_id=parcel_id, kind=Fulfilment.SHIP, store_id=by.store_id)
        shipment = live_shipment(parcel_id)
        if shipment is None:
            raise NotFound(_("This parcel has no label."))
        if parcel.state not in (*PACKING, "cancelled"):
            raise ParcelHasLeft(_("This parcel has left, so its label can no longer be cancelled."))
        if shipment.state != "cancelling":
            _begin_to_cancel(shipment, by=by, now=now)
    if shipment.state == "cancelling":
        shipment = settle_shipment(shipment.pk, now=now)
    if shipment.state not in ("cancelling", "cancelled"):
        raise LabelNotCancelled(_("The carrier does not cancel this label: it has the parcel already."))
    return shipment


def settle_shipments(*, now: datetime) -> int:
    """Ask carriers about labels whose outcome is not known, and cancel those of cancelled parcels. Return how many."""
    rows = sql.fetch_all(_OPEN, {"limit": TRIED_AT_ONCE, "now": now})
    return go_through(
        SETTLING, [row["id"] for row in rows], lambda one: _settled(one, now), ref=lambda one: one, now=now
    )


def settle_shipment(shipment_id: int, *, now: datetime) -> Shipment:
    """
    Ask the carrier about a label that is asked for or being cancelled, and write what it says.

    Network calls, outside transactions; locks the order afterwards. A shipment in another state, or about which
    somebody else asks at this moment, is returned as it is.
    """
    is_claimed = sql.execute(_CLAIM, {"id": shipment_id, "now": now, "until": now + CLAIM_LASTS}) == 1
    shipment = Shipment.objects.select_related("service", "fulfilment__location", "fulfilment__order").get(
        pk=shipment_id
    )
    if not is_claimed:
        return shipment
    if shipment.state == "asked":
        answer = ask_for_label(carrier=shipment.carrier, request=_request_of(shipment))
    else:
        answer = cancel_at_carrier(carrier=shipment.carrier, ref=shipment.carrier_ref)
    with transaction.atomic(durable=True):
        take_fulfilment(fulfilment_id=shipment.fulfilment_id, kind=Fulfilment.SHIP, store_id=None)
        asked, shipment = shipment.state, Shipment.objects.select_related("service").get(pk=shipment_id)
        Shipment.objects.filter(pk=shipment_id).update(claimed_until=None)
        # Meanwhile the carrier may have told that it has the parcel.
        if shipment.state == asked and answer.outcome != UNKNOWN:
            to = {READY: "ready", REFUSED: "failed", CANCELLED: "cancelled"}.get(answer.outcome, "ready")
            move(SHIPMENT, shipment, to, by=THE_SYSTEM, detail=answer.detail, **_told(shipment, answer.label))
            # The parcel left before its carrier had answered.
            Fulfilment.objects.filter(pk=shipment.fulfilment_id, state="shipped", tracking="").update(
                tracking=shipment.tracking, tracking_url=shipment.tracking_url
            )
    return shipment


def live_shipment(parcel_id: int) -> Shipment | None:
    """Return the shipment of a parcel that is neither refused nor cancelled; the database keeps it to one."""
    return Shipment.objects.select_related("service").filter(fulfilment=parcel_id).exclude(state__in=GONE).first()


def services_for(method: str) -> list[CarrierService]:
    """Return by what a parcel of a delivery method may be sent, those of this method first."""
    rows = CarrierService.objects.filter(is_active=True, method__in=("", method)).order_by("position", "pk")
    return sorted((row for row in rows if carrier_is_on(row.carrier)), key=lambda row: row.method == "")


def label_document(shipment: Shipment) -> bytes:
    """Return a label's PDF. Raises NotFound for one that has none."""
    if not shipment.label:
        raise NotFound(_("This label has no document."))
    return bytes(shipment.label)


def _settled(shipment_id: int, now: datetime) -> bool:
    shipment = Shipment.objects.get(pk=shipment_id)
    if shipment.state == "ready":
        with transaction.atomic(durable=True):
            take_fulfilment(fulfilment_id=shipment.fulfilment_id, kind=Fulfilment.SHIP, store_id=None)
            shipment.refresh_from_db()
            if shipment.state == "ready":
                _begin_to_cancel(shipment, by=THE_SYSTEM, now=now)
    return settle_shipment(shipment_id, now=now).state not in ("asked", "cancelling")


def _begin_to_cancel(shipment: Shipment, *, by: Actor, now: datetime) -> None:
    to = "cancelling" if makes_labels(shipment.carrier) else "cancelled"
    move(SHIPMENT, shipment, to, by=by, asked_at=now)


def _told(shipment: Shipment, label: Label | None) -> dict[str, Any]:
    if label is None:
        return {}
    return {
        "carrier_ref": label.ref,
        "tracking": label.tracking,
        "tracking_url": label.tracking_url or _address_of(shipment.service, label.tracking),
        "label": label.document,
    }


def _address_of(service: CarrierService, tracking: str) -> str:
    return service.tracking_url.replace(NUMBER, tracking)[:300] if service.tracking_url and tracking else ""


def _request_of(shipment: Shipment) -> LabelRequest:
    parcel, row = shipment.fulfilment, sql.fetch_one(_WEIGHT, {"parcel": shipment.fulfilment_id})
    place = parcel.location
    sender = {
        "name": in_language(place.name, settings.LANGUAGE_CODE),
        "company": settings.SHOP_NAME,
        "street_address": place.street_address,
        "postal_code": place.postal_code,
        "city": place.city,
        "country_area": place.region,
        "country_code": place.country_code,
        "phone": place.phone,
    }
    return LabelRequest(
        reference=shipment.key,
        service=shipment.service.service,
        sender=sender,
        recipient={name: str(value or "") for name, value in parcel.address.items()},
        grams=row["grams"] if row and row["is_whole"] else shipment.service.grams,
        order_number=parcel.order.number,
    )
