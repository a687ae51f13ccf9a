"""What delivery would cost if goods of an order went to another address, by the methods and rates of today."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from carts.queries.pricing_config import current_pricing_config
from carts.rules.delivery import DeliveryTable, Parcel, PricedMethod
from carts.rules.taxes import TaxPlace
from core.data import sql
from core.errors import Refusal
from orders.models import Fulfilment
from orders.services.fulfilment.pieces import Pieces

_WAITING = """
SELECT parcel.id, parcel.kind, parcel.address, parcel.method, part.order_line_id AS line, part.quantity,
       line.unit_price, coalesce(variant.grams, 0) AS grams, coalesce(variant.longest_mm, 0) AS longest_mm
FROM orders_fulfilment AS parcel
JOIN orders_fulfilmentline AS part ON part.fulfilment_id = parcel.id AND part.handed_over_at IS NULL
JOIN orders_orderline AS line ON line.id = part.order_line_id
LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
WHERE parcel.order_id = %(order)s AND (parcel.id = %(source)s
    OR parcel.kind = 'ship' AND parcel.state IN ('pending', 'placed', 'picking'))
ORDER BY part.id
"""


class WayNotPossible(Refusal):
    """These goods cannot go there, or this way, without another price; `reason` says why by name."""

    code = "way_not_possible"


@dataclass(frozen=True, slots=True)
class _Goods:
    """Units of one line that are to be sent to one address by one method; empty for the cheapest."""

    address: Mapping[str, Any]
    method: str
    value: int
    grams: int
    longest_mm: int


def method_there(
    source: Fulfilment, address: Mapping[str, Any], *, pieces: Pieces | None, pays_nothing: bool
) -> PricedMethod | None:
    """
    Return the delivery method by which goods go to an address, with its price; None in a shop without methods.

    A parcel is what the order sends to one address by one method. pieces: units by the order line's id; all that waits
    without it. pays_nothing: what it costs is the shop's business. Raises WayNotPossible if no rate of the method
    carries the goods there, or if the parcels of the order cost more than before.
    """
    delivery = current_pricing_config().delivery
    if delivery is None:
        return None
    rows = sql.fetch_all(_WAITING, {"order": source.order_id, "source": source.pk})
    method = next(
        (row["method"] for row in rows if row["kind"] == Fulfilment.SHIP and row["address"] == dict(address)), ""
    )
    moved, left = _parted(rows, source, dict(address), source.method or method, pieces)
    if not moved:
        return None  # Who takes the pieces apart refuses them.
    currency = source.order.currency
    after = _priced(delivery, [*moved, *left], currency)
    there = after[_key(moved[0])]
    if there is None:
        raise WayNotPossible(
            _("No delivery method carries these goods there. Choose another address, or fewer pieces."),
            reason="no_method",
        )
    if not pays_nothing:
        stayed = _parted(rows, source, None, "", pieces)
        before = _priced(delivery, [*stayed[0], *stayed[1]], currency)
        # A method that is no longer there cost what was paid.
        paid = (
            sum(each.amount for each in before.values() if each)
            if all(before.values())
            else source.order.shipping_total
        )
        if sum(each.amount for each in after.values() if each) > paid:
            raise WayNotPossible(
                _("There the order would cost something else. Cancel it, and order again."), reason="other_price"
            )
    return there


def _parted(
    rows: Sequence[sql.Row], source: Fulfilment, address: dict[str, Any] | None, method: str, pieces: Pieces | None
) -> tuple[list[_Goods], list[_Goods]]:
    """Return what moves and what stays of all that is sent; without an address nothing moves."""
    moved: list[_Goods] = []
    stays: list[_Goods] = []
    for row in rows:
        units = 0
        if row["id"] == source.pk and address is not None:
            units = row["quantity"] if pieces is None else min(row["quantity"], pieces.get(row["line"], 0))
            if units:
                moved.append(_goods(row, units, address, method))
        if row["quantity"] > units and row["kind"] == Fulfilment.SHIP:
            stays.append(_goods(row, row["quantity"] - units, row["address"], row["method"]))
    return moved, stays


def _goods(row: sql.Row, units: int, address: Mapping[str, Any], method: str) -> _Goods:
    return _Goods(address, method, units * row["unit_price"], units * row["grams"], row["longest_mm"])


def _key(goods: _Goods) -> tuple[str, str]:
    return repr(sorted(goods.address.items())), goods.method


def _priced(
    delivery: DeliveryTable, goods: Iterable[_Goods], currency: str
) -> dict[tuple[str, str], PricedMethod | None]:
    parcels: dict[tuple[str, str], list[_Goods]] = {}
    for each in goods:
        parcels.setdefault(_key(each), []).append(each)
    return {
        key: delivery.choose(
            key[1],
            Parcel(
                sum(each.value for each in parts),
                sum(each.grams for each in parts),
                max(each.longest_mm for each in parts),
            ),
            place=place_of_address(parts[0].address),
            currency=currency,
        )
        for key, parts in parcels.items()
    }


def place_of_address(address: Mapping[str, Any]) -> TaxPlace:
    """Return where an address lies, for taxes and rates."""
    return TaxPlace(address.get("country_code", ""), address.get("country_area", ""), address.get("postal_code", ""))
