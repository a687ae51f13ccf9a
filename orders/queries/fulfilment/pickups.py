"""The pickups of a store, as its staff see them: one statement for any number of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound
from orders.rules.pickup_codes import is_pickup_code

_PICKUPS = """
SELECT fulfilment.id, fulfilment.order_id, fulfilment.state, orders.number, store.code AS store, orders.channel,
       orders.placed_at,
       fulfilment.promised_at, fulfilment.accepted_at, fulfilment.ready_at, fulfilment.expires_at,
       fulfilment.finished_at, fulfilment.wrong_codes, fulfilment.reject_reason, fulfilment.extension_reason,
       orders.currency,
       orders.customer_id, coalesce(nullif(customer.name, ''), orders.contact_email) AS customer,
       orders.contact_phone AS phone,
       (SELECT jsonb_build_object('name', collector.name, 'phone', collector.phone)
        FROM orders_collector AS collector WHERE collector.order_id = orders.id) AS collector,
       (SELECT coalesce(sum(amount), 0)::bigint FROM orders_balancedueentry WHERE order_id = orders.id) AS due,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'line', line.id::text, 'sku', line.sku, 'name', line.name, 'quantity', part.quantity,
            'product', product.name, 'attributes', variant.attributes,
            'handed_over_at', part.handed_over_at,
            'barcodes', (SELECT coalesce(jsonb_agg(barcode.code ORDER BY barcode.code), '[]')
                         FROM inventory_barcode AS barcode WHERE barcode.variant_id = line.variant_id))
            ORDER BY line.position, part.id), '[]')
        FROM orders_fulfilmentline AS part JOIN orders_orderline AS line ON line.id = part.order_line_id
        LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
        LEFT JOIN inventory_product AS product ON product.id = variant.product_id
        WHERE part.fulfilment_id = fulfilment.id) AS lines,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'collected_by', hand_over.collected_by, 'proof', hand_over.proof,
            'staff', staff.name, 'handed_over_at', hand_over.handed_over_at) ORDER BY hand_over.id), '[]')
        FROM orders_handover AS hand_over JOIN accounts_customer AS staff ON staff.id = hand_over.staff_id
        WHERE hand_over.fulfilment_id = fulfilment.id) AS hand_overs
FROM ({picked}) AS fulfilment
JOIN orders_order AS orders ON orders.id = fulfilment.order_id
JOIN inventory_location AS store ON store.id = fulfilment.location_id
LEFT JOIN accounts_customer AS customer ON customer.id = orders.customer_id
"""
_HERE = "SELECT * FROM orders_fulfilment WHERE kind = 'pickup' AND location_id = %(store)s"
# What was promised first is needed first; a pickup without a promised time comes last. The rows to show are chosen
# first, by index, and then joined with the rest. The states are written out here, because only then does PostgreSQL use
# the indexes of open and of ended fulfilments.
_OPEN = (
    _PICKUPS.format(
        picked=f"""{_HERE}
  AND state IN ('placed', 'accepted', 'picking', 'ready')
  AND (%(states)s::text[] = '{{}}' OR state = ANY(%(states)s::text[]))
  AND (%(late)s::timestamptz IS NULL
       OR CASE state WHEN 'ready' THEN expires_at < %(leaving)s::timestamptz
                     ELSE promised_at < %(late)s::timestamptz END)
  AND (%(after_id)s::bigint IS NULL
       OR (coalesce(promised_at, 'infinity'), id) > (%(after_time)s::timestamptz, %(after_id)s::bigint))
ORDER BY coalesce(promised_at, 'infinity'), id LIMIT %(limit)s"""
    )
    + "ORDER BY coalesce(fulfilment.promised_at, 'infinity'), fulfilment.id"
)
_ENDED = (
    _PICKUPS.format(
        picked=f"""{_HERE}
  AND state IN ('collected', 'shipped', 'delivered', 'cancelled', 'expired') AND state = %(state)s
  AND (%(after_id)s::bigint IS NULL OR id < %(after_id)s::bigint)
ORDER BY id DESC LIMIT %(limit)s"""
    )
    + "ORDER BY fulfilment.id DESC"
)
_ONE = _PICKUPS.format(picked=f"{_HERE} AND id = %(pickup)s")
_OF_ORDER = (
    _PICKUPS.format(picked=f"{_HERE} AND order_id = (SELECT id FROM orders_order WHERE number = %(number)s)")
    + "ORDER BY fulfilment.id"
)
_OF_PEOPLE = (
    _PICKUPS.format(
        picked=f"""{_HERE}
  AND state IN ('placed', 'accepted', 'picking', 'ready')
  AND order_id IN (SELECT id FROM orders_order WHERE customer_id = ANY(%(people)s::bigint[]))
ORDER BY state = 'ready' DESC, id LIMIT %(limit)s"""
    )
    + "ORDER BY fulfilment.state = 'ready' DESC, fulfilment.id"
)
_READY = """
SELECT id FROM orders_fulfilment
WHERE kind = 'pickup' AND location_id = %(store)s AND state IN ('placed', 'accepted', 'picking', 'ready')
ORDER BY state = 'ready' DESC, id DESC LIMIT %(limit)s
"""
# Goods lie by category in a store, so the list is in walking order.
_TO_TAKE = """
SELECT category.name AS place, line.sku, line.name, product.name AS product, sum(part.quantity)::int AS units,
       array_agg(DISTINCT orders.number ORDER BY orders.number) AS numbers,
       ARRAY(SELECT code FROM inventory_barcode AS barcode WHERE barcode.variant_id = line.variant_id
             ORDER BY code) AS barcodes
FROM orders_fulfilment AS fulfilment
JOIN orders_order AS orders ON orders.id = fulfilment.order_id
JOIN orders_fulfilmentline AS part ON part.fulfilment_id = fulfilment.id
JOIN orders_orderline AS line ON line.id = part.order_line_id
LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
LEFT JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN inventory_category AS category ON category.id = product.category_id
WHERE fulfilment.location_id = %(place)s AND {waiting} AND part.handed_over_at IS NULL
GROUP BY category.path, category.name, line.variant_id, line.sku, line.name, product.name
ORDER BY category.path NULLS LAST, line.sku LIMIT %(limit)s
"""
# The states are named as in the index of open fulfilments.
_PICK_LIST = _TO_TAKE.format(
    waiting="""fulfilment.kind = 'pickup'
  AND fulfilment.state IN ('placed', 'accepted', 'picking', 'ready') AND fulfilment.state IN ('accepted', 'picking')"""
)
_PACK_LIST = _TO_TAKE.format(waiting="fulfilment.kind = 'ship' AND fulfilment.state IN ('placed', 'picking')")
MOST_READY = 2000


@dataclass(frozen=True, slots=True)
class PickupView:
    """
    A pickup with what staff need to serve it. customer: how to address the buyer.

    due: minor units to be paid before the goods leave. lines, hand_overs and collector are ready to be shown; a line's
    name is the one it was ordered by, product and attributes are its present names, in all languages.
    """

    id: int
    order_id: int
    state: str
    number: str
    store: str
    channel: str
    placed_at: datetime
    promised_at: datetime | None
    accepted_at: datetime | None
    ready_at: datetime | None
    expires_at: datetime | None
    finished_at: datetime | None
    wrong_codes: int
    reject_reason: str
    extension_reason: str
    currency: str
    customer_id: int | None
    customer: str
    phone: str
    collector: dict[str, Any] | None
    due: int
    lines: list[dict[str, Any]]
    hand_overs: list[dict[str, Any]]

    @property
    def place(self) -> list[Any]:
        """Return the sort key of pickups in a list, for its cursor."""
        return [self.promised_at.isoformat() if self.promised_at else "infinity", self.id]


def open_pickups(
    *,
    store_id: int,
    states: Sequence[str] = (),
    late: datetime | None = None,
    leaving: datetime | None = None,
    after: tuple[str, int] | None,
    limit: int,
) -> list[PickupView]:
    """
    Return a store's open pickups, by promised time, after the place of the last one seen.

    states: only those in these; none for every open state. late: only those promised before this instant and not ready,
    and ready ones that are kept no longer than until leaving.
    """
    after_time, after_id = after or (None, None)
    rows = sql.fetch_all(
        _OPEN,
        {
            "store": store_id,
            "states": list(states),
            "late": late,
            "leaving": leaving,
            "after_time": after_time,
            "after_id": after_id,
            "limit": limit,
        },
    )
    return [PickupView(**row) for row in rows]


def ended_pickups(*, store_id: int, state: str, after: tuple[str, int] | None, limit: int) -> list[PickupView]:
    """Return a store's pickups that ended in a state, newest first, after the place of the last one seen."""
    rows = sql.fetch_all(
        _ENDED, {"store": store_id, "state": state, "after_id": after[1] if after else None, "limit": limit}
    )
    return [PickupView(**row) for row in rows]


def get_pickup(*, pickup_id: int, store_id: int) -> PickupView:
    """Return one pickup of a store. Raises NotFound."""
    row = sql.fetch_one(_ONE, {"pickup": pickup_id, "store": store_id})
    if row is None:
        raise NotFound(_("There is no such pickup in this store."))
    return PickupView(**row)


def pickups_of_order(*, number: str, store_id: int) -> list[PickupView]:
    """Return the pickups of an order in a store, in any state."""
    return [PickupView(**row) for row in sql.fetch_all(_OF_ORDER, {"number": number, "store": store_id})]


def open_pickups_of(*, customer_ids: Sequence[int], store_id: int, limit: int) -> list[PickupView]:
    """Return the open pickups of some customers in a store, ready ones first."""
    rows = sql.fetch_all(_OF_PEOPLE, {"people": list(customer_ids), "store": store_id, "limit": limit})
    return [PickupView(**row) for row in rows]


def find_by_code(*, store_id: int, code: str) -> int | None:
    """
    Return the open pickup of a store with this pickup code, if there is one; this proves nothing.

    Codes are derived, not stored, so each open pickup's code is computed: a few microseconds each, the newest
    MOST_READY at most.
    """
    ids = [row["id"] for row in sql.fetch_all(_READY, {"store": store_id, "limit": MOST_READY})]
    keys = settings.COLLECTION_SECRETS
    return next((pickup_id for pickup_id in ids if is_pickup_code(code, fulfilment_id=pickup_id, secrets=keys)), None)


def pick_list(*, store_id: int, limit: int) -> list[sql.Row]:
    """
    Return what is to be picked in a store, in walking order: rows of place and product (translated names or None), sku,
    name (as it was ordered), units, numbers (of the orders), barcodes.
    """
    return sql.fetch_all(_PICK_LIST, {"place": store_id, "limit": limit})


def goods_to_pack(*, place_id: int, limit: int) -> list[sql.Row]:
    """Return what the parcels of a place wait for, in walking order, in the rows of pick_list."""
    return sql.fetch_all(_PACK_LIST, {"place": place_id, "limit": limit})
