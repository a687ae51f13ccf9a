"""Return requests of shoppers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound, Refusal
from core.journal import publish
from core.states.moving import move
from orders.events import ReturnRejected, ReturnRequested, ReturnWithdrawn
from orders.models import Order, Refund, Return, ReturnLine
from orders.rules.lifecycle import RETURN
from orders.rules.returns import ReturnItem, objections_to
from orders.services.fulfilment.sold_lines import Worth, sold_lines_of, value_requests_anew, without, worth_of
from orders.services.payments.refunds import CreditNeedsCustomer

# Goods of an order imported from another system have no hand-over here; they left when the order was closed. A shopper
# has a parcel when it is delivered; where nobody noted that, not before the day that was promised.
_LINES = """
SELECT line.id, line.variant_id, line.sku, line.quantity_fulfilled, line.quantity_returned,
       (SELECT coalesce(sum(part.quantity), 0)::int
        FROM orders_returnline AS part JOIN orders_return AS goods ON goods.id = part.parent_id
        WHERE part.order_line_id = line.id AND goods.state = 'requested') AS requested,
       coalesce((SELECT max(CASE WHEN fulfilment.state = 'delivered' THEN fulfilment.finished_at
                                 WHEN fulfilment.kind = 'ship' AND part.handed_over_at IS NOT NULL
                                     THEN greatest(part.handed_over_at, fulfilment.promised_at)
                                 ELSE coalesce(part.handed_over_at, fulfilment.finished_at) END)
                 FROM orders_fulfilmentline AS part
                 JOIN orders_fulfilment AS fulfilment ON fulfilment.id = part.fulfilment_id
                 WHERE part.order_line_id = line.id), orders.closed_at, orders.placed_at) AS handed_over_at
FROM orders_orderline AS line JOIN orders_order AS orders ON orders.id = line.order_id
WHERE line.order_id = %(order)s
ORDER BY line.position
"""
_NUMBER = "SELECT 'R-' || nextval('orders_return_number') AS number"


REQUESTED = "requested"


class NotReturnable(Refusal):
    """Some lines cannot be returned as requested; `lines` says which, why, and how many units may be."""

    code = "not_returnable"


@dataclass(frozen=True, slots=True)
class LineToReturn:
    """Units of an order line that are to be returned. reason: the shopper's own text, or empty."""

    line_id: int
    quantity: int
    reason: str


@transaction.atomic(savepoint=False)
def request_return(
    *, number: str, lines: Sequence[LineToReturn], method: str, refund_to: str, by: Actor, now: datetime
) -> Return:
    """
    Record what a shopper wants to return; nothing is refunded until the goods arrive.

    lines: each order line at most once. method: store or ship. refund_to: original or credit. Locks the order, so that
    two requests cannot claim the same units. Raises NotFound, Malformed, NotReturnable, CreditNeedsCustomer.
    """
    order = Order.objects.locked().filter(number=number).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    if refund_to == Refund.CREDIT and order.customer_id is None:
        raise CreditNeedsCustomer(_("Store credit needs a customer, and this order has none."))
    known = {row["id"]: row for row in sql.fetch_all(_LINES, {"order": order.pk})}
    wanted = _quantities(lines, known)
    _check(wanted, known, now)

    requested = {line_id: row["requested"] for line_id, row in known.items()}
    worth = worth_of(order, without(sold_lines_of(order), requested, returned=True), wanted, returned=True)
    return_ = Return.objects.create(
        number=_next_number(),
        order=order,
        customer_id=order.customer_id,
        state="requested",
        method=method,
        refund_to=refund_to,
        channel=by.channel,
        currency=order.currency,
        amount=worth.refund,
        withheld_for_gifts=worth.withheld,
        requested_at=now,
    )
    ReturnLine.objects.bulk_create(_lines_of(return_, lines, known, worth))
    publish(
        ReturnRequested(
            by=by,
            occurred_at=now,
            customer_id=order.customer_id,
            ref=order.number,
            order_id=order.pk,
            return_id=return_.pk,
            units=sum(wanted.values()),
        )
    )
    return return_


@transaction.atomic(savepoint=False)
def withdraw_return(*, order_number: str, number: str, by: Actor, now: datetime) -> Return:
    """
    End a return request that its shopper no longer wants; its units may be asked for again.

    Locks the order. Raises NotFound, and IllegalTransition once the goods are here or the request has ended.
    """
    return _end(number, order_number, "cancelled", by=by, now=now)


@transaction.atomic(savepoint=False)
def reject_return(*, number: str, reason: str, by: Actor, now: datetime) -> Return:
    """
    Refuse a return request; its units may be asked for again. reason: read by the shopper.

    Locks the order. Raises NotFound, and IllegalTransition once the goods are here or the request has ended.
    """
    return _end(number, None, "rejected", by=by, now=now, reject_reason=reason)


def _end(number: str, order_number: str | None, state: str, *, by: Actor, now: datetime, **fields: str) -> Return:
    known = Return.objects.filter(number=number, order__isnull=False)
    if order_number is not None:
        known = known.filter(order__number=order_number)
    order = Order.objects.locked().filter(pk__in=known.values("order_id")).first()
    if order is None:
        raise NotFound(_("There is no such return."))
    goods = Return.objects.get(number=number)
    move(RETURN, goods, state, by=by, **fields)
    value_requests_anew(order)
    event = ReturnWithdrawn if state == "cancelled" else ReturnRejected
    publish(
        event(
            by=by,
            occurred_at=now,
            customer_id=order.customer_id,
            ref=order.number,
            order_id=order.pk,
            return_id=goods.pk,
        )
    )
    return goods


def _quantities(lines: Sequence[LineToReturn], known: Mapping[int, sql.Row]) -> dict[int, int]:
    wanted = {line.line_id: line.quantity for line in lines}
    if len(wanted) != len(lines):
        raise Malformed(_("Name each line once."), field="lines")
    missing = [str(line_id) for line_id in wanted if line_id not in known]
    if missing:
        raise NotFound(_("There are no such lines in this order: %s.") % ", ".join(missing), lines=missing)
    return wanted


def _check(wanted: Mapping[int, int], known: Mapping[int, sql.Row], now: datetime) -> None:
    requests = [
        ReturnItem(
            line_id=line_id,
            sku=known[line_id]["sku"],
            wanted=quantity,
            fulfilled=known[line_id]["quantity_fulfilled"],
            returned=known[line_id]["quantity_returned"],
            requested=known[line_id]["requested"],
            handed_over_at=known[line_id]["handed_over_at"],
            window_days=settings.RETURN_WINDOW_DAYS,
        )
        for line_id, quantity in wanted.items()
    ]
    objections = objections_to(requests, now=now)
    if objections:
        shown = [{**asdict(objection), "line": str(objection.line_id)} for objection in objections]
        for line in shown:
            del line["line_id"]
        raise NotReturnable(_("Not all of this can be returned; see lines."), lines=shown)


def _lines_of(
    return_: Return, lines: Sequence[LineToReturn], known: Mapping[int, sql.Row], worth: Worth
) -> list[ReturnLine]:
    return [
        ReturnLine(
            parent=return_,
            order_line_id=line.line_id,
            variant_id=known[line.line_id]["variant_id"],
            sku=known[line.line_id]["sku"],
            quantity=line.quantity,
            amount=worth.by_line[line.line_id],
            reason=line.reason,
        )
        for line in lines
    ]


def _next_number() -> str:
    row = sql.fetch_one(_NUMBER, {})
    assert row is not None
    return str(row["number"])
