"""What follows an order is the same on every channel: gift cards, points, and the address that is to be kept."""

from collections import Counter

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Address, Balance, PointAccrual
from core.actors import Actor
from core.data import sql
from core.data.invariants import find_breaches
from inventory.models import Product
from orders.models import Order
from orders.services.settlement.follow_ups import keep_given_address
from tests.client import Api
from tests.factories.inventory import make_stock, make_variant
from tests.factories.loyalty import switch_on
from tests.factories.orders import due, make_order, make_till_session
from tests.journal import read_journal
from tests.storefront.conftest import ADDRESS, Visit
from tests.till.conftest import Clerk

pytestmark = pytest.mark.django_db(transaction=True)
SHIP = [{"kind": "ship", "address": ADDRESS}]
PICKUP = [{"kind": "pickup", "store": "high-street"}]


@pytest.fixture(autouse=True)
def programme(transactional_db):
    cache.clear()
    sql.execute("TRUNCATE core_journal", {})
    return switch_on()


@pytest.fixture
def voucher(mug, high_street, warehouse):
    """A gift card for 25.00, in stock wherever the mug is."""
    variant = make_variant(sku="GIFT-25", price=2500)
    Product.objects.filter(pk=variant.product_id).update(kind="gift_card")
    for place in (high_street, warehouse):
        make_stock(variant, place, on_hand=5)
    return variant


@pytest.fixture
def session(tess, high_street):
    return make_till_session(high_street, tess, register="till-1")


@pytest.fixture
def filled(ana, mug, voucher):
    """Ana's cart, with a mug and a gift card."""
    phone = Api(ana)
    phone.add("MUG")
    return phone.add("GIFT-25")


def by_app(ana, tess, session, cart, *, keeps):
    Api(ana).check_out(fulfilments=SHIP, keep_address=keeps)


def on_the_web(ana, tess, session, cart, *, keeps):
    kept = {"keep_address": "on"} if keeps else {}
    assert Visit(ana).check_out(kind="ship", address="new", **ADDRESS, **kept).status_code == 302


def by_the_tills_api(ana, tess, session, cart, *, keeps):
    body = {
        "session": str(session.pk),
        "cart": cart["id"],
        "customer": str(ana.pk),
        "fulfilments": SHIP,
        "payments": [{"method": "test"}],
        "keep_address": keeps,
    }
    assert Api(tess).post("till/sales/", body).status_code == 201


def on_the_tills_page(ana, tess, session, cart, *, keeps):
    address = {f"address-{name}": text for name, text in ADDRESS.items()} | ({"address-keeps": "on"} if keeps else {})
    clerk = Clerk(tess, register=session)
    assert clerk.sell(f"customer-{ana.pk}", way="ship", method="test", **address).status_code == 200


CHANNELS = [by_app, on_the_web, by_the_tills_api, on_the_tills_page]
SOLD_IN_A_STORE = {by_the_tills_api, on_the_tills_page}


def followed():
    """How many gift cards were loaded, points earned, and addresses kept."""
    points = sum(PointAccrual.objects.values_list("points", flat=True))
    return Counter(cards=Balance.objects.filter(kind="gift_card").count(), points=points, kept=Address.objects.count())


@pytest.mark.parametrize("order_it", CHANNELS)
class TestEveryChannel:
    def test_everything_has_followed_once_the_journal_was_read_twice(self, ana, tess, session, filled, order_it):
        order_it(ana, tess, session, filled, keeps=True)
        for _time in range(2):
            read_journal(now=timezone.now())

        assert Order.objects.get().customer == ana
        assert followed() == Counter(cards=1, points=12, kept=1)
        assert Address.objects.get().street_address == "Torstraße 112"
        assert find_breaches() == {}

    def test_what_is_seen_next_has_followed_at_once(self, ana, tess, session, filled, order_it):
        order_it(ana, tess, session, filled, keeps=True)

        points = 12 if order_it in SOLD_IN_A_STORE else 0
        assert followed() == Counter(cards=1, points=points, kept=1)

    def test_an_address_that_nobody_asked_to_keep_is_not_kept(self, ana, tess, session, filled, order_it):
        order_it(ana, tess, session, filled, keeps=False)
        read_journal(now=timezone.now())

        assert followed() == Counter(cards=1, points=12)


def test_a_payment_that_waited_is_followed_by_the_same(ana, filled):
    phone = Api(ana)
    waiting = [{"method": "test", "payment_method": "needs_action"}]
    action = phone.check_out(fulfilments=SHIP, payments=waiting, keep_address=True).json()["next_action"]
    assert followed() == Counter()

    phone.post(action["url"].removeprefix("/api/v1/"))
    phone.post(action["then"].removeprefix("/api/v1/"))

    assert followed() == Counter(cards=1, kept=1)
    read_journal(now=timezone.now())
    assert followed() == Counter(cards=1, points=12, kept=1)


def test_a_declined_payment_is_followed_by_nothing(ana, filled):
    declined = Api(ana).check_out(
        fulfilments=SHIP, payments=[{"method": "test", "payment_method": "decline"}], keep_address=True
    )
    read_journal(now=timezone.now())

    assert declined.status_code == 409
    assert followed() == Counter()


def test_a_sale_to_nobody_gives_its_gift_card_alone(tess, session, mug, voucher):
    sale = {
        "session": str(session.pk),
        "lines": [{"sku": "GIFT-25"}, {"sku": "MUG"}],
        "contact": {"email": "nobody@example.com"},
        "payments": [{"method": "test"}],
        "fulfilments": SHIP,
        "keep_address": True,
    }
    assert Api(tess).post("till/sales/", sale).status_code == 201
    assert followed() == Counter(cards=1)

    read_journal(now=timezone.now())

    assert followed() == Counter(cards=1)


def pay_by_app(ana, tess, session, order):
    assert Api(ana).post(f"orders/{order.number}/payments/", {"payments": [{"method": "test"}]}).status_code == 201


def pay_on_the_web(ana, tess, session, order):
    visit = Visit(ana)
    page = visit.get(f"/orders/{order.number}/pay/").content.decode()
    key = page.split('name="key" value="')[1].split('"')[0]
    form = {"key": key, "pay": "test", "card": "approve"}
    assert visit.post(f"/orders/{order.number}/pay/", form).status_code == 302


def pay_by_the_tills_api(ana, tess, session, order):
    body = {"payments": [{"method": "test"}], "session": str(session.pk)}
    assert Api(tess).post(f"till/orders/{order.number}/payments/", body).status_code == 201


@pytest.mark.parametrize("pay", [pay_by_app, pay_on_the_web, pay_by_the_tills_api])
def test_a_gift_card_is_loaded_as_soon_as_the_balance_due_is_paid(ana, tess, session, filled, high_street, pay):
    Api(ana).check_out(fulfilments=PICKUP, payments=[{"method": "pay_in_store"}])
    read_journal(now=timezone.now())
    assert (due(), followed()["cards"]) == (3790, 0)

    pay(ana, tess, session, Order.objects.get())

    assert (due(), followed()["cards"]) == (0, 1)


def keep(order):
    keep_given_address(order_id=order.pk, by=Actor(channel="app"), now=timezone.now())


class TestTheAddress:
    @pytest.fixture
    def order(self, ana, warehouse, mug):
        """An order to be sent, whose request ended before anything followed."""
        order = make_order((mug, 1, 1290), store=warehouse, customer=ana, kind="ship", keeps_address=True)
        order.fulfilments.update(address=ADDRESS)
        return order

    def test_one_that_was_deleted_since_stays_deleted(self, order):
        keep(order)
        Address.objects.all().delete()

        keep(order)

        assert not Address.objects.exists()

    def test_one_that_is_in_the_book_is_not_added_again(self, ana, order):
        Address.objects.create(customer=ana, **ADDRESS)

        keep(order)

        assert Address.objects.count() == 1

    def test_two_parcels_to_one_place_keep_it_once(self, order, high_street, mug):
        other = make_order((mug, 1, 1290), store=high_street, customer=order.customer, kind="ship")
        other.fulfilments.update(address=ADDRESS, order=order)

        keep(order)

        assert Address.objects.count() == 1

    def test_a_full_book_stays_as_it_is(self, ana, order):
        full = [Address(customer=ana, **ADDRESS | {"city": f"City {number}"}) for number in range(100)]
        Address.objects.bulk_create(full)

        keep(order)

        assert Address.objects.count() == 100

    def test_an_order_without_the_wish_costs_one_statement(self, ana, mug, high_street, django_assert_num_queries):
        order = make_order((mug, 1, 1290), store=high_street, customer=ana)

        with django_assert_num_queries(3):  # With the transaction's begin and commit.
            keep(order)
