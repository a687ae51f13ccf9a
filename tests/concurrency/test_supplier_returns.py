"""Goods that go back to the supplier while others take the same; each race is shown to be real without its guard."""

from uuid import uuid4

import pytest

from core.data.invariants import find_breaches
from core.errors import Refusal
from inventory.models import HeldStock, StockDocument, StockLevel, StockMovement
from inventory.models.stock_documents import StockDocumentQuerySet
from inventory.services.held_stock import UnitsInState, take_in_returned, write_off_units
from inventory.services.stock_documents import supplier_returns
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.supplier_returns import (
    cancel_supplier_return,
    plan_supplier_return,
    send_supplier_return,
)
from tests.concurrency.racing import Meeting, race
from tests.factories.inventory import make_stock, make_store, make_variant
from tests.factories.stock_documents import MONA, NOW, make_supplier

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mitte():
    return make_store("mitte")


@pytest.fixture
def mug(mitte):
    """Ten mugs on the shelf, four broken ones beside."""
    variant = make_variant(sku="MUG")
    make_stock(variant, mitte, on_hand=10)
    line = UnitsInState(variant.pk, mitte.pk, 4, "damaged")
    take_in_returned(lines=[line], cause_kind="test", cause_id="1", by=MONA, now=NOW)
    return variant


@pytest.fixture
def document(mug, mitte):
    line = DocumentLine(mug.pk, 3, taken_from="damaged")
    return plan_supplier_return(supplier_id=make_supplier().pk, source_id=mitte.pk, lines=[line], by=MONA, now=NOW)


def sender(document):
    return lambda: send_supplier_return(document_id=document.pk, by=MONA, now=NOW)


def canceller(document):
    return lambda: cancel_supplier_return(document_id=document.pk, by=MONA, now=NOW)


def damaged():
    return HeldStock.objects.get(state="damaged").units


def test_goods_leave_once_however_many_send_them(document, mug):
    results = race([sender(document) for _clerk in range(5)])

    assert sum(isinstance(result, Refusal) for result in results) == 4
    assert damaged() == 1
    assert find_breaches() == {}


def test_units_go_back_or_are_written_off_and_never_both(document, mug, mitte):
    line = UnitsInState(mug.pk, mitte.pk, 2, "damaged")

    def write_off():
        write_off_units(lines=[line], reason="broken", cause_kind="test", cause_id="W-1", by=MONA, now=NOW)

    results = race([sender(document), write_off])

    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert damaged() in {1, 2}
    assert find_breaches() == {}


def test_a_return_that_is_sent_and_given_up_at_once_leaves_the_books_sound(document, mug):
    race([sender(document), canceller(document)])

    assert StockDocument.objects.get().state == "cancelled"
    assert damaged() == 4
    assert find_breaches() == {}


def test_without_the_documents_lock_goods_would_come_back_twice(document, mug, monkeypatch):
    """Negative control: both see a return that was sent, and both put its goods back."""
    sender(document)()
    monkeypatch.setattr(StockDocumentQuerySet, "locked", lambda self: self.order_by("pk"))
    monkeypatch.setattr(StockDocument, "cause", property(lambda self: f"{self.number}/{uuid4()}"))
    monkeypatch.setattr(supplier_returns, "locked_document", Meeting(2).after(supplier_returns.locked_document))
    monkeypatch.setattr(supplier_returns, "move_document", lambda *_what, **_how: None)

    race([canceller(document) for _clerk in range(2)])

    assert damaged() == 7
    assert StockMovement.objects.filter(kind="called_back").count() == 2
    assert StockLevel.objects.get().on_hand == 10
    assert set(find_breaches()) == {"what went back to a supplier has left the books"}
