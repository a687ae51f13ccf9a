"""Stock documents in the back office, made and acted on with a scanner."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.rules import roles
from core.data.invariants import find_breaches
from inventory.models import StockDocument, StockLevel
from inventory.rules.scans import NotAScan, read_scans
from inventory.services.stock_documents.documents import DocumentLine
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_variant
from tests.factories.stock_documents import make_purchase_order, make_supplier, make_terms

BARCODE = "4006381333931"


@pytest.fixture
def will(warehouse):
    """Will manages the warehouse."""
    staff = make_staff("Will", email="will@example.com")
    assign(staff, warehouse, roles.MANAGER)
    return staff


def add(person, **values):
    return signed_in(person).post(reverse("admin:inventory_stockdocument_add"), values, follow=True)


def act(person, action, **values):
    document = StockDocument.objects.get()
    address = reverse("admin:inventory_stockdocument_act", args=[document.pk, action])
    return signed_in(person).post(address, values, follow=True).content.decode()


def state():
    return StockDocument.objects.get().state


def units(variant):
    return dict(StockLevel.objects.filter(variant=variant).values_list("location__code", "on_hand"))


def test_a_transfer_is_scanned_out_and_in(will, tess, mug, lamp, warehouse, high_street):
    add(will, kind="transfer", source=warehouse.pk, target=high_street.pk, goods=f"{BARCODE}\r\nmug\r\nLAMP * 2\r\n")
    assert state() == "draft"
    act(will, "dispatch")
    assert "What has arrived" in signed_in(tess).get(
        reverse("admin:inventory_stockdocument_act", args=[StockDocument.objects.get().pk, "receive"])
    ).content.decode()  # fmt: skip

    page = act(tess, "receive", goods=f"{BARCODE} * 2\nLAMP", missing="LAMP", reason="damaged", boxes="")

    assert "The goods were received." in page
    assert state() == "received"
    assert (units(mug), units(lamp)) == ({"high-street": 7, "warehouse": 8}, {"high-street": 2, "warehouse": 0})
    assert find_breaches() == {}


def test_a_refusal_is_shown_in_the_form(will, tess, mug, warehouse, high_street):
    add(will, kind="transfer", source=warehouse.pk, target=high_street.pk, goods="MUG")
    act(will, "dispatch")

    assert "Fewer units are still on their way" in act(tess, "receive", goods="MUG * 2", missing="", boxes="")
    assert "No article has this code: NOTHING" in act(tess, "receive", goods="NOTHING", missing="", boxes="")
    assert state() == "dispatched"


def test_a_count_is_scanned_submitted_and_approved(tess, mona, mug, high_street):
    add(mona, kind="count", target=high_street.pk, goods="MUG")

    act(tess, "count", goods="MUG\n" * 4)
    assert "waits for approval" in act(tess, "submit")
    act(mona, "approve")

    assert (state(), units(mug)["high-street"]) == ("approved", 4)


def test_a_delivery_and_an_adjustment_are_booked(mona, tess, mug, high_street):
    add(mona, kind="receipt", target=high_street.pk, goods="MUG * 3", reference="DN-1")
    add(tess, kind="adjustment", target=high_street.pk, goods="MUG * 2", reason="damaged", is_less="on")

    assert units(mug)["high-street"] == 6
    page = add(mona, kind="receipt", target=high_street.pk, goods="MUG * 3", reference="DN-1")
    assert "already booked" in page.content.decode()
    assert "This field is required." in add(mona, kind="receipt", target=high_street.pk, goods="MUG").content.decode()
    assert units(mug)["high-street"] == 6


def slip(person, document):
    return signed_in(person).get(reverse("admin:inventory_stockdocument_slip", args=[document.pk]))


def test_boxes_are_packed_and_stand_on_the_slip(will, tess, mug, lamp, warehouse, high_street):
    add(will, kind="transfer", source=warehouse.pk, target=high_street.pk, goods="MUG * 3\nLAMP")
    assert "The box BX-1 is packed." in act(will, "pack", box=" BX-1 ", goods="MUG * 2\nLAMP")
    assert "Fewer units are still to be packed" in act(will, "pack", box="BX-2", goods="MUG * 2")
    document = StockDocument.objects.get()

    page = slip(tess, document).content.decode()

    for words in (document.number, "BX-1", "1 box", "MUG", "Rosenthaler Str. 1", "Packed by", "Received by"):
        assert words in page
    address = reverse("admin:inventory_stockdocument_change", args=[document.pk])
    assert "/slip/" in signed_in(tess).get(address).content.decode()


def test_a_purchase_orders_slip_has_costs_and_is_for_those_who_may_order(mona, tess, mug, high_street):
    tonhof = make_supplier(email="sales@tonhof.example")
    make_terms(tonhof, mug, supplier_sku="TH-1")
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))

    page = slip(mona, order).content.decode()

    for words in (order.number, "Tonhof", "sales@tonhof.example", "TH-1", "€4.10", "€49.20"):
        assert words in page
    assert slip(tess, order).status_code == 403


def test_a_slip_is_for_documents_that_travel_and_for_their_places(tess, will, mona, mug, warehouse, high_street):
    add(mona, kind="count", target=high_street.pk, goods="MUG")
    count = StockDocument.objects.get()
    assert slip(mona, count).status_code == 404
    address = reverse("admin:inventory_stockdocument_change", args=[count.pk])
    assert "/slip/" not in signed_in(mona).get(address).content.decode()

    order = make_purchase_order(make_supplier(), high_street, DocumentLine(mug.pk, 1))
    assert slip(will, order).status_code == 404


@pytest.mark.parametrize("articles", [1, 4])
def test_a_slip_takes_as_many_statements_however_many_lines(mona, high_street, django_assert_max_num_queries, articles):
    lines = [DocumentLine(make_variant().pk, 1) for _article in range(articles)]
    order = make_purchase_order(make_supplier(), high_street, *lines)
    client = signed_in(mona)

    with django_assert_max_num_queries(10):
        client.get(reverse("admin:inventory_stockdocument_slip", args=[order.pk]))


def test_nobody_makes_documents_or_acts_for_another_store(will, tess, mug, warehouse, high_street):
    assert add(will, kind="receipt", target=high_street.pk, goods="MUG", reference="DN-1").status_code == 403
    assert add(tess, kind="receipt", target=high_street.pk, goods="MUG", reference="DN-1").status_code == 403
    add(will, kind="transfer", source=warehouse.pk, target=high_street.pk, goods="MUG")
    document = StockDocument.objects.get()
    assert document.state == "draft"
    address = reverse("admin:inventory_stockdocument_act", args=[document.pk, "dispatch"])
    assert signed_in(tess).post(address).status_code == 403


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("A\nB\nA", {"A": 2, "B": 1}),
        ("  A * 12 \r\n\r\nA", {"A": 13}),
        ("SKU 5", {"SKU 5": 1}),
        ("A * ۱۲", {"A": 12}),
        ("A * 0", {"A": 0}),
        ("", {}),
    ],
)
def test_scans_are_read(text, units):
    assert read_scans(text) == units


@pytest.mark.parametrize("text", ["* 3", "A * x", "A * -1", "A * 123456789", "A *"])
def test_scans_that_say_nothing_are_refused(text):
    with pytest.raises(NotAScan):
        read_scans(text)


@pytest.mark.parametrize("who", ["mona", "tess"])
def test_the_page_of_a_long_document_has_no_more_statements(request, who, high_street, mug):
    client, supplier, counts = signed_in(request.getfixturevalue(who)), make_supplier(), []
    for length in (2, 12):
        lines = [DocumentLine(make_variant(sku=f"S{length}-{line}").pk, 1, unit_cost=5) for line in range(length)]
        order = make_purchase_order(supplier, high_street, *lines)
        address = reverse("admin:inventory_stockdocument_change", args=[order.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]
