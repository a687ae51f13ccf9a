"""The parcels of a store or warehouse, as its packers see them: one statement for any number of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound

# Goods lie by category, so the lines of a parcel are sorted in walking order.
_PARCELS = """
SELECT fulfilment.id, fulfilment.state, orders.number, orders.channel, orders.placed_at, fulfilment.promised_at,
       fulfilment.finished_at, fulfilment.tracking, fulfilment.method, fulfilment.method_name,
       fulfilment.address, orders.customer_id,
       coalesce(nullif(customer.name, ''), nullif(fulfilment.address ->> 'name', ''), orders.contact_email) AS customer,
       orders.contact_phone AS phone,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'line', line.id, 'sku', line.sku, 'name', line.name, 'quantity', part.quantity, 'product', product.name,
            'attributes', variant.attributes, 'place', category.name,
            'barcodes', (SELECT coalesce(jsonb_agg(barcode.code ORDER BY barcode.code), '[]')
                         FROM inventory_barcode AS barcode WHERE barcode.variant_id = line.variant_id))
            ORDER BY category.path NULLS LAST, line.position), '[]')
        FROM orders_fulfilmentline AS part JOIN orders_orderline AS line ON line.id = part.order_line_id
        LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
        LEFT JOIN inventory_product AS product ON product.id = variant.product_id
        LEFT JOIN inventory_category AS category ON category.id = product.category_id
        WHERE part.fulfilment_id = fulfilment.id) AS lines
FROM ({picked}) AS fulfilment
JOIN orders_order AS orders ON orders.id = fulfilment.order_id
LEFT JOIN accounts_customer AS customer ON customer.id = orders.customer_id
"""
_HERE = "SELECT * FROM orders_fulfilment WHERE kind = 'ship' AND location_id = %(place)s"
# The rows to show are chosen first, by index, and then joined with the rest. The states are written out here, because
# only then does PostgreSQL use the indexes of open and of ended fulfilments.
_OPEN = (
    _PARCELS.format(
        picked=f"""{_HERE}
  AND state IN ('placed', 'accepted', 'picking', 'ready') AND state = %(state)s
  AND (%(after_id)s::bigint IS NULL
       OR (coalesce(promised_at, 'infinity'), id) > (%(after_time)s::timestamptz, %(after_id)s::bigint))
ORDER BY coalesce(promised_at, 'infinity'), id LIMIT %(limit)s"""
    )
    + "ORDER BY coalesce(fulfilment.promised_at, 'infinity'), fulfilment.id"
)
_GONE = (
    _PARCELS.format(
        picked=f"""{_HERE}
  AND state IN ('collected', 'shipped', 'delivered', 'cancelled', 'expired') AND state = %(state)s
  AND (%(after_id)s::bigint IS NULL OR id < %(after_id)s::bigint)
ORDER BY id DESC LIMIT %(limit)s"""
    )
    + "ORDER BY fulfilment.id DESC"
)
_ONE = _PARCELS.format(picked=f"{_HERE} AND id = %(parcel)s")
_OF_ORDER = (
    _PARCELS.format(
        picked=f"""{_HERE} AND order_id = (SELECT id FROM orders_order WHERE number = %(number)s)
ORDER BY id LIMIT %(limit)s"""
    )
    + "ORDER BY fulfilment.id"
)
_BY_TRACKING = (
    _PARCELS.format(picked=f"{_HERE} AND tracking <> '' AND tracking = %(tracking)s ORDER BY id LIMIT %(limit)s")
    + "ORDER BY fulfilment.id"
)
_COUNTS = """
SELECT (count(*) FILTER (WHERE state = 'placed'))::int AS to_pick,
       (count(*) FILTER (WHERE state = 'picking'))::int AS to_send
FROM orders_fulfilment
WHERE kind = 'ship' AND location_id = %(place)s AND state IN ('placed', 'accepted', 'picking', 'ready')
"""


@dataclass(frozen=True, slots=True)
class ParcelView:
    """
    A parcel with what is needed to pack and send it. customer: how to address the buyer.

    lines are ready to be shown: a line's name is the one it was ordered by; product, attributes and place are the
    present names of it and its category, in all languages.
    """

    id: int
    state: str
    number: str
    channel: str
    placed_at: datetime
    promised_at: datetime | None
    finished_at: datetime | None
    tracking: str
    method: str
    method_name: str
    address: dict[str, Any]
    customer_id: int | None
    customer: str
    phone: str
    lines: list[dict[str, Any]]

    @property
    def place(self) -> list[Any]:
        """Return the sort key of parcels in a list, for its cursor."""
        return [self.promised_at.isoformat() if self.promised_at else "infinity", self.id]


@dataclass(frozen=True, slots=True)
class ParcelCounts:
    """How many parcels wait to be picked, and to be sent."""

    to_pick: int
    to_send: int


def waiting_parcels(*, place_id: int, state: str, after: tuple[str, int] | None, limit: int) -> list[ParcelView]:
    """Return the parcels of a place that wait in a state, by promised time, after the last one seen."""
    after_time, after_id = after or (None, None)
    parameters = {"place": place_id, "state": state, "after_time": after_time, "after_id": after_id, "limit": limit}
    return [ParcelView(**row) for row in sql.fetch_all(_OPEN, parameters)]


def gone_parcels(*, place_id: int, state: str, after: tuple[str, int] | None, limit: int) -> list[ParcelView]:
    """Return the parcels of a place that left and are in a state, newest first, after the last one seen."""
    parameters = {"place": place_id, "state": state, "after_id": after[1] if after else None, "limit": limit}
    return [ParcelView(**row) for row in sql.fetch_all(_GONE, parameters)]


def get_parcel(*, parcel_id: int, place_id: int) -> ParcelView:
    """Return one parcel of a place. Raises NotFound."""
    row = sql.fetch_one(_ONE, {"parcel": parcel_id, "place": place_id})
    if row is None:
        raise NotFound(_("There is no such parcel here."))
    return ParcelView(**row)


def find_parcels(*, place_id: int, text: str, limit: int) -> Sequence[ParcelView]:
    """Return the parcels of a place with this order number or tracking number, in any state."""
    parameters = {"place": place_id, "number": text, "tracking": text, "limit": limit}
    rows = sql.fetch_all(_OF_ORDER, parameters) or sql.fetch_all(_BY_TRACKING, parameters)
    return [ParcelView(**row) for row in rows]


def count_parcels(*, place_id: int) -> ParcelCounts:
    """Return how many parcels wait at a place, in one statement."""
    row = sql.fetch_one(_COUNTS, {"place": place_id})
    assert row is not None
    return ParcelCounts(**row)
