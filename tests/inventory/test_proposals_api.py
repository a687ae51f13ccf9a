"""The API of proposals to order: what it answers, and to whom."""

import pytest

from inventory.models import StockDocument, StockLevel
from tests.client import Api
from tests.factories.accounts import make_customer
from tests.factories.stock_documents import make_supplier, make_terms, sell_lately


@pytest.fixture(autouse=True)
def sold(mug, high_street, warehouse):
    """A mug a day, and five are left."""
    make_terms(make_supplier(), mug, pack_size=6)
    StockLevel.objects.filter(location=warehouse).update(on_hand=0)
    sell_lately(mug, high_street, 56)


def test_a_clerk_sees_what_to_order_and_why(tess):
    answer = Api(tess).get("stock/proposals/")

    assert answer.json() == {
        "results": [
            {
                "sku": "MUG",
                "location": "high-street",
                "kind": "purchase",
                "supplier": "tonhof",
                "from": None,
                "quantity": 12,
                "available": 5,
                "incoming": 0,
                "daily_sales": 1.0,
                "reorder_point": 10,
                "order_up_to": 17,
                "reason": "5 are free, 0 are coming, 1 are sold a day; it is ordered at 10.",
            }
        ],
        "next": None,
    }


def test_a_manager_orders_all_of_it_once(mona):
    first = Api(mona).post("stock/proposals/", {}, key="order-1")
    again = Api(mona).post("stock/proposals/", {}, key="order-1")

    order = StockDocument.objects.get()
    assert first.status_code == 201
    assert first.json() == {"documents": [{"id": str(order.pk), "number": order.number, "kind": "purchase_order"}]}
    assert again.content == first.content
    assert Api(mona).post("stock/proposals/", {}).json()["code"] == "nothing_proposed"
    assert Api(mona).get("stock/proposals/").json()["results"] == []


def test_a_manager_orders_other_units(mona):
    wrong = Api(mona).post("stock/proposals/", {"lines": [{"sku": "MUG", "quantity": 7}]})
    right = Api(mona).post("stock/proposals/", {"lines": [{"sku": "mug", "quantity": 24}]})

    assert wrong.json()["code"] == "order_terms_not_met"
    assert right.status_code == 201
    assert StockDocument.objects.get().lines.get().quantity == 24


def test_the_pages_follow_each_other(tess, lamp, high_street):
    sell_lately(lamp, high_street, 56)

    first = Api(tess).get("stock/proposals/?limit=1").json()
    second = Api(tess).get(first["next"].split("/api/v1/")[1]).json()

    assert [row["sku"] for page in (first, second) for row in page["results"]] == ["MUG", "LAMP"]
    assert second["next"] is None
    assert Api(tess).get("stock/proposals/?cursor=WyJ4Il0=").json()["code"] == "invalid"


def test_who_may_not_order_is_refused_and_nothing_is_planned(tess):
    assert Api(tess).post("stock/proposals/", {}).status_code == 403
    assert Api().get("stock/proposals/").status_code == 401
    shopper = make_customer("Cleo", email="cleo@example.com")
    assert Api(shopper).get("stock/proposals/").status_code == 403

    assert not StockDocument.objects.exists()


@pytest.mark.parametrize(
    "body", [{"lines": [{"sku": "NO"}]}, {"lines": [{"sku": "MUG", "quantity": 0}]}, {"line": []}, {"lines": []}]
)
def test_what_cannot_be_is_refused(mona, body):
    assert Api(mona).post("stock/proposals/", body).status_code in (400, 404)

    assert not StockDocument.objects.exists()
