"""The pickups of a store, as its staff see them: one statement for any number of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core import sql
from core.errors import NotFound

_PICKUPS = """
SELECT fulfilment.id, fulfilment.state, orders.number, store.code AS store, orders.channel, orders.placed_at,
       fulfilment.promised_at, fulfilment.accepted_at, fulfilment.ready_at, fulfilment.expires_at,
       fulfilment.finished_at, fulfilment.wrong_codes, fulfilment.reject_reason, orders.currency,
       orders.customer_id, coalesce(nullif(customer.name, ''), orders.contact_email) AS customer,
       orders.contact_phone AS phone,
       (SELECT jsonb_build_object('name', collector.name, 'phone', collector.phone)
        FROM orders_collector AS collector WHERE collector.order_id = orders.id) AS collector,
       (SELECT coalesce(sum(payment.amount), 0)::bigint FROM orders_payment AS payment
        WHERE payment.order_id = orders.id AND payment.state = 'due') AS due,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'line', line.id::text, 'sku', line.sku, 'name', line.name, 'quantity', part.quantity,
            'handed_over_at', part.handed_over_at,
            'barcodes', (SELECT coalesce(jsonb_agg(barcode.code ORDER BY barcode.code), '[]')
                         FROM inventory_barcode AS barcode WHERE barcode.variant_id = line.variant_id))
            ORDER BY line.position), '[]')
        FROM orders_fulfilmentline AS part JOIN orders_orderline AS line ON line.id = part.order_line_id
        WHERE part.fulfilment_id = fulfilment.id) AS lines,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'collected_by', hand_over.collected_by, 'proof', hand_over.proof,
            'staff', staff.name, 'handed_over_at', hand_over.handed_over_at) ORDER BY hand_over.id), '[]')
        FROM orders_handover AS hand_over JOIN accounts_customer AS staff ON staff.id = hand_over.staff_id
        WHERE hand_over.fulfilment_id = fulfilment.id) AS hand_overs
FROM orders_fulfilment AS fulfilment
JOIN orders_order AS orders ON orders.id = fulfilment.order_id
JOIN inventory_location AS store ON store.id = fulfilment.location_id
LEFT JOIN accounts_customer AS customer ON customer.id = orders.customer_id
WHERE fulfilment.kind = 'pickup' AND fulfilment.location_id = %(store)s
"""
# What was promised first is needed first; a pickup without a promise comes last. The states stand here word for word,
# because only so does PostgreSQL use the index of open fulfilments.
_OPEN = f"""{_PICKUPS}
  AND fulfilment.state IN ('placed', 'accepted', 'picking', 'ready')
  AND (%(state)s = '' OR fulfilment.state = %(state)s)
  AND (%(after_id)s::bigint IS NULL
       OR (coalesce(fulfilment.promised_at, 'infinity'), fulfilment.id)
          > (%(after_time)s::timestamptz, %(after_id)s::bigint))
ORDER BY coalesce(fulfilment.promised_at, 'infinity'), fulfilment.id
LIMIT %(limit)s
"""
_ENDED = f"""{_PICKUPS}
  AND fulfilment.state = %(state)s AND (%(after_id)s::bigint IS NULL OR fulfilment.id < %(after_id)s::bigint)
ORDER BY fulfilment.id DESC
LIMIT %(limit)s
"""
_ONE = f"{_PICKUPS} AND fulfilment.id = %(pickup)s"


@dataclass(frozen=True, slots=True)
class PickupView:
    """
    A pickup with what staff need to serve it. customer: how to call the buyer.

    due: minor units to be paid before the goods go. lines, hand_overs and collector are ready to be shown.
    """

    id: int
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
        """What orders pickups in a list, as its cursor keeps it."""
        return [self.promised_at.isoformat() if self.promised_at else "infinity", self.id]


def open_pickups(*, store_id: int, state: str, after: tuple[str, int] | None, limit: int) -> list[PickupView]:
    """
    Return a store's open pickups, the earliest promise first, behind the place of the last one seen.

    state: only those in this one; empty for every open state.
    """
    after_time, after_id = after or (None, None)
    rows = sql.fetch_all(
        _OPEN,
        {"store": store_id, "state": state, "after_time": after_time, "after_id": after_id, "limit": limit},
    )
    return [PickupView(**row) for row in rows]


def ended_pickups(*, store_id: int, state: str, after: tuple[str, int] | None, limit: int) -> list[PickupView]:
    """Return a store's pickups that ended in a state, the newest first, behind the place of the last one seen."""
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
