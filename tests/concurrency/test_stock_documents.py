"""Transfers and counts while others move the same goods; each race is shown to be real by removing its guard."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import Refusal
from inventory.models import Oversale, StockDocument, StockDocumentLine, StockLevel
from inventory.models.stock_documents import StockDocumentQuerySet
from inventory.services import oversales
from inventory.services.oversales import AlreadySettled, book_oversold_units, settle_oversale
from inventory.services.reservations import ReservationRequest
from inventory.services.stock import StockLine, adjust_stock
from inventory.services.stock_documents import counts, transfers
from inventory.services.stock_documents.counts import approve_count
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.transfers import Arrival, MoreThanPlanned, pack_box, receive_transfer
from tests.concurrency.racing import Meeting, race
from tests.factories.inventory import make_stock, make_store, make_variant, make_warehouse
from tests.factories.stock_documents import MONA, NOW, make_count, make_transfer

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def mitte():
    return make_store("mitte")


@pytest.fixture
def mug(mitte):
    variant = make_variant(sku="MUG")
    make_stock(variant, mitte, on_hand=10)
    return variant


def on_hand(mug, place):
    return StockLevel.objects.get(variant=mug, location=place).on_hand


def receiver(document, mug, units=4):
    arrivals = [Arrival(mug.pk, units)]
    return lambda: receive_transfer(document_id=document.pk, arrivals=arrivals, boxes=[], by=MONA, now=LATER)


def seller(mug, place):
    line = StockLine(mug.pk, place.pk, -1)
    return lambda: adjust_stock(lines=[line], reason="sold", correction="S-1", by=MONA, now=LATER)


def approver(document):
    return lambda: approve_count(document_id=document.pk, by=MONA, now=LATER)


def send_to(mitte, mug):
    warehouse = make_warehouse("warehouse")
    make_stock(mug, warehouse, on_hand=20)
    return make_transfer(warehouse, mitte, DocumentLine(mug.pk, 4))


def test_a_transfer_is_received_once_however_many_scan_it(mug, mitte):
    document = send_to(mitte, mug)

    results = race([receiver(document, mug) for _scanner in range(6)])

    assert sum(isinstance(result, Refusal) for result in results) == 5
    assert on_hand(mug, mitte) == 14
    assert find_breaches() == {}


def test_without_the_documents_lock_two_would_note_the_same_pieces(mug, mitte, monkeypatch):
    """Negative control: both read the lines before either writes, and the ledger takes their acts for two."""
    document = send_to(mitte, mug)
    receiver(document, mug, units=1)()
    monkeypatch.setattr(StockDocumentQuerySet, "locked", lambda self: self.order_by("pk"))
    monkeypatch.setattr(StockDocument, "cause", property(lambda self: f"{self.number}/{uuid4()}"))
    monkeypatch.setattr(transfers, "_settle", Meeting(2).after(transfers._settle))

    race([receiver(document, mug, units=1) for _scanner in range(2)])

    assert StockDocumentLine.objects.get().received == 2
    assert on_hand(mug, mitte) == 13
    assert set(find_breaches()) == {"what is in transit was dispatched and has not arrived"}


def test_a_sale_and_a_receipt_during_the_approval_of_a_count_are_kept(mug, mitte):
    transfer = send_to(mitte, mug)
    document = make_count(mitte, {mug: 9})

    results = race([approver(document), seller(mug, mitte), receiver(transfer, mug)])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert on_hand(mug, mitte) == 9 - 1 + 4
    assert find_breaches() == {}


def booked_as_it_is(monkeypatch):
    """Compare a count with the books of the moment instead of those of its own moment."""
    monkeypatch.setattr(
        counts, "_EXPECTED", counts._EXPECTED.replace("movement.occurred_at > line.counted_at", "false")
    )


@pytest.mark.parametrize("other", ["sale", "receipt"])
def test_compared_with_the_books_of_the_moment_a_count_would_undo_what_came_between(mug, mitte, monkeypatch, other):
    """Negative control: what is sold or received between count and approval gets lost."""
    transfer = send_to(mitte, mug)
    document = make_count(mitte, {mug: 9})
    booked_as_it_is(monkeypatch)

    (seller(mug, mitte) if other == "sale" else receiver(transfer, mug))()
    approver(document)()

    assert on_hand(mug, mitte) == 9


def packer(document, mug, box):
    return lambda: pack_box(document_id=document.pk, box=box, packed={mug.pk: 3}, by=MONA, now=LATER)


def planned_to(mitte, mug):
    warehouse = make_warehouse("warehouse")
    make_stock(mug, warehouse, on_hand=20)
    return make_transfer(warehouse, mitte, DocumentLine(mug.pk, 4), leaves=False)


def test_the_same_pieces_are_packed_into_one_box(mug, mitte):
    document = planned_to(mitte, mug)

    results = race([packer(document, mug, "BX-1"), packer(document, mug, "BX-2")])

    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert sorted(document.lines.values_list("quantity", flat=True)) == [1, 3]


def test_without_the_documents_lock_one_box_would_undo_the_other(mug, mitte, monkeypatch):
    """Negative control: both read the plan before either writes its lines, and neither is told that it came late."""
    document = planned_to(mitte, mug)
    monkeypatch.setattr(StockDocumentQuerySet, "locked", lambda self: self.order_by("pk"))
    monkeypatch.setattr(transfers, "_packed", Meeting(2).after(transfers._packed))

    results = race([packer(document, mug, "BX-1"), packer(document, mug, "BX-2")])

    assert not any(isinstance(result, MoreThanPlanned) for result in results)


OLGA = Actor(channel="till", staff_id=8)


def oversell(mug, place):
    request = ReservationRequest(mug.pk, place.pk, 12, "MUG", uuid4())
    return lambda: book_oversold_units(requests=[request], cause="O-2", by=MONA, now=LATER)


def noted_before(mug):
    return Oversale.objects.create(
        level=StockLevel.objects.get(variant=mug), units=2, reserved=0, cause_id="O-1", noted_at=NOW
    )


def test_what_is_oversold_while_a_count_is_approved_stays_on_the_list(mug, mitte):
    document = make_count(mitte, {mug: 9})
    noted_before(mug)

    results = race([approver(document), oversell(mug, mitte)])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert {one.cause_id: one.settled_at for one in Oversale.objects.all()} == {"O-1": LATER, "O-2": None}


def test_without_regard_to_its_moment_a_count_would_settle_what_it_has_not_seen(mug, mitte, monkeypatch):
    """Negative control: what was sold after the count is taken for counted."""
    moment = "COALESCE(movement.occurred_at, oversale.noted_at) <= line.counted_at"
    statement = oversales._SETTLE_COUNTED.replace(moment, "true")
    monkeypatch.setattr(oversales, "_SETTLE_COUNTED", statement)
    document = make_count(mitte, {mug: 9})

    oversell(mug, mitte)()
    approver(document)()

    assert Oversale.objects.get().settled_at == LATER


def settler(oversale):
    return lambda: settle_oversale(oversale_id=oversale.pk, by=OLGA, now=NOW)


def test_an_oversale_is_settled_by_a_person_or_by_the_count(mug, mitte):
    document, oversale = make_count(mitte, {mug: 9}), noted_before(mug)

    results = race([approver(document), settler(oversale)])

    oversale.refresh_from_db()
    was_late = any(isinstance(result, AlreadySettled) for result in results)
    assert (oversale.settled_by_id, oversale.settled_at) == (
        (MONA.staff_id, LATER) if was_late else (OLGA.staff_id, NOW)
    )


def test_without_the_condition_the_count_would_take_over_what_a_person_settled(mug, mitte, monkeypatch):
    """Negative control: the count writes over who settled it, and when."""
    statement = oversales._SETTLE_COUNTED.replace("oversale.settled_at IS NULL", "true")
    monkeypatch.setattr(oversales, "_SETTLE_COUNTED", statement)
    document, oversale = make_count(mitte, {mug: 9}), noted_before(mug)

    settler(oversale)()
    approver(document)()

    oversale.refresh_from_db()
    assert oversale.settled_by_id == MONA.staff_id
