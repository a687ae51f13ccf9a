"""Where the shop sends goods: only to places whose taxes it knows, and it says so before anything is paid."""

from io import StringIO

from django.core.management import call_command
from django.urls import reverse

from accounts.models import Address
from carts.queries.untaxed_stores import find_untaxed_stores
from inventory.models import Location
from orders.models import Order
from tests.checkout.test_taxes import PARIS, TO_BERLIN, TO_PARIS
from tests.client import Api, signed_in
from tests.factories.pricing import make_german_taxes, make_tax_rate, make_tax_zone

TO_TOKYO = [
    {
        "kind": "ship",
        "address": {
            "name": "Ana", "street_address": "1-1 Chiyoda", "city": "Chiyoda-ku", "country_area": "Tokyo",
            "postal_code": "100-0001", "country_code": "JP",
        },
    }
]  # fmt: skip


def test_a_country_whose_taxes_nobody_knows_is_refused_before_anything_is_paid(ana, mug):
    make_german_taxes()
    phone = Api(ana)
    cart = phone.add("MUG")

    options = phone.get("cart/fulfilment-options/").json()
    answer = phone.check_out(cart, fulfilments=TO_TOKYO)

    assert options["ship"]["countries"] == ["DE"]
    assert (answer.status_code, answer.json()["code"]) == (409, "country_not_served")
    assert (answer.json()["country"], answer.json()["countries"]) == ("JP", ["DE"])
    assert not Order.objects.exists()
    assert phone.get("cart/").json()["lines"]


def test_a_part_of_a_country_without_a_zone_is_not_served(ana, mug):
    make_german_taxes()
    make_tax_rate(make_tax_zone("corsica", country="FR", postcode_prefixes=["20"]), 2000)
    phone = Api(ana)

    answer = phone.check_out(phone.add("MUG"), fulfilments=TO_PARIS)

    assert (answer.status_code, answer.json()["code"]) == (409, "no_tax_zone")


def test_a_shop_may_name_where_it_sends_goods(ana, mug, settings):
    settings.SHIPS_TO = ["DE"]
    phone = Api(ana)
    cart = phone.add("MUG")

    abroad = phone.check_out(cart, fulfilments=TO_PARIS)

    assert abroad.json()["code"] == "country_not_served"
    assert phone.check_out(cart, fulfilments=TO_BERLIN).status_code == 201


def test_a_shop_without_taxes_sends_everywhere(ana, mug):
    phone = Api(ana)
    cart = phone.add("MUG")

    assert phone.get("cart/fulfilment-options/").json()["ship"]["countries"] is None
    assert phone.check_out(cart, fulfilments=TO_PARIS).status_code == 201


def test_the_checkout_page_offers_only_countries_that_are_served(ana, mug):
    make_german_taxes()
    Address.objects.create(customer=ana, **PARIS)
    Api(ana).add("MUG")

    page = signed_in(ana).get(reverse("checkout")).content.decode()

    assert '<option value="DE" selected>' in page and '<option value="FR"' not in page
    assert "we do not deliver there" in page


def test_a_store_without_taxes_in_a_shop_that_has_them_is_named_at_each_start(high_street):
    assert find_untaxed_stores() == []
    make_german_taxes()
    assert find_untaxed_stores() == []
    told = StringIO()

    Location.objects.filter(pk=high_street.pk).update(country_code="FI")
    call_command("check", databases=["default"], stderr=told)

    assert find_untaxed_stores() == ["Nothing is taxed in FI, where these stores are: high-street."]
    assert "Nothing is taxed in FI" in told.getvalue()
