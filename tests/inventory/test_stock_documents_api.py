"""The API of transfers, receipts, adjustments and counts: what it answers, and to whom."""

import pytest

from accounts.rules import roles
from core.data.invariants import find_breaches
from inventory.models import StockDocument, StockLevel, StockMovement
from tests.client import Api
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import assign, make_store

KINDS = ["transfers", "receipts", "adjustments", "counts"]
ACTS = ["transfers/1/dispatch", "transfers/1/receive", "transfers/1/cancel", "counts/1/submit", "counts/1/approve",
        "counts/1/cancel"]  # fmt: skip


@pytest.fixture
def will(warehouse):
    """Will manages the warehouse."""
    staff = make_staff("Will", email="will@example.com")
    assign(staff, warehouse, roles.MANAGER)
    return staff


@pytest.fixture
def stranger(db):
    staff = make_staff("Olga", email="olga@example.com")
    assign(staff, make_store("elsewhere"), roles.MANAGER)
    return staff


def plan(person, *lines, **more):
    body = {"from": "warehouse", "to": "high-street", "lines": list(lines)} | more
    return Api(person).post("stock/transfers/", body)


def act(person, document, name, body=None, **headers):
    kind = {"T": "transfers", "C": "counts"}[document["number"][0]]
    return Api(person).post(f"stock/{kind}/{document['id']}/{name}/", body, **headers)


def units(mug):
    return dict(StockLevel.objects.filter(variant=mug).values_list("location__code", "on_hand"))


def test_goods_go_from_the_warehouse_to_a_store(will, tess, mug):
    line = {"sku": "mug", "quantity": 4, "box": "BX-1"}
    planned = plan(will, line, due_date="2027-01-15", note="For the window")
    assert planned.status_code == 201
    document = planned.json()
    assert (document["from"], document["to"], document["state"], document["due_date"], document["note"]) == (
        "warehouse", "high-street", "draft", "2027-01-15", "For the window",
    )  # fmt: skip
    assert document["lines"] == [
        {"sku": "MUG", "quantity": 4, "box": "BX-1", "received": 0, "missing": 0, "restocked": 0, "counted": None,
         "is_recounted": False, "reason": "", "surplus": 0, "damaged": 0, "unit_cost": None,
         "taken_from": ""}
    ]  # fmt: skip

    assert act(will, document, "dispatch").json()["state"] == "dispatched"
    assert Api(tess).get("stock/?location=high-street").json()["results"][0]["held"] == {"in_transit": 4}
    arrived = {
        "lines": [{"sku": "MUG", "quantity": 3}],
        "missing": [{"sku": "MUG", "quantity": 1, "reason": "damaged"}],
    }
    received = act(tess, document, "receive", arrived).json()

    assert received["state"] == "received"
    assert [(line["received"], line["missing"], line["reason"]) for line in received["lines"]] == [(3, 1, "damaged")]
    assert units(mug) == {"warehouse": 6, "high-street": 8}
    assert find_breaches() == {}


def test_a_request_that_comes_twice_moves_the_goods_once(will, tess, mug):
    document = plan(will, {"sku": "MUG", "quantity": 4}).json()
    act(will, document, "dispatch")

    body = {"lines": [{"sku": "MUG", "quantity": 2}]}
    first = act(tess, document, "receive", body, key="scan-1")
    again = act(tess, document, "receive", body, key="scan-1")

    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert units(mug)["high-street"] == 7


def test_each_side_acts_on_its_own_goods(will, tess, mona, stranger, mug):
    document = plan(will, {"sku": "MUG", "quantity": 4}).json()

    assert act(mona, document, "dispatch").status_code == 403
    assert act(tess, document, "dispatch").status_code == 403
    assert act(stranger, document, "dispatch").status_code == 404
    act(will, document, "dispatch")
    assert act(will, document, "receive", {"boxes": ["BX-1"]}).status_code == 403
    assert act(mona, document, "cancel", {"decision": "restock"}).status_code == 403
    assert act(will, document, "cancel", {"decision": "restock"}).json()["state"] == "cancelled"

    assert units(mug) == {"warehouse": 10, "high-street": 5}
    assert Api(stranger).get("stock/transfers/").json()["results"] == []
    assert Api(stranger).get(f"stock/transfers/{document['id']}/").status_code == 404


def test_a_box_finds_its_transfer(will, tess, mug):
    plan(will, {"sku": "MUG", "quantity": 1})
    wanted = plan(will, {"sku": "MUG", "quantity": 1, "box": "BX-7"}).json()

    assert [found["id"] for found in Api(tess).get("stock/transfers/?box=BX-7").json()["results"]] == [wanted["id"]]
    assert Api(tess).get("stock/transfers/?state=received").json()["results"] == []


def test_a_draft_is_changed(will, mug, lamp):
    document = plan(will, {"sku": "MUG", "quantity": 1}).json()
    address = f"stock/transfers/{document['id']}/"

    changed = Api(will).patch(address, {"lines": [{"sku": "LAMP", "quantity": 2}]}).json()

    assert [(line["sku"], line["quantity"]) for line in changed["lines"]] == [("LAMP", 2)]
    assert Api(will).get(address).json() == changed


def test_a_count_goes_from_plan_to_books(mona, tess, mug, lamp):
    document = Api(mona).post("stock/counts/", {"to": "high-street", "lines": [{"sku": "MUG"}]}).json()
    address = f"stock/counts/{document['id']}/"
    assert document["lines"][0]["quantity"] == 0

    assert act(tess, document, "submit").json()["code"] == "count_incomplete"
    counted = Api(tess).patch(address, {"lines": [{"sku": "4006381333931", "counted": 4}]})
    assert counted.status_code == 404
    Api(tess).patch(address, {"lines": [{"sku": "MUG", "counted": 4}]})
    assert act(tess, document, "submit").json()["state"] == "submitted"
    assert act(tess, document, "approve").status_code == 403
    approved = act(mona, document, "approve").json()

    assert (approved["state"], approved["lines"][0]["quantity"]) == ("approved", -1)
    assert units(mug)["high-street"] == 4
    assert act(mona, document, "cancel").json()["code"] == "illegal_transition"


def test_receipts_and_adjustments_are_booked_as_they_are_made(mona, tess, mug):
    receipt = {"to": "high-street", "reference": "DN-1", "lines": [{"sku": "MUG", "quantity": 3}]}
    broken = {"to": "high-street", "lines": [{"sku": "MUG", "quantity": -1, "reason": "damaged"}]}

    assert Api(tess).post("stock/receipts/", receipt).status_code == 403
    assert Api(mona).post("stock/receipts/", receipt).json()["state"] == "received"
    assert Api(mona).post("stock/receipts/", receipt).json()["code"] == "already_booked"
    adjusted = Api(tess).post("stock/adjustments/", broken).json()

    assert adjusted["state"] == "approved"
    assert Api(tess).get(f"stock/adjustments/{adjusted['id']}/").json() == adjusted
    assert units(mug)["high-street"] == 7


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("transfers", {"from": "nowhere", "to": "high-street", "lines": [{"sku": "MUG", "quantity": 1}]}, "not_found"),
        ("transfers", {"from": "warehouse", "to": "high-street", "lines": [{"sku": "NO", "quantity": 1}]}, "not_found"),
        ("transfers", {"to": "high-street", "lines": [{"sku": "MUG", "quantity": 1}]}, "invalid"),
        ("transfers", {"from": "warehouse", "to": "high-street", "lines": []}, "invalid"),
        ("adjustments", {"to": "high-street", "lines": [{"sku": "MUG", "quantity": 1, "reason": "x"}]}, "invalid"),
        ("receipts", {"to": "high-street", "lines": [{"sku": "MUG", "quantity": 1}]}, "invalid"),
        ("counts", {"to": "high-street", "category": "nothing"}, "invalid"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_moves(mona, mug, kind, body, code):
    before = StockMovement.objects.count()

    assert Api(mona).post(f"stock/{kind}/", body).json()["code"] == code

    assert not StockDocument.objects.exists()
    assert StockMovement.objects.count() == before


@pytest.mark.parametrize("path", [*KINDS, *(f"{kind}/1" for kind in KINDS), *ACTS])
def test_documents_are_for_staff_alone(db, path):
    ask = Api.get if path not in ACTS else Api.post

    assert ask(Api(), f"stock/{path}/").status_code == 401
    shopper = make_customer("Cleo", email="cleo@example.com")
    assert ask(Api(shopper), f"stock/{path}/").status_code == 403


@pytest.mark.parametrize("wrong", ["0", "9" * 30, "x", "-1"])
def test_documents_that_are_not_there_are_not_found(mona, wrong):
    for path in (*(f"{kind}/{wrong}" for kind in KINDS), f"transfers/{wrong}/dispatch"):
        ask = Api.post if path.endswith("dispatch") else Api.get
        assert ask(Api(mona), f"stock/{path}/").status_code == 404


@pytest.mark.parametrize("documents", [1, 5])
def test_a_list_takes_as_many_statements_however_many_documents(will, mug, lamp, django_assert_num_queries, documents):
    for _document in range(documents):
        plan(will, {"sku": "MUG", "quantity": 1}, {"sku": "LAMP", "quantity": 1})
    client = Api(will)

    with django_assert_num_queries(3):  # the token, the rights, the list
        assert len(client.get("stock/transfers/").json()["results"]) == documents
    first = client.get("stock/transfers/?limit=1").json()
    assert (first["next"] is None) == (documents == 1)
