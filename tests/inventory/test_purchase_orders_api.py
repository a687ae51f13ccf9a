"""The API of purchase orders: what it answers, and to whom."""

import pytest

from accounts.rules import roles
from core.data.invariants import find_breaches
from inventory.models import StockDocument, StockLevel
from tests.client import Api
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import assign, make_store
from tests.factories.stock_documents import make_supplier, make_terms

PLAN = {"supplier": "tonhof", "to": "high-street", "lines": [{"sku": "MUG", "quantity": 12}]}
ACTS = ["submit", "receive", "cancel"]


@pytest.fixture(autouse=True)
def tonhof(mug):
    supplier = make_supplier()
    make_terms(supplier, mug)
    return supplier


@pytest.fixture
def stranger(db):
    staff = make_staff("Olga", email="olga@example.com")
    assign(staff, make_store("elsewhere"), roles.MANAGER)
    return staff


def plan(person, **more):
    return Api(person).post("stock/purchase-orders/", PLAN | more)


def act(person, document, name, body=None, **headers):
    return Api(person).post(f"stock/purchase-orders/{document['id']}/{name}/", body, **headers)


def on_hand(mug):
    return StockLevel.objects.get(variant=mug, location__code="high-street").on_hand


def test_goods_are_ordered_and_come_in_two_deliveries(mona, tess, mug):
    planned = plan(mona, note="For spring", due_date="2027-02-01")
    assert planned.status_code == 201
    document = planned.json()
    assert (document["number"], document["state"], document["supplier"], document["from"], document["to"]) == (
        f"PO-{document['id']}", "draft", "tonhof", None, "high-street",
    )  # fmt: skip
    assert document["lines"][0]["unit_cost"] == {"amount": "4.10", "currency": "EUR"}

    assert act(mona, document, "submit").json()["state"] == "ordered"
    assert Api(tess).get("stock/?location=high-street&sku=MUG").json()["results"][0]["incoming"] == 12
    came = {"reference": "DN-1", "lines": [{"sku": "MUG", "quantity": 8, "damaged": 1}]}
    assert act(tess, document, "receive", came).json()["state"] == "partly_received"
    rest = {"to": "high-street", "reference": "DN-2", "purchase_order": document["number"],
            "lines": [{"sku": "MUG", "quantity": 5}]}  # fmt: skip
    receipt = Api(tess).post("stock/receipts/", rest)

    assert receipt.status_code == 201
    assert (receipt.json()["purchase_order"], receipt.json()["supplier"]) == (document["number"], "tonhof")
    done = Api(mona).get(f"stock/purchase-orders/{document['id']}/").json()
    line = done["lines"][0]
    assert (done["state"], line["received"], line["surplus"], line["damaged"]) == ("received", 12, 1, 1)
    assert on_hand(mug) == 17
    assert find_breaches() == {}


def test_a_delivery_that_is_sent_twice_is_booked_once(mona, tess, mug):
    document = plan(mona).json()
    act(mona, document, "submit")

    body = {"reference": "DN-1", "lines": [{"sku": "MUG", "quantity": 8}]}
    first = act(tess, document, "receive", body, key="scan-1")
    again = act(tess, document, "receive", body, key="scan-1")

    assert first.content == again.content
    assert act(tess, document, "receive", body, key="scan-2").json()["code"] == "already_booked"
    assert on_hand(mug) == 13


def test_who_may_not_order_neither_orders_nor_sees_the_costs(mona, tess, stranger):
    assert plan(tess).status_code == 403
    assert plan(stranger).status_code == 403
    document = plan(mona).json()
    for name in "submit", "cancel":
        assert act(tess, document, name).status_code == 403
        assert act(stranger, document, name).status_code == 404

    seen = Api(tess).get(f"stock/purchase-orders/{document['id']}/").json()
    assert seen["lines"][0]["unit_cost"] is None
    assert Api(tess).get("stock/purchase-orders/").json()["results"] == [seen]
    assert Api(stranger).get("stock/purchase-orders/").json()["results"] == []
    act(mona, document, "submit")
    came = {"reference": "DN-1", "lines": [{"sku": "MUG", "quantity": 8}]}
    assert act(stranger, document, "receive", came).status_code == 404
    against = came | {"to": "high-street", "purchase_order": document["id"]}
    assert Api(stranger).post("stock/receipts/", against).status_code == 403


def test_a_draft_is_changed_and_given_up(mona, lamp):
    document = plan(mona).json()
    address = f"stock/purchase-orders/{document['id']}/"

    lines = [{"sku": "LAMP", "quantity": 2, "unit_cost": {"amount": "19.00", "currency": "EUR"}}]
    changed = Api(mona).patch(address, {"lines": lines}).json()

    assert [(line["sku"], line["unit_cost"]["amount"]) for line in changed["lines"]] == [("LAMP", "19.00")]
    assert act(mona, document, "cancel").json()["state"] == "cancelled"
    assert act(mona, document, "submit").json()["code"] == "illegal_transition"


def test_orders_are_listed_by_supplier_and_state(mona, mug, lamp):
    make_supplier("licht")
    mugs, _lamps = plan(mona).json(), plan(mona, supplier="licht").json()

    found = Api(mona).get("stock/purchase-orders/?supplier=tonhof&state=draft").json()["results"]

    assert [document["id"] for document in found] == [mugs["id"]]
    assert Api(mona).get("stock/purchase-orders/?state=ordered").json()["results"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"supplier": "nobody"}, "not_found"),
        ({"to": "nowhere"}, "not_found"),
        ({"lines": [{"sku": "NO", "quantity": 1}]}, "not_found"),
        ({"lines": []}, "invalid"),
        ({"lines": [{"sku": "MUG", "quantity": 1, "unit_cost": {"amount": "1.00", "currency": "USD"}}]}, "invalid"),
        ({"lines": [{"sku": "MUG", "quantity": 1, "unit_cost": {"amount": "-1.00", "currency": "EUR"}}]}, "invalid"),
        ({"lines": [{"sku": "MUG", "quantity": 1, "unit_cost": {"amount": "1.005", "currency": "EUR"}}]}, "invalid"),
    ],
)
def test_what_cannot_be_is_refused(mona, change, code):
    assert plan(mona, **change).json()["code"] == code

    assert not StockDocument.objects.exists()


def test_a_receipt_against_an_order_is_for_its_place_and_goods(mona, mug, lamp):
    document = plan(mona).json()
    act(mona, document, "submit")
    body = {"to": "high-street", "reference": "DN-1", "lines": [{"sku": "MUG", "quantity": 1}]}

    for wrong in "0", "x", "PO-99", "9" * 20:
        assert Api(mona).post("stock/receipts/", body | {"purchase_order": wrong}).json()["code"] == "not_found"
    strange = body | {"purchase_order": document["id"], "lines": [{"sku": "LAMP", "quantity": 1}]}
    assert Api(mona).post("stock/receipts/", strange).json()["code"] == "not_ordered"
    damaged = body | {"lines": [{"sku": "MUG", "quantity": 1, "damaged": 1}]}
    assert Api(mona).post("stock/receipts/", damaged).json()["code"] == "invalid"

    assert on_hand(mug) == 5


@pytest.mark.parametrize("path", ["", "1/", *(f"1/{name}/" for name in ACTS)])
def test_purchase_orders_are_for_staff_alone(db, path):
    ask = Api.post if path.count("/") == 2 else Api.get

    assert ask(Api(), f"stock/purchase-orders/{path}").status_code == 401
    shopper = make_customer("Cleo", email="cleo@example.com")
    assert ask(Api(shopper), f"stock/purchase-orders/{path}").status_code == 403


@pytest.mark.parametrize("documents", [1, 5])
def test_a_list_takes_as_many_statements_however_many_documents(mona, django_assert_num_queries, documents):
    for _document in range(documents):
        plan(mona)
    client = Api(mona)

    with django_assert_num_queries(3):  # the token, the rights, the list
        assert len(client.get("stock/purchase-orders/").json()["results"]) == documents
