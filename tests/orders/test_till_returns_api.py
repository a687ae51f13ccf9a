"""Taking goods back over the API: what is answered, and what each right is for."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Balance
from core.data.invariants import find_breaches
from inventory.models import StockLevel
from orders.models import OrderLine, Refund, Return
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns.requests import LineToReturn, request_return
from tests.client import Api
from tests.factories.orders import make_order, make_till_session

pytestmark = pytest.mark.django_db

EUR = "EUR"


def euros(amount):
    return {"amount": amount, "currency": EUR}


def problem(answer):
    return answer.status_code, answer.json()["code"]


def collected(mug, *, store, by, now, units=2, **fields):
    order = make_order((mug, units, 1290), store=store, state="ready", **fields)
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=by, now=now,
    )  # fmt: skip
    return order


@pytest.fixture
def order(ana, mug, mitte, at_desk, now):
    return collected(mug, store=mitte, by=at_desk, now=now, customer=ana, paid="cash")


@pytest.fixture
def session(mitte, tess):
    return make_till_session(mitte, tess)


@pytest.fixture(autouse=True)
def within_the_window(settings):
    settings.RETURN_WINDOW_DAYS = 10_000


def line(sku="MUG", quantity=1, condition="as_new", **fields):
    return {"sku": sku, "quantity": quantity, "condition": condition, "reason": "Too small"} | fields


class TestTakingBack:
    def test_is_one_act(self, till, order, session, mug, mitte):
        body = {"order": order.number, "lines": [line()], "refund": [{"method": "cash"}], "session": str(session.pk)}

        taken = till.post("till/returns/", body)

        assert taken.status_code == 201, taken.content
        shown = taken.json()["return"]
        number = Return.objects.get().number
        assert shown | {"requested_at": "", "received_at": ""} == {
            "id": number,
            "number": number,
            "order": order.number,
            "state": "refunded",
            "method": "store",
            "refund": "original",
            "amount": euros("12.90"),
            "withheld_for_gifts": euros("0.00"),
            "fee": euros("0.00"),
            "charges_back": euros("0.00"),
            "store": "ber-mitte",
            "requested_at": "",
            "due_at": None,
            "received_at": "",
            "reject_reason": "",
            "label_url": None,
            "exchange": None,
            "lines": [
                {
                    "line": str(order.lines.get().pk),
                    "sku": "MUG",
                    "quantity": 1,
                    "received": 1,
                    "amount": euros("12.90"),
                    "reason": "Too small",
                    "comment": "",
                    "units": [{"condition": "as_new", "goes_to": "sellable", "quantity": 1, "reason": "Too small"}],
                }
            ],
            "refunds": [
                {
                    "id": str(Refund.objects.get().pk),
                    "method": "cash",
                    "goes_to": "original",
                    "amount": euros("12.90"),
                    "state": "done",
                }
            ],
        }
        assert taken.json()["order"]["lines"][0]["returned"] == 1
        receipt = taken.json()["receipt_url"].removeprefix("/api/v1/")
        assert till.get(receipt).status_code == 200
        assert find_breaches() == {}

    def test_is_safe_to_send_twice(self, till, order, session):
        key = str(uuid.uuid4())
        body = {"receipt": order.number, "lines": [line(line=str(order.lines.get().pk))], "session": str(session.pk)}
        del body["lines"][0]["sku"]

        first, again = till.post("till/returns/", body, key=key), till.post("till/returns/", body, key=key)

        assert (first.content, again.headers["Idempotency-Replayed"]) == (again.content, "true")
        assert OrderLine.objects.get().quantity_returned == 1

    def test_a_guests_order_is_no_credit(self, till, mug, mitte, at_desk, now):
        guests = collected(mug, store=mitte, by=at_desk, now=now)
        body = {"order": guests.number, "lines": [line()], "refund": [{"method": "credit"}]}

        assert problem(till.post("till/returns/", body)) == (409, "credit_needs_customer")
        assert not Return.objects.exists()

    def test_parts_are_refunded_as_they_are_named(self, till, order, session):
        parts = [{"method": "cash", "amount": euros("5.00")}, {"method": "credit"}]
        body = {"order": order.number, "lines": [line()], "refund": parts, "session": str(session.pk)}

        shown = till.post("till/returns/", body).json()["return"]

        assert [(one["goes_to"], one["amount"]["amount"]) for one in shown["refunds"]] == [
            ("original", "5.00"),
            ("credit", "7.90"),
        ]

    @pytest.mark.parametrize(
        "changes",
        [
            {"lines": []},
            {"lines": [line(condition="worn")]},
            {"lines": [line(quantity=0)]},
            {"lines": [line(line="1")]},
            {"lines": [{"sku": "MUG", "quantity": 1, "condition": "as_new"}]},
            {"refund": [{"method": "cheque"}]},
            {"refund": [{"method": "cash", "amount": euros("0.00")}]},
            {"refund": [{"method": "cash", "amount": {"amount": "1.00", "currency": "USD"}}]},
            {"receipt": "1"},
            {"surprise": 1},
        ],
    )
    def test_bad_input_takes_nothing(self, till, order, changes):
        body = {"order": order.number, "lines": [line()]} | changes

        assert till.post("till/returns/", body).status_code == 400
        assert not Return.objects.exists()

    def test_what_the_order_does_not_have_is_not_found(self, till, order):
        for changes in ({"order": "999999"}, {"lines": [line(sku="BOWL")]}):
            assert till.post("till/returns/", {"order": order.number, "lines": [line()]} | changes).status_code == 404


class TestRights:
    @pytest.mark.parametrize(
        ("changes", "right"),
        [
            ({"override": {"reason": "Kind"}}, "override_return_rules"),
            ({"refund": []}, "take_without_refund"),
            ({"lines": [line(restock=False)]}, "choose_restock"),
            ({"order": None}, "return_without_receipt"),
        ],
    )
    def test_each_is_needed_for_its_own_act(self, till, office, order, ana, changes, right):
        body = {"order": order.number, "lines": [line()], "customer": str(ana.pk)} | changes
        body = {name: value for name, value in body.items() if value is not None}

        refused = till.post("till/returns/", body)

        assert (*problem(refused), refused.json()["right"]) == (403, "not_allowed", right)
        assert not Return.objects.exists()
        assert office.post("till/returns/", body).status_code == 201

    def test_shoppers_take_nothing_back(self, app, order):
        for path in ("till/returns/", "till/returns/R-1/approval/", "till/returns/R-1/refusal/"):
            assert app.post(path, {}).status_code == 403
            assert Api().post(path, {}).status_code == 401
        assert app.get("till/returns/").status_code == 403


class TestWithoutAReceipt:
    def test_goods_are_worth_the_least_they_cost_of_late_as_credit(self, office, mug, mitte, ana):
        body = {"lines": [line(quantity=2)], "customer": str(ana.pk)}

        taken = office.post("till/returns/", body)

        assert taken.status_code == 201, taken.content
        shown = taken.json()["return"]
        assert (shown["order"], shown["state"], shown["amount"]) == (None, "refunded", euros("25.80"))
        assert (taken.json()["receipt_url"], "order" in taken.json()) == (None, False)
        assert Balance.objects.get(customer=ana, kind="credit").amount == 2580
        assert StockLevel.objects.get(variant=mug, location=mitte).on_hand == 2
        assert find_breaches() == {}

    def test_credit_needs_a_customer(self, office, mug):
        assert problem(office.post("till/returns/", {"lines": [line()]})) == (409, "credit_needs_customer")
        assert office.post("till/returns/", {"lines": [line()], "refund": []}).json()["return"]["state"] == "closed"

    def test_unknown_goods_are_not_found(self, office, ana):
        body = {"lines": [line(sku="NOTHING")], "customer": str(ana.pk)}

        assert office.post("till/returns/", body).status_code == 404


class TestRequests:
    @pytest.fixture
    def asked(self, order, as_ana, now):
        lines = [LineToReturn(order.lines.get().pk, 1, "Too small")]
        return request_return(number=order.number, lines=lines, method="ship", refund_to="original", by=as_ana, now=now)

    def test_are_answered_by_staff(self, till, asked, app):
        approved = till.post(f"till/returns/{asked.number}/approval/").json()
        assert (approved["state"], approved["due_at"] is not None) == ("approved", True)
        refused = till.post(f"till/returns/{asked.number}/refusal/", {"reason": "Worn"})
        assert problem(refused) == (409, "illegal_transition")

        withdrawn = app.delete(f"orders/{asked.order.number}/returns/{asked.number}/")

        assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")

    def test_are_refused_with_a_reason(self, till, asked, app):
        assert till.post(f"till/returns/{asked.number}/refusal/", {"reason": "Worn"}).json()["state"] == "refused"

        [shown] = app.get(f"orders/{asked.order.number}/returns/").json()["results"]
        assert (shown["state"], shown["reject_reason"]) == ("refused", "Worn")

    def test_are_listed_at_a_constant_cost(self, till, asked, order, as_ana, now):
        till.get("till/returns/")
        with CaptureQueriesContext(connection) as one:
            assert len(till.get("till/returns/?state=requested").json()["results"]) == 1
        lines = [LineToReturn(order.lines.get().pk, 1, "")]
        request_return(number=order.number, lines=lines, method="ship", refund_to="original", by=as_ana, now=now)

        with CaptureQueriesContext(connection) as two:
            page = till.get("till/returns/?state=requested&limit=1").json()
            assert len(till.get(page["next"].split("/api/v1/")[1]).json()["results"]) == 1

        assert 2 * len(one) == len(two)
        assert till.get("till/returns/?state=requested&cursor=WyJhIl0").status_code == 400
        assert till.get("till/returns/?state=lost").status_code == 400


@pytest.mark.parametrize("customer", ["0", "abc", "999999"])
@pytest.mark.parametrize("refund", [None, []])
def test_goods_without_an_order_of_nobody_are_refused(customer, refund, office, mug):
    body = {
        "customer": customer,
        "lines": [{"sku": "MUG", "quantity": 1, "condition": "as_new", "reason": "too_small"}],
    }

    answer = office.post("till/returns/", body if refund is None else body | {"refund": refund})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("order", ["#", "/"])
def test_a_number_without_a_digit_is_not_found(order, office, mug):
    answer = office.post(
        "till/returns/",
        {"order": order, "lines": [{"line": "1", "quantity": 1, "condition": "as_new", "reason": "too_small"}]},
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
