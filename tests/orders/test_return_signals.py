"""What staff are told of a buyer's returns: only what is unusual, and never a refusal."""

from datetime import timedelta

import pytest

from orders.models import FulfilmentLine, OrderLine, Return
from orders.queries.return_signals import ReturnSignals, return_signals
from tests.factories.accounts import make_customer
from tests.factories.orders import make_order, make_return

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(ana, mitte, mug, now):
    return make_order((mug, 10, 1000), store=mitte, customer=ana, placed_at=now - timedelta(days=30))


def signals(customer, now, order=None):
    return return_signals(customer_id=customer.pk, order_id=order and order.pk, now=now)


@pytest.mark.parametrize(
    ("fulfilled", "returned", "told"), [(10, 5, (10, 5)), (10, 4, (0, 0)), (5, 5, (0, 0)), (0, 0, (0, 0))]
)
def test_a_high_share_of_many_pieces_is_told(ana, order, now, fulfilled, returned, told):
    OrderLine.objects.update(quantity_fulfilled=fulfilled, quantity_returned=returned)

    found = signals(ana, now)

    assert ((found.bought, found.returned), found.any) == (told, bool(told[0]))
    assert signals(make_customer("Ben", email="ben@example.com"), now) == ReturnSignals()
    assert signals(ana, now + timedelta(days=400)) == ReturnSignals()


def test_all_records_of_a_person_count(ana, order, now):
    OrderLine.objects.update(quantity_fulfilled=10, quantity_returned=10)
    other = make_customer("Ana M.", email="", merged_into=ana)
    order.customer = other
    order.save(update_fields=["customer"])

    assert signals(ana, now).returned == 10


@pytest.mark.parametrize(("returns", "told"), [(1, 0), (2, 2)])
def test_several_returns_without_a_receipt_are_told(ana, order, mitte, now, returns, told):
    for number in range(returns):
        goods = make_return(order, number=f"R-{number}", state="refunded")
        Return.objects.filter(pk=goods.pk).update(order=None, customer=ana, received_at=now, location=mitte)

    assert signals(ana, now).without_receipt == told


@pytest.mark.parametrize(("days", "told"), [(60, 0), (61, 61)])
def test_goods_that_come_long_after_are_told_of_guests_too(ana, order, now, days, told):
    FulfilmentLine.objects.update(handed_over_at=now - timedelta(days=days))

    assert return_signals(customer_id=None, order_id=order.pk, now=now).days == told


def test_they_cost_one_statement(ana, order, now, django_assert_num_queries):
    with django_assert_num_queries(1):
        signals(ana, now, order)
