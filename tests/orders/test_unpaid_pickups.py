"""Goods that are promised without any money: how many one shopper may have waiting, and when the promise ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.data.invariants import find_breaches
from core.models import JournalEntry
from inventory.models import StockLevel
from orders.models import BalanceDueEntry, Fulfilment, Order
from orders.services.fulfilment.pickups.deadlines import end_unpaid_pickups
from tests.client import Api
from tests.factories.inventory import make_stock
from tests.factories.orders import make_order, make_till_session

pytestmark = pytest.mark.django_db(transaction=True)
IN_THE_STORE = [{"method": "pay_in_store"}]


@pytest.fixture
def pickup(mitte, mug):
    make_stock(mug, mitte, on_hand=60)
    return [{"kind": "pickup", "store": mitte.code}]


def order(person, pickup, quantity=1, payments=IN_THE_STORE, **more):
    phone = Api(person)
    phone.add("MUG", quantity)
    answer = phone.check_out(fulfilments=pickup, payments=payments, **more)
    return answer.status_code, answer.json().get("code")


class TestTheEnd:
    def promised(self, mug, mitte, state, *, days, paid="pay_in_store", **fields):
        made = make_order((mug, 1, 1290), store=mitte, paid=paid, state=state, **fields)
        Fulfilment.objects.filter(order=made).update(promised_at=timezone.now() - timedelta(days=days))
        return made

    @pytest.mark.parametrize("state", ["placed", "accepted", "picking"])
    def test_what_nobody_paid_or_made_ready_is_cancelled_and_its_goods_are_free(self, mug, mitte, state):
        forgotten = self.promised(mug, mitte, state, days=4)

        assert end_unpaid_pickups(now=timezone.now()) == 1

        forgotten.refresh_from_db()
        assert (forgotten.state, forgotten.cancel_reason) == ("cancelled", "unpaid")
        assert sum(StockLevel.objects.values_list("reserved", flat=True)) == 0
        assert JournalEntry.objects.filter(kind="order.cancelled", ref=forgotten.number).count() == 1
        assert find_breaches() == {}

    def test_what_is_paid_ready_or_young_stays(self, mug, mitte):
        self.promised(mug, mitte, "placed", days=4, paid="test")
        self.promised(mug, mitte, "ready", days=4)
        self.promised(mug, mitte, "placed", days=2)
        lost = self.promised(mug, mitte, "placed", days=4, paid="")
        BalanceDueEntry.objects.create(order=lost, kind="authorisation_lost", amount=1290, occurred_at=timezone.now())

        assert end_unpaid_pickups(now=timezone.now()) == 0

        assert not Order.objects.exclude(state="placed").exists()

    def test_the_audit_finds_one_that_was_forgotten(self, mug, mitte):
        self.promised(mug, mitte, "accepted", days=5)

        assert "no pickup that nobody paid or made ready holds its goods a day longer than the shop allows" in (
            find_breaches()
        )


class TestTheCaps:
    def test_a_guest_cannot_hoard_a_whole_shelf(self, pickup):
        assert order(None, pickup, 40) == (409, "too_much_unpaid")

        assert not Order.objects.exists()
        assert StockLevel.objects.get().reserved == 0

    def test_the_units_of_all_orders_under_an_address_or_number_count(self, pickup):
        assert order(None, pickup, 15, contact={"email": "a@example.com", "phone": "+4917112345678"})[0] == 201

        assert order(None, pickup, 6, contact={"email": "A@example.com"}) == (409, "too_much_unpaid")
        assert order(None, pickup, 6, contact={"phone": "+4917112345678"}) == (409, "too_much_unpaid")
        assert order(None, pickup, 5, contact={"email": "a@example.com"})[0] == 201
        assert order(None, pickup, 20, contact={"email": "b@example.com"})[0] == 201

    def test_three_orders_may_wait_and_the_fourth_is_paid_now(self, ana, pickup):
        answers = [order(ana, pickup) for _number in range(4)]

        assert answers == [(201, None)] * 3 + [(409, "too_much_unpaid")]
        assert order(ana, pickup, payments=[{"method": "test"}])[0] == 201

    def test_staff_decide_for_themselves(self, tess, ana, pickup, mitte):
        session = make_till_session(mitte, tess, register="till-1")
        sale = {
            "session": str(session.pk), "lines": [{"sku": "MUG", "quantity": 40}], "fulfilments": pickup,
            "customer": str(ana.pk), "payments": IN_THE_STORE,
        }  # fmt: skip

        assert Api(tess).post("till/sales/", sale).status_code == 201


def test_goods_are_not_promised_to_nobody(tess, pickup, mitte):
    session = make_till_session(mitte, tess, register="till-1")
    sale = {
        "session": str(session.pk), "lines": [{"sku": "MUG"}], "fulfilments": pickup, "payments": [{"method": "test"}],
    }  # fmt: skip

    refused = Api(tess).post("till/sales/", sale)

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "contact")
    assert not Order.objects.exists()
    assert Api(tess).post("till/sales/", {**sale, "contact": {"phone": "+4917112345678"}}).status_code == 201


def test_the_audit_finds_goods_that_wait_for_nobody(mug, mitte):
    make_order((mug, 1, 1290), store=mitte, contact_email="")

    assert "whoever is to be sent goods, or to collect them, can be told" in find_breaches()
