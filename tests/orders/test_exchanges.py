"""Goods that are exchanged at a till: what goes back, what is paid, and what happens when they come back as well."""

from contextlib import suppress

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Balance
from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import Refusal
from core.models import JournalEntry
from inventory.models import StockLevel
from orders.models import Order, OrderLine, Payment, Refund, Return
from orders.queries.receipts import receipt_of
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.payments.refunding.refunds import settle_refunds
from orders.services.registers.till_sessions import expected_cash
from tests.factories.inventory import make_stock
from tests.factories.orders import make_order, make_till_session
from tests.orders.test_till_returns_api import collected, euros, problem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ages_ago(settings):
    """The clock of the tests stands in March."""
    settings.RETURN_WINDOW_DAYS = 10_000


@pytest.fixture
def session(mitte, tess):
    return make_till_session(mitte, tess)


@pytest.fixture
def shelf(mug, bowl, mitte):
    """Five of each in the store; the bowls for 20.00."""
    for variant in (mug, bowl):
        make_stock(variant, mitte, on_hand=5)


@pytest.fixture
def order(ana, mug, mitte, at_desk, now, shelf, session):
    """Two mugs for 12.90 each, collected, and paid in cash."""
    return collected(mug, store=mitte, by=at_desk, now=now, customer=ana, paid="cash")


def on_hand(variant, store):
    return StockLevel.objects.get(variant=variant, location=store).on_hand


def swap(order, session, sku="BOWL", *, back=1, **changes):
    line = order.lines.get(sku=changes.pop("back_sku", order.lines.first().sku))
    return {
        "order": order.number,
        "lines": [{"line": str(line.pk), "quantity": back, "condition": "as_new", "reason": "changed_mind"}],
        "exchange_for": [{"sku": sku, "quantity": 1}],
        "session": str(session.pk),
    } | changes


def test_a_dearer_piece_costs_the_difference(till, order, session, mug, bowl, mitte):
    cash = [{"method": "cash", "tendered": euros("10.00")}]

    answer = till.post("till/returns/", swap(order, session, payments=cash))

    assert answer.status_code == 201, answer.content
    taken, new = answer.json()["return"], answer.json()["order"]
    assert (taken["state"], taken["exchange"]) == ("exchanged", {"order": new["number"]})
    assert [(refund["goes_to"], refund["amount"], refund["state"]) for refund in taken["refunds"]] == [
        ("exchange", euros("12.90"), "done")
    ]
    assert [(paid["method"], paid["amount"]) for paid in new["payments"]] == [
        ("exchange", euros("12.90")), ("cash", euros("7.10")),
    ]  # fmt: skip
    assert answer.json()["receipt_url"] == f"/api/v1/till/orders/{new['number']}/receipt/"
    assert new["state"] == "completed"
    assert (on_hand(mug, mitte), on_hand(bowl, mitte)) == (4, 4)
    assert expected_cash(session_id=session.pk) == 10_000 + 710
    assert find_breaches() == {}


def test_a_cheaper_one_gives_the_difference_back(till, order, session, mitte, mug):
    order_of_bowl = till.post(
        "till/returns/", swap(order, session, payments=[{"method": "cash", "tendered": euros("7.10")}])
    )
    bowl = Order.objects.get(number=order_of_bowl.json()["order"]["number"])

    answer = till.post("till/returns/", swap(bowl, session, "MUG"))

    assert answer.status_code == 201, answer.content
    assert answer.json()["return"]["amount"] == euros("20.00")
    # 7.10 of its cash come back at once; the mug is paid with the rest.
    assert expected_cash(session_id=session.pk) == 10_000
    assert find_breaches() == {}


def test_an_even_swap_needs_no_payment_and_no_second_piece_on_the_shelf(till, order, session, mug, mitte):
    StockLevel.objects.filter(variant=mug, location=mitte).update(on_hand=0)

    answer = till.post("till/returns/", swap(order, session, "MUG"))

    assert answer.status_code == 201, answer.content
    assert [paid["method"] for paid in answer.json()["order"]["payments"]] == ["exchange"]
    assert on_hand(mug, mitte) == 0


def test_a_damaged_piece_is_not_handed_out_again(till, order, session, mug, mitte):
    StockLevel.objects.filter(variant=mug, location=mitte).update(on_hand=0)
    body = swap(order, session, "MUG")
    body["lines"][0]["condition"] = "damaged"

    answer = till.post("till/returns/", body)

    assert problem(answer) == (409, "insufficient_stock")
    assert (Return.objects.count(), Order.objects.count(), Refund.objects.count()) == (0, 1, 0)
    assert OrderLine.objects.get().quantity_returned == 0


def test_sent_again_it_is_one_exchange(till, order, session):
    body = swap(order, session, "MUG")

    answers = [till.post("till/returns/", body, key="once") for _time in range(2)]

    assert answers[0].json() == answers[1].json()
    assert (Return.objects.count(), Order.objects.count()) == (1, 2)


def test_what_the_goods_do_not_pay_must_be_paid(till, order, session):
    refused = till.post("till/returns/", swap(order, session))

    assert refused.status_code == 400
    assert (refused.json()["owed"], refused.json()["paid"]) == (2000, 1290)
    assert (Return.objects.count(), Order.objects.count()) == (0, 1)


def test_no_provider_is_asked_for_the_difference(till, order, session):
    reader = [{"method": "test"}]

    refused = till.post("till/returns/", swap(order, session, payments=reader))

    assert problem(refused) == (409, "payment_not_possible")
    assert (Return.objects.count(), Order.objects.count(), Payment.objects.count()) == (0, 1, 1)


def test_without_an_order_nothing_is_exchanged(office, order, session):
    body = swap(order, session)
    del body["order"]
    body["lines"] = [{"sku": "MUG", "quantity": 1, "condition": "as_new", "reason": "other"}]

    assert office.post("till/returns/", body).status_code == 400


@pytest.mark.parametrize("goods", [[], [{"quantity": 1}], [{"sku": "MUG", "barcode": "1", "quantity": 1}]])
def test_bad_goods_change_nothing(till, order, session, goods):
    assert till.post("till/returns/", swap(order, session, exchange_for=goods)).status_code == 400
    assert Return.objects.count() == 0


def test_unknown_goods_are_named(till, order, session):
    refused = till.post("till/returns/", swap(order, session, "NONE"))

    assert (refused.status_code, refused.json()["skus"]) == (404, ["NONE"])
    assert Return.objects.count() == 0


class TestWhatComesBackLater:
    @pytest.fixture
    def bowl_order(self, till, order, session):
        paid = [{"method": "cash", "tendered": euros("7.10")}]
        answer = till.post("till/returns/", swap(order, session, payments=paid))
        return Order.objects.get(number=answer.json()["order"]["number"])

    def give_back(self, till, order, session, **changes):
        line = order.lines.get()
        body = {
            "order": order.number, "session": str(session.pk),
            "lines": [{"line": str(line.pk), "quantity": 1, "condition": "as_new", "reason": "other"}],
        } | changes  # fmt: skip
        answer = till.post("till/returns/", body)
        assert answer.status_code == 201, answer.content
        return answer.json()["return"]

    def test_goes_to_the_tenders_that_had_paid_first(self, till, order, bowl_order, session):
        taken = self.give_back(till, bowl_order, session)

        assert taken["amount"] == euros("20.00")
        back = [(refund["method"], refund["amount"]["amount"], refund["state"]) for refund in taken["refunds"]]
        assert sorted(back) == [("cash", "12.90", "done"), ("cash", "7.10", "done")]
        assert expected_cash(session_id=session.pk) == 10_000 - 1290
        assert Payment.objects.get(order=order).refunded == 1290
        assert find_breaches() == {}

    def test_as_credit_it_stays_with_the_second_order(self, till, order, bowl_order, session, ana):
        self.give_back(till, bowl_order, session, refund=[{"method": "credit"}])

        assert Balance.objects.get(customer=ana, kind="credit").amount == 2000
        assert Refund.objects.filter(came_back__gt=0).count() == 0
        assert find_breaches() == {}

    def test_may_be_exchanged_once_more_and_then_goes_all_the_way_back(self, till, order, bowl_order, session):
        again = till.post("till/returns/", swap(bowl_order, session, "BOWL"))
        third = Order.objects.get(number=again.json()["order"]["number"])

        self.give_back(till, third, session)

        assert expected_cash(session_id=session.pk) == 10_000 - 1290
        assert find_breaches() == {}

    def test_both_orders_come_back_whole(self, till, order, bowl_order, session):
        self.give_back(till, bowl_order, session)
        self.give_back(till, order, session)

        assert expected_cash(session_id=session.pk) == 10_000 - 2580
        assert Payment.objects.get(order=order).refunded == 2580
        assert find_breaches() == {}


def test_an_online_order_is_swapped_and_its_card_gets_the_money_in_the_end(
    till, ana, mug, mitte, at_desk, now, shelf, session
):
    order = collected(mug, store=mitte, by=at_desk, now=now, customer=ana)
    swapped = till.post("till/returns/", swap(order, session, "MUG"))
    new = Order.objects.get(number=swapped.json()["order"]["number"])
    assert settle_refunds(now=now) == 0

    TestWhatComesBackLater().give_back(till, new, session)

    assert settle_refunds(now=now) == 1
    (refund,) = Refund.objects.filter(goes_to="original")
    assert (refund.payment.method, refund.amount, refund.state) == ("test", 1290, "done")
    assert find_breaches() == {}


def test_the_one_receipt_names_what_came_in_and_what_went_out(till, order, session):
    answer = till.post("till/returns/", swap(order, session, "MUG"))

    receipt = receipt_of(answer.json()["order"]["number"], language="en")

    assert [(line.sku, line.quantity) for line in receipt.lines] == [("MUG", "1")]
    assert [(one.name, one.sku, one.quantity, one.amount) for one in receipt.taken_back] == [
        ("MUG", "MUG", "1", "€12.90")
    ]
    assert receipt.payments[0].name == "Goods in exchange"


def test_is_told_once_as_goods_that_came_back(till, order, session):
    till.post("till/returns/", swap(order, session, "MUG"))

    told = list(JournalEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert told.count("return.received") == 1
    assert "refund.done" not in told


def test_the_audit_finds_goods_that_paid_more_than_they_had_cost(till, order, session):
    till.post("till/returns/", swap(order, session, "MUG"))
    Payment.objects.filter(method="exchange").update(amount=1291)

    assert (
        "what goods pay in exchange left the payments of the order that they came from, and went back there once"
        in find_breaches()
    )


def test_cancelling_what_was_taken_in_exchange_locks_the_first_order_before_anything_else(ana, mitte, mug, now):
    first = make_order((mug, 1, 1290), store=mitte, customer=ana)
    second = make_order((mug, 1, 1290), store=mitte, customer=ana)
    second.payments.update(method="exchange", provider="")
    Return.objects.create(
        number="R-1", order=first, state="refunded", method="store", refund_to="original", channel="till",
        currency="EUR", amount=1290, requested_at=now, exchanged_for=second,
    )  # fmt: skip

    with CaptureQueriesContext(connection) as asked, suppress(AssertionError, Refusal, IntegrityError):
        cancel_order(number=second.number, reason="other", by=Actor(channel="web", customer_id=ana.pk), now=now)

    statements = [one["sql"] for one in asked]
    locked = next(place for place, text in enumerate(statements) if "FOR" in text and f'"id" = {first.pk}' in text)
    writes = [place for place, text in enumerate(statements) if text.lstrip().startswith(("UPDATE", "INSERT"))]
    assert locked < min(writes)
