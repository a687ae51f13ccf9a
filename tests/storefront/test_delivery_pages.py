"""The checkout page asks how goods are sent, says what each way costs, and never changes what was chosen."""

import re

import pytest

from carts.models import DeliveryMethod
from inventory.models import Location
from orders.models import Fulfilment, Order
from tests.factories.pricing import make_delivery_method, make_delivery_zone
from tests.storefront.conftest import ADDRESS

SYLT = ADDRESS | {"city": "List", "postal_code": "25992"}


@pytest.fixture
def methods(high_street):
    Location.objects.update(ships=True)
    mainland = make_delivery_zone("mainland", {"country": "DE", "postcodes": ["0..1"]})
    make_delivery_method("parcel", {"amount": 490}, name={"en": "Parcel", "ar": "طرد"})
    make_delivery_method("express", {"amount": 1490, "zone": mainland}, name={"en": "Express"})


def chosen(page):
    return re.findall(r'name="method" value="(\w+)" checked', page.content.decode())


def look(visit, **changes):
    form = visit.checkout_form(kind="ship", look="method", **changes)
    del form["order"]
    return visit.post("/checkout/", form)


def test_each_method_is_offered_with_its_price_and_the_cheapest_is_ticked(guest, mug, methods):
    guest.add("MUG")

    page = look(guest, **ADDRESS)

    words = page.content.decode()
    assert "Parcel" in words and "€4.90" in words and "Express" in words and "€14.90" in words
    assert chosen(page) == ["parcel"]
    assert "from €4.90" in words


def test_the_total_is_that_of_the_chosen_method(guest, mug, methods):
    guest.add("MUG")

    page = look(guest, asks_method="on", method="express", **ADDRESS)

    assert chosen(page) == ["express"]
    assert 'name="expected_ship" value="2780"' in page.content.decode()


def test_an_order_is_sent_by_the_method_that_was_chosen(guest, mug, methods):
    guest.add("MUG")

    answer = guest.check_out(kind="ship", asks_method="on", method="express", expected_ship="2780", **ADDRESS)

    assert answer.status_code == 302, answer.content
    assert Fulfilment.objects.values_list("method", "method_name").get() == ("express", "Express")
    assert "Sent by: Express" in re.sub(r"<[^>]+>", "", guest.get(answer["Location"]).content.decode())


def test_a_method_that_is_not_possible_for_the_address_is_said_and_none_is_ticked(guest, mug, methods):
    guest.add("MUG")

    page = look(guest, asks_method="on", method="express", **SYLT)

    assert "The way of delivery that you chose is not possible for this address." in page.content.decode()
    assert chosen(page) == []
    assert chosen(look(guest, asks_method="on", **SYLT)) == []


def test_an_order_by_a_method_that_has_gone_is_refused_and_asked_again(guest, mug, methods):
    guest.add("MUG")
    form = guest.checkout_form(kind="ship", asks_method="on", method="express", expected_ship="2780", **ADDRESS)
    DeliveryMethod.objects.filter(code="express").update(is_active=False)

    page = guest.post("/checkout/", form)

    assert page.status_code == 409
    assert "Nothing was ordered, and nothing was charged." in page.content.decode()
    assert chosen(page) == []
    assert not Order.objects.exists()


def test_whoever_ticks_none_is_asked(guest, mug, methods):
    guest.add("MUG")

    page = guest.check_out(kind="ship", asks_method="on", **ADDRESS)

    assert page.status_code == 422
    assert "Choose how it is sent." in page.content.decode()
    assert not Order.objects.exists()


def test_a_dearer_place_shows_its_total_before_anything_is_ordered(guest, mug, methods):
    islands = make_delivery_zone("islands", {"country": "DE", "postcodes": ["25980..25999"]})
    DeliveryMethod.objects.get(code="parcel").rates.create(zone=islands, currency="EUR", amount=1290)
    guest.add("MUG")

    page = guest.check_out(kind="ship", asks_method="on", method="parcel", **SYLT)

    assert page.status_code == 409
    assert "Nothing was ordered. Check the new total below" in page.content.decode()
    assert 'name="expected_ship" value="2580"' in page.content.decode()
    assert not Order.objects.exists()


def test_a_place_that_nothing_reaches_is_said(guest, mug, methods):
    DeliveryMethod.objects.filter(code="parcel").delete()
    guest.add("MUG")

    page = look(guest, **SYLT)

    assert "these items cannot be sent to this address" in page.content.decode()


def test_a_shop_without_methods_asks_nothing(guest, mug, postage):
    guest.add("MUG")

    page = guest.get("/checkout/").content.decode()

    assert "asks_method" not in page and 'name="method"' not in page


def test_the_page_costs_the_same_statements_whatever_is_offered(guest, mug, methods, django_assert_max_num_queries):
    guest.add("MUG")
    guest.get("/checkout/")
    for number in range(6):
        make_delivery_method(f"more-{number}", {"amount": 500 + number})
    guest.get("/checkout/")

    with django_assert_max_num_queries(10):
        guest.get("/checkout/")
