"""What shipments, pickups and carry-out share: locking, event fields, and goods that leave the stock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import NotFound
from inventory.services.reservations import fulfil_reservations
from orders.events.about import about_order
from orders.models import Fulfilment, FulfilmentLine, Order

_HAND_OUT = """
WITH part AS (
    UPDATE orders_fulfilmentline SET handed_over_at = %(now)s WHERE id = ANY(%(parts)s::bigint[])
    RETURNING order_line_id, quantity
)
UPDATE orders_orderline AS line SET quantity_fulfilled = line.quantity_fulfilled + part.quantity
FROM part WHERE line.id = part.order_line_id
"""


def take_fulfilment(*, fulfilment_id: int, kind: str, store_id: int | None) -> Fulfilment:
    """
    Lock the order of a fulfilment, then return the fulfilment with its order and location.

    store_id: the store it must belong to; None only for the system and the back office. Raises NotFound.
    """
    wanted = Fulfilment.objects.filter(kind=kind, pk=fulfilment_id)
    if store_id is not None:
        wanted = wanted.filter(location_id=store_id)
    order = Order.objects.locked().filter(pk__in=wanted.values("order_id")).first()
    if order is None:
        raise NotFound(_("There is no such order to hand over here."))
    fulfilment = Fulfilment.objects.select_related("location").get(pk=fulfilment_id)
    fulfilment.order = order
    return fulfilment


def about_fulfilment(fulfilment: Fulfilment, by: Actor, now: datetime) -> dict[str, Any]:
    """Return the fields that every event about a fulfilment has."""
    return {**about_order(fulfilment.order, by, now), "fulfilment_id": fulfilment.pk}


def note_goods_out(lines: Sequence[FulfilmentLine], *, now: datetime) -> None:
    """Record that these lines have left, on them and on the order lines; the caller holds the order's lock."""
    sql.execute(_HAND_OUT, {"parts": [line.pk for line in lines], "now": now})


def take_goods_out_of_stock(lines: Sequence[FulfilmentLine], *, kind: str, by: Actor, now: datetime) -> None:
    """End the reservations of these lines with stock movements of this kind. Locks stock rows: call it last."""
    reservations = [line.reservation_id for line in lines if line.reservation_id]
    ended = fulfil_reservations(ids=reservations, kind=kind, by=by, now=now)
    assert ended == len(reservations), "what leaves must have been reserved"
