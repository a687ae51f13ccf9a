"""The API of returns to suppliers: what it answers, and to whom."""

import pytest

from accounts.rules import roles
from core.data.invariants import find_breaches
from inventory.models import HeldStock, StockDocument
from inventory.services.held_stock import UnitsInState, take_in_returned
from tests.client import Api
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import assign, make_store
from tests.factories.stock_documents import MONA, NOW, make_supplier, make_terms

PLAN = {"supplier": "tonhof", "from": "high-street", "reference": "RMA-1",
        "lines": [{"sku": "MUG", "quantity": 2, "taken_from": "damaged"}]}  # fmt: skip
ACTS = ["dispatch", "credit", "close", "cancel"]


@pytest.fixture(autouse=True)
def broken(mug, high_street):
    make_terms(make_supplier(), mug)
    line = UnitsInState(mug.pk, high_street.pk, 3, "damaged")
    take_in_returned(lines=[line], cause_kind="test", cause_id="1", by=MONA, now=NOW)


@pytest.fixture
def stranger(db):
    staff = make_staff("Olga", email="olga@example.com")
    assign(staff, make_store("elsewhere"), roles.MANAGER)
    return staff


def plan(person, **more):
    return Api(person).post("stock/supplier-returns/", PLAN | more)


def act(person, document, name, body=None, **headers):
    return Api(person).post(f"stock/supplier-returns/{document['id']}/{name}/", body, **headers)


def test_broken_goods_go_back_and_are_credited(mona, tess):
    document = plan(mona).json()
    assert (document["number"], document["from"], document["to"], document["state"], document["reference"]) == (
        f"RS-{document['id']}", "high-street", None, "draft", "RMA-1",
    )  # fmt: skip
    assert document["lines"][0]["taken_from"] == "damaged"

    first = act(mona, document, "dispatch", key="go-1")
    assert first.json()["state"] == "sent"
    assert act(mona, document, "dispatch", key="go-1").content == first.content
    assert HeldStock.objects.get().units == 1
    credit = {"amount": {"amount": "8.20", "currency": "EUR"}, "credit_note": "CN-7"}
    credited = act(mona, document, "credit", credit).json()

    assert (credited["state"], credited["credited"], credited["credit_note"]) == (
        "credited", {"amount": "8.20", "currency": "EUR"}, "CN-7",
    )  # fmt: skip
    seen = Api(tess).get(f"stock/supplier-returns/{document['id']}/").json()
    assert (seen["credited"], seen["lines"][0]["unit_cost"]) == (None, None)
    assert find_breaches() == {}


def test_a_draft_is_changed_and_a_sent_one_comes_back(mona):
    document = plan(mona).json()
    address = f"stock/supplier-returns/{document['id']}/"

    line = {"sku": "MUG", "quantity": 3, "taken_from": "damaged"}
    assert Api(mona).patch(address, {"lines": [line]}).json()["lines"][0]["quantity"] == 3
    act(mona, document, "dispatch")
    assert Api(mona).patch(address, {"lines": [line]}).json()["code"] == "illegal_transition"
    assert act(mona, document, "cancel").json()["state"] == "cancelled"
    assert HeldStock.objects.get().units == 3
    other = plan(mona).json()
    act(mona, other, "dispatch")
    assert act(mona, other, "close").json()["state"] == "closed"


def test_each_acts_on_their_own_goods(mona, tess, stranger):
    assert plan(tess).status_code == 403
    assert plan(stranger).status_code == 403
    document = plan(mona).json()
    credit = {"amount": {"amount": "8.20", "currency": "EUR"}}

    for name in ACTS:
        body = credit if name == "credit" else None
        assert act(tess, document, name, body).status_code == 403
        assert act(stranger, document, name, body).status_code == 404
    assert Api(tess).get("stock/supplier-returns/?supplier=tonhof").json()["results"][0]["state"] == "draft"
    assert Api(stranger).get("stock/supplier-returns/").json()["results"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"supplier": "nobody"}, "not_found"),
        ({"from": "nowhere"}, "not_found"),
        ({"lines": [{"sku": "NO", "quantity": 1, "taken_from": "damaged"}]}, "not_found"),
        ({"lines": [{"sku": "MUG", "quantity": 1}]}, "invalid"),
        ({"lines": [{"sku": "MUG", "quantity": 1, "taken_from": "in_transit"}]}, "invalid"),
        ({"lines": []}, "invalid"),
    ],
)
def test_what_cannot_be_is_refused(mona, change, code):
    assert plan(mona, **change).json()["code"] == code

    assert not StockDocument.objects.exists()


def test_more_than_lies_there_does_not_leave_and_the_credit_is_in_the_suppliers_currency(mona):
    document = plan(mona, lines=[{"sku": "MUG", "quantity": 4, "taken_from": "damaged"}]).json()
    assert act(mona, document, "dispatch").json()["code"] == "held_stock_short"

    other = plan(mona).json()
    act(mona, other, "dispatch")
    assert act(mona, other, "credit", {"amount": {"amount": "8.20", "currency": "USD"}}).json()["code"] == "invalid"
    assert act(mona, other, "credit", {"amount": {"amount": "-8.20", "currency": "EUR"}}).json()["code"] == "invalid"
    assert HeldStock.objects.get().units == 1


@pytest.mark.parametrize("path", ["", "1/", *(f"1/{name}/" for name in ACTS)])
def test_returns_to_suppliers_are_for_staff_alone(db, path):
    ask = Api.post if path.count("/") == 2 else Api.get

    assert ask(Api(), f"stock/supplier-returns/{path}").status_code == 401
    shopper = make_customer("Cleo", email="cleo@example.com")
    assert ask(Api(shopper), f"stock/supplier-returns/{path}").status_code == 403
