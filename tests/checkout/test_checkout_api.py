import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carts.models import Cart, ShippingRate
from core.models import IdempotentResponse, JournalEntry
from inventory.models import Price, Reservation, StockLevel, StockMovement
from orders.models import Order
from tests.client import Api
from tests.factories.inventory import make_stock, make_store, make_variant

pytestmark = pytest.mark.django_db(transaction=True)

PICKUP = [{"kind": "pickup", "store": "high-street"}]
HOME = {
    "name": "Ana Moreno",
    "street_address": "Torstr. 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country_code": "DE",
}
SHIP = [{"kind": "ship", "address": HOME}]


def refused(answer, code):
    assert (answer.status_code, answer.json()["code"]) == (409, code), answer.content
    assert not Order.objects.exclude(state="failed").exists()
    assert not Reservation.objects.filter(state__in=Reservation.LIVE).exists()
    assert not IdempotentResponse.objects.exists()
    assert Cart.objects.get().state == "open"
    return answer.json()


def test_places_what_the_shopper_saw_and_publishes_it(mug, ana, high_street):
    phone = Api(ana)
    phone.add("MUG", 2)

    order = phone.check_out(fulfilments=PICKUP, payments=[{"method": "pay_in_store"}]).json()

    assert order["state"] == "placed"
    assert order["totals"]["grand"] == {"amount": "25.80", "currency": "EUR"}
    [pickup] = order["fulfilments"]
    assert (pickup["kind"], pickup["store"], pickup["state"]) == ("pickup", "high-street", "placed")
    assert len(pickup["collection_code"].replace(" ", "")) == 8
    assert order["payments"][0]["state"] == "due"
    entry = JournalEntry.objects.get(kind="order.placed")
    assert (entry.ref, entry.customer_id, entry.channel) == (order["number"], ana.pk, "app")
    assert entry.payload["total"] == 2580
    movement = StockMovement.objects.get(kind="reserved")
    assert (movement.on_hand_change, movement.reserved_change, movement.channel) == (0, 2, "app")


def test_a_total_the_shopper_did_not_see_is_refused_with_the_new_one(mug, ana):
    phone = Api(ana)
    cart = phone.add("MUG")
    Price.objects.filter(variant=mug).update(amount=1490)

    problem = refused(phone.check_out(cart, fulfilments=PICKUP), "total_changed")

    assert problem["totals"]["grand"] == {"amount": "14.90", "currency": "EUR"}
    assert problem["changed_prices"][0]["sku"] == "MUG"
    assert phone.check_out(fulfilments=PICKUP).status_code == 201


def test_a_total_in_another_currency_is_refused(mug, ana):
    phone = Api(ana)
    phone.add("MUG")

    refused(phone.check_out(fulfilments=PICKUP, expected_total={"amount": "12.90", "currency": "USD"}), "total_changed")


def test_every_short_line_is_named(mug, lamp, ana):
    phone = Api(ana)
    phone.add("MUG", 6)
    phone.add("LAMP", 2)

    problem = refused(phone.check_out(fulfilments=PICKUP), "insufficient_stock")

    assert problem["lines"] == [
        {"sku": "MUG", "requested": 6, "available": 5},
        {"sku": "LAMP", "requested": 2, "available": 1},
    ]


def test_safety_stock_is_not_sold_online(mug, high_street, ana):
    StockLevel.objects.filter(variant=mug, location=high_street).update(safety=4)
    phone = Api(ana)
    phone.add("MUG", 2)

    problem = refused(phone.check_out(fulfilments=PICKUP), "insufficient_stock")

    assert (problem["sku"], problem["available"]) == ("MUG", 1)


def test_a_store_without_pickup_is_refused(mug, ana):
    phone = Api(ana)
    phone.add("MUG")

    refused(phone.check_out(fulfilments=[{"kind": "pickup", "store": "warehouse"}]), "store_cannot_serve")
    refused(phone.check_out(fulfilments=[{"kind": "pickup", "store": "nowhere"}]), "store_cannot_serve")


def test_an_older_version_of_the_cart_is_refused(mug, ana):
    phone = Api(ana)
    phone.add("MUG")
    phone.add("MUG")

    problem = refused(phone.check_out(fulfilments=PICKUP, cart_version=1), "version_conflict")

    assert problem["cart"]["version"] == 2


def test_an_empty_cart_cannot_be_ordered(mug, ana):
    phone = Api(ana)
    phone.add("MUG")
    phone.delete("cart/")

    refused(phone.check_out(fulfilments=PICKUP), "cart_empty")


def test_shipping_and_pickup_together_are_one_order(mug, lamp, ana, high_street, warehouse):
    ShippingRate.objects.create(currency="EUR", amount=490, free_from=5000)
    phone = Api(ana)
    phone.add("MUG")
    lines = {line["sku"]: line["id"] for line in phone.add("LAMP")["lines"]}

    answer = phone.check_out(
        fulfilments=[
            {"kind": "pickup", "store": "high-street", "lines": [lines["MUG"]]},
            {"kind": "ship", "address": HOME, "lines": [lines["LAMP"]]},
        ],
        expected_total={"amount": "66.80", "currency": "EUR"},
    )

    assert answer.status_code == 201, answer.content
    order = answer.json()
    assert [(fulfilment["kind"], fulfilment["store"]) for fulfilment in order["fulfilments"]] == [
        ("pickup", "high-street"),
        ("ship", "warehouse"),
    ]
    assert order["totals"]["shipping"]["amount"] == "4.90"


def test_one_location_that_has_everything_sends_one_parcel(mug, lamp, ana, high_street):
    second = make_store("second", ships=True, ship_rank=1)
    make_stock(mug, second, on_hand=5)
    phone = Api(ana)
    phone.add("MUG")
    phone.add("LAMP")

    order = phone.check_out(fulfilments=SHIP).json()

    assert [fulfilment["store"] for fulfilment in order["fulfilments"]] == ["warehouse"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fulfilments": []}, "fulfilments"),
        ({"fulfilments": [{"kind": "pickup"}]}, "fulfilments.0.store"),
        ({"fulfilments": [{"kind": "teleport", "store": "x"}]}, "fulfilments.0.kind"),
        (
            {"fulfilments": [{"kind": "ship", "address": {**HOME, "postal_code": "1"}}]},
            "fulfilments.0.address.postal_code",
        ),
        ({"expected_total": {"amount": "12.901", "currency": "EUR"}}, "expected_total.non_field_errors"),
        ({"expected_total": {"amount": "1", "currency": "XXX"}}, "expected_total.non_field_errors"),
        ({"cart_version": "first"}, "cart_version"),
        ({"price": "0.01"}, "price"),
        ({"payments": [{"method": "beads"}]}, "payments.0.method"),
    ],
)
def test_malformed_checkouts_name_the_field(mug, ana, changes, field):
    phone = Api(ana)
    phone.add("MUG")

    answer = phone.check_out(**{"fulfilments": PICKUP, **changes})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Order.objects.exists()


def test_payments_must_add_up_and_fit(mug, ana):
    phone = Api(ana)
    phone.add("MUG")

    too_little = phone.check_out(
        fulfilments=PICKUP, payments=[{"method": "test", "amount": {"amount": "1.00", "currency": "EUR"}}]
    )
    cash_online = phone.check_out(fulfilments=PICKUP, payments=[{"method": "cash"}])
    pay_there = phone.check_out(fulfilments=SHIP, payments=[{"method": "pay_in_store"}])

    assert (too_little.status_code, too_little.json()["field"]) == (400, "payments")
    assert cash_online.status_code == 400
    assert (pay_there.status_code, pay_there.json()["code"]) == (409, "payment_not_possible")


def test_a_refusal_is_in_the_readers_language(mug, ana):
    phone = Api(ana)
    phone.add("MUG")
    phone.headers["Accept-Language"] = "ar"

    refusal = phone.check_out(fulfilments=SHIP, payments=[{"method": "pay_in_store"}]).json()

    assert refusal["code"] == "payment_not_possible"
    assert refusal["detail"].startswith("لا يُدفع في المتجر")


def test_a_key_is_needed_and_a_guest_must_be_reachable(mug, ana):
    guest = Api()
    guest.add("MUG")

    unreachable = guest.check_out(fulfilments=PICKUP, contact={})
    keyless = guest._send("post", "checkout/", {}, {})

    assert (unreachable.status_code, unreachable.json()["field"]) == (400, "contact")
    assert keyless.status_code == 400


def test_orders_of_others_are_not_found(mug, ana, ben):
    phone = Api(ana)
    phone.add("MUG")
    number = phone.check_out(fulfilments=PICKUP).json()["number"]

    assert Api(ben).get(f"orders/{number}/").status_code == 404
    assert Api().get(f"orders/{number}/").status_code == 404
    assert Api(ben).get("orders/").json()["results"] == []


def test_an_unanswered_charge_waits_and_is_settled_by_asking_the_provider(mug, ana, high_street):
    from datetime import timedelta

    from django.utils import timezone

    from orders.services.settlement.payments import settle_open_payments

    phone = Api(ana)
    phone.add("MUG")

    waiting = phone.check_out(fulfilments=PICKUP, payments=[{"method": "test", "payment_method": "timeout"}])
    assert (waiting.status_code, waiting.json()["next_action"]["type"]) == (202, "wait")
    later = timezone.now() + timedelta(seconds=61)

    assert settle_open_payments(now=later) == 1
    assert settle_open_payments(now=later) == 0
    order = phone.get(f"orders/{waiting.json()['number']}/").json()
    assert (order["state"], order["payments"][0]["state"]) == ("placed", "captured")


def test_a_charge_that_never_arrived_restores_the_cart(mug, ana, high_street):
    from datetime import timedelta

    from django.utils import timezone

    from orders.services.settlement.payments import settle_open_payments

    phone = Api(ana)
    phone.add("MUG", 2)
    phone.check_out(fulfilments=PICKUP, payments=[{"method": "test", "payment_method": "lost"}])
    phone.add("MUG", 1)

    settle_open_payments(now=timezone.now() + timedelta(seconds=61))

    assert [line["quantity"] for line in phone.get("cart/").json()["lines"]] == [2]
    level = StockLevel.objects.get(variant=mug, location=high_street)
    assert (level.on_hand, level.reserved) == (5, 0)


def test_a_payment_after_the_hold_expired_confirms_or_refunds(mug, ana, high_street):
    from datetime import timedelta

    from django.utils import timezone

    from inventory.services.reservations import release_expired

    phone = Api(ana)
    phone.add("MUG", 5)
    waiting = phone.check_out(
        fulfilments=PICKUP, payments=[{"method": "test", "payment_method": "needs_action"}]
    ).json()
    action = waiting["next_action"]
    phone.post(action["url"].removeprefix("/api/v1/"))
    assert release_expired(now=timezone.now() + timedelta(minutes=16)) == 1
    StockLevel.objects.filter(variant=mug, location=high_street).update(safety=1)

    answer = phone.post(action["then"].removeprefix("/api/v1/"))

    assert (answer.status_code, answer.json()["code"]) == (409, "payment_declined")
    order = phone.get(f"orders/{waiting['number']}/").json()
    assert (order["state"], order["cancel_reason"]) == ("failed", "stock_gone")
    assert [refund["amount"]["amount"] for refund in order["refunds"]] == ["64.50"]
    assert "will be refunded" in answer.json()["detail"]


def test_the_number_of_statements_does_not_grow_with_the_lines(mug, ana, high_street, warehouse):
    def count(lines):
        phone = Api(ana)
        for number in range(lines):
            sku = f"S{lines}-{number}"
            variant = make_variant(sku=sku)
            make_stock(variant, high_street)
            make_stock(variant, warehouse)
            cart = phone.add(sku)
        with CaptureQueriesContext(connection) as captured:
            placed = phone.check_out(cart, fulfilments=SHIP)
        assert placed.status_code == 201
        return len([query for query in captured if query["sql"] not in ("BEGIN", "COMMIT")])

    assert count(1) == count(6) == 13
