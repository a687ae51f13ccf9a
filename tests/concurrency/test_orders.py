"""Many buyers want the same unit at the same moment; each race is shown to be real by removing its guard."""

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Address, Customer
from accounts.services.customers import addresses
from carts.models import Cart
from carts.services import merging, placing
from core.actors import Actor
from core.data.invariants import find_breaches
from core.idempotency import Claim
from core.models import JournalEntry
from inventory.models import StockLevel
from inventory.services import reservations
from orders.models import Fulfilment, Order
from orders.services.settlement.follow_ups import keep_given_address
from tests.client import Api
from tests.concurrency.racing import Meeting, race
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_stock, make_variant
from tests.factories.orders import make_order
from tests.storefront.conftest import ADDRESS

pytestmark = pytest.mark.django_db(transaction=True)

PICKUP = [{"kind": "pickup", "store": "high-street"}]
CASH = {"method": "cash", "tendered": {"amount": "100.00", "currency": "EUR"}}


@pytest.fixture(autouse=True)
def sound_books(request):
    yield
    if "without" not in request.node.name:
        assert find_breaches() == {}


def codes(answers):
    return sorted((answer.status_code, answer.json().get("code", "")) for answer in answers)


def shoppers(number):
    return [Api(make_customer(f"Shopper {n}", email=f"shopper{n}@example.com")) for n in range(number)]


@pytest.fixture
def last_vase(high_street):
    variant = make_variant(sku="VASE", price=2500)
    make_stock(variant, high_street, on_hand=1)
    return variant


@pytest.fixture
def till(tess):
    api = Api(tess)
    opened = api.post("till/sessions/", {"register": "1", "float": {"amount": "0.00", "currency": "EUR"}})
    api.session = opened.json()["id"]
    return api


def test_the_last_unit_is_sold_once_to_sixteen_over_web_app_and_till(last_vase, high_street, till):
    guests, phones = [Api() for _ in range(6)], shoppers(6)
    for buyer in [*guests, *phones]:
        buyer.add("VASE")
    carts = [buyer.get("cart/").json() for buyer in [*guests, *phones]]

    answers = race(
        [
            lambda buyer=buyer, cart=cart: buyer.check_out(cart, fulfilments=PICKUP)
            for buyer, cart in zip([*guests, *phones], carts, strict=True)
        ]
        + [lambda: till.post("till/sales/", {"session": till.session, "lines": [{"sku": "VASE"}], "payments": [CASH]})]
        * 4
    )

    assert codes(answers) == [(201, "")] + [(409, "insufficient_stock")] * 15
    assert Order.objects.exclude(state="failed").count() == 1
    level = StockLevel.objects.get(variant=last_vase)
    assert level.on_hand - level.reserved == 0


def test_without_the_check_the_last_unit_would_be_reserved_repeatedly(last_vase, high_street, monkeypatch):
    """Negative control: the condition on the stock row is what the test above rests on."""
    unguarded = reservations._RESERVE.replace(">= locked.quantity", "IS NOT NULL")
    monkeypatch.setattr(reservations, "_RESERVE", unguarded)
    buyers = shoppers(4)
    for buyer in buyers:
        buyer.add("VASE")
    carts = [buyer.get("cart/").json() for buyer in buyers]

    answers = race(
        [
            lambda buyer=buyer, cart=cart: buyer.check_out(cart, fulfilments=PICKUP)
            for buyer, cart in zip(buyers, carts, strict=True)
        ]
    )

    # The table's own constraint is the last line of defence, and shows as an internal error.
    assert sorted(answer.status_code for answer in answers) == [201, 500, 500, 500]


def test_one_cart_checked_out_on_two_devices_becomes_one_order(mug, ana):
    phone, tablet = Api(ana), Api(ana)
    cart = phone.add("MUG")

    answers = race([lambda device=device: device.check_out(cart, fulfilments=PICKUP) for device in (phone, tablet)])

    assert codes(answers) == [(201, ""), (409, "cart_already_ordered")]
    number = Order.objects.get().number
    assert {answer.json()["number"] for answer in answers} == {number}


def test_without_taking_the_cart_two_devices_would_order_it_twice(mug, ana, monkeypatch):
    """Negative control: taking the cart, and one order for each cart in the table, are what the test above rests on."""
    unguarded = placing._TAKE.replace("WHERE state = 'open' AND", "WHERE").replace("SET state = 'ordered',", "SET")
    monkeypatch.setattr(placing, "_TAKE", unguarded)
    phone, tablet = Api(ana), Api(ana)
    cart = phone.add("MUG")

    answers = race([lambda device=device: device.check_out(cart, fulfilments=PICKUP) for device in (phone, tablet)])

    assert sorted(answer.status_code for answer in answers) == [201, 500]


def test_the_same_key_sent_fifty_times_places_one_order_and_answers_alike(mug, ana):
    phone = Api(ana)
    cart = phone.add("MUG")

    answers = race([lambda: phone.check_out(cart, fulfilments=PICKUP, key="tap-tap-tap")] * 50)
    last = phone.check_out(cart, fulfilments=PICKUP, key="tap-tap-tap")

    assert last.status_code == 201
    assert Order.objects.count() == 1
    good = [answer for answer in answers if answer.status_code == 201]
    assert {answer.content for answer in good} <= {last.content}
    told_to_wait = [answer for answer in answers if answer.json().get("code") in ("request_in_progress", "busy")]
    assert len(good) + len(told_to_wait) == 50
    again = phone.check_out(cart, fulfilments=PICKUP, key="tap-tap-tap")
    assert (again.content, again["Idempotency-Replayed"]) == (last.content, "true")


def test_without_its_row_a_key_would_not_get_the_same_answer_twice(mug, ana, monkeypatch):
    """Negative control: claiming the key is what the test above rests on; the cart alone limits it to one order."""
    monkeypatch.setattr(Claim, "take", lambda self: True)
    phone = Api(ana)
    cart = phone.add("MUG")

    answers = race([lambda: phone.check_out(cart, fulfilments=PICKUP, key="tap-tap")] * 4)

    assert codes(answers) == [(201, "")] + [(409, "cart_already_ordered")] * 3


def test_another_body_under_a_used_key_is_refused(mug, ana):
    phone = Api(ana)
    cart = phone.add("MUG")
    phone.check_out(cart, fulfilments=PICKUP, key="once")

    other = phone.check_out(cart, fulfilments=PICKUP, key="once", contact={"email": "else@example.com"})

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("attempt", range(3))
def test_a_cart_edited_while_it_is_ordered_is_either_ordered_as_seen_or_not_at_all(mug, lamp, ana, attempt):
    phone, tablet = Api(ana), Api(ana)
    cart = phone.add("MUG")

    ordered, added = race(
        [lambda: phone.check_out(cart, fulfilments=PICKUP), lambda: tablet.post("cart/lines/", {"sku": "LAMP"})]
    )

    assert added.status_code == 201
    left = sorted(line["sku"] for line in phone.get("cart/").json()["lines"])
    if ordered.status_code == 201:
        assert [line["sku"] for line in ordered.json()["lines"]] == ["MUG"]
        assert left == ["LAMP"]
    else:
        assert ordered.json()["code"] == "version_conflict"
        assert left == ["LAMP", "MUG"]


def test_without_the_version_only_the_total_would_stop_an_edited_cart(mug, lamp, ana, monkeypatch):
    """Negative control: comparing the version is what the test above rests on."""
    unguarded = placing._TAKE.replace("(%(version)s::int IS NULL OR version = %(version)s::int)", "true")
    monkeypatch.setattr(placing, "_TAKE", unguarded)
    phone, tablet = Api(ana), Api(ana)
    cart = phone.add("MUG")
    tablet.add("LAMP")

    ordered = phone.check_out(cart, fulfilments=PICKUP)

    assert ordered.json()["code"] == "total_changed"


def two_devices_signing_in(ana):
    """Two devices with a guest's cart each, on which the same person signs in."""
    first, second = Api(), Api()
    first.add("MUG", 2)
    second.add("MUG", 3)
    second.add("LAMP")
    devices = [Api(ana), Api(ana)]
    for device, guest in zip(devices, (first, second), strict=True):
        device.headers["X-Cart-Token"] = guest.headers["X-Cart-Token"]
    return devices


def test_signing_in_on_two_devices_at_once_merges_each_cart_once(mug, lamp, ana):
    devices = two_devices_signing_in(ana)

    race([lambda device=device: device.get("cart/") for device in devices * 4])

    assert Cart.objects.filter(customer=ana, state="open").count() == 1
    assert Cart.objects.filter(state="merged", merged_into__customer=ana).count() == 2
    assert JournalEntry.objects.filter(kind="cart.merged").count() == 2
    cart = devices[0].get("cart/").json()
    assert {line["sku"]: line["quantity"] for line in cart["lines"]} == {"MUG": 3, "LAMP": 1}


def test_without_the_lock_a_cart_would_be_merged_more_than_once(mug, lamp, ana, monkeypatch):
    """Negative control: both carts must be read under their locks."""
    monkeypatch.setattr(merging, "_merge_into", Meeting(8).before(merging._merge_into))
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
    devices = two_devices_signing_in(ana)
    Api(ana).add("MUG")  # The racer that created the target cart would otherwise block the others until it is done.

    race([lambda device=device: device.get("cart/") for device in devices * 4])

    assert JournalEntry.objects.filter(kind="cart.merged").count() == 8


def test_two_orders_to_a_new_address_keep_it_once(ana, warehouse, mug):
    orders = two_sent_orders(ana, warehouse, mug)

    race([lambda order=order: keep(order) for order in orders])

    assert Address.objects.filter(city="Berlin").count() == 1


def test_without_the_persons_lock_two_orders_keep_an_address_twice(ana, warehouse, mug, monkeypatch):
    orders = two_sent_orders(ana, warehouse, mug)
    monkeypatch.setattr(addresses, "lock_people", Customer.objects.in_bulk)
    monkeypatch.setattr(addresses, "add_address", Meeting(2).before(addresses.add_address))

    race([lambda order=order: keep(order) for order in orders])

    assert Address.objects.filter(city="Berlin").count() == 2


def two_sent_orders(buyer, warehouse, variant):
    """Two orders to one place in Berlin, of somebody whose book holds another address."""
    Address.objects.create(customer=buyer, **ADDRESS | {"city": "Hamburg"}, is_default=True)
    orders = [
        make_order((variant, 1, 1290), store=warehouse, customer=buyer, kind="ship", keeps_address=True)
        for _time in range(2)
    ]
    Fulfilment.objects.update(address=ADDRESS)
    return orders


def keep(order):
    keep_given_address(order_id=order.pk, by=Actor(channel="app"), now=timezone.now())
