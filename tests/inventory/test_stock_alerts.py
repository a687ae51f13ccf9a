"""GET /stock/alerts/: what needs a look in the stock of a place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory.models import Oversale, Product, StockLevel, StockMovement
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.transfers import plan_transfer
from tests.client import Api
from tests.factories.accounts import make_customer
from tests.factories.inventory import LONG_AGO, make_stock, make_variant
from tests.factories.stock_documents import MONA, NOW


def alerts(person, **query):
    parameters = "&".join(f"{name}={value}" for name, value in query.items())
    return Api(person).get(f"stock/alerts/?{parameters}").json()["results"]


def sell(level):
    StockMovement.objects.create(
        level=level, kind="sold", on_hand_change=-1, cause_kind="test", cause_id="s", channel="till",
        occurred_at=LONG_AGO,
    )  # fmt: skip


@pytest.fixture
def sold(high_street):
    """Make a variant with stock on the high street, of which one unit was sold."""

    def make(sku, on_hand, **fields):
        level = make_stock(make_variant(sku=sku, **fields), high_street, on_hand=on_hand)
        sell(level)
        return level

    return make


def test_goods_that_are_out_or_low_are_told_apart(tess, sold, warehouse):
    sold("FULL", 5, low_stock_below=5)
    sold("LOW", 4, low_stock_below=5)
    sold("OUT", 0)
    reserved = sold("RESERVED", 2)
    StockLevel.objects.filter(pk=reserved.pk).update(reserved=2)
    make_stock(make_variant(sku="ELSEWHERE"), warehouse, on_hand=0)
    retired = sold("RETIRED", 0)
    Product.objects.filter(variants=retired.variant).update(state="retired")

    assert [(alert["kind"], alert["sku"], alert["units"], alert["threshold"]) for alert in alerts(tess)] == [
        ("low", "LOW", 4, 5), ("out", "OUT", 0, 0), ("out", "RESERVED", 0, 0),
    ]  # fmt: skip
    [low] = alerts(tess, kind="low")
    assert low == {
        "kind": "low", "location": "high-street", "sku": "LOW", "units": 4, "threshold": 5, "document": None,
        "due_date": None, "reason": "Fewer are available than should be.",
    }  # fmt: skip


def test_goods_that_nobody_ever_bought_are_told_after_ninety_days(tess, high_street):
    old = make_stock(make_variant(sku="OLD"), high_street, on_hand=3)
    new = make_stock(make_variant(sku="NEW"), high_street, on_hand=0)
    StockMovement.objects.create(
        level=new, kind="received", on_hand_change=2, cause_kind="t", cause_id="t", channel="till",
        occurred_at=timezone.now(),
    )  # fmt: skip
    StockLevel.objects.filter(pk=new.pk).update(on_hand=2)

    assert [alert["sku"] for alert in alerts(tess, kind="never_sold")] == ["OLD"]
    sell(old)
    assert alerts(tess, kind="never_sold") == []


def test_sales_below_the_books_are_told_until_they_are_settled(tess, sold):
    level = sold("MUG", 5)
    oversale = Oversale.objects.create(level=level, units=2, reserved=0, cause_id="O-1", noted_at=NOW)

    assert [(alert["sku"], alert["units"]) for alert in alerts(tess, kind="oversold")] == [("MUG", 2)]
    Oversale.objects.filter(pk=oversale.pk).update(settled_at=NOW)
    assert alerts(tess, kind="oversold") == []


def test_documents_that_should_be_finished_are_told(tess, mug, warehouse, high_street):
    today = timezone.now().date()
    due, _later = (
        plan_transfer(
            source_id=warehouse.pk, target_id=high_street.pk, lines=[DocumentLine(mug.pk, 1)], by=MONA, now=NOW,
            due_date=today + timedelta(days=days),
        )
        for days in (-2, 2)
    )  # fmt: skip

    assert [(alert["document"], alert["due_date"]) for alert in alerts(tess, kind="overdue")] == [
        (due.number, due.due_date.isoformat())
    ]


def test_the_list_goes_on_at_the_next_page(tess, sold, django_assert_num_queries):
    for number in range(5):
        sold(f"OUT-{number}", 0)
    client, address, seen = Api(tess), "stock/alerts/?limit=2", []

    while address:
        with django_assert_num_queries(3):  # the token, the rights, the list
            body = client.get(address).json()
        seen += [alert["sku"] for alert in body["results"]]
        address = body["next"] and body["next"].partition("/api/v1/")[2]

    assert seen == [f"OUT-{number}" for number in range(5)]
    assert client.get("stock/alerts/?cursor=WzFd").json()["code"] == "invalid"


def test_they_are_for_staff_alone(db, high_street):
    assert Api().get("stock/alerts/").status_code == 401
    assert Api(make_customer("Cleo", email="cleo@example.com")).get("stock/alerts/").status_code == 403
