"""What taking goods back would give to their buyer, without doing it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from orders.models import Order
from orders.rules.returns import Objection, objections_to
from orders.services.fulfilment.sold_lines import sold_lines_of, worth_of
from orders.services.returns.lines import item_of, lines_of


class ReturnPreview(NamedTuple):
    """refund, withheld: for gifts that are kept; both in minor units. objections: what the rules have against it."""

    refund: int
    withheld: int
    objections: Sequence[Objection]


def preview_return(*, order: Order, units: Mapping[int, int], now: datetime) -> ReturnPreview:
    """
    Return what units of an order are worth that are brought back now, and what stands against it.

    units: by the line's id; lines of other orders are left out. An earlier request may allow what is too late today.
    """
    known = lines_of(order)
    wanted = {line_id: quantity for line_id, quantity in units.items() if line_id in known}
    objections = objections_to([item_of(known[line], n, requested=0) for line, n in wanted.items()], now=now)
    if any(one.left < wanted[one.line_id] for one in objections):
        return ReturnPreview(0, 0, objections)
    worth = worth_of(order, sold_lines_of(order), wanted, returned=True)
    return ReturnPreview(worth.refund, worth.withheld, objections)
