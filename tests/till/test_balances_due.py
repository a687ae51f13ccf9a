"""Taking at the till what an order still owes, on the order's page."""

import pytest

from orders.models import Payment
from tests.client import Api
from tests.factories.balances import code_of, give_card
from tests.factories.orders import make_order, money_of
from tests.till.conftest import address, new_key, text_of


@pytest.fixture
def order(ana, high_street, mug):
    return make_order((mug, 2, 1290), store=high_street, customer=ana, paid="pay_in_store")


def take(clerk, order, **given):
    return clerk.post("take_due", order.number, **({"key": new_key(), "method": "cash"} | given))


def test_cash_with_change(clerk, order, register):
    assert "Take a payment" in text_of(clerk.get("order", order.number))

    words = text_of(take(clerk, order, tendered="30"))

    assert "Change €4.20" in words and "Take a payment" not in words
    assert money_of(order) == [("cash", 2580, "captured")]
    assert Payment.objects.get().till_session == register


def test_a_part_and_the_rest_at_the_terminal(clerk, order):
    take(clerk, order, part="10", tendered="10")
    take(clerk, order, method="card")

    assert money_of(order) == [("card", 1580, "captured"), ("cash", 1000, "captured")]


def test_a_gift_card_and_a_part_of_the_rest(clerk, order):
    take(clerk, order, gift_cards=code_of(give_card(500)), part="5", tendered="5")

    assert money_of(order) == [("cash", 500, "captured"), ("gift_card", 500, "captured"), ("pay_in_store", 1580, "due")]


def test_too_little_and_too_much_are_refused_with_advice(clerk, order):
    assert "This does not cover the amount due" in text_of(take(clerk, order, tendered="20"))
    assert "not more than what is due" in text_of(take(clerk, order, part="26", tendered="30"))
    declined = take(clerk, order, method="test_declined")
    assert (declined.status_code, "Your order is still in place" in text_of(declined)) == (409, True)
    assert ("pay_in_store", 2580, "due") in money_of(order)


def test_sent_twice_it_is_taken_once(clerk, order):
    key = new_key()

    for _time in range(2):
        take(clerk, order, key=key, method="card", part="10")

    assert money_of(order) == [("card", 1000, "captured"), ("pay_in_store", 1580, "due")]


def test_a_payment_under_way_online_is_shown_and_looked_at(clerk, ana, order):
    Api(ana).post(f"orders/{order.number}/payments/", {"payments": [{"method": "test", "payment_method": "timeout"}]})
    assert "A payment is in progress" in text_of(clerk.get("order", order.number))

    words = text_of(clerk.post("take_due", order.number, look="1"))

    assert "A payment is in progress" not in words
    assert money_of(order) == [("test", 2580, "captured")]


def test_with_nothing_due_there_is_nothing_to_take(clerk, ana, high_street, mug):
    paid = make_order((mug, 1, 1290), store=high_street, customer=ana)

    assert take(clerk, paid, tendered="30", follow=False)["Location"] == address("order", paid.number)
    assert len(money_of(paid)) == 1
