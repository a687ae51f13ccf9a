"""Returns to suppliers: goods leave from the shelf or from held stock, and are paid, settled or come back."""

import pytest
from django.db import IntegrityError, transaction

from core.data.invariants import find_breaches
from core.errors import Malformed, NotFound
from core.states.transitions import IllegalTransition
from inventory.models import HeldStock, StockDocument, StockLevel, StockMovement, SupplierProduct
from inventory.services.held_stock import UnitsInState, take_in_returned
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.supplier_returns import (
    cancel_supplier_return,
    change_supplier_return,
    close_supplier_return,
    credit_supplier_return,
    plan_supplier_return,
    send_supplier_return,
)
from inventory.services.stock_ledger import HeldStockShort, StockPromised
from tests.factories.stock_documents import MONA, NOW, make_supplier, make_terms


@pytest.fixture
def tonhof(mug):
    supplier = make_supplier()
    make_terms(supplier, mug)
    return supplier


@pytest.fixture
def broken(mug, high_street):
    """Three broken mugs beside the five on the shelf."""
    line = UnitsInState(mug.pk, high_street.pk, 3, "damaged")
    take_in_returned(lines=[line], cause_kind="test", cause_id="1", by=MONA, now=NOW)
    return mug


def plan(supplier, place, *lines):
    taken = [DocumentLine(variant.pk, units, taken_from=state) for variant, units, state in lines]
    return plan_supplier_return(
        supplier_id=supplier.pk, source_id=place.pk, lines=taken, reference="RMA-1", by=MONA, now=NOW
    )


def send(document):
    return send_supplier_return(document_id=document.pk, by=MONA, now=NOW)


def units(variant, place):
    level = StockLevel.objects.get(variant=variant, location=place)
    return level.on_hand, dict(HeldStock.objects.filter(level=level).values_list("state", "units"))


def test_a_plan_moves_nothing(broken, tonhof, high_street):
    document = plan(tonhof, high_street, (broken, 2, "damaged"))

    assert (document.number, document.state, document.currency) == (f"RS-{document.pk}", "draft", "EUR")
    assert document.lines.get().unit_cost == 410
    assert units(broken, high_street) == (5, {"damaged": 3})
    assert find_breaches() == {}


def test_goods_leave_from_the_states_in_which_they_lie(broken, tonhof, high_street):
    document = send(plan(tonhof, high_street, (broken, 2, "damaged"), (broken, 1, "sellable")))

    assert document.state == "sent"
    assert units(broken, high_street) == (4, {"damaged": 1})
    moved = StockMovement.objects.filter(cause_kind="supplier_return").order_by("held_change")
    assert list(moved.values_list("kind", "on_hand_change", "held_change", "cause_id")) == [
        ("sent_back", 0, -2, f"{document.number}/1"),
        ("sent_back", -1, 0, f"{document.number}/1"),
    ]
    assert find_breaches() == {}


def test_the_supplier_gives_money_for_them(broken, tonhof, high_street):
    document = send(plan(tonhof, high_street, (broken, 2, "damaged")))

    with pytest.raises(Malformed):
        credit_supplier_return(document_id=document.pk, amount=-1, credit_note="", by=MONA, now=NOW)
    credited = credit_supplier_return(document_id=document.pk, amount=820, credit_note="CN-7", by=MONA, now=NOW)

    assert (credited.state, credited.finished_at) == ("credited", NOW)
    assert StockDocument.objects.values_list("credited_amount", "credit_note").get() == (820, "CN-7")
    assert units(broken, high_street) == (5, {"damaged": 1})
    with pytest.raises(IllegalTransition):
        cancel_supplier_return(document_id=document.pk, by=MONA, now=NOW)
    assert find_breaches() == {}


def test_a_return_is_settled_without_money(broken, tonhof, high_street):
    document = send(plan(tonhof, high_street, (broken, 2, "damaged")))

    assert close_supplier_return(document_id=document.pk, by=MONA, now=NOW).state == "closed"
    with pytest.raises(IllegalTransition):
        credit_supplier_return(document_id=document.pk, amount=1, credit_note="", by=MONA, now=NOW)
    assert find_breaches() == {}


def test_goods_that_come_back_are_where_they_were_taken_from(broken, tonhof, high_street):
    document = send(plan(tonhof, high_street, (broken, 2, "damaged"), (broken, 1, "sellable")))

    assert cancel_supplier_return(document_id=document.pk, by=MONA, now=NOW).state == "cancelled"

    assert units(broken, high_street) == (5, {"damaged": 3})
    assert find_breaches() == {}


def test_a_plan_is_changed_or_given_up(broken, tonhof, high_street):
    document = plan(tonhof, high_street, (broken, 2, "damaged"))
    line = DocumentLine(broken.pk, 3, taken_from="damaged")

    change_supplier_return(document_id=document.pk, lines=[line], by=MONA, now=NOW)
    assert document.lines.get().quantity == 3
    assert cancel_supplier_return(document_id=document.pk, by=MONA, now=NOW).state == "cancelled"
    with pytest.raises(IllegalTransition):
        change_supplier_return(document_id=document.pk, lines=[line], by=MONA, now=NOW)
    with pytest.raises(IllegalTransition):
        send(document)

    assert units(broken, high_street) == (5, {"damaged": 3})


def test_what_is_not_there_or_promised_does_not_leave(broken, tonhof, high_street):
    StockLevel.objects.filter(location=high_street).update(reserved=4)

    with pytest.raises(HeldStockShort):
        send(plan(tonhof, high_street, (broken, 4, "damaged")))
    with pytest.raises(StockPromised):
        send(plan(tonhof, high_street, (broken, 2, "sellable")))

    assert units(broken, high_street) == (5, {"damaged": 3})
    assert not StockMovement.objects.filter(cause_kind="supplier_return").exists()


def test_refuses_plans_that_cannot_be(mug, tonhof, high_street):
    good = (mug, 1, "damaged")
    for lines in [], [good, good], [(mug, 0, "damaged")], [(mug, 1, "")], [(mug, 1, "in_transit")]:
        with pytest.raises(Malformed):
            plan(tonhof, high_street, *lines)
    line = DocumentLine(mug.pk, 1, taken_from="damaged")
    for supplier_id, source_id in (0, high_street.pk), (tonhof.pk, 0):
        with pytest.raises(NotFound):
            plan_supplier_return(supplier_id=supplier_id, source_id=source_id, lines=[line], by=MONA, now=NOW)

    assert not StockDocument.objects.exists()


def test_only_a_return_has_a_credit(mug, tonhof, high_street):
    with pytest.raises(IntegrityError, match="stock_document_credits_what_went_back"), transaction.atomic():
        StockDocument.objects.create(kind="count", state="draft", target=high_street, credited_amount=1, created_at=NOW)


def test_the_audit_finds_units_that_went_back_and_are_still_here(broken, tonhof, high_street):
    document = send(plan(tonhof, high_street, (broken, 2, "damaged")))
    document.lines.update(quantity=3)

    assert set(find_breaches()) == {"what went back to a supplier has left the books"}


def test_a_plan_that_is_priced_anew_takes_the_currency_of_its_supplier(broken, tonhof, high_street):
    document = plan(tonhof, high_street, (broken, 2, "damaged"))
    tonhof.currency = "JPY"
    tonhof.save()
    SupplierProduct.objects.update(cost=600)

    line = DocumentLine(broken.pk, 3, taken_from="damaged")
    change_supplier_return(document_id=document.pk, lines=[line], by=MONA, now=NOW)

    document.refresh_from_db()
    assert (document.currency, document.lines.get().unit_cost) == ("JPY", 600)
