"""What a shopper may do with an order: cancel it, return goods, get its receipt, name a pickup person."""

import pytest
from django.core.cache import cache

from carts.models import Cart
from carts.services.carts import hash_of
from core.models import JournalEntry
from orders.models import Collector, Fulfilment, Order, OrderLine, ReceiptRequest, Refund, Return
from tests.client import Api
from tests.factories.orders import make_order


@pytest.fixture
def order(ana, mitte, mug):
    return make_order((mug, 2, 1290), store=mitte, customer=ana)


@pytest.fixture
def collected(ana, mitte, mug):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready")
    OrderLine.objects.update(quantity_fulfilled=2)
    Order.objects.update(state="completed", closed_at=order.placed_at)
    Fulfilment.objects.update(state="collected")
    return order


@pytest.fixture
def ben_app(ben):
    return Api(ben)


@pytest.fixture
def guest(mitte, mug, now):
    """A guest with an order of their own; their cart's token opens it."""
    cart = Cart.objects.create(
        token_hash=hash_of("guests-token"),
        currency="EUR",
        state=Cart.ORDERED,
        created_channel="web",
        created_at=now,
        changed_at=now,
    )
    api = Api()
    api.headers["X-Cart-Token"] = "guests-token"
    api.order = make_order((mug, 1, 1290), store=mitte, cart=cart)
    return api


def problem(answer):
    return answer.status_code, answer.json()["code"]


ROUTES = {
    "cancellation/": {},
    "returns/": {"lines": [{"line": "1", "quantity": 1}], "method": "store"},
    "receipt/": {"medium": "email", "address": "me@example.com"},
    "pickup/collector/": {"name": "Ben"},
}


@pytest.mark.parametrize("route", ROUTES)
def test_other_peoples_orders_do_not_exist(route, order, ben_app, till, guest):
    path = f"orders/{order.number}/{route}"

    answers = [someone.post(path, ROUTES[route]) for someone in (ben_app, till, guest, Api())]

    assert [problem(answer) for answer in answers] == [(404, "not_found")] * 4
    assert not JournalEntry.objects.exists()
    order.refresh_from_db()
    assert order.state == "placed"
    assert ben_app.get(f"orders/{order.number}/receipt/", Accept="text/html").status_code == 404


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("body", [{"surprise": 1}, [], "text", 7, {"reason": "x" * 300}])
def test_bad_input_is_refused(route, body, order, app):
    answer = app.post(f"orders/{order.number}/{route}", body)

    assert answer.status_code == 400
    order.refresh_from_db()
    assert order.state == "placed"


@pytest.mark.parametrize("number", ["nothing", "0", "%00", "%F0%9F%92%A3", "1" * 300])
def test_an_order_that_cannot_exist_is_not_found(number, app):
    assert app.post(f"orders/{number}/cancellation/").status_code in (400, 404)


class TestCancellation:
    def test_cancels_and_refunds(self, order, app):
        answer = app.post(f"orders/{order.number}/cancellation/", {"reason": "changed_mind"})

        shown = answer.json()
        assert (answer.status_code, shown["state"], shown["cancel_reason"]) == (200, "cancelled", "changed_mind")
        assert shown["refunds"][0]["amount"] == {"amount": "25.80", "currency": "EUR"}
        assert shown["fulfilments"][0]["state"] == "cancelled"

    def test_the_same_key_cancels_once(self, order, app):
        first = app.post(f"orders/{order.number}/cancellation/", key="once")
        again = app.post(f"orders/{order.number}/cancellation/", key="once")

        assert (first.content, again.headers["Idempotency-Replayed"]) == (again.content, "true")
        assert Refund.objects.count() == 1
        assert problem(app.post(f"orders/{order.number}/cancellation/")) == (409, "illegal_transition")

    def test_a_guest_cancels_with_the_token_of_their_cart(self, guest):
        answer = guest.post(f"orders/{guest.order.number}/cancellation/")

        assert answer.json()["state"] == "cancelled"

    def test_goods_that_left_are_not_cancelled(self, collected, app):
        assert problem(app.post(f"orders/{collected.number}/cancellation/")) == (409, "illegal_transition")

    def test_staff_with_the_right_cancel_any_order(self, order, office, till):
        path = f"till/orders/{order.number}/cancellation/"

        assert problem(till.post(path, {"reason": "customer"})) == (403, "not_allowed")
        assert office.post(path, {"reason": "customer"}).json()["state"] == "cancelled"

    def test_needs_a_key(self, order, app):
        assert problem(app.post(f"orders/{order.number}/cancellation/", key=" \n")) == (400, "invalid")


class TestReturns:
    def test_is_recorded_with_its_value(self, collected, app):
        line = str(collected.lines.get().pk)
        asked = {"line": line, "quantity": 1, "reason": "too_small", "comment": "Pinches"}
        body = {"lines": [asked], "method": "ship", "refund": "credit"}

        answer = app.post(f"orders/{collected.number}/returns/", body)

        assert answer.status_code == 201
        shown = answer.json()
        number = Return.objects.get().number
        assert shown.pop("due_at") > shown["requested_at"]
        assert shown | {"requested_at": ""} == {
            "id": number,
            "number": number,
            "order": collected.number,
            "state": "requested",
            "method": "ship",
            "refund": "credit",
            "amount": {"amount": "12.90", "currency": "EUR"},
            "withheld_for_gifts": {"amount": "0.00", "currency": "EUR"},
            "fee": {"amount": "0.00", "currency": "EUR"},
            "charges_back": {"amount": "0.00", "currency": "EUR"},
            "requested_at": "",
            "reject_reason": "",
            "store": "ber-mitte",
            "received_at": None,
            "label_url": None,
            "exchange": None,
            "refunds": [],
            "lines": [
                {
                    "line": line,
                    "sku": "MUG",
                    "quantity": 1,
                    "received": None,
                    "units": [],
                    "amount": {"amount": "12.90", "currency": "EUR"},
                    "reason": "too_small",
                    "comment": "Pinches",
                }
            ],
        }
        assert app.get(f"orders/{collected.number}/").json()["returns"][0]["number"] == shown["number"]

    @pytest.fixture(autouse=True)
    def recently(self, collected, settings):
        settings.RETURN_WINDOW_DAYS = 10_000

    def test_the_same_key_requests_once(self, collected, app):
        body = {"lines": [{"line": str(collected.lines.get().pk), "quantity": 2}], "method": "store"}

        first = app.post(f"orders/{collected.number}/returns/", body, key="once")
        again = app.post(f"orders/{collected.number}/returns/", body, key="once")

        assert (first.status_code, first.content) == (201, again.content)
        refused = app.post(f"orders/{collected.number}/returns/", body)
        assert problem(refused) == (409, "not_returnable")
        assert refused.json()["lines"][0]["reason"] == "too_many"

    def test_the_window_ends(self, collected, app, settings):
        settings.RETURN_WINDOW_DAYS = 1
        body = {"lines": [{"line": str(collected.lines.get().pk), "quantity": 1}], "method": "store"}

        refused = app.post(f"orders/{collected.number}/returns/", body)
        assert problem(refused) == (409, "window_over")
        assert refused.json()["lines"][0]["reason"] == "window_over"

    @pytest.mark.parametrize("quantity", [0, -1, 10_000, "two", None, 1.5])
    def test_a_quantity_is_a_whole_number(self, quantity, collected, app):
        body = {"lines": [{"line": "1", "quantity": quantity}], "method": "store"}

        assert app.post(f"orders/{collected.number}/returns/", body).status_code == 400


class TestReceipt:
    @pytest.fixture(autouse=True)
    def nobody_asked_before(self):
        cache.clear()

    def test_is_a_page_in_the_readers_language(self, order, app):
        english = app.get(f"orders/{order.number}/receipt/", Accept="text/html")
        persian = app.get(f"orders/{order.number}/receipt/", Accept="*/*", **{"Accept-Language": "fa"})

        page = english.content.decode()
        assert english.headers["Content-Type"].startswith("text/html")
        assert f"Receipt {order.number}" in page and "€25.80" in page and "Monday, March 2, 2026" in page
        assert 'dir="rtl"' in persian.content.decode() and "۲۵٫۸۰" in persian.content.decode()
        assert "style=" not in page and "<script" not in page and "<style" not in page

    def test_shows_what_was_paid_and_the_change(self, order, app):
        order.payments.update(method="cash", tendered=3000)

        page = app.get(f"orders/{order.number}/receipt/", Accept="text/html").content.decode()

        assert "€30.00" in page and "€4.20" in page

    def test_names_cannot_smuggle_markup(self, order, app):
        OrderLine.objects.update(name="<script>alert(1)</script>")

        page = app.get(f"orders/{order.number}/receipt/", Accept="text/html").content.decode()

        assert "<script>" not in page and "&lt;script&gt;" in page

    def test_is_not_available_in_another_format(self, order, app):
        answer = app.get(f"orders/{order.number}/receipt/", Accept="image/png")

        assert problem(answer) == (406, "not_acceptable")

    def test_is_sent_where_the_shopper_wants_it(self, order, app):
        answer = app.post(f"orders/{order.number}/receipt/", {"medium": "sms", "address": "+49 171 3920001"})

        request = ReceiptRequest.objects.get()
        assert answer.status_code == 202
        assert (request.medium, request.address) == ("sms", "+491713920001")
        entry = JournalEntry.objects.get()
        assert (entry.kind, entry.payload["receipt_request_id"]) == ("receipt.requested", request.pk)
        assert "3920001" not in str(entry.payload)

    def test_goes_to_the_orders_own_address_when_none_is_given(self, order, app):
        app.post(f"orders/{order.number}/receipt/", {"medium": "email"})

        assert ReceiptRequest.objects.get().address == "ana@example.com"
        assert problem(app.post(f"orders/{order.number}/receipt/", {"medium": "sms"})) == (400, "invalid")

    @pytest.mark.parametrize(
        ("medium", "address"), [("email", "+491713920001"), ("sms", "ana@example.com"), ("email", "a" * 255)]
    )
    def test_an_address_must_fit_its_medium(self, medium, address, order, app):
        answer = app.post(f"orders/{order.number}/receipt/", {"medium": medium, "address": address})

        assert answer.status_code == 400
        assert not ReceiptRequest.objects.exists()

    def test_cannot_be_used_to_flood_a_mailbox(self, order, app):
        request = {"medium": "email", "address": "victim@example.com"}
        answers = [app.post(f"orders/{order.number}/receipt/", request).status_code for _time in range(11)]

        assert answers == [202] * 10 + [429]

    def test_staff_print_and_send_any_receipt(self, order, till):
        page = till.get(f"till/orders/{order.number}/receipt/", Accept="text/html")
        sent = till.post(f"till/orders/{order.number}/receipt/", {"medium": "email"})

        assert (page.status_code, sent.status_code) == (200, 202)
        assert f"Receipt {order.number}" in page.content.decode()


class TestCollector:
    def test_is_named_and_replaced(self, order, app):
        path = f"orders/{order.number}/pickup/collector/"

        assert app.post(path, {"name": "Ben Bakker", "phone": "+49 171 3920001"}).json() == {
            "name": "Ben Bakker",
            "phone": "+491713920001",
        }
        assert app.post(path, {"name": "Cleo"}).json() == {"name": "Cleo", "phone": ""}
        assert Collector.objects.get().name == "Cleo"
        assert app.get(f"orders/{order.number}/").json()["collector"] == {"name": "Cleo", "phone": ""}

    def test_a_guest_can_name_one_too(self, guest):
        assert guest.post(f"orders/{guest.order.number}/pickup/collector/", {"name": "Cleo"}).status_code == 200

    def test_is_taken_back_once(self, order, app):
        path = f"orders/{order.number}/pickup/collector/"
        app.post(path, {"name": "Ben Bakker"})

        assert [app.delete(path).status_code for _ in range(2)] == [204, 204]
        assert app.get(f"orders/{order.number}/").json()["collector"] is None
        assert JournalEntry.objects.filter(kind="pickup.collector_removed").count() == 1

    def test_strangers_do_not_take_it_back(self, order, app):
        path = f"orders/{order.number}/pickup/collector/"
        app.post(path, {"name": "Ben Bakker"})

        assert Api().delete(path).status_code == 404
        assert Collector.objects.exists()

    def test_there_must_be_something_to_collect(self, collected, app):
        answer = app.post(f"orders/{collected.number}/pickup/collector/", {"name": "Cleo"})

        assert problem(answer) == (409, "nothing_to_collect")
        assert problem(app.delete(f"orders/{collected.number}/pickup/collector/")) == (409, "nothing_to_collect")
        assert not Collector.objects.exists()


def test_the_timeline_describes_each_event(order, app):
    app.post(f"orders/{order.number}/pickup/collector/", {"name": "Cleo"})
    app.post(f"orders/{order.number}/cancellation/")

    summaries = [entry["summary"] for entry in app.get("me/timeline/").json()["results"]]

    assert summaries[:2] == [
        f"Order {order.number} cancelled",
        f"Order {order.number}: another person may collect it",
    ]
