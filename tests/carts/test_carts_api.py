from dataclasses import fields

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carts.events import CartLineAdded
from carts.models import Cart, CartLine
from core.journal import Event
from core.models import JournalEntry
from inventory.models import Price, Product
from tests.client import Api
from tests.factories.inventory import make_stock, make_store, make_variant

pytestmark = pytest.mark.django_db


def statements(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_a_guest_is_given_a_token_that_opens_the_cart_again(mug):
    guest = Api()

    cart = guest.add("MUG", 2)

    assert cart["version"] == 1
    assert cart["lines"][0]["unit_price"] == {"amount": "12.90", "currency": "EUR"}
    assert cart["totals"]["grand"] == {"amount": "25.80", "currency": "EUR"}
    assert guest.get("cart/").json()["id"] == cart["id"]
    assert Api().get("cart/").json()["lines"] == []
    assert not CartLine.objects.filter(added_channel="").exists()


def test_the_same_sku_adds_up_and_records_its_origin(mug, ana, tess, high_street):
    phone, till = Api(ana), Api(tess)
    phone.add("MUG", 2)

    answer = till.post(f"till/customers/{ana.pk}/cart/lines/", {"sku": "MUG", "quantity": 1})

    assert answer.status_code == 201
    [line] = phone.get("cart/").json()["lines"]
    assert (line["quantity"], line["added_channel"], line["added_store"]) == (3, "app", None)
    channels = list(JournalEntry.objects.filter(kind="cart.line_added").order_by("id").values_list("channel", "store"))
    assert channels == [("app", ""), ("till", "high-street")]


def test_the_entry_that_the_statement_writes_has_the_fields_of_its_event(mug, ana):
    Api(ana).add("MUG", 2)

    payload = JournalEntry.objects.get(kind="cart.line_added").payload
    assert set(payload) == {field.name for field in fields(CartLineAdded)} - {field.name for field in fields(Event)}


def test_a_write_at_an_older_version_is_refused_and_returns_the_current_cart(mug, ana):
    phone, tablet = Api(ana), Api(ana)
    line = phone.add("MUG")["lines"][0]["id"]
    tablet.add("MUG")

    refused = phone.patch(f"cart/lines/{line}/", {"quantity": 7}, **{"If-Match": '"1"'})

    assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")
    assert refused.json()["cart"]["lines"][0]["quantity"] == 2
    assert phone.patch(f"cart/lines/{line}/", {"quantity": 7}, **{"If-Match": '"2"'}).json()["version"] == 3


def test_the_line_shows_a_changed_price_and_a_shortage(mug, ana):
    phone = Api(ana)
    phone.add("MUG", 16)
    Price.objects.filter(variant=mug).update(amount=1390)

    [line] = phone.get("cart/").json()["lines"]

    assert line["unit_price_when_added"]["amount"] == "12.90"
    assert line["problems"] == [
        {"code": "insufficient_stock", "available": 10 + 5},
        {
            "code": "price_changed",
            "old_price": {"amount": "12.90", "currency": "EUR"},
            "new_price": {"amount": "13.90", "currency": "EUR"},
        },
    ]


def test_a_variant_that_is_no_longer_sold_stays_in_the_cart_as_unavailable(mug, ana):
    phone = Api(ana)
    phone.add("MUG")
    Product.objects.filter(pk=mug.product_id).update(state=Product.RETIRED)

    cart = phone.get("cart/").json()

    assert cart["lines"][0]["problems"] == [{"code": "unavailable", "available": 0}]
    assert cart["problems"] == ["unavailable"]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"sku": "MUG", "quantity": 0}, "min_value", "quantity"),
        ({"sku": "MUG", "quantity": 10_000}, "max_value", "quantity"),
        ({"sku": "MUG", "quantity": "many"}, "invalid", "quantity"),
        ({"quantity": 1}, "required", "sku"),
        ({"sku": "MUG", "price": 1}, "unknown_field", "price"),
        ({"sku": "M\x00G"}, "null_characters_not_allowed", "sku"),
    ],
)
def test_malformed_lines_name_the_field_and_change_nothing(mug, ana, body, code, field):
    answer = Api(ana).post("cart/lines/", body)

    assert answer.status_code == 400
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
    assert not Cart.objects.exists()


def test_adding_beyond_the_limit_is_refused_and_keeps_the_line(mug, ana):
    phone = Api(ana)
    phone.add("MUG", 9999)

    refused = phone.post("cart/lines/", {"sku": "MUG", "quantity": 1})

    assert (refused.status_code, refused.json()["field"]) == (400, "quantity")
    assert CartLine.objects.get().quantity == 9999


def test_an_unknown_sku_cannot_be_added(mug, ana):
    assert Api(ana).post("cart/lines/", {"sku": "NOPE"}).status_code == 404
    assert not Cart.objects.exists()


def test_the_line_of_another_person_is_not_found(mug, ana, ben):
    line = Api(ana).add("MUG")["lines"][0]["id"]

    assert Api(ben).patch(f"cart/lines/{line}/", {"quantity": 3}).status_code == 404
    assert Api(ben).delete(f"cart/lines/{line}/").status_code == 404
    assert CartLine.objects.get().quantity == 1


def test_a_forged_token_opens_nothing_and_gets_a_cart_of_its_own(mug):
    forger = Api()
    forger.headers["X-Cart-Token"] = "guessed"

    assert forger.get("cart/").json()["lines"] == []
    assert forger.add("MUG")["cart_token"] != "guessed"


def test_a_line_can_be_removed_and_the_cart_emptied(mug, lamp, ana):
    phone = Api(ana)
    phone.add("LAMP")
    line = phone.add("MUG")["lines"][1]["id"]

    assert [line["sku"] for line in phone.delete(f"cart/lines/{line}/").json()["lines"]] == ["LAMP"]
    assert phone.delete("cart/").json()["lines"] == []
    assert phone.delete("cart/").json()["version"] == 4


def test_a_saved_line_moves_to_the_wish_list_and_back(mug, ana):
    phone = Api(ana)
    line = phone.add("MUG")["lines"][0]["id"]

    assert phone.post(f"cart/lines/{line}/save/").json()["lines"] == []
    [saved] = phone.get("wishlist/").json()["results"]
    assert (saved["sku"], saved["unit_price"]["amount"]) == ("MUG", "12.90")
    assert phone.delete("wishlist/?sku=MUG").status_code == 204
    assert phone.get("wishlist/").json()["results"] == []
    assert phone.delete("wishlist/?sku=MUG").status_code == 404


def test_signing_in_merges_the_guests_cart_and_reports_the_result(mug, lamp, ana):
    phone, guest = Api(ana), Api()
    phone.add("MUG", 2)
    guest.add("MUG", 3)
    guest.add("LAMP")
    phone.headers["X-Cart-Token"] = guest.headers["X-Cart-Token"]

    cart = phone.get("cart/").json()

    assert {line["sku"]: line["quantity"] for line in cart["lines"]} == {"MUG": 3, "LAMP": 1}
    assert [(line["sku"], line["action"]) for line in cart["merged"]] == [("MUG", "raised"), ("LAMP", "added")]
    assert guest.get("cart/").json()["lines"] == []
    assert phone.get("cart/").json()["version"] == cart["version"]


def test_the_number_of_statements_does_not_depend_on_the_lines_of_the_cart(mug, ana):
    phone = Api(ana)
    phone.add("MUG")
    few = statements(lambda: phone.get("cart/")), statements(lambda: phone.add("MUG"))
    for number in range(8):
        variant = make_variant(sku=f"V{number}")
        make_stock(variant, make_store(f"s{number}"), on_hand=3)
        phone.add(f"V{number}")

    many = statements(lambda: phone.get("cart/")), statements(lambda: phone.add("MUG"))

    assert few == many == (2, 3)


def test_the_cart_code_has_a_qr_picture_and_opens_the_cart_for_staff_only(mug, ana, ben, tess):
    handover = Api(ana).add("MUG")["handover"]
    picture = Api().get(handover["qr_url"].removeprefix("/api/v1/"))

    assert picture["Content-Type"] == "image/svg+xml"
    assert Api(tess).get(f"till/carts/{handover['code']}/").json()["lines"][0]["sku"] == "MUG"
    assert Api(ben).get(f"till/carts/{handover['code']}/").status_code == 403
    assert Api().get(f"till/carts/{handover['code']}/").status_code == 401
    assert Api(tess).get("till/carts/22222222/").status_code == 404


def test_options_show_what_each_store_has_of_the_whole_cart(mug, lamp, ana, high_street):
    phone = Api(ana)
    phone.add("MUG", 2)
    phone.add("LAMP", 2)

    options = phone.get("cart/fulfilment-options/?near=52.52,13.40").json()

    assert options["ship"]["available"] == "all"
    [store] = options["stores"]
    assert (store["store"], store["available"]) == ("high-street", "part")
    assert options["nearest_with_all"] is None
    assert phone.get("cart/fulfilment-options/?near=north").status_code == 400
