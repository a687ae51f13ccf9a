"""Parcels that their carrier brings back: each becomes a return that is expected where it came from."""

from datetime import datetime

from core.actors import THE_SYSTEM
from core.data import sql
from core.journal import publish
from core.states.moving import move
from orders.events import ReturnApproved
from orders.models import Fulfilment, Refund, Return
from orders.rules.lifecycle import RETURN
from orders.services.returns.lines import lines_of
from orders.services.returns.requests import ARRIVAL_WITHIN, LineToReturn, about_return, record_return
from orders.services.returns.terms import SENT_BACK, Wanted, terms_asked

_UNITS = """
SELECT part.order_line_id, part.quantity FROM orders_fulfilmentline AS part
WHERE part.fulfilment_id = %(parcel)s AND part.handed_over_at IS NOT NULL ORDER BY part.order_line_id
"""


def expect_parcel_back(parcel: Fulfilment, *, now: datetime) -> Return | None:
    """
    Record that the goods of a parcel come back to the place that sent it; nothing is refunded until they arrive.

    The caller holds the order's lock. The window of returns does not count here: nobody has had the goods. Units that
    came back or are asked to come back already are left out; None if that is all of them, or if nothing has left.
    """
    order = parcel.order
    known = lines_of(order, now=now)
    lines = []
    for row in sql.fetch_all(_UNITS, {"parcel": parcel.pk}):
        line = known[row["order_line_id"]]
        free = line["quantity_fulfilled"] - line["quantity_returned"] - line["requested"]
        if free > 0:
            lines.append(LineToReturn(row["order_line_id"], min(row["quantity"], free), SENT_BACK))
    if not lines:
        return None
    wanted = Wanted({line.line_id: line.quantity for line in lines}, {line.line_id: (SENT_BACK,) for line in lines})
    terms = terms_asked(wanted, known, now=now)
    goods = record_return(
        order, lines, known, terms, method="ship", refund_to=Refund.ORIGINAL, place_id=parcel.location_id,
        by=THE_SYSTEM, now=now,
    )  # fmt: skip
    move(RETURN, goods, Return.APPROVED, by=THE_SYSTEM, due_at=now + ARRIVAL_WITHIN)
    publish(ReturnApproved(**about_return(goods, order, by=THE_SYSTEM, now=now)))
    return goods
