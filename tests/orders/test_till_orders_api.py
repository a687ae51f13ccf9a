"""What staff do at the till besides selling: open and close it, find customers and orders, pay refunds out."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from orders.models import Refund, TillSession
from tests.client import Api
from tests.factories.accounts import make_contact, make_customer
from tests.factories.inventory import make_store, make_variant, make_warehouse
from tests.factories.orders import make_order, make_till_session

EUR = "EUR"


def euros(amount):
    return {"amount": amount, "currency": EUR}


def problem(answer):
    return answer.status_code, answer.json()["code"]


def patch(api, path, body, key="close"):
    return api.patch(path, body, **{"Idempotency-Key": key})


class TestSessions:
    def test_open_and_close(self, till, office):
        opened = till.post("till/sessions/", {"register": "till-1", "float": euros("100.00")})

        shown = opened.json()
        assert opened.status_code == 201
        assert shown | {"opened_at": ""} == {
            "id": str(TillSession.objects.get().pk),
            "register": "till-1",
            "store": "ber-mitte",
            "is_open": True,
            "float": euros("100.00"),
            "expected": None,
            "counted": None,
            "difference": None,
            "opened_at": "",
            "rescues": None,
            "last_sequence": 0,
            "receipt_lacks": ["seller", "serial_number"],
            "closed_at": None,
        }
        path = f"till/sessions/{shown['id']}/"
        # A clerk counts; only who may close with a difference sees what should be there.
        assert till.get(path).json()["expected"] is None
        assert office.get(path).json()["expected"] == euros("100.00")
        closed = patch(till, path, {"counted": euros("99.50")}).json()
        assert (closed["is_open"], closed["difference"]) == (False, euros("-0.50"))
        assert till.get(path).json() == closed

    def test_closes_once(self, till, mitte, tess):
        path = f"till/sessions/{make_till_session(mitte, tess).pk}/"

        first = patch(till, path, {"counted": euros("100.00")})
        again = patch(till, path, {"counted": euros("100.00")})

        assert (first.status_code, first.content, again.headers["Idempotency-Replayed"]) == (200, again.content, "true")
        assert problem(patch(till, path, {"counted": euros("100.00")}, key="anew")) == (409, "session_closed")

    def test_a_large_difference_needs_a_manager(self, till, office, mitte, tess):
        path = f"till/sessions/{make_till_session(mitte, tess).pk}/"

        answer = patch(till, path, {"counted": euros("50.00")})

        assert (*problem(answer), "difference" in answer.json()) == (403, "difference_needs_manager", False)
        assert TillSession.objects.get().is_open
        assert patch(office, path, {"counted": euros("50.00")}).status_code == 200

    def test_a_register_is_opened_once(self, till):
        body = {"register": "till-1", "float": euros("100.00")}
        first = till.post("till/sessions/", body)

        answer = till.post("till/sessions/", body)

        assert (*problem(answer), answer.json()["session"]) == (409, "register_in_use", first.json()["id"])

    def test_the_till_of_another_store_does_not_exist(self, till, tess):
        session = make_till_session(make_store("ham-altona"), tess)

        assert till.get(f"till/sessions/{session.pk}/").status_code == 404
        assert patch(till, f"till/sessions/{session.pk}/", {"counted": euros("0.00")}).status_code == 404
        session.refresh_from_db()
        assert session.is_open

    @pytest.mark.parametrize(
        "body",
        [
            {"register": "till-1"},
            {"register": "", "float": euros("1.00")},
            {"register": "till-1", "float": euros("-1.00")},
            {"register": "till-1", "float": euros("1.001")},
            {"register": "till-1", "float": {"amount": "1.00", "currency": "USD"}},
            {"register": "till-1", "float": {"amount": "1.00", "currency": "XXQ"}},
            {"register": "till-1", "float": "1.00"},
            {"register": "till-1", "float": euros("1e400")},
            {"register": "till-1", "float": euros("99999999999999999999.00")},
            {"register": "till\x001", "float": euros("1.00")},
            {"register": "till-1", "float": euros("1.00"), "surprise": 1},
        ],
    )
    def test_bad_input_opens_nothing(self, till, body):
        assert till.post("till/sessions/", body).status_code == 400
        assert not TillSession.objects.exists()

    def test_shoppers_have_no_till(self, app):
        body = {"register": "till-1", "float": euros("1.00")}

        assert app.post("till/sessions/", body).status_code == 403
        assert Api().post("till/sessions/", body).status_code == 401


class TestCustomers:
    def test_are_found_by_what_they_say_about_themselves(self, till, ana):
        for words in ("ana@exa", "moreno", ana.card_number):
            persons = till.get(f"till/customers/?q={words}").json()["results"]
            assert [(person["id"], person["has_account"]) for person in persons] == [(str(ana.pk), True)]

    def test_are_registered_once(self, till):
        body = {"name": "Cleo Crane", "phone": "+49 171 3920009"}

        first = till.post("till/customers/", body)
        again = till.post("till/customers/", body)

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["id"] == again.json()["id"]
        person = Customer.objects.get(name="Cleo Crane")
        assert (str(person.phone), person.home_store) == ("+491713920009", "ber-mitte")
        assert not first.json()["has_account"]

    @pytest.mark.parametrize("body", [{}, {"name": "Cleo"}, {"phone": "12"}, {"email": "cleo"}, {"is_staff": True}])
    def test_bad_input_registers_nobody(self, till, body):
        before = Customer.objects.count()

        assert till.post("till/customers/", body).status_code == 400
        assert Customer.objects.count() == before

    def test_everything_about_a_customer_is_on_one_page(self, till, app, ana, mitte, mug):
        order = make_order((mug, 2, 1290), store=mitte, customer=ana)
        app.add("MUG")
        app.put("me/consents/", {"consents": [{"medium": "email", "purpose": "marketing", "is_given": True}]})

        shown = till.get(f"till/customers/{ana.pk}/").json()

        assert (shown["name"], shown["email_verified"]) == ("Ana Moreno", True)
        assert [cart["lines"][0]["sku"] for cart in shown["carts"]] == ["MUG"]
        assert [order["number"] for order in shown["orders"]] == [order.number]
        assert shown["value"][0] | {"last_order_at": ""} == {"orders": 1, "spent": euros("25.80"), "last_order_at": ""}
        assert "cart.line_added" in [entry["kind"] for entry in shown["timeline"]]

    def test_a_page_costs_the_same_for_a_good_customer(self, till, ana, mitte):
        till.get(f"till/customers/{ana.pk}/")
        with CaptureQueriesContext(connection) as stranger:
            till.get(f"till/customers/{ana.pk}/")
        for _number in range(4):
            make_order((make_variant(), 1, 100), (make_variant(), 2, 100), store=mitte, customer=ana)

        with CaptureQueriesContext(connection) as regular:
            assert len(till.get(f"till/customers/{ana.pk}/").json()["orders"]) == 4

        assert len(stranger) == len(regular) == 9

    def test_shoppers_cannot_see_them(self, app, ana):
        for path in ("till/customers/?q=ana", f"till/customers/{ana.pk}/"):
            assert app.get(path).status_code == 403
            assert Api().get(path).status_code == 401

    @pytest.mark.parametrize("customer_id", ["0", "abc", "9" * 30])
    def test_an_impossible_id_is_not_found(self, till, customer_id):
        assert till.get(f"till/customers/{customer_id}/").status_code == 404


class TestOrders:
    def numbers(self, till, words):
        return [order["number"] for order in till.get(f"till/orders/?q={words}").json()["results"]]

    def test_are_found_by_number_and_buyer(self, till, ana, mitte, mug):
        order = make_order((mug, 1, 1290), store=mitte, customer=ana)
        guests = make_order((mug, 1, 1290), store=mitte, contact_email="gus@example.com", contact_phone="+491713920007")

        assert self.numbers(till, order.number) == [order.number]
        assert self.numbers(till, "ana@example.com") == [order.number]
        assert self.numbers(till, "moreno") == [order.number]
        assert self.numbers(till, "gus@example.com") == [guests.number]
        assert self.numbers(till, "0171 3920007") == [guests.number]
        assert self.numbers(till, "nobody@example.com") == []

    def test_of_a_merged_record_are_found(self, till, ana, mug, mitte):
        contact = make_contact("Ana M.", phone="+491713920008", merged_into=ana)
        order = make_order((mug, 1, 1290), store=mitte, customer=contact)

        assert self.numbers(till, "ana@example.com") == [order.number]

    def test_of_other_stores_are_found_by_their_whole_number_alone(self, till, ana, mug):
        order = make_order((mug, 1, 1290), store=make_store("ham-altona"), customer=ana)

        assert self.numbers(till, "ana@example.com") == []
        assert self.numbers(till, order.number[:-1]) == []
        assert self.numbers(till, order.number) == [order.number]
        assert till.get(f"till/orders/{order.number}/").json()["number"] == order.number

    def test_sent_from_elsewhere_are_every_stores(self, till, ana, mug):
        online = make_order((mug, 1, 1290), store=make_warehouse("wh"), customer=ana, kind="ship")

        assert self.numbers(till, "ana@example.com") == [online.number]

    def test_are_paged_newest_first(self, till, ana, mitte, mug):
        orders = [make_order((mug, 1, 1290), store=mitte, customer=ana) for _number in range(3)]

        first = till.get("till/orders/?q=moreno&limit=2").json()
        second = till.get(first["next"].partition("/api/v1/")[2]).json()

        shown = [order["number"] for order in first["results"] + second["results"]]
        assert shown == [order.number for order in reversed(orders)]

    def test_shoppers_cannot_search_them(self, app, mug, mitte):
        order = make_order((mug, 1, 1290), store=mitte, customer=make_customer("Eve", email="eve@example.com"))

        for path in ("till/orders/?q=eve", f"till/orders/{order.number}/", f"till/orders/{order.number}/receipt/"):
            assert app.get(path).status_code == 403


class TestRefundsAtTheDesk:
    def test_cash_is_paid_out_once(self, till, office, app, ana, mitte, mug, tess):
        order = make_order((mug, 2, 1290), store=mitte, customer=ana, paid="cash")
        session = make_till_session(mitte, tess)
        refund = app.post(f"orders/{order.number}/cancellation/").json()["refunds"][0]
        path = f"till/refunds/{refund['id']}/payout/"

        assert problem(till.post(path)) == (409, "session_closed")
        assert till.post(path, {"session": str(session.pk)}).json()["state"] == "done"
        assert problem(till.post(path, {"session": str(session.pk)})) == (409, "refund_not_at_desk")
        assert office.get(f"till/sessions/{session.pk}/").json()["expected"] == euros("74.20")
        assert Refund.objects.get().state == "done"

    def test_shoppers_cannot_pay_refunds_out(self, app):
        assert app.post("till/refunds/1/payout/").status_code == 403
