"""The lines of an order as its buyer has them, and what stands against taking units of them back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound, Refusal
from inventory.rules.return_policies import NORMAL
from orders.models import Order
from orders.rules.lifecycle import CLAIMING_RETURNS
from orders.rules.returns import (
    ALREADY_USED,
    FAULTS,
    FINAL_SALE,
    NOT_DELIVERED,
    OPENED_HYGIENE,
    UNSEALED,
    WINDOW_OVER,
    Objection,
    ReturnItem,
)

# Goods of an order imported from another system have no hand-over here; they left when the order was closed. A shopper
# has a parcel when it is delivered; where nobody noted that, not before the day that was promised.
_LINES = """
SELECT line.id, line.variant_id, line.sku, line.quantity_fulfilled, line.quantity_returned, line.quantity,
       line.quantity_cancelled, line.return_policy,
       coalesce(product.kind = 'goods', true) AS is_goods,
       (SELECT coalesce(sum(part.quantity), 0)::int
        FROM orders_returnline AS part JOIN orders_return AS goods ON goods.id = part.parent_id
        WHERE part.order_line_id = line.id AND goods.state = ANY(%(claiming)s::text[])) AS requested,
       (SELECT coalesce(sum(part.quantity), 0)::int
        FROM orders_returnline AS part JOIN orders_return AS goods ON goods.id = part.parent_id
        WHERE part.order_line_id = line.id AND goods.state = 'received') AS arrived,
       (SELECT coalesce(sum(part.quantity), 0)::int
        FROM orders_fulfilmentline AS part JOIN orders_fulfilment AS parcel ON parcel.id = part.fulfilment_id
        WHERE part.order_line_id = line.id AND parcel.kind = 'ship' AND parcel.state = 'shipped'
          AND greatest(part.handed_over_at, parcel.promised_at) > %(now)s
          AND NOT EXISTS (SELECT FROM orders_shipment
                          WHERE fulfilment_id = parcel.id AND state = 'sent_back')) AS coming,
       coalesce((SELECT max(CASE WHEN fulfilment.state = 'delivered' THEN fulfilment.finished_at
                                 WHEN fulfilment.kind = 'ship' AND part.handed_over_at IS NOT NULL
                                     THEN greatest(part.handed_over_at, fulfilment.promised_at)
                                 ELSE coalesce(part.handed_over_at, fulfilment.finished_at) END)
                 FROM orders_fulfilmentline AS part
                 JOIN orders_fulfilment AS fulfilment ON fulfilment.id = part.fulfilment_id
                 WHERE part.order_line_id = line.id
                   AND (part.handed_over_at IS NOT NULL OR fulfilment.state NOT IN ('cancelled', 'expired')
                        AND NOT EXISTS (SELECT FROM orders_fulfilmentline AS other
                                        WHERE other.fulfilment_id = part.fulfilment_id
                                          AND other.handed_over_at IS NOT NULL))),
                orders.closed_at, orders.placed_at) AS handed_over_at
FROM orders_orderline AS line JOIN orders_order AS orders ON orders.id = line.order_id
LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
LEFT JOIN inventory_product AS product ON product.id = variant.product_id
WHERE line.order_id = %(order)s
ORDER BY line.position
"""
_NUMBER = "SELECT 'R-' || nextval('orders_return_number') AS number"


class NotReturnable(Refusal):
    """Some lines cannot be returned as requested; `lines` says which, why, and how many units may be."""

    code = "not_returnable"


class WindowOver(NotReturnable):
    """The time for returning these lines is over."""

    code = "window_over"


class NotDelivered(NotReturnable):
    """The shopper does not have these lines yet: they were not handed over, or their parcel is on its way."""

    code = "not_delivered"


class AlreadyUsed(NotReturnable):
    """These gift cards have paid for something already."""

    code = "already_used"


class FinalSale(NotReturnable):
    """These lines were sold for good: their return policy takes back only what is faulty."""

    code = "final_sale"


class OpenedHygiene(NotReturnable):
    """These lines were opened, and for hygiene their return policy takes them back only sealed."""

    code = "opened_hygiene"


_REFUSALS = {
    WINDOW_OVER: WindowOver,
    NOT_DELIVERED: NotDelivered,
    ALREADY_USED: AlreadyUsed,
    FINAL_SALE: FinalSale,
    OPENED_HYGIENE: OpenedHygiene,
}


def lines_of(order: Order, *, now: datetime) -> dict[int, sql.Row]:
    """
    Return each line of an order by its id, with when the buyer got the last of its units, or is to get it.

    requested: units that are to come back, or have arrived and nobody has looked at them; arrived: these alone. coming:
    units that are still on their way to the buyer.
    """
    rows = sql.fetch_all(_LINES, {"order": order.pk, "claiming": list(CLAIMING_RETURNS), "now": now})
    return {row["id"]: row for row in rows}


def check_known(line_ids: Collection[int], known: Mapping[int, sql.Row]) -> None:
    """Raise NotFound for lines that the order does not have."""
    missing = [str(line_id) for line_id in line_ids if line_id not in known]
    if missing:
        raise NotFound(_("There are no such lines in this order: %s.") % ", ".join(missing), lines=missing)


def item_of(
    row: sql.Row,
    wanted: int,
    *,
    requested: int,
    is_here: bool = True,
    reasons: Collection[str] = (),
    conditions: Collection[str] = (),
) -> ReturnItem:
    """
    Return what the rules have to know of a line, by the return policy that was frozen on it.

    requested: units that other open requests claim. reasons, conditions: of its units, as far as they are known; it is
    faulty if all of them come back for a fault, and opened if any is no longer sealed.
    """
    policy = row["return_policy"] or {}
    return ReturnItem(
        line_id=row["id"],
        sku=row["sku"],
        wanted=wanted,
        fulfilled=row["quantity_fulfilled"],
        returned=row["quantity_returned"],
        requested=requested,
        coming=row["coming"],
        handed_over_at=row["handed_over_at"],
        window_days=policy.get("days", settings.RETURN_WINDOW_DAYS),
        is_here=is_here,
        kind=policy.get("kind", NORMAL),
        statutory_days=policy.get("statutory_days", 0),
        fee=policy.get("fee", 0),
        is_faulty=bool(reasons) and FAULTS.issuperset(reasons),
        is_opened=not UNSEALED.isdisjoint(conditions),
    )


def not_returnable(objections: Sequence[Objection]) -> NotReturnable:
    """Return the refusal that names each line with its objection; by what all of them have in common, if anything."""
    reasons = {objection.reason for objection in objections}
    refusal = _REFUSALS.get(reasons.pop(), NotReturnable) if len(reasons) == 1 else NotReturnable
    shown = [{**asdict(objection), "line": str(objection.line_id)} for objection in objections]
    for line in shown:
        del line["line_id"]
    return refusal(_("Not all of this can be returned; see lines."), lines=shown)


def next_number() -> str:
    """Return the number of a new return."""
    row = sql.fetch_one(_NUMBER, {})
    assert row is not None
    return str(row["number"])
