"""A gift whose goods are cancelled by the piece, or given back a part of their price."""

import pytest

from core.data.invariants import find_breaches
from orders.models import Order, Refund
from orders.services.fulfilment.cancellation import preview_cancellation
from orders.services.returns.price_reductions import Reduction, ReductionNotPossible, reduce_price
from tests.factories.orders import make_order, pay_order
from tests.orders.test_kept_gifts import bag as bag
from tests.orders.test_kept_gifts import give, hand_over
from tests.orders.test_pieces import cancel, line_of, parts_of
from tests.orders.test_return_policies import piece, take
from tests.refusals import refused


@pytest.fixture
def order(ana, mitte, bowl, mug, bag):
    order = make_order(
        (bowl, 1, 4000), (mug, 1, 1000), (bag, 1, 1500), store=mitte, customer=ana, state="ready", paid=""
    )
    give(order, bag)
    pay_order(order, order.grand_total)
    return order


def reduce(order, variant, amount, by, now):
    given = Reduction(reason="goodwill", method="original", by_line={line_of(order, variant).pk: amount})
    return reduce_price(order_number=order.number, given=given, limit=None, by=by, now=now)


def test_a_gift_that_is_no_longer_earned_is_cancelled_with_its_goods(order, bowl, mug, bag, as_ana, now):
    pieces = {line_of(order, bowl).pk: 1, line_of(order, mug).pk: 1}
    preview = preview_cancellation(number=order.number, by=as_ana, pieces=pieces)

    cancel(order, {bowl: 1, mug: 1}, as_ana, now)

    assert preview.units == {line.pk: 1 for line in order.lines.all()}
    assert (order.state, line_of(order, bag).quantity_cancelled) == (Order.CANCELLED, 1)
    assert preview.refund == sum(Refund.objects.values_list("amount", flat=True)) == 5000
    assert find_breaches() == {}


def test_a_gift_that_is_still_earned_stays(order, bowl, mug, bag, as_ana, now):
    cancel(order, {mug: 1}, as_ana, now)

    assert order.state == Order.PLACED
    assert parts_of(order)[0] == ("ready", {bowl.sku: 1, bag.sku: 1})


def test_a_reduction_counts_as_not_paid_when_goods_come_back(order, bowl, mug, at_desk, now):
    hand_over(order, at_desk, now)
    reduce(order, mug, 400, at_desk, now)

    take(order, piece(order, bowl), by=at_desk, now=now)
    take(order, piece(order, mug), by=at_desk, now=now)

    assert 0 <= sum(Refund.objects.values_list("amount", flat=True)) <= order.grand_total
    assert all(amount > 0 for amount in Refund.objects.values_list("amount", flat=True))
    assert find_breaches() == {}


def test_a_reduction_that_would_have_more_withheld_is_refused(order, bowl, mug, at_desk, now):
    hand_over(order, at_desk, now)
    take(order, piece(order, bowl), by=at_desk, now=now)

    with refused(ReductionNotPossible):
        reduce(order, mug, 400, at_desk, now)
