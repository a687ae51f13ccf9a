"""Purchase orders: goods are ordered, and come in full, in part, in excess, damaged, or not at all."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from core.data.invariants import find_breaches
from core.errors import Malformed, NotFound
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import (
    HeldStock,
    Location,
    StockDocument,
    StockDocumentLine,
    StockLevel,
    StockMovement,
    SupplierProduct,
)
from inventory.queries.stock import list_stock
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.purchase_orders import (
    Delivered,
    NotOrdered,
    OrderTermsNotMet,
    change_purchase_order,
    end_purchase_order,
    plan_purchase_order,
    receive_purchase_order,
    send_purchase_order,
)
from inventory.services.stock_ledger import AlreadyBooked
from tests.factories.inventory import make_variant
from tests.factories.stock_documents import MONA, NOW, make_purchase_order, make_supplier, make_terms


@pytest.fixture
def tonhof(db):
    return make_supplier()


def receive(order, *arrived, note="DN-1"):
    came = [Delivered(*one) for one in arrived]
    receipt = receive_purchase_order(document_id=order.pk, delivery=note, arrived=came, by=MONA, now=NOW)
    order.refresh_from_db()
    return receipt


def figures(variant, place):
    """Sellable, damaged and incoming units."""
    level = StockLevel.objects.get(variant=variant, location=place)
    held = HeldStock.objects.filter(level=level, state=HeldStock.DAMAGED).first()
    row = list_stock(sku=variant.sku, location=place.code, after=(0, 0), limit=1)[0]
    return level.on_hand, held.units if held else 0, row["incoming"]


def test_a_plan_expects_nothing_and_knows_the_costs(mug, lamp, tonhof, high_street):
    make_terms(tonhof, mug)

    lines = [DocumentLine(mug.pk, 12), DocumentLine(lamp.pk, 2, unit_cost=1900)]
    order = make_purchase_order(tonhof, high_street, *lines, is_sent=False)

    assert (order.number, order.state, order.currency, order.due_date) == (f"PO-{order.pk}", "draft", "EUR", None)
    assert list(order.lines.order_by("position").values_list("unit_cost", flat=True)) == [410, 1900]
    assert figures(mug, high_street) == (5, 0, 0)


def test_what_is_ordered_is_incoming_until_it_comes(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))
    assert (order.state, order.due_date) == ("ordered", date(2027, 1, 21))
    assert figures(mug, high_street) == (5, 0, 12)

    receipt = receive(order, (mug.pk, 8))

    assert (receipt.number, receipt.state, receipt.purchase_order) == (f"G-{receipt.pk}", "received", order)
    assert order.state == "partly_received"
    assert figures(mug, high_street) == (13, 0, 4)
    assert find_breaches() == {}


def test_each_delivery_is_a_cause_of_its_own_in_the_ledger(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))

    first, second = receive(order, (mug.pk, 8)), receive(order, (mug.pk, 4), note="DN-2")

    assert (order.state, order.finished_at) == ("received", NOW)
    moved = StockMovement.objects.filter(cause_kind="purchase").order_by("id")
    assert list(moved.values_list("kind", "on_hand_change", "cause_id")) == [
        ("received", 8, first.number), ("received", 4, second.number),
    ]  # fmt: skip
    received = JournalEntry.objects.filter(kind="stock.received").order_by("id")
    assert [entry.payload["quantity"] for entry in received] == [8, 4]
    assert find_breaches() == {}


def test_what_was_ordered_arrives_also_where_the_place_has_closed(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))
    Location.objects.filter(pk=high_street.pk).update(is_active=False)

    receive(order, (mug.pk, 12))

    order.refresh_from_db()
    assert order.state == "received"
    with pytest.raises(NotFound):
        plan_purchase_order(
            supplier_id=tonhof.pk, target_id=high_street.pk, lines=[DocumentLine(mug.pk, 12)], by=MONA, now=NOW
        )


def test_more_than_was_ordered_is_taken_and_noted(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))

    receive(order, (mug.pk, 14))

    line = order.lines.get()
    assert (order.state, line.received, line.surplus, line.on_the_way) == ("received", 12, 2, 0)
    assert figures(mug, high_street) == (19, 0, 0)
    assert find_breaches() == {}


def test_damaged_units_are_in_the_books_and_may_not_be_sold(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))

    receipt = receive(order, (mug.pk, 12, 3))

    assert figures(mug, high_street) == (14, 3, 0)
    assert (order.lines.get().damaged, receipt.lines.get().damaged) == (3, 3)
    receive(make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 2)), (mug.pk, 2, 2))
    assert figures(mug, high_street) == (14, 5, 0)
    assert JournalEntry.objects.filter(kind="stock.received").count() == 1
    assert find_breaches() == {}


def test_the_rest_that_does_not_come_is_closed(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))
    receive(order, (mug.pk, 8))

    closed = end_purchase_order(document_id=order.pk, by=MONA, now=NOW)

    line = order.lines.get()
    assert (closed.state, line.missing, line.reason) == ("closed", 4, "never_sent")
    assert figures(mug, high_street) == (13, 0, 0)
    with pytest.raises(IllegalTransition):
        receive(order, (mug.pk, 4), note="DN-2")
    assert find_breaches() == {}


@pytest.mark.parametrize("is_sent", [True, False])
def test_an_order_of_which_nothing_came_is_cancelled(mug, tonhof, high_street, is_sent):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12), is_sent=is_sent)

    assert end_purchase_order(document_id=order.pk, by=MONA, now=NOW).state == "cancelled"

    assert figures(mug, high_street) == (5, 0, 0)
    with pytest.raises(IllegalTransition):
        send_purchase_order(document_id=order.pk, by=MONA, now=NOW)


def test_a_delivery_note_is_taken_once_by_each_order(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))
    other = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 1))
    receive(order, (mug.pk, 8))

    with pytest.raises(AlreadyBooked):
        receive(order, (mug.pk, 4))
    with pytest.raises(IntegrityError, match="stock_document_one_receipt_per_delivery_note"), transaction.atomic():
        StockDocument.objects.create(
            kind="receipt", state="received", target=high_street, purchase_order=order, reference="DN-1", created_at=NOW
        )
    receive(other, (mug.pk, 1))

    assert figures(mug, high_street) == (14, 0, 4)


def test_what_was_not_ordered_or_cannot_be_is_not_received(mug, lamp, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))

    with pytest.raises(NotOrdered):
        receive(order, (mug.pk, 1), (lamp.pk, 1))
    for arrived in (
        [],
        [(mug.pk, 0)],
        [(mug.pk, 1, 2)],
        [(mug.pk, 1, -1)],
        [(mug.pk, 1), (mug.pk, 1)],
        [(mug.pk, 10**7)],
    ):
        with pytest.raises(Malformed):
            receive(order, *arrived)
    draft = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12), is_sent=False)
    with pytest.raises(IllegalTransition):
        receive(draft, (mug.pk, 1))

    assert figures(mug, high_street) == (5, 0, 12)
    assert StockDocument.objects.filter(kind="receipt").count() == 0


def test_the_suppliers_packs_and_minimum_are_kept(mug, tonhof, high_street):
    make_terms(tonhof, mug, pack_size=6, minimum_units=12)

    for units in 6, 13, 5:
        with pytest.raises(OrderTermsNotMet) as refused:
            make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, units))
    assert refused.value.details["lines"] == [{"sku": "MUG", "requested": 5, "pack_size": 6, "minimum": 12}]

    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12), is_sent=False)
    with pytest.raises(OrderTermsNotMet):
        change_purchase_order(document_id=order.pk, lines=[DocumentLine(mug.pk, 13)], by=MONA, now=NOW)
    change_purchase_order(document_id=order.pk, lines=[DocumentLine(mug.pk, 18)], by=MONA, now=NOW)
    assert order.lines.get().quantity == 18


def test_a_sent_order_is_not_changed(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))

    with pytest.raises(IllegalTransition):
        change_purchase_order(document_id=order.pk, lines=[DocumentLine(mug.pk, 1)], by=MONA, now=NOW)

    assert order.lines.get().quantity == 12


def test_refuses_plans_that_cannot_be(mug, tonhof, high_street):
    good = DocumentLine(mug.pk, 1)
    for lines in [], [good, good], [DocumentLine(mug.pk, 0)], [DocumentLine(mug.pk, 1, unit_cost=-1)]:
        with pytest.raises(Malformed):
            make_purchase_order(tonhof, high_street, *lines)
    idle = make_supplier("idle", is_active=False)
    for supplier_id, target_id in (0, high_street.pk), (idle.pk, high_street.pk), (tonhof.pk, 0):
        with pytest.raises(NotFound):
            plan_purchase_order(supplier_id=supplier_id, target_id=target_id, lines=[good], by=MONA, now=NOW)

    assert not StockDocument.objects.exists()


def test_an_article_that_the_place_never_had_is_shown_as_incoming(tonhof, high_street):
    bowl = make_variant(sku="BOWL")

    make_purchase_order(tonhof, high_street, DocumentLine(bowl.pk, 3))

    assert figures(bowl, high_street) == (0, 0, 3)


def test_one_supplier_is_preferred_for_an_article(mug, tonhof):
    make_terms(tonhof, mug)

    with pytest.raises(IntegrityError, match="supplier_product_one_is_preferred"), transaction.atomic():
        make_terms(make_supplier("other"), mug)


def test_the_audit_finds_deliveries_that_differ_from_their_order(mug, tonhof, high_street):
    order = make_purchase_order(tonhof, high_street, DocumentLine(mug.pk, 12))
    receipt = receive(order, (mug.pk, 8))
    StockDocumentLine.objects.filter(document=receipt).update(quantity=7, received=7)

    assert set(find_breaches()) == {
        "what came of a purchase order is what its receipts say",
        "a receipt of a purchase order is in the ledger once",
    }


def test_a_draft_that_is_priced_anew_takes_the_currency_of_its_supplier(mug, high_street):
    supplier = make_supplier()
    make_terms(supplier, mug)
    order = make_purchase_order(supplier, high_street, DocumentLine(mug.pk, 5), is_sent=False)
    supplier.currency = "JPY"
    supplier.save()
    SupplierProduct.objects.update(cost=600)

    change_purchase_order(document_id=order.pk, lines=[DocumentLine(mug.pk, 6)], by=MONA, now=NOW)

    order.refresh_from_db()
    assert (order.currency, order.lines.get().unit_cost) == ("JPY", 600)
