"""What every way in which goods reach a shopper has in common: its lock, what its events say, and goods that leave."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import NotFound
from inventory.services.reservations import fulfil_reservations
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
    Lock the order of a fulfilment, and return the fulfilment as it is behind that lock, with its order and location.

    store_id: the store it must belong to; None only for the shop itself and its back office. Raises NotFound.
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
    """Return what every event about a fulfilment says."""
    return {
        "by": by,
        "occurred_at": now,
        "customer_id": fulfilment.order.customer_id,
        "ref": fulfilment.order.number,
        "order_id": fulfilment.order_id,
        "fulfilment_id": fulfilment.pk,
    }


def note_goods_out(parts: Sequence[FulfilmentLine], *, now: datetime) -> None:
    """Write down that these lines have left, on them and on the lines of the order; the caller holds its lock."""
    sql.execute(_HAND_OUT, {"parts": [part.pk for part in parts], "now": now})


def take_goods_out_of_stock(parts: Sequence[FulfilmentLine], *, kind: str, by: Actor, now: datetime) -> None:
    """End the reservations of these lines, their units leaving the ledger as kind. Locks stock rows: call it last."""
    reservations = [part.reservation_id for part in parts if part.reservation_id]
    ended = fulfil_reservations(ids=reservations, kind=kind, by=by, now=now)
    assert ended == len(reservations), "what leaves must have been reserved"
