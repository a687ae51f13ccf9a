"""Refunds apart from returns: a part of the price goes back, and the goods stay with their buyer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, NotFound, Refusal
from core.journal import publish
from core.money import money_json
from core.texts.formats import money_text
from core.texts.languages import active_language
from orders.events import PriceReduced
from orders.events.about import about_order
from orders.models import Order, PriceReduction
from orders.queries.scopes import check_served
from orders.rules.refunds import CREDIT, RefundPart, SoldLine, spread_reduction
from orders.rules.refunds import Reduction as Given
from orders.services.fulfilment.sold_lines import sold_lines_of, value_requests_anew, values_kept, withheld_of
from orders.services.payments.refunding.refund_outcomes import CreditNeedsCustomer
from orders.services.payments.refunding.refunds import ask_refund_in_parts
from orders.services.returns.lines import check_known


class ReductionNotPossible(Refusal):
    """More than the goods that are kept are worth, or than the order's payments have left; `most` says how much is."""

    code = "reduction_not_possible"


class ReductionAboveLimit(Refusal):
    """More than this member of staff may give back of one order; `left` says how much they may."""

    code = "reduction_above_limit"


@dataclass(frozen=True, slots=True)
class Reduction:
    """
    What is given back of an order's price, in minor units. amount: of all its goods; by_line: or of some lines, by id.

    reason: a code of PriceReduction.REASONS. method: of the tender that it goes back to, ANY, or CREDIT.
    """

    reason: str
    method: str
    amount: int = 0
    by_line: Mapping[int, int] | None = None
    comment: str = ""


@transaction.atomic(savepoint=False)
def reduce_price(*, order_number: str, given: Reduction, limit: int | None, by: Actor, now: datetime) -> int:
    """
    Refund a part of what goods cost that their buyer keeps; whatever comes back later is worth so much less.

    limit: the most that may be given back of one order, with what was before; None for any. Cash waits at every till
    until it is handed over. Locks the order, then balances. Return the refund, in minor units. Raises NotFound,
    AnotherStoresOrder, Malformed, ReductionNotPossible, ReductionAboveLimit, RefundDoesNotFit, CreditNeedsCustomer.
    """
    assert by.store_id is not None and by.staff_id is not None
    order = Order.objects.locked().filter(number=order_number).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    check_served(order.number, by=by)
    lines = sold_lines_of(order)
    if given.method == CREDIT and order.customer_id is None:
        raise CreditNeedsCustomer(_("Store credit needs a customer, and this order has none."))
    by_line = _by_line(given, order, lines)
    amount = sum(by_line.values())
    _check_limit(order, amount, limit)
    _check_gifts(order, lines, by_line)
    refund = ask_refund_in_parts(
        order_id=order.pk, amount=amount, parts=[RefundPart(given.method)], reason=given.reason, by=by, now=now
    )
    if refund < amount:
        raise _not_possible(order, refund)
    kept = {line.id: line.quantity - line.gone for line in lines}
    PriceReduction.objects.bulk_create(
        PriceReduction(
            order_line_id=line_id,
            amount=share,
            units=kept[line_id],
            reason=given.reason,
            comment=given.comment,
            given_by_id=by.staff_id,
            store_id=by.store_id,
            given_at=now,
        )
        for line_id, share in by_line.items()
    )
    value_requests_anew(order)
    publish(
        PriceReduced(
            **about_order(order, by, now),
            refund=refund,
            currency=order.currency,
            reason=given.reason,
        )
    )
    return refund


def most_to_reduce(order: Order) -> int:
    """Return what the goods that the buyer keeps are worth, in minor units, less what was given back of it."""
    return sum(value for value in values_kept(order, sold_lines_of(order)).values() if value > 0)


def _by_line(given: Reduction, order: Order, lines: Sequence[SoldLine]) -> Mapping[int, int]:
    """Return how much of the reduction each line bears. Gift cards bear nothing: their value is money."""
    values = {
        line_id: value
        for line, (line_id, value) in zip(lines, values_kept(order, lines).items(), strict=True)
        if not line.is_stored_value
    }
    if given.by_line is None:
        if given.amount < 1:
            raise Malformed(_("A refund is at least the smallest coin."), field="amount")
        if given.amount > sum(values.values()):
            raise _not_possible(order, sum(values.values()))
        return spread_reduction(given.amount, values, order.currency)
    check_known(given.by_line, {line.id: {} for line in lines})
    if not given.by_line or any(amount < 1 for amount in given.by_line.values()):
        raise Malformed(_("A refund is at least the smallest coin."), field="lines")
    for line_id, amount in given.by_line.items():
        if amount > values.get(line_id, 0):
            raise _not_possible(order, values.get(line_id, 0), line_id)
    return given.by_line


def _check_gifts(order: Order, lines: Sequence[SoldLine], by_line: Mapping[int, int]) -> None:
    """Refuse what would have more withheld of goods that are back already: it could be asked back from nobody."""
    reduced = [
        replace(line, reductions=(*line.reductions, Given(by_line[line.id], line.quantity - line.gone)))
        if line.id in by_line
        else line
        for line in lines
    ]
    if withheld_of(order, reduced) > withheld_of(order, lines):
        raise ReductionNotPossible(
            _("With less paid for them, these goods would no longer earn the gift of this order. Give less back.")
        )


def _check_limit(order: Order, amount: int, limit: int | None) -> None:
    if limit is None:
        return
    before = PriceReduction.objects.filter(order_line__order=order).aggregate(sum=Sum("amount"))["sum"] or 0
    if before + amount > limit:
        left = max(0, limit - before)
        raise ReductionAboveLimit(
            _("You may give back %(left)s more of this order. Ask head office for more.")
            % {"left": money_text(left, order.currency, active_language())},
            left=money_json(left, order.currency),
        )


def _not_possible(order: Order, most: int, line_id: int | None = None) -> ReductionNotPossible:
    details = {} if line_id is None else {"line": str(line_id)}
    return ReductionNotPossible(
        _("At most %(most)s can be given back here: what is kept of it was paid, and not given back before.")
        % {"most": money_text(most, order.currency, active_language())},
        most=money_json(most, order.currency),
        **details,
    )
