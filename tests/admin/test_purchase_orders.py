"""Suppliers and purchase orders in the back office."""

import pytest
from django.urls import reverse

from accounts.rules import roles
from core.data.invariants import find_breaches
from inventory.models import HeldStock, StockDocument, StockLevel, Supplier, SupplierProduct
from inventory.services.held_stock import UnitsInState, take_in_returned
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign
from tests.factories.stock_documents import MONA, NOW, make_supplier, make_terms


@pytest.fixture
def hanna(db):
    """Hanna works in the head office."""
    staff = make_staff("Hanna", email="hanna@example.com")
    assign(staff, None, roles.HEAD_OFFICE)
    return staff


@pytest.fixture
def tonhof(mug):
    supplier = make_supplier()
    make_terms(supplier, mug)
    return supplier


def add(person, **values):
    return signed_in(person).post(
        reverse("admin:inventory_stockdocument_add"), {"kind": "purchase_order"} | values, follow=True
    )


def act(person, order, action, **values):
    address = reverse("admin:inventory_stockdocument_act", args=[order.pk, action])
    return signed_in(person).post(address, values, follow=True).content.decode()


def page(person, order):
    return signed_in(person).get(reverse("admin:inventory_stockdocument_change", args=[order.pk])).content.decode()


def test_a_purchase_order_is_scanned_sent_and_received(mona, tess, mug, tonhof, high_street):
    add(mona, target=high_street.pk, supplier=tonhof.pk, goods="4006381333931 * 12")
    order = StockDocument.objects.get()
    assert (order.state, order.lines.get().unit_cost) == ("draft", 410)
    assert "incoming" in act(mona, order, "send")
    assert "12" in signed_in(tess).get(reverse("admin:inventory_stocklevel_changelist")).content.decode()

    shown = act(tess, order, "receive-delivery", goods="MUG * 8", damaged="MUG", reference="DN-1")

    receipt = StockDocument.objects.get(kind="receipt")
    assert f"booked as receipt {receipt.number}" in shown
    assert StockLevel.objects.get(variant=mug, location=high_street).on_hand == 13
    assert HeldStock.objects.get().units == 1
    act(mona, order, "end")
    order.refresh_from_db()
    assert order.state == "closed"
    assert find_breaches() == {}


def test_costs_are_shown_to_those_who_may_order(mona, tess, tonhof, high_street):
    add(mona, target=high_street.pk, supplier=tonhof.pk, goods="MUG * 12")
    order = StockDocument.objects.get()

    assert "4.10" in page(mona, order)
    assert "4.10" not in page(tess, order)
    line = reverse("admin:inventory_stockdocumentline_change", args=[order.lines.get().pk])
    assert "410" not in signed_in(tess).get(line).content.decode()
    assert signed_in(tess).get(reverse("admin:inventory_supplierproduct_changelist")).status_code == 403


def test_a_clerk_does_not_order(tess, tonhof, high_street):
    assert add(tess, target=high_street.pk, supplier=tonhof.pk, goods="MUG * 12").status_code == 403
    assert not StockDocument.objects.exists()


def test_an_order_needs_a_supplier_and_whole_packs(mona, mug, tonhof, high_street):
    assert "This field is required." in add(mona, target=high_street.pk, goods="MUG").content.decode()
    SupplierProduct.objects.update(pack_size=6)

    shown = add(mona, target=high_street.pk, supplier=tonhof.pk, goods="MUG * 7").content.decode()

    assert "MUG is sold in packs of 6" in shown
    assert not StockDocument.objects.exists()


def test_the_head_office_keeps_suppliers_and_their_terms(hanna, mona, mug):
    client = signed_in(hanna)
    supplier = {"name": "Tonhof", "code": "tonhof", "email": "Sales@Tonhof.example", "currency": "EUR",
                "lead_time_days": 10, "review_days": 7, "is_active": "on"}  # fmt: skip
    client.post(reverse("admin:inventory_supplier_add"), supplier)
    tonhof = Supplier.objects.get()
    assert tonhof.email == "sales@tonhof.example"

    terms = {"supplier": tonhof.pk, "variant": mug.pk, "pack_size": 6, "minimum_units": 12, "cost": "4.10",
             "is_preferred": "on"}  # fmt: skip
    client.post(reverse("admin:inventory_supplierproduct_add"), terms)

    assert SupplierProduct.objects.get().cost == 410
    address = reverse("admin:inventory_supplierproduct_change", args=[SupplierProduct.objects.get().pk])
    assert 'value="4.10"' in client.get(address).content.decode()
    assert client.post(address, terms | {"cost": "4.105"}).status_code == 200
    assert SupplierProduct.objects.get().cost == 410
    assert signed_in(mona).post(address, terms | {"cost": "1.00"}).status_code == 403


def test_a_second_preferred_supplier_is_refused_with_a_reason(hanna, mug, tonhof):
    other = make_supplier("other")

    answer = signed_in(hanna).post(
        reverse("admin:inventory_supplierproduct_add"),
        {"supplier": other.pk, "variant": mug.pk, "pack_size": 1, "minimum_units": 1, "is_preferred": "on"},
    )

    assert "Another supplier is preferred for this article." in answer.content.decode()
    assert SupplierProduct.objects.count() == 1


def test_broken_goods_are_sent_back_and_credited(mona, tess, mug, tonhof, high_street):
    line = UnitsInState(mug.pk, high_street.pk, 3, "damaged")
    take_in_returned(lines=[line], cause_kind="test", cause_id="1", by=MONA, now=NOW)
    values = {"kind": "supplier_return", "target": high_street.pk, "supplier": tonhof.pk, "goods": "MUG * 2"}
    assert "This field is required." in add(mona, **values).content.decode()
    assert add(tess, **values, taken_from="damaged").status_code == 403
    add(mona, **values, taken_from="damaged", reference="RMA-1")
    document = StockDocument.objects.get()

    assert "The goods have left." in act(mona, document, "send-back")
    assert HeldStock.objects.get().units == 1
    assert "Enter an amount" in act(mona, document, "credit", amount="much")
    assert "The credit was noted." in act(mona, document, "credit", amount="8.20", credit_note="CN-7")

    assert "8.20" in page(mona, document)
    assert "8.20" not in page(tess, document)
    assert find_breaches() == {}


@pytest.mark.parametrize(("action", "state"), [("close-return", "closed"), ("cancel-return", "cancelled")])
def test_a_return_is_closed_or_comes_back(mona, mug, tonhof, high_street, action, state):
    values = {"kind": "supplier_return", "target": high_street.pk, "supplier": tonhof.pk, "goods": "MUG * 2"}
    add(mona, **values, taken_from="sellable")
    document = StockDocument.objects.get()
    act(mona, document, "send-back")

    act(mona, document, action)

    document.refresh_from_db()
    assert document.state == state
    level = StockLevel.objects.get(variant=mug, location=high_street)
    assert level.on_hand == (3 if state == "closed" else 5)
