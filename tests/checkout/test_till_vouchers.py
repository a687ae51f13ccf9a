"""Vouchers shown at the till: for the customer's own cart, or for a sale of scanned goods."""

from urllib.parse import quote

import pytest

from carts.models import Voucher
from core.data.invariants import find_breaches
from orders.models import Order
from tests.client import Api
from tests.factories.orders import make_till_session
from tests.factories.pricing import make_voucher


@pytest.fixture
def till(tess):
    return Api(tess)


def sell(till, tess, high_street, **changes):
    body = {
        "session": str(make_till_session(high_street, tess).pk),
        "lines": [{"sku": "MUG"}],
        "payments": [{"method": "cash", "tendered": {"amount": "20.00", "currency": "EUR"}}],
    } | changes
    return till.post("till/sales/", body)


def test_staff_add_it_to_the_customers_cart_and_remove_it(ana, till, mug):
    make_voucher()
    Api(ana).add("MUG")
    path = f"till/customers/{ana.pk}/cart/vouchers/"

    put_in = till.post(path, {"code": " wel come "})

    assert (put_in.status_code, put_in.json()["totals"]["grand"]["amount"]) == (201, "11.61")
    assert Api(ana).get("cart/").json()["vouchers"][0]["code"] == "WELCOME"
    stale = till.post(path, {"code": "WELCOME"}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"], stale.json()["cart"]["version"]) == (409, "version_conflict", 2)
    taken_out = till.delete(f"{path}welcome/").json()
    assert (taken_out["vouchers"], taken_out["totals"]["grand"]["amount"]) == ([], "12.90")
    assert till.delete(f"{path}welcome/").status_code == 404


@pytest.mark.parametrize("typed", ["SAVE-١٠", "save–۱۰", "ＳＡＶＥ-10", "\u200eSAVE\u00a0-10\u200f", "SA\u200cVE-10"])
def test_a_code_is_known_on_every_keyboard(ana, till, mug, typed):
    make_voucher("SAVE-10")
    Api(ana).add("MUG")

    at_the_till = till.post(f"till/customers/{ana.pk}/cart/vouchers/", {"code": typed})
    on_the_phone = Api(ana).post("cart/vouchers/", {"code": typed})

    assert [voucher["code"] for voucher in at_the_till.json()["vouchers"]] == ["SAVE-10"]
    assert on_the_phone.status_code == 201
    assert Api(ana).delete(f"cart/vouchers/{quote(typed)}/").json()["vouchers"] == []


def test_it_needs_staff_and_an_existing_customer(ana, ben, till, mug):
    make_voucher()
    Api(ana).add("MUG")

    assert Api(ben).post(f"till/customers/{ana.pk}/cart/vouchers/", {"code": "WELCOME"}).status_code == 403
    assert Api(ana).delete(f"till/customers/{ana.pk}/cart/vouchers/WELCOME/").status_code == 403
    assert till.post("till/customers/0/cart/vouchers/", {"code": "WELCOME"}).status_code == 404
    assert till.post(f"till/customers/{ana.pk}/cart/vouchers/", {"code": "NOBODY"}).json()["reason"] == "unknown"


def test_a_sale_of_scanned_goods_redeems_them(till, tess, high_street, mug):
    make_voucher()

    order = sell(till, tess, high_street, vouchers=["welcome"]).json()

    assert order["totals"]["grand"]["amount"] == "11.61"
    assert order["payments"][0]["change"]["amount"] == "8.39"
    assert Voucher.objects.get().uses == 1
    assert find_breaches() == {}


def test_a_sale_with_an_invalid_one_sells_nothing(till, tess, high_street, mug):
    make_voucher(max_uses=0)

    refused = sell(till, tess, high_street, vouchers=["WELCOME"])

    assert (refused.status_code, refused.json()["reason"]) == (409, "used_up")
    assert not Order.objects.exists()
    assert sell(till, tess, high_street, vouchers=["W"] * 6).status_code == 400


def test_a_sale_of_a_cart_takes_no_codes(ana, till, tess, high_street, mug):
    cart = Api(ana).add("MUG")

    refused = till.post(
        "till/sales/",
        {"session": str(make_till_session(high_street, tess).pk), "cart": cart["id"], "vouchers": ["WELCOME"]},
    )

    assert refused.json()["errors"][0]["field"] == "vouchers"
