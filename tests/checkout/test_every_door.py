"""Whoever sells, and by whichever door: the buyer can be reached, is told, and gets the receipt that they like."""

import re

import pytest
from django.utils import timezone

from accounts.models import Customer
from core.actors import Actor
from core.data import sql
from core.data.invariants import find_breaches
from inventory.models import StockLevel
from omnistore.engagement.models import Message
from orders.models import Order
from orders.services.fulfilment.pickups.preparing import accept_pickup, make_pickup_ready, start_picking
from orders.services.settlement.follow_ups import remember_receipt
from tests.client import Api
from tests.factories.accounts import make_contact
from tests.factories.orders import make_till_session
from tests.journal import read_journal
from tests.storefront.conftest import Visit
from tests.till.conftest import Clerk

pytestmark = pytest.mark.django_db(transaction=True)
PICKUP = [{"kind": "pickup", "store": "high-street"}]
TEST = [{"method": "test"}]


@pytest.fixture(autouse=True)
def empty_journal(transactional_db):
    sql.execute("TRUNCATE core_journal", {})


@pytest.fixture
def ana(ana):
    """Ana, who reads German and has a phone."""
    Customer.objects.filter(pk=ana.pk).update(language="de", phone="+4915123456789")
    ana.refresh_from_db()
    return ana


@pytest.fixture
def session(tess, high_street):
    return make_till_session(high_street, tess, register="till-1")


def filled(ana):
    return Api(ana).add("MUG")


def by_app(ana, tess, session):
    phone = Api(ana)
    phone.headers["Accept-Language"] = "de"
    cart = phone.add("MUG")
    return phone.check_out(cart, fulfilments=PICKUP, contact={})


def on_the_web(ana, tess, session):
    visit = Visit(ana, headers={"Accept-Language": "de"})
    visit.add("MUG")
    return visit.check_out(email="", phone="")


def by_the_tills_api_for_a_customer(ana, tess, session):
    sale = {"session": str(session.pk), "customer": str(ana.pk), "lines": [{"sku": "MUG"}]}
    return Api(tess).post("till/sales/", sale | {"fulfilments": PICKUP, "payments": TEST})


def by_the_tills_api_from_their_cart(ana, tess, session):
    sale = {"session": str(session.pk), "cart": filled(ana)["id"]}
    return Api(tess).post("till/sales/", sale | {"fulfilments": PICKUP, "payments": TEST})


def on_the_tills_page(ana, tess, session):
    filled(ana)
    clerk = Clerk(tess, register=session)
    return clerk.sell(f"customer-{ana.pk}", follow=False, way="here", method="test", email="", phone="")


DOORS = [
    by_app,
    on_the_web,
    by_the_tills_api_for_a_customer,
    by_the_tills_api_from_their_cart,
    on_the_tills_page,
]


def told():
    """Kind and recipient of every message, in the order in which they were written."""
    return list(Message.objects.order_by("pk").values_list("kind", "recipient"))


@pytest.mark.parametrize("order_it", DOORS)
def test_the_buyer_is_told_at_their_own_address_in_their_language(ana, tess, session, mug, high_street, order_it):
    assert order_it(ana, tess, session).status_code in (201, 302)
    order = Order.objects.get()
    by = Actor(channel="till", staff_id=tess.pk, store_id=high_street.pk, store_code="high-street")
    for step in (accept_pickup, start_picking, make_pickup_ready):
        step(pickup_id=order.fulfilments.get().pk, by=by, now=timezone.now())
    read_journal(now=timezone.now())

    assert (order.customer, order.contact_email, order.contact_phone) == (ana, "ana@example.com", "+4915123456789")
    to_ana = [message for message in told() if message[1] == "ana@example.com"]
    assert to_ana == [("order_placed", "ana@example.com"), ("pickup_ready", "ana@example.com")]
    ready = Message.objects.get(kind="pickup_ready")
    assert ready.language == "de"
    assert re.search(r"\b\d{8}\b|\b\d{4} \d{4}\b", ready.body)
    assert find_breaches() == {}


@pytest.mark.parametrize("order_it", DOORS)
def test_what_the_door_answers_is_what_was_written(ana, tess, session, mug, order_it):
    answer = order_it(ana, tess, session)

    shown = Api(ana).get(f"orders/{Order.objects.get().number}/").json()
    assert shown["contact"] == {"email": "ana@example.com", "phone": "+4915123456789"}
    if answer.status_code == 201:
        assert answer.json()["contact"] == shown["contact"]


def test_another_contact_than_the_buyers_own_is_kept(ana, tess, session, mug):
    sale = {"session": str(session.pk), "customer": str(ana.pk), "lines": [{"sku": "MUG"}], "payments": TEST}

    Api(tess).post("till/sales/", sale | {"contact": {"email": "Gift@Example.com"}})

    order = Order.objects.get()
    assert (order.contact_email, order.contact_phone) == ("gift@example.com", "+4915123456789")


def test_a_record_that_was_merged_is_reached_where_its_person_is(ana, tess, session, mug):
    met = make_contact("Ana at the till", email="old@example.com", merged_into=ana)

    by_the_tills_api_for_a_customer(met, tess, session)

    assert Order.objects.get().contact_email == "ana@example.com"


class TestNobodyToReach:
    def guest_by_app(self, tess, session, customer):
        guest = Api()
        return guest.check_out(guest.add("MUG"), fulfilments=PICKUP, contact={})

    def at_the_till(self, tess, session, customer):
        sale = {"session": str(session.pk), "lines": [{"sku": "MUG"}], "fulfilments": PICKUP, "payments": TEST}
        return Api(tess).post("till/sales/", sale)

    def at_the_till_for_somebody_without_address(self, tess, session, customer):
        return by_the_tills_api_for_a_customer(customer, tess, session)

    @pytest.mark.parametrize("door", ["guest_by_app", "at_the_till", "at_the_till_for_somebody_without_address"])
    def test_what_is_not_carried_out_is_refused(self, tess, session, mug, door):
        customer = make_contact("Known by her card")

        answer = getattr(self, door)(tess, session, customer)

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "contact")
        assert not Order.objects.exists()
        assert not StockLevel.objects.filter(reserved__gt=0).exists()

    def test_what_is_carried_out_needs_no_contact(self, tess, session, mug):
        sale = {"session": str(session.pk), "lines": [{"sku": "MUG"}], "payments": TEST}

        assert Api(tess).post("till/sales/", sale).status_code == 201
        read_journal(now=timezone.now())

        assert told() == []


def carry_by_api(ana, tess, session, medium=""):
    chosen = {"receipt": {"medium": medium}} if medium else {}
    sale = {"session": str(session.pk), "customer": str(ana.pk), "lines": [{"sku": "MUG"}], "payments": TEST}
    return Api(tess).post("till/sales/", sale | chosen)


def carry_from_the_cart(ana, tess, session, medium=""):
    chosen = {"receipt": {"medium": medium}} if medium else {}
    sale = {"session": str(session.pk), "cart": filled(ana)["id"], "payments": TEST}
    return Api(tess).post("till/sales/", sale | chosen)


def carry_on_the_page(ana, tess, session, medium=""):
    filled(ana)
    return Clerk(tess, register=session).sell(f"customer-{ana.pk}", follow=False, way="carry_out", receipt=medium)


@pytest.mark.parametrize("sell", [carry_by_api, carry_from_the_cart, carry_on_the_page])
class TestReceipts:
    @pytest.mark.parametrize(
        ("usual", "recipient"),
        [("email", ["ana@example.com"]), ("sms", ["+4915123456789"]), ("print", []), ("none", [])],
    )
    def test_whoever_does_not_choose_gets_the_usual_one(self, ana, tess, session, mug, sell, usual, recipient):
        Customer.objects.filter(pk=ana.pk).update(receipt_channel=usual)

        assert sell(ana, tess, session).status_code in (201, 302)
        read_journal(now=timezone.now())

        assert told() == [("receipt", address) for address in recipient]

    def test_the_chosen_one_is_remembered(self, ana, tess, session, mug, sell):
        assert sell(ana, tess, session, "sms").status_code in (201, 302)
        for _time in range(2):
            read_journal(now=timezone.now())

        ana.refresh_from_db()
        assert ana.receipt_channel == "sms"
        assert told() == [("receipt", "+4915123456789")]

    def test_one_that_has_no_address_is_refused_before_it_is_lost(self, ana, tess, session, mug, sell):
        Customer.objects.filter(pk=ana.pk).update(phone="")

        assert sell(ana, tess, session, "sms").status_code == 400

        assert not Order.objects.exists()


def remember(order):
    remember_receipt(order_id=order.pk, by=Actor(channel="till"), now=timezone.now())


class TestTheLatestChoice:
    def test_an_older_order_does_not_change_it(self, ana, tess, session, mug):
        for medium in ("print", "sms"):
            carry_by_api(ana, tess, session, medium)
        first, second = Order.objects.order_by("pk")

        remember(second)
        remember(first)

        ana.refresh_from_db()
        assert ana.receipt_channel == "sms"

    def test_what_the_person_says_of_themselves_later_stays(self, ana, tess, session, mug):
        carry_by_api(ana, tess, session, "print")
        assert Api(ana).patch("me/", {"receipt_channel": "none"}).status_code == 200

        remember(Order.objects.get())

        ana.refresh_from_db()
        assert ana.receipt_channel == "none"

    def test_an_order_without_a_choice_costs_one_statement(self, ana, tess, session, mug, django_assert_num_queries):
        carry_by_api(ana, tess, session)
        order = Order.objects.get()

        with django_assert_num_queries(3):  # With the transaction's begin and commit.
            remember(order)
