"""Exchanging goods on the till's pages: scan what comes back, scan what goes out, one receipt."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.rules import roles
from inventory.models import StockLevel
from orders.models import Order, Refund, Return
from orders.services.registers.till_sessions import expected_cash
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_stock, make_variant
from tests.till.conftest import Clerk, hidden, text_of
from tests.till.test_returns import fields_of, with_buyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(mug, high_street, tess, ana):
    return with_buyer(mug, store=high_street, staff=tess, customer=ana)


@pytest.fixture
def bowl(high_street):
    bowl = make_variant(sku="BOWL", price=2000)
    make_stock(bowl, high_street, on_hand=3)
    return bowl


def test_scan_scan_and_one_receipt(clerk, order, register, mug, high_street):
    before = StockLevel.objects.get(variant=mug, location=high_street).on_hand
    counted = clerk.post("exchange", order.number, scanned=mug.sku, add="1", **fields_of(order, ""))
    assert "Comes back €12.90" in text_of(counted)
    both = clerk.post("exchange", order.number, scanned_out=mug.sku, add="1", **fields_of(order, "1"))
    page = both.content.decode()
    assert f'name="out-{mug.sku}" value="1"' in page
    assert "Goes out €12.90" in text_of(both)
    assert "MUG · MUG €12.90" in text_of(both)
    assert "To be paid €0.00" in text_of(both)

    done = clerk.post(
        "exchange", order.number, swap="1", key=hidden(page, "key"), total=hidden(page, "total"),
        **fields_of(order, "1"), **{f"out-{mug.sku}": "1"},
    )  # fmt: skip

    assert "Total €12.90" in text_of(done)
    goods = Return.objects.get()
    assert (goods.state, goods.exchanged_for.state) == ("exchanged", "completed")
    assert expected_cash(session_id=register.pk) == 10_000
    assert StockLevel.objects.get(variant=mug, location=high_street).on_hand == before
    receipt = text_of(clerk.get("receipt", goods.exchanged_for.number))
    assert "Taken back for it" in receipt
    assert f"order {order.number}" in receipt


def test_a_dearer_piece_is_paid_and_a_cheaper_one_gives_cash_back(clerk, order, register, bowl, mug):
    swap = {"swap": "1", "total": "2000", "method": "cash", "tendered": "10", "out-BOWL": "1"}
    paid = clerk.post("exchange", order.number, key="a", **swap, **fields_of(order, "1"))
    assert "Change €2.90" in text_of(paid)
    assert expected_cash(session_id=register.pk) == 10_000 + 710
    second = Return.objects.get().exchanged_for

    back = {"swap": "1", "total": "1290", f"out-{mug.sku}": "1"}
    given = clerk.post("exchange", second.number, key="b", **back, **fields_of(second, "1"))

    assert "Give back in cash €7.10" in text_of(given)
    assert expected_cash(session_id=register.pk) == 10_000


def test_a_card_pays_at_the_terminal(clerk, order, register, bowl):
    swap = {"swap": "1", "total": "2000", "method": "card", "out-BOWL": "1"}

    clerk.post("exchange", order.number, key="a", **swap, **fields_of(order, "1"))

    new = Return.objects.get().exchanged_for
    assert sorted(new.payments.values_list("method", "amount")) == [("card", 710), ("exchange", 1290)]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"total": "1999", "method": "card"}, 409, "The total is now"),
        ({"method": "cash", "tendered": "5"}, 400, "The cash does not cover the amount."),
        ({"method": "cash", "tendered": ""}, 400, "The cash does not cover the amount."),
        ({"out-BOWL": ""}, 400, "Scan what came back and what goes out first."),
        ({"out-BOWL": "9", "total": "18000", "method": "card"}, 409, "Not enough left: BOWL (3)"),
    ],
)
def test_what_does_not_fit_is_said_and_changes_nothing(clerk, order, register, bowl, changes, status, words):
    swap = {"swap": "1", "total": "2000", "out-BOWL": "1"} | changes

    page = clerk.post("exchange", order.number, key="a", **swap, **fields_of(order, "1"))

    assert page.status_code == status
    assert words in text_of(page)
    assert (Return.objects.count(), Order.objects.count(), Refund.objects.count()) == (0, 1, 0)


def test_unknown_goods_are_said(clerk, order, register):
    page = clerk.post("exchange", order.number, scanned_out="4012345678901", add="1", **fields_of(order, "1"))

    assert "Not on sale: 4012345678901." in text_of(page)


def test_needs_an_open_register(tess, order, bowl):
    swap = {"swap": "1", "total": "2000", "method": "card", "out-BOWL": "1"}

    page = Clerk(tess).post("exchange", order.number, key="a", **swap, **fields_of(order, "1"))

    assert page.status_code == 409
    assert "An exchange needs an open register." in text_of(page)
    assert Return.objects.count() == 0


def test_the_page_of_returns_leads_there_with_what_was_counted(clerk, order, mug):
    page = clerk.post("take_back", order.number, scanned=mug.sku, add="1", **fields_of(order, ""))

    assert f"/orders/{order.number}/exchange/" in page.content.decode()


def test_costs_the_same_for_one_piece_as_for_many(clerk, order, register, bowl, mug):
    clerk.post("exchange", order.number, add="1", **{"out-BOWL": "1"}, **fields_of(order, "1"))
    costs = []
    for goods in ({"out-BOWL": "1"}, {"out-BOWL": "1", f"out-{mug.sku}": "2"}):
        with CaptureQueriesContext(connection) as statements:
            page = clerk.post("exchange", order.number, add="1", **goods, **fields_of(order, "1"))
        assert page.status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_another_stores_staff_may_exchange_it_too(order, high_street, mug, bowl):
    otto = make_staff("Otto Other", email="otto@example.com")
    assign(otto, high_street, roles.CLERK)

    assert "Exchange goods of order" in text_of(Clerk(otto).get("exchange", order.number))


def test_the_page_of_exchanged_goods_says_where_their_money_waits(clerk, manager, order, register, mug):
    swap = {"swap": "1", "total": "1290", f"out-{mug.sku}": "1"}
    clerk.post("exchange", order.number, key="a", **swap, **fields_of(order, "1"))
    second = Return.objects.get().exchanged_for
    assert "its money goes back" not in text_of(clerk.get("order", second.number))

    page = manager.post("reduce_price", second.number, key="b", amount="2", reason="goodwill")

    assert f"its money goes back on order {order.number}" in text_of(page)
    assert "to be paid back" in text_of(clerk.get("order", order.number))
