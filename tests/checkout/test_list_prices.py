"""Prices of lists in an order: on every channel, to the minor unit, and in the stored totals."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.data.invariants import find_breaches
from inventory.models import PriceList
from orders.models import OrderLine
from tests.client import Api
from tests.factories.pricing import add_list_price, make_german_taxes, make_price_list, put_into_segment

PICKUP = [{"kind": "pickup", "store": "high-street"}]


@pytest.fixture
def trade(mug, lamp):
    """Mugs for 9.00, and for 8.00 from three on; a lamp for traders for 40.00."""
    of = make_price_list(prices={mug: 900})
    add_list_price(of, mug, 800, min_quantity=3)
    make_price_list("trade", segment="trade", prices={lamp: 4000})
    return of


def test_an_order_charges_what_the_cart_shows(ana, mug, lamp, trade):
    make_german_taxes()
    put_into_segment(ana, "trade")
    phone = Api(ana)
    phone.add("MUG", 3)
    cart = phone.add("LAMP")

    order = phone.check_out(cart, fulfilments=PICKUP)

    assert order.status_code == 201, order.content
    assert [line["unit_price"]["amount"] for line in cart["lines"]] == ["8.00", "40.00"]
    assert cart["problems"] == [] and order.json()["totals"]["grand"]["amount"] == "64.00"
    assert list(OrderLine.objects.order_by("position").values_list("unit_price", "line_total")) == [
        (800, 2400), (4000, 4000),
    ]  # fmt: skip
    assert find_breaches() == {}


def test_a_list_without_tax_adds_the_tax_beside_one_that_includes_it(ana, mug, lamp):
    make_german_taxes()
    make_price_list(prices={mug: 1000}, is_tax_included=False)
    phone = Api(ana)
    phone.add("MUG", 2)
    cart = phone.add("LAMP")

    order = phone.check_out(cart, fulfilments=PICKUP).json()

    assert {name: cart["totals"][name]["amount"] for name in ("items", "tax", "grand")} == {
        "items": "69.00", "tax": "3.80", "grand": "72.80",
    }  # fmt: skip
    assert order["totals"] == cart["totals"]
    assert find_breaches() == {}


def test_an_order_at_yesterdays_price_is_refused_with_the_new_total(ana, mug, trade):
    phone = Api(ana)
    cart = phone.add("MUG")
    PriceList.objects.filter(pk=trade.pk).update(ends_at=timezone.now() - timedelta(seconds=1))

    refused = phone.check_out(cart, fulfilments=PICKUP)

    assert (refused.status_code, refused.json()["code"]) == (409, "total_changed")
    [changed] = refused.json()["changed_prices"]
    assert (changed["old_price"]["amount"], changed["new_price"]["amount"]) == ("9.00", "12.90")
    assert not OrderLine.objects.exists()


def test_a_price_list_adds_no_statement_to_an_order(ana, ben, mug):

    counts = []
    for person, is_listed in ((ana, False), (ana, False), (ben, True)):
        if is_listed:
            make_price_list(prices={mug: 900})
        phone = Api(person)
        cart = phone.add("MUG")
        with CaptureQueriesContext(connection) as captured:
            assert phone.check_out(cart, fulfilments=PICKUP).status_code == 201
        counts.append(len(captured))

    assert counts[1] == counts[2]
