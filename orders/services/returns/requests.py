"""Return requests of shoppers, and the answers of staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound
from core.journal import publish
from core.states.moving import move
from orders.events import ReturnApproved, ReturnRejected, ReturnRequested, ReturnWithdrawn
from orders.events.about import about_order
from orders.models import Order, Refund, Return, ReturnLine
from orders.queries.returns import parcels_go_to
from orders.queries.scopes import check_served
from orders.rules.lifecycle import RETURN
from orders.rules.returns import ALREADY_USED, Objection
from orders.services.fulfilment.sold_lines import Worth, sold_lines_of, value_requests_anew, without, worth_of
from orders.services.payments.gift_cards import used_gift_cards
from orders.services.payments.refunding.refund_outcomes import CreditNeedsCustomer
from orders.services.returns.lines import check_known, lines_of, next_number, not_returnable
from orders.services.returns.terms import Terms, Wanted, charges_of, terms_asked

BY_PARCEL = "ship"
# A request that nobody answers is overdue then, and so are approved goods that nobody brings.
ANSWER_WITHIN, ARRIVAL_WITHIN = timedelta(days=3), timedelta(days=14)


class CreditNeedsAccount(CreditNeedsCustomer):
    """A guest asked for store credit, which only an account can hold."""

    code = "credit_needs_account"


@dataclass(frozen=True, slots=True)
class LineToReturn:
    """
    Units of an order line that are to be returned. reason: a code of ReturnLine.REASONS, or empty.

    comment: the shopper's own words. condition: a code of ReturnedUnits.CONDITIONS, as the shopper says.
    """

    line_id: int
    quantity: int
    reason: str
    comment: str = ""
    condition: str = "as_new"


@transaction.atomic(savepoint=False)
def request_return(
    *, number: str, lines: Sequence[LineToReturn], method: str, refund_to: str, by: Actor, now: datetime
) -> Return:
    """
    Record what a shopper wants to return; nothing is refunded until the goods arrive.

    lines: each order line at most once. method: store, or ship to the place that parcels_go_to names. refund_to:
    original or credit. Locks the order, so that two requests cannot claim the same units. Raises NotFound, Malformed,
    NotReturnable, CreditNeedsAccount.
    """
    order = Order.objects.locked().filter(number=number).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    if refund_to == Refund.CREDIT and order.customer_id is None:
        raise CreditNeedsAccount(_("Store credit needs an account, and this order has none. Choose the money."))
    known = lines_of(order, now=now)
    wanted = _quantities(lines, known)
    terms = terms_asked(wanted_of_request(lines), known, now=now)
    if terms.objections:
        raise not_returnable(terms.objections)
    if used := used_gift_cards(order=order, units=wanted):
        raise not_returnable([Objection(line_id, known[line_id]["sku"], ALREADY_USED, 0) for line_id in sorted(used)])

    place = parcels_go_to(order.pk) if method == BY_PARCEL else None
    return_ = record_return(
        order, lines, known, terms, method=method, refund_to=refund_to, place_id=place.id if place else None, by=by,
        now=now,
    )  # fmt: skip
    publish(ReturnRequested(**about_return(return_, order, by=by, now=now), units=sum(wanted.values())))
    return return_


def record_return(
    order: Order,
    lines: Sequence[LineToReturn],
    known: Mapping[int, sql.Row],
    terms: Terms,
    *,
    method: str,
    refund_to: str,
    by: Actor,
    now: datetime,
    place_id: int | None = None,
) -> Return:
    """
    Write a request to return units that the caller has checked; it holds the order's lock.

    known: the order's lines, by lines_of. terms: of this return. place_id: where the goods are expected, if that is
    known.
    """
    wanted = {line.line_id: line.quantity for line in lines}
    requested = {line_id: row["requested"] for line_id, row in known.items()}
    worth = worth_of(order, without(sold_lines_of(order), requested, returned=True), wanted, returned=True)
    charges = charges_of(order, wanted_of_request(lines), terms, known, worth=worth.refund)
    return_ = Return.objects.create(
        number=next_number(),
        order=order,
        customer_id=order.customer_id,
        state=Return.REQUESTED,
        method=method,
        refund_to=refund_to,
        channel=by.channel,
        currency=order.currency,
        amount=charges.amount(worth.refund),
        withheld_for_gifts=worth.withheld,
        fee=charges.fee,
        charges_back=charges.back,
        is_by_law=charges.is_by_law,
        location_id=place_id,
        requested_at=now,
        due_at=now + ANSWER_WITHIN,
    )
    ReturnLine.objects.bulk_create(_lines_of(return_, lines, known, worth))
    return return_


@transaction.atomic(savepoint=False)
def withdraw_return(*, order_number: str, number: str, by: Actor, now: datetime) -> Return:
    """
    End a return request that its shopper no longer wants; its units may be asked for again.

    Locks the order. Raises NotFound, and IllegalTransition once the goods are here or the request has ended.
    """
    return _end(number, order_number, Return.WITHDRAWN, by=by, now=now)


@transaction.atomic(savepoint=False)
def approve_return(*, number: str, by: Actor, now: datetime) -> Return:
    """
    Tell the shopper that the goods may come; they are expected within two weeks.

    Locks the order. Raises NotFound, AnotherStoresOrder, and IllegalTransition for a request that was answered already.
    """
    order, goods = take_return(number)
    check_served(order.number, by=by)
    move(RETURN, goods, Return.APPROVED, by=by, due_at=now + ARRIVAL_WITHIN)
    publish(ReturnApproved(**about_return(goods, order, by=by, now=now)))
    return goods


@transaction.atomic(savepoint=False)
def refuse_return(*, number: str, reason: str, by: Actor, now: datetime) -> Return:
    """
    Refuse a return request; its units may be asked for again. reason: read by the shopper.

    Locks the order. Raises NotFound, AnotherStoresOrder, and IllegalTransition once the goods are here or the request
    has ended.
    """
    return _end(number, None, Return.REFUSED, by=by, now=now, reject_reason=reason)


def take_return(number: str, *, order_number: str | None = None) -> tuple[Order, Return]:
    """Lock the order of a return, and read both. order_number: which order it must be of. Raises NotFound."""
    known = Return.objects.filter(number=number, order__isnull=False)
    if order_number is not None:
        known = known.filter(order__number=order_number)
    order = Order.objects.locked().filter(pk__in=known.values("order_id")).first()
    if order is None:
        raise NotFound(_("There is no such return."))
    return order, Return.objects.get(number=number)


def about_return(goods: Return, order: Order, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Return the fields that all events of a return have in common."""
    return {**about_order(order, by, now), "return_id": goods.pk}


def _end(number: str, order_number: str | None, state: str, *, by: Actor, now: datetime, **fields: str) -> Return:
    order, goods = take_return(number, order_number=order_number)
    check_served(order.number, by=by)
    move(RETURN, goods, state, by=by, due_at=None, **fields)
    value_requests_anew(order)
    event = ReturnWithdrawn if state == Return.WITHDRAWN else ReturnRejected
    publish(event(**about_return(goods, order, by=by, now=now)))
    return goods


def _quantities(lines: Sequence[LineToReturn], known: Mapping[int, sql.Row]) -> dict[int, int]:
    wanted = {line.line_id: line.quantity for line in lines}
    if len(wanted) != len(lines):
        raise Malformed(_("Name each line once."), field="lines")
    check_known(wanted, known)
    return wanted


def wanted_of_request(lines: Sequence[LineToReturn]) -> Wanted:
    """Return the units of a request with what the shopper says of them."""
    return Wanted(
        {line.line_id: line.quantity for line in lines},
        {line.line_id: (line.reason,) for line in lines},
        {line.line_id: (line.condition,) for line in lines},
    )


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
            comment=line.comment,
        )
        for line in lines
    ]
