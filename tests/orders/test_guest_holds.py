"""Guests of one network hold and promise only so many goods without money, and so does one person who is signed in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.data.invariants import find_breaches
from inventory.models import StockLevel
from omnistore.celery import TIMETABLE
from orders.models import GuestHold, Order
from orders.services.placing.unpaid import forget_networks
from orders.services.settlement.payments import settle_open_payments
from tests.client import Api
from tests.factories.inventory import make_stock
from tests.factories.orders import make_till_session

pytestmark = pytest.mark.django_db(transaction=True)
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"
WAITING = [{"method": "test", "payment_method": "needs_action"}]
PAID = [{"method": "test"}]
IN_THE_STORE = [{"method": "pay_in_store"}]
TOO_MANY, TOO_MUCH = (429, "too_many_holds"), (409, "too_much_unpaid")


@pytest.fixture(autouse=True)
def few(settings):
    settings.MOST_HOLDS_OF_NETWORK, settings.MOST_HELD_UNITS_OF_NETWORK = 3, 10
    settings.MOST_UNPAID_OF_NETWORK, settings.MOST_HOLDS_OF_PERSON = 2, 2


@pytest.fixture
def pickup(mitte, mug):
    make_stock(mug, mitte, on_hand=200)
    return [{"kind": "pickup", "store": mitte.code}]


def guest(address=HERE, person=None):
    phone = Api(person)
    phone._client = Client(raise_request_exception=False, REMOTE_ADDR=address)
    return phone


def send(phone, pickup, quantity=1, payments=WAITING, **more):
    phone.add("MUG", quantity)
    return phone.check_out(fulfilments=pickup, payments=payments, **more)


def order(phone, pickup, quantity=1, payments=WAITING, **more):
    answer = send(phone, pickup, quantity, payments, **more)
    return answer.status_code, answer.json().get("code")


def fill(pickup, address=HERE):
    """Hold as much as the guests of a network may."""
    assert [order(guest(address), pickup) for _number in range(3)] == [(202, None)] * 3


class TestPaymentsUnderWay:
    def test_one_too_many_is_refused_and_holds_nothing(self, pickup):
        fill(pickup)
        phone = guest()

        answer = send(phone, pickup)

        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["most"]) == (429, "too_many_holds", 3)
        assert 800 < int(answer.headers["Retry-After"]) <= 900
        assert "Finish those payments, order fewer units, or wait." in problem["detail"]
        assert (Order.objects.count(), GuestHold.objects.count()) == (3, 3)
        assert StockLevel.objects.get().reserved == 3
        assert len(phone.get("cart/").json()["lines"]) == 1

    def test_another_network_is_not_concerned(self, pickup):
        fill(pickup)

        assert order(guest(ELSEWHERE), pickup) == (202, None)

    def test_all_addresses_of_an_ipv6_subscriber_are_one_network(self, pickup):
        answers = [order(guest(f"2001:db8:1:2::{number}"), pickup) for number in range(4)]

        assert answers == [(202, None)] * 3 + [TOO_MANY]
        assert order(guest("2001:db8:1:3::1"), pickup) == (202, None)

    def test_what_is_paid_counts_no_more(self, pickup):
        for _number in range(5):
            assert order(guest(), pickup, payments=PAID) == (201, None)

        fill(pickup)

    def test_a_place_is_free_when_a_payment_is_confirmed(self, pickup):
        phone = guest()
        waiting = send(phone, pickup).json()
        assert [order(guest(), pickup) for _number in range(3)] == [(202, None)] * 2 + [TOO_MANY]

        phone.post(waiting["next_action"]["url"].removeprefix("/api/v1/"))
        assert phone.post(f"orders/{waiting['number']}/payment/").json()["state"] == "placed"

        assert order(guest(), pickup) == (202, None)

    def test_a_place_is_free_when_a_hold_has_ended(self, pickup):
        fill(pickup)
        Order.objects.update(placed_at=timezone.now() - timedelta(minutes=20))

        settle_open_payments(now=timezone.now() + timedelta(minutes=16))

        assert not Order.objects.filter(state="pending").exists()
        assert order(guest(), pickup) == (202, None)

    def test_the_units_of_all_orders_count(self, pickup):
        assert order(guest(), pickup, 6) == (202, None)

        assert order(guest(), pickup, 5) == TOO_MANY
        assert order(guest(), pickup, 4) == (202, None)

    def test_one_order_cannot_hold_a_whole_shelf(self, pickup):
        assert order(guest(), pickup, 11) == TOO_MANY
        assert StockLevel.objects.get().reserved == 0

    def test_nothing_is_limited_where_the_settings_are_zero(self, pickup, settings):
        settings.MOST_HOLDS_OF_NETWORK = settings.MOST_HELD_UNITS_OF_NETWORK = settings.MOST_UNPAID_OF_NETWORK = 0

        assert {order(guest(), pickup, 5) for _number in range(5)} == {(202, None)}

    def test_the_same_key_again_is_answered_and_counts_once(self, pickup):
        phone = guest()
        phone.add("MUG")
        cart = phone.get("cart/").json()
        sent = [phone.check_out(cart, fulfilments=pickup, payments=WAITING, key="again") for _time in range(4)]

        assert {answer.status_code for answer in sent} == {202}
        assert GuestHold.objects.count() == 1


class TestPromises:
    def test_guests_with_ever_new_addresses_are_one_network(self, pickup):
        answers = [
            order(guest(), pickup, payments=IN_THE_STORE, contact={"email": f"bot-{number}@example.com"})
            for number in range(3)
        ]

        assert answers == [(201, None)] * 2 + [TOO_MUCH]
        assert order(guest(), pickup, payments=PAID) == (201, None)
        assert order(guest(ELSEWHERE), pickup, payments=IN_THE_STORE) == (201, None)

    def test_what_waits_in_a_store_does_not_hinder_paying_now(self, pickup):
        for number in range(2):
            order(guest(), pickup, payments=IN_THE_STORE, contact={"email": f"bot-{number}@example.com"})

        fill(pickup)


class TestPeople:
    def test_a_person_has_a_limit_of_their_own_on_every_network(self, ana, ben, pickup):
        fill(pickup)

        answers = [order(guest(address, ana), pickup) for address in (HERE, ELSEWHERE, HERE)]

        assert answers == [(202, None)] * 2 + [TOO_MANY]
        assert order(guest(HERE, ben), pickup) == (202, None)
        assert order(guest(HERE, ana), pickup, payments=IN_THE_STORE) == (201, None)

    def test_their_network_is_not_stored(self, ana, pickup):
        order(guest(HERE, ana), pickup)
        order(guest(HERE, ana), pickup, payments=IN_THE_STORE)

        assert not GuestHold.objects.exists()

    def test_staff_decide_for_themselves(self, tess, pickup, mitte):
        session = make_till_session(mitte, tess, register="till-1")
        sale = {
            "session": str(session.pk), "lines": [{"sku": "MUG"}], "fulfilments": pickup,
            "payments": IN_THE_STORE,
        }  # fmt: skip

        for number in range(4):
            contact = {"email": f"guest-{number}@example.com"}
            assert Api(tess).post("till/sales/", {**sale, "contact": contact}).status_code == 201
        assert not GuestHold.objects.exists()


class TestForgetting:
    def test_a_network_is_forgotten_once_nothing_is_unpaid(self, pickup):
        paid = send(guest(), pickup, payments=PAID)
        order(guest(), pickup)
        order(guest(), pickup, payments=IN_THE_STORE)

        forget_networks()

        assert GuestHold.objects.count() == 2
        assert not GuestHold.objects.filter(order__number=paid.json()["number"]).exists()
        assert "orders.tasks.forget_networks" in TIMETABLE

    def test_the_audit_finds_one_that_was_not_forgotten(self, pickup):
        order(guest(), pickup, payments=PAID)
        assert find_breaches() == {}

        GuestHold.objects.update(held_at=timezone.now() - timedelta(hours=3))

        assert list(find_breaches()) == ["a guest's network is forgotten once their order is paid or has ended"]


def test_the_check_is_one_statement_however_many_orders_there_are(pickup, settings):
    settings.MOST_HOLDS_OF_NETWORK = 0

    def statements():
        phone = guest()
        phone.add("MUG")
        cart = phone.get("cart/").json()
        with CaptureQueriesContext(connection) as captured:
            assert phone.check_out(cart, fulfilments=pickup, payments=WAITING).status_code == 202
        return len(captured), sum("orders_guesthold" in query["sql"] for query in captured)

    first = statements()
    for _number in range(4):
        order(guest(), pickup)

    assert statements() == first
    assert first[1] == 1
