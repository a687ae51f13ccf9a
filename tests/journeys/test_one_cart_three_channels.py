"""The main job of the shop: a cart begun on the phone is finished in the store, or collected there."""

import pytest

from core.data.invariants import find_breaches
from inventory.models import StockLevel
from tests.client import Api

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sound_books():
    yield
    assert find_breaches() == {}


def on_hand(variant, location):
    level = StockLevel.objects.get(variant=variant, location=location)
    return level.on_hand, level.reserved


def test_a_guest_orders_and_has_it_shipped(mug, lamp, warehouse):
    guest = Api()
    guest.add("MUG", 2)
    cart = guest.add("LAMP")

    placed = guest.check_out(
        cart,
        fulfilments=[
            {
                "kind": "ship",
                "address": {
                    "name": "Guest",
                    "street_address": "Torstr. 1",
                    "postal_code": "10119",
                    "city": "Berlin",
                    "country_code": "DE",
                },
            }
        ],
    )

    assert placed.status_code == 201, placed.content
    order = placed.json()
    assert order["state"] == "placed"
    assert order["totals"]["grand"] == {"amount": "74.80", "currency": "EUR"}
    assert order["payments"] == [
        {
            "method": "test",
            "amount": {"amount": "74.80", "currency": "EUR"},
            "state": "captured",
            "refunded": {"amount": "0.00", "currency": "EUR"},
        }
    ]
    assert on_hand(mug, warehouse) == (10, 2)
    assert guest.get(f"orders/{order['number']}/").json() == order
    assert guest.get("cart/").json()["lines"] == []
    assert Api().get(f"orders/{order['number']}/").status_code == 404


def test_staff_open_the_shoppers_own_cart_and_sell_it(mug, high_street, ana, tess):
    phone, till = Api(ana), Api(tess)
    cart = phone.add("MUG", 2)
    session = till.post("till/sessions/", {"register": "1", "float": {"amount": "100.00", "currency": "EUR"}}).json()

    seen = till.get(f"till/carts/{cart['handover']['code']}/").json()
    till.post(f"till/customers/{ana.pk}/cart/lines/", {"sku": "MUG"})
    sold = till.post(
        "till/sales/",
        {
            "session": session["id"],
            "cart": seen["id"],
            "payments": [{"method": "cash", "tendered": {"amount": "50.00", "currency": "EUR"}}],
        },
    )

    assert sold.status_code == 201, sold.content
    order = sold.json()
    assert (order["channel"], order["store"], order["state"]) == ("till", "high-street", "completed")
    assert order["payments"][0]["change"] == {"amount": "11.30", "currency": "EUR"}
    assert on_hand(mug, high_street) == (2, 0)
    assert phone.get("orders/").json()["results"][0]["number"] == order["number"]
    assert phone.get("cart/").json()["lines"] == []


def test_an_order_is_collected_with_its_code(mug, high_street, ana, tess):
    phone, till = Api(ana), Api(tess)
    phone.add("MUG", 2)
    placed = phone.check_out(
        fulfilments=[{"kind": "pickup", "store": "high-street"}], payments=[{"method": "pay_in_store"}]
    )
    assert placed.status_code == 201, placed.content
    pickup = placed.json()["fulfilments"][0]

    for step in ("acceptance", "picking", "readiness"):
        moved = till.post(f"till/pickups/{pickup['id']}/{step}/")
        assert moved.status_code == 200, moved.content
    assert on_hand(mug, high_street) == (5, 2)
    handed = till.post(
        f"till/pickups/{pickup['id']}/handover/",
        {"code": pickup["collection_code"], "collected_by": "Ana", "payments": [{"method": "card"}]},
    )

    assert handed.status_code == 200, handed.content
    assert on_hand(mug, high_street) == (3, 0)
    order = phone.get(f"orders/{placed.json()['number']}/").json()
    assert (order["state"], order["fulfilments"][0]["state"]) == ("completed", "collected")


def test_a_declined_payment_gives_everything_back(mug, warehouse, ana):
    phone = Api(ana)
    cart = phone.add("MUG", 2)

    refused = phone.check_out(
        cart,
        fulfilments=[{"kind": "pickup", "store": "high-street"}],
        payments=[{"method": "test", "payment_method": "decline"}],
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "payment_declined")
    again = phone.get("cart/").json()
    assert again["lines"] == cart["lines"]
    assert again["version"] == cart["version"]
    assert phone.check_out(again, fulfilments=[{"kind": "pickup", "store": "high-street"}]).status_code == 201


def test_a_payment_that_needs_the_shopper_waits_for_him(mug, ana):
    phone = Api(ana)
    phone.add("MUG")

    waiting = phone.check_out(
        fulfilments=[{"kind": "pickup", "store": "high-street"}],
        payments=[{"method": "test", "payment_method": "needs_action"}],
    )

    assert waiting.status_code == 202
    action = waiting.json()["next_action"]
    assert phone.post(action["then"].removeprefix("/api/v1/")).json()["state"] == "pending"
    assert phone.post(action["url"].removeprefix("/api/v1/")).status_code == 204
    assert phone.post(action["then"].removeprefix("/api/v1/")).json()["state"] == "placed"
