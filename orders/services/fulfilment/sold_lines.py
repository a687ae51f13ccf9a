"""What an order's lines were sold for, and what goods that go back are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.data import sql
from orders.models import Order, Return, ReturnLine
from orders.rules.lifecycle import CLAIMING_RETURNS
from orders.rules.refunds import Reduction, SoldLine, kept_values, lacking_for_gifts, value_of_units, withheld_for_gifts

_LINES = """
SELECT line.id, line.quantity, line.line_total + line.tax_added + line.quantity * line.deposit AS line_total,
       line.quantity_cancelled + line.quantity_returned AS gone, line.quantity_returned AS returned,
       CASE WHEN line.is_gift THEN line.unit_price ELSE 0 END AS gift_value, line.gift_earned_from AS earned_from,
       line.quantity * line.unit_price AS full_price,
       coalesce(product.kind = 'gift_card', false) AS is_stored_value,
       (SELECT json_agg(json_build_array(given.amount, given.units) ORDER BY given.id)
        FROM orders_pricereduction AS given WHERE given.order_line_id = line.id) AS reductions,
       (SELECT coalesce(sum(part.amount), 0)::bigint
        FROM orders_returnline AS part JOIN orders_return AS goods ON goods.id = part.parent_id
        WHERE part.order_line_id = line.id AND goods.state = 'closed') AS forfeited
FROM orders_orderline AS line
LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
LEFT JOIN inventory_product AS product ON product.id = variant.product_id
WHERE line.order_id = %(order)s
ORDER BY line.position
"""


@dataclass(frozen=True, slots=True)
class Worth:
    """
    What units that go back are worth. by_line: their value, by the line's id.

    withheld: what is taken off it for gifts that are kept; negative where a gift has come back since.
    """

    by_line: Mapping[int, int]
    withheld: int

    @property
    def refund(self) -> int:
        return sum(self.by_line.values()) - self.withheld


def sold_lines_of(order: Order) -> list[SoldLine]:
    """Return the lines of an order as they were sold; units of open return requests are not gone yet."""
    return [
        SoldLine(**{**row, "reductions": tuple(Reduction(*given) for given in row["reductions"] or ())})
        for row in sql.fetch_all(_LINES, {"order": order.pk})
    ]


def worth_of(order: Order, lines: Sequence[SoldLine], units: Mapping[int, int], *, returned: bool) -> Worth:
    """Return what some units are worth, by the line's id. returned: the buyer had them; otherwise they never left."""
    paid = _paid_for_goods(order)
    after = without(lines, units, returned=returned)
    before, then = (withheld_of(order, state) for state in (lines, after))
    return Worth(
        {
            line_id: value_of_units({line_id: quantity}, lines=lines, goods_paid=paid, currency=order.currency)
            for line_id, quantity in units.items()
        },
        then - before,
    )


def values_kept(order: Order, lines: Sequence[SoldLine]) -> dict[int, int]:
    """Return what was paid for the units of each line that are not gone, by its id; minor units."""
    return kept_values(lines, goods_paid=_paid_for_goods(order), currency=order.currency)


def withheld_of(order: Order, lines: Sequence[SoldLine]) -> int:
    """Return what is withheld in all of returned goods, because gifts are kept; minor units."""
    return withheld_for_gifts(lines, goods_paid=_paid_for_goods(order), currency=order.currency)


def lacking_of(order: Order, lines: Sequence[SoldLine]) -> int:
    """Return what the goods that are kept lack to earn the gifts that are kept, in minor units."""
    return lacking_for_gifts(lines, goods_paid=_paid_for_goods(order), currency=order.currency)


def _paid_for_goods(order: Order) -> int:
    paid = order.grand_total - order.shipping_total - order.shipping_tax_added
    return paid - order.fee_total - order.fee_tax_added


def without(lines: Sequence[SoldLine], units: Mapping[int, int], *, returned: bool) -> list[SoldLine]:
    """Return the lines as they are when some units have gone."""
    return [
        replace(
            line,
            gone=line.gone + units.get(line.id, 0),
            returned=line.returned + (units.get(line.id, 0) if returned else 0),
        )
        for line in lines
    ]


def value_requests_anew(order: Order) -> None:
    """
    Store what the open return requests of an order are worth now, after other units have gone or come back to it.

    The earlier request comes first. The caller holds the order's lock.
    """
    waiting = Return.objects.filter(order=order, state__in=CLAIMING_RETURNS)
    requests = list(waiting.order_by("pk").prefetch_related("lines"))
    if not requests:
        return
    lines: Sequence[SoldLine] = sold_lines_of(order)
    parts_of_all: list[ReturnLine] = []
    for request in requests:
        parts = [part for part in request.lines.all() if part.order_line_id is not None]
        units = {part.order_line_id: part.quantity for part in parts if part.order_line_id is not None}
        worth = worth_of(order, lines, units, returned=True)
        fee = min(request.fee, max(0, worth.refund))
        request.amount, request.withheld_for_gifts = worth.refund - fee + request.charges_back, worth.withheld
        request.fee = fee
        for part in parts:
            part.amount = worth.by_line[part.order_line_id or 0]
        parts_of_all += parts
        lines = without(lines, units, returned=True)
    ReturnLine.objects.bulk_update(parts_of_all, ["amount"])
    Return.objects.bulk_update(requests, ["amount", "withheld_for_gifts", "fee"])
