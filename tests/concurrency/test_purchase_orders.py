"""Deliveries of one purchase order that are booked at once; each race is shown to be real by removing its guard."""

import pytest
from django.db.models import QuerySet

from core.data.invariants import find_breaches
from core.errors import Refusal
from inventory.models import StockDocument, StockDocumentLine, StockLevel
from inventory.models.stock_documents import StockDocumentQuerySet
from inventory.services.purchasing import proposals
from inventory.services.purchasing.proposals import NothingProposed, order_proposals
from inventory.services.stock_documents import purchase_orders
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.purchase_orders import Delivered, end_purchase_order, receive_purchase_order
from tests.concurrency.racing import Meeting, race
from tests.factories.inventory import make_stock, make_store, make_variant, make_warehouse
from tests.factories.stock_documents import MONA, NOW, make_purchase_order, make_supplier, make_terms, sell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mitte():
    return make_store("mitte")


@pytest.fixture
def mug(mitte):
    variant = make_variant(sku="MUG")
    make_stock(variant, mitte, on_hand=10)
    return variant


@pytest.fixture
def order(mug, mitte):
    return make_purchase_order(make_supplier(), mitte, DocumentLine(mug.pk, 12))


def receiver(order, mug, note, units=4):
    came = [Delivered(mug.pk, units)]
    return lambda: receive_purchase_order(document_id=order.pk, delivery=note, arrived=came, by=MONA, now=NOW)


def on_hand(mug):
    return StockLevel.objects.get(variant=mug).on_hand


def test_a_delivery_note_is_booked_once_however_many_scan_it(order, mug):
    results = race([receiver(order, mug, "DN-1") for _scanner in range(6)])

    assert sum(isinstance(result, Refusal) for result in results) == 5
    assert on_hand(mug) == 14
    assert find_breaches() == {}


def test_two_deliveries_at_once_are_both_noted_on_the_order(order, mug):
    results = race([receiver(order, mug, "DN-1"), receiver(order, mug, "DN-2")])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert StockDocumentLine.objects.get(document=order).received == 8
    assert on_hand(mug) == 18
    assert find_breaches() == {}


def test_without_the_orders_lock_one_delivery_would_overwrite_the_other(order, mug, monkeypatch):
    """Negative control: both read the line before either writes it."""
    receiver(order, mug, "DN-0", units=1)()
    monkeypatch.setattr(StockDocumentQuerySet, "locked", lambda self: self.order_by("pk"))
    monkeypatch.setattr(purchase_orders, "_settle", Meeting(2).after(purchase_orders._settle))

    race([receiver(order, mug, "DN-1"), receiver(order, mug, "DN-2")])

    assert StockDocumentLine.objects.get(document=order).received == 5
    assert on_hand(mug) == 19
    assert set(find_breaches()) == {"what came of a purchase order is what its receipts say"}


def test_an_order_that_is_closed_while_goods_come_is_either(order, mug):
    receiver(order, mug, "DN-0", units=1)()

    race([receiver(order, mug, "DN-1"), lambda: end_purchase_order(document_id=order.pk, by=MONA, now=NOW)])

    line = StockDocumentLine.objects.get(document=order)
    assert StockDocument.objects.get(pk=order.pk).state == "closed"
    assert (line.received, line.missing) in {(1, 11), (5, 7)}
    assert on_hand(mug) == 10 + line.received
    assert find_breaches() == {}


def orderer(mitte):
    return lambda: order_proposals(location_id=mitte.pk, wanted=None, by=MONA, now=NOW)


@pytest.fixture
def proposed(mug, mitte):
    make_terms(make_supplier("schale"), mug)
    sell(mug, mitte, 56)


def test_proposals_are_ordered_once_however_many_order_them(proposed, mitte):
    results = race([orderer(mitte) for _buyer in range(4)])

    assert sum(isinstance(result, NothingProposed) for result in results) == 3
    assert StockDocument.objects.count() == 1


def test_without_the_lock_of_the_place_two_would_order_the_same(proposed, mitte, monkeypatch):
    """Negative control: both see the proposals before either has planned anything."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    monkeypatch.setattr(proposals, "list_proposals", Meeting(2).after(proposals.list_proposals))

    race([orderer(mitte) for _buyer in range(2)])

    assert StockDocument.objects.count() == 2


@pytest.fixture
def surplus(mug, mitte):
    """Two stores that sell a mug a day have one each; the warehouse has twenty, which are enough for one of them."""
    ost, warehouse = make_store("ost"), make_warehouse()
    make_stock(mug, ost, on_hand=1)
    make_stock(mug, warehouse, on_hand=20)
    StockLevel.objects.filter(variant=mug, location=mitte).update(on_hand=1)
    sell(mug, mitte, 56)
    sell(mug, ost, 56)
    return [orderer(mitte), orderer(ost)]


def planned():
    return sum(StockDocumentLine.objects.filter(document__kind="transfer").values_list("quantity", flat=True))


def test_two_stores_do_not_plan_the_same_surplus(surplus):
    race(surplus)

    assert 0 < planned() <= 20


def test_without_the_locks_of_the_places_a_surplus_would_be_planned_twice(surplus, monkeypatch):
    """Negative control: both see the surplus before either has planned anything."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    monkeypatch.setattr(proposals, "list_proposals", Meeting(2).after(proposals.list_proposals))

    race(surplus)

    assert planned() > 20
