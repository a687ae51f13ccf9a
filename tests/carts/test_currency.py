"""A cart that was opened under another currency of the shop comes alive when the shop changes it."""

import pytest
from django.utils import timezone

from carts.models import Cart, CartLine
from carts.services.currency import revalue_carts
from core.data.invariants import find_breaches
from inventory.models import Price
from tests.client import Api
from tests.storefront.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)
PICKUP = [{"kind": "pickup", "store": "high-street"}]


@pytest.fixture
def old_cart(ana, mug, lamp):
    """A cart of the time when the shop sold in pounds: there is a price of the mug in both, of the lamp in pounds."""
    Api(ana).add("MUG", 2)
    Api(ana).add("LAMP")
    Cart.objects.update(currency="GBP")
    CartLine.objects.update(unit_price_when_added=999)
    Price.objects.filter(variant=lamp).update(currency="GBP")
    return Cart.objects.get()


def test_a_filled_one_is_priced_anew_and_says_so(ana, old_cart):
    assert "an open cart that changed today is in the currency of the shop" in find_breaches()

    assert revalue_carts(now=timezone.now()) == 1

    cart = Api(ana).get("cart/").json()
    assert (cart["currency"], cart["version"]) == ("EUR", old_cart.version + 1)
    assert [(line["sku"], [problem["code"] for problem in line["problems"]]) for line in cart["lines"]] == [
        ("MUG", []),
        ("LAMP", ["unavailable"]),
    ]
    assert [(part["sku"], part["action"], part["reason"]) for part in cart["merged"]] == [
        ("MUG", "revalued", "currency_changed"),
        ("LAMP", "revalued", "currency_changed"),
    ]
    assert "has a new price, because we sell in another currency now" in Visit(ana).get("/cart/").content.decode()
    assert find_breaches() == {}


def test_it_is_ordered_in_the_shops_currency(ana, old_cart):
    revalue_carts(now=timezone.now())
    phone = Api(ana)
    lamp = next(line for line in phone.get("cart/").json()["lines"] if line["sku"] == "LAMP")
    phone.delete(f"cart/lines/{lamp['id']}/")

    order = phone.check_out(fulfilments=PICKUP)

    assert order.status_code == 201, order.content
    assert order.json()["totals"]["grand"] == {"amount": "25.80", "currency": "EUR"}


def test_an_empty_one_takes_the_shops_currency(ana, old_cart):
    CartLine.objects.all().delete()

    revalue_carts(now=timezone.now())

    assert Api(ana).add("MUG")["totals"]["grand"] == {"amount": "12.90", "currency": "EUR"}


def test_carts_of_the_shops_currency_are_left_alone(ana, mug):
    before = Api(ana).add("MUG")

    assert revalue_carts(now=timezone.now()) == 0

    assert Api(ana).get("cart/").json()["version"] == before["version"]


def test_ordered_carts_keep_their_currency(ana, old_cart):
    Cart.objects.update(state="merged", merged_into=old_cart.pk)

    assert revalue_carts(now=timezone.now()) == 0

    assert Cart.objects.get().currency == "GBP"
