"""Delivery methods from the back office's data to the order: priced, chosen, refused by name, and never swapped."""

from datetime import datetime, time

import pytest
from django.db import IntegrityError, transaction

from carts.models import DeliveryArea, DeliveryMethod, DeliveryRate, ShippingRate
from core.data.invariants import find_breaches
from inventory.models import StockLevel, Variant
from orders.models import Fulfilment, Order
from tests.checkout.test_taxes import PARIS, TO_BERLIN, TO_PARIS, taxes_of
from tests.client import Api
from tests.factories.pricing import (
    make_delivery_method,
    make_delivery_zone,
    make_german_taxes,
    make_offer,
    make_tax_rate,
    make_tax_zone,
)

SYLT = {**PARIS, "city": "List", "postal_code": "25992", "country_code": "DE"}
TO_SYLT = [{"kind": "ship", "address": SYLT}]


@pytest.fixture
def methods(db):
    """A parcel within Germany, dearer to islands, free from 50.00; express to the mainland alone."""
    germany = make_delivery_zone("de", {"country": "DE"})
    islands = make_delivery_zone("islands", {"country": "DE", "postcodes": ["25980..25999"]})
    make_delivery_method(
        "parcel", {"amount": 490, "zone": germany}, {"amount": 0, "from_value": 5000, "zone": germany},
        {"amount": 1290, "zone": islands}, name={"en": "Parcel", "de": "Paket"},
    )  # fmt: skip
    mainland = make_delivery_zone("mainland", {"country": "DE", "postcodes": ["0..1", "200..258", "26..99"]})
    make_delivery_method("express", {"amount": 1490, "zone": mainland}, position=1, working_days=1)


def by(method, fulfilments=TO_BERLIN):
    return [{**each, "method": method} for each in fulfilments]


def paid(euros):
    return {"expected_total": {"amount": euros, "currency": "EUR"}}


def options(phone, **place):
    query = "&".join(f"{name}={value}" for name, value in place.items())
    return phone.get(f"cart/fulfilment-options/?{query}").json()["ship"]


def prices(ship):
    return {each["method"]: each["price"]["amount"] for each in ship["methods"]}


def test_the_options_list_each_method_for_the_place_with_its_price(ana, mug, methods):
    phone = Api(ana)
    phone.add("MUG")

    berlin = options(phone, country="de", postal_code="10119")

    assert prices(berlin) == {"parcel": "4.90", "express": "14.90"}
    assert (berlin["price"]["amount"], berlin["available"], berlin["countries"]) == ("4.90", "all", ["DE"])
    assert berlin["methods"][0]["name"] == "Parcel"
    assert prices(options(phone, country="DE", postal_code="25992")) == {"parcel": "12.90"}


def test_a_place_that_no_method_reaches_is_said_before_anything_is_asked(ana, mug, methods):
    phone = Api(ana)
    phone.add("MUG")

    paris = options(phone, country="FR", postal_code="75001")

    assert (paris["methods"], paris["available"], paris["countries"]) == ([], "none", ["DE"])


def test_a_shop_without_methods_has_nothing_to_choose(ana, mug):
    ShippingRate.objects.create(currency="EUR", amount=490)
    phone = Api(ana)
    cart = phone.add("MUG")

    ship = options(phone)

    assert (ship["methods"], ship["price"]["amount"]) == (None, "4.90")
    order = phone.check_out(cart, fulfilments=TO_BERLIN, **paid("17.80")).json()
    assert order["fulfilments"][0]["method"] is None
    assert Fulfilment.objects.values_list("method", "method_name").get() == ("", "")


def test_an_unused_method_changes_nothing(ana, mug):
    ShippingRate.objects.create(currency="EUR", amount=490)
    make_delivery_method("old", {"amount": 100}, is_active=False)
    phone = Api(ana)
    phone.add("MUG")

    assert options(phone)["methods"] is None


def test_the_order_is_sent_by_the_chosen_method_at_its_price(ana, mug, methods):
    phone = Api(ana)

    placed = phone.check_out(phone.add("MUG"), fulfilments=by("express"), **paid("27.80"))

    assert placed.status_code == 201, placed.content
    order = placed.json()
    assert order["totals"]["shipping"]["amount"] == "14.90"
    assert order["fulfilments"][0]["method"] == {"code": "express", "name": "Express"}
    assert phone.get(f"orders/{order['number']}/").json()["fulfilments"] == order["fulfilments"]
    DeliveryMethod.objects.all().delete()
    assert phone.get(f"orders/{order['number']}/").json()["fulfilments"][0]["method"]["name"] == "Express"
    assert find_breaches() == {}


def test_whoever_names_no_method_gets_the_cheapest_in_the_orders_language(ana, mug, methods):
    phone = Api(ana)
    phone.headers["Accept-Language"] = "de"

    order = phone.check_out(phone.add("MUG"), fulfilments=TO_BERLIN, **paid("17.80")).json()

    assert order["fulfilments"][0]["method"] == {"code": "parcel", "name": "Paket"}


def test_the_value_from_which_it_is_free_is_that_before_promotions(ana, mug, methods):
    make_offer({"kind": "percent", "basis_points": 5000})
    phone = Api(ana)

    order = phone.check_out(phone.add("MUG", 4), fulfilments=TO_BERLIN, **paid("25.80")).json()

    assert (order["totals"]["discount"]["amount"], order["totals"]["shipping"]["amount"]) == ("25.80", "0.00")


def test_an_offer_of_free_shipping_counts_for_every_method(ana, mug, methods):
    make_offer({"kind": "free_shipping"})
    phone = Api(ana)
    cart = phone.add("MUG")

    assert prices(options(phone, country="DE", postal_code="10119")) == {"parcel": "0.00", "express": "0.00"}
    order = phone.check_out(cart, fulfilments=by("express"), **paid("12.90")).json()
    assert order["fulfilments"][0]["method"]["code"] == "express"


def refused(phone, cart, code, **changes):
    """The order is refused by name; nothing is placed or reserved, and the cart stays."""
    answer = phone.check_out(cart, **changes)
    assert (answer.status_code, answer.json()["code"]) == (409, code), answer.content
    assert not Order.objects.exists()
    assert set(StockLevel.objects.values_list("reserved", flat=True)) == {0}
    assert phone.get("cart/").json()["lines"]
    return answer.json()


def test_a_method_that_does_not_reach_the_address_is_refused_with_those_that_do(ana, mug, methods):
    phone = Api(ana)

    refusal = refused(phone, phone.add("MUG"), "method_not_possible", fulfilments=by("express", TO_SYLT))

    assert (refusal["method"], refusal["methods"]) == ("express", ["parcel"])
    assert "Choose another one." in refusal["detail"]


def test_a_method_that_has_gone_meanwhile_is_told_and_asked_never_swapped(ana, mug, methods):
    phone = Api(ana)
    cart = phone.add("MUG")
    DeliveryMethod.objects.filter(code="express").update(is_active=False)

    refusal = refused(phone, cart, "method_not_possible", fulfilments=by("express"))

    assert refusal["methods"] == ["parcel"]


def test_a_method_is_refused_in_a_shop_that_has_none_any_more(ana, mug):
    phone = Api(ana)

    refusal = refused(phone, phone.add("MUG"), "method_not_possible", fulfilments=by("express"))

    assert refusal["methods"] == []


def test_a_dearer_zone_than_the_shopper_saw_is_a_changed_total(ana, mug, methods):
    phone = Api(ana)

    refusal = refused(phone, phone.add("MUG"), "total_changed", fulfilments=by("parcel", TO_SYLT), **paid("17.80"))

    assert refusal["totals"]["shipping"]["amount"] == "12.90"


def test_what_is_too_heavy_or_too_long_for_all_methods_is_not_sent(ana, mug):
    make_delivery_method("letter", {"amount": 190, "most_grams": 1000, "most_mm": 350})
    Variant.objects.update(grams=400, longest_mm=120)
    phone = Api(ana)
    cart = phone.add("MUG", 2)
    assert prices(options(phone)) == {"letter": "1.90"}

    heavy = phone.add("MUG")
    assert (options(phone)["methods"], options(phone)["available"]) == ([], "none")
    refusal = refused(phone, heavy, "method_not_possible", fulfilments=TO_BERLIN)
    assert (refusal["method"], refusal["methods"]) == ("", [])

    Variant.objects.update(grams=100, longest_mm=351)
    refused(phone, heavy, "method_not_possible", fulfilments=TO_BERLIN)
    Variant.objects.update(longest_mm=350)
    assert phone.check_out(heavy, fulfilments=TO_BERLIN, **paid("40.60")).status_code == 201
    assert cart["version"] < heavy["version"]


def test_a_country_without_a_method_is_not_served_and_one_without_taxes_neither(ana, mug, methods):
    make_german_taxes()
    make_delivery_method("world", {"amount": 2990}, position=2)
    phone = Api(ana)
    cart = phone.add("MUG")

    refusal = refused(phone, cart, "country_not_served", fulfilments=TO_PARIS)
    assert (refusal["country"], refusal["countries"]) == ("FR", ["DE"])

    make_tax_rate(make_tax_zone("corsica", country="FR", postcode_prefixes=["20"]), 2000)
    assert refused(phone, cart, "no_tax_zone", fulfilments=TO_PARIS)["countries"] == ["DE", "FR"]


def test_a_part_of_a_country_that_no_method_reaches_is_not_served(ana, mug):
    make_delivery_method(
        "parcel", {"amount": 490, "zone": make_delivery_zone("north", {"country": "DE", "postcodes": ["2"]})}
    )
    phone = Api(ana)

    refused(phone, phone.add("MUG"), "country_not_served", fulfilments=TO_BERLIN)


def test_each_address_is_a_parcel_of_its_own(ana, mug, lamp, methods):
    make_german_taxes()
    phone = Api(ana)
    phone.add("MUG")
    cart = phone.add("LAMP")
    first, second = (line["id"] for line in cart["lines"])
    parts = [
        {"kind": "ship", "address": TO_BERLIN[0]["address"], "method": "express", "lines": [first]},
        {"kind": "ship", "address": SYLT, "lines": [second]},
    ]
    items = cart["totals"]["items"]["amount"]

    placed = phone.check_out(cart, fulfilments=parts, **paid(f"{float(items) + 27.8:.2f}"))

    assert placed.status_code == 201, placed.content
    order = placed.json()
    assert order["totals"]["shipping"]["amount"] == "27.80"
    assert [part["method"]["code"] for part in order["fulfilments"]] == ["express", "parcel"]
    ((_rate, net, tax),) = taxes_of(order)
    assert round(float(net) + float(tax), 2) == float(order["totals"]["grand"]["amount"])
    assert find_breaches() == {}


def test_the_tax_of_shipping_goes_back_with_it(ana, mug, methods):
    make_german_taxes()
    phone = Api(ana)
    number = phone.check_out(phone.add("MUG"), fulfilments=by("express"), **paid("27.80")).json()["number"]

    order = Order.objects.get(number=number)
    assert (order.shipping_total, order.shipping_tax) == (1490, 238)
    cancel = phone.post(f"orders/{number}/cancellation/")
    assert cancel.status_code == 200, cancel.content
    assert cancel.json()["refunds"] or cancel.json()["payments"][0]["refunded"]["amount"] == "27.80"
    assert find_breaches() == {}


def test_the_promise_of_a_method_counts_its_days_from_its_cut_off(ana, mug):
    make_delivery_method("today", {"amount": 990}, working_days=1, cut_off=time(23, 59, 59))
    make_delivery_method("usual", {"amount": 490})
    phone = Api(ana)
    phone.add("MUG")

    promised = {each["method"]: each["promised_at"] for each in options(phone)["methods"]}

    assert promised["today"] < promised["usual"]
    order = phone.check_out(fulfilments=by("today"), **paid("22.80")).json()
    assert datetime.fromisoformat(order["fulfilments"][0]["promised_at"]) == datetime.fromisoformat(promised["today"])


def test_methods_cost_no_statement_however_many_there_are(ana, mug, methods, django_assert_num_queries):
    phone = Api(ana)
    phone.add("MUG")
    phone.get("cart/fulfilment-options/")

    with django_assert_num_queries(6):
        options(phone, country="DE")
    for number in range(5):
        make_delivery_method(f"more-{number}", {"amount": 700 + number})
    phone.get("cart/fulfilment-options/")
    with django_assert_num_queries(6):
        assert len(options(phone, country="DE")["methods"]) == 6


def test_a_changed_rate_or_area_applies_at_once(ana, mug, methods):
    phone = Api(ana)
    phone.add("MUG")
    assert options(phone, country="DE")["price"]["amount"] == "4.90"

    DeliveryRate.objects.filter(amount=490).update(amount=590)
    assert options(phone, country="DE")["price"]["amount"] == "5.90"
    DeliveryArea.objects.filter(country="DE").update(country="AT")
    assert options(phone, country="DE")["methods"] == []


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("delivery_rate_is_not_negative", {"amount": -1}),
        ("delivery_rate_is_not_negative", {"amount": 1, "from_value": -1}),
        ("delivery_rate_carries_something", {"amount": 1, "most_grams": 0}),
        ("delivery_rate_once_for_a_parcel", {"amount": 500}),
    ],
)
def test_the_table_takes_no_nonsense(db, name, fields):
    method = make_delivery_method("parcel", {"amount": 490})

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        DeliveryRate.objects.create(method=method, currency="EUR", **fields)


@pytest.mark.parametrize("postcodes", [["10-119"], ["10..", "11"], ["a"]])
def test_the_table_takes_postcodes_in_their_one_form_only(db, postcodes):
    zone = make_delivery_zone("de")

    with pytest.raises(IntegrityError, match="delivery_area_postcodes_in_their_one_form"), transaction.atomic():
        DeliveryArea.objects.create(zone=zone, country="DE", postcodes=postcodes)
