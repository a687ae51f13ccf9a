"""Transfers: goods leave a place, are on their way, and arrive, in part or not at all."""

import pytest

from core.data.invariants import find_breaches
from core.errors import Malformed, NotFound
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import HeldStock, StockDocument, StockDocumentLine, StockLevel, StockMovement
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.transfers import (
    Arrival,
    BoxReceived,
    MoreThanPlanned,
    MoreThanSent,
    cancel_transfer,
    change_transfer,
    dispatch_transfer,
    pack_box,
    plan_transfer,
    receive_transfer,
)
from inventory.services.stock_ledger import StockPromised
from tests.factories.stock_documents import MONA, NOW, make_transfer


def stock(variant):
    """Sellable units and units in transit, by place."""
    levels = StockLevel.objects.filter(variant=variant).select_related("location")
    held = dict(HeldStock.objects.filter(level__variant=variant).values_list("level_id", "units"))
    return {level.location.code: (level.on_hand, held.get(level.pk, 0)) for level in levels}


def receive(document, *arrivals, boxes=()):
    named = [Arrival(*arrival) for arrival in arrivals]
    return receive_transfer(document_id=document.pk, arrivals=named, boxes=boxes, by=MONA, now=NOW)


def test_a_plan_moves_nothing(mug, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4), leaves=False)

    assert (document.number, document.state) == (f"T-{document.pk}", "draft")
    assert stock(mug) == {"high-street": (5, 0), "warehouse": (10, 0)}
    assert find_breaches() == {}


def test_goods_on_their_way_are_sellable_nowhere(mug, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4))

    assert stock(mug) == {"high-street": (5, 4), "warehouse": (6, 0)}
    assert list(
        StockMovement.objects.filter(cause_kind="transfer")
        .order_by("held_change")
        .values_list("kind", "on_hand_change", "held_change", "cause_id")
    ) == [("dispatched", -4, 0, f"T-{document.pk}/1"), ("dispatched", 0, 4, f"T-{document.pk}/1")]
    assert find_breaches() == {}


def test_a_part_arrives_and_then_the_rest(mug, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4))

    assert receive(document, (mug.pk, 1)).state == "partly_received"
    assert stock(mug) == {"high-street": (6, 3), "warehouse": (6, 0)}
    assert receive(document, (mug.pk, 1)).state == "partly_received"
    document = receive(document, (mug.pk, 2))

    assert (document.state, document.finished_at) == ("received", NOW)
    assert stock(mug) == {"high-street": (9, 0), "warehouse": (6, 0)}
    assert [
        (entry["state"], entry["document_kind"])
        for entry in JournalEntry.objects.filter(kind="stock_document.changed")
        .order_by("id")
        .values_list("payload", flat=True)
    ] == [(state, "transfer") for state in ("draft", "dispatched", "partly_received", "partly_received", "received")]
    assert find_breaches() == {}


def test_pieces_that_will_not_arrive_are_closed_with_a_reason(mug, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4))

    receive(document, (mug.pk, 2), (mug.pk, 1, "damaged"))
    document = receive(document, (mug.pk, 1, "lost"))

    assert document.state == "received"
    assert stock(mug) == {"high-street": (7, 0), "warehouse": (6, 0)}
    line = StockDocumentLine.objects.get()
    assert (line.received, line.missing, line.reason) == (2, 2, "lost")
    lost = StockMovement.objects.filter(kind="written_off").order_by("id")
    assert list(lost.values_list("held_change", "reason")) == [(-1, "damaged"), (-1, "lost")]
    assert find_breaches() == {}


def test_a_box_is_scanned_once_to_receive_all_that_is_in_it(mug, lamp, warehouse, high_street):
    lines = [DocumentLine(mug.pk, 2, "BX-1"), DocumentLine(lamp.pk, 1, "BX-1"), DocumentLine(mug.pk, 3, "BX-2")]
    document = make_transfer(warehouse, high_street, *lines)

    assert receive(document, boxes=["BX-1", "BX-1"]).state == "partly_received"
    with pytest.raises(BoxReceived):
        receive(document, boxes=["BX-1"])
    with pytest.raises(Malformed):
        receive(document, boxes=["BX-9"])

    assert stock(mug) == {"high-street": (7, 3), "warehouse": (5, 0)}
    assert stock(lamp) == {"high-street": (2, 0), "warehouse": (1, 0)}
    assert receive(document, boxes=["BX-2"]).state == "received"
    assert find_breaches() == {}


def pack(document, box, **packed):
    return pack_box(document_id=document.pk, box=box, packed=dict(packed.values()), by=MONA, now=NOW)


def in_boxes(document):
    return {(line.variant.sku, line.box): line.quantity for line in document.lines.all()}


def test_planned_units_are_packed_into_boxes(mug, lamp, warehouse, high_street):
    lines = [DocumentLine(mug.pk, 5), DocumentLine(lamp.pk, 1)]
    document = make_transfer(warehouse, high_street, *lines, leaves=False)

    pack(document, "BX-1", mugs=(mug.pk, 2), lamps=(lamp.pk, 1))
    pack(document, "BX-1", mugs=(mug.pk, 1))
    pack(document, "BX-2", mugs=(mug.pk, 1))

    assert in_boxes(document) == {("MUG", ""): 1, ("MUG", "BX-1"): 3, ("MUG", "BX-2"): 1, ("LAMP", "BX-1"): 1}
    dispatch_transfer(document_id=document.pk, by=MONA, now=NOW)
    receive(document, boxes=["BX-1"])
    assert stock(mug)["high-street"] == (8, 2)
    with pytest.raises(IllegalTransition):
        pack(document, "BX-3", mugs=(mug.pk, 1))
    assert find_breaches() == {}


def test_no_box_holds_more_than_was_planned(mug, lamp, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 3), leaves=False)
    pack(document, "BX-1", mugs=(mug.pk, 2))

    for packed in {"mugs": (mug.pk, 2)}, {"mugs": (mug.pk, 1), "lamps": (lamp.pk, 1)}:
        with pytest.raises(MoreThanPlanned):
            pack(document, "BX-2", **packed)
    for box, packed in ("", {"mugs": (mug.pk, 1)}), ("BX-2", {}), ("BX-2", {"mugs": (mug.pk, 0)}):
        with pytest.raises(Malformed):
            pack(document, box, **packed)

    assert in_boxes(document) == {("MUG", ""): 1, ("MUG", "BX-1"): 2}


def test_more_than_was_sent_is_not_received(mug, lamp, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4))
    receive(document, (mug.pk, 3))

    for arrivals in [(mug.pk, 2)], [(mug.pk, 1), (mug.pk, 1)], [(lamp.pk, 1)], [(mug.pk, 2, "lost")]:
        with pytest.raises(MoreThanSent):
            receive(document, *arrivals)
    for arrivals in [], [(mug.pk, 0)], [(mug.pk, 1, "eaten")]:
        with pytest.raises(Malformed):
            receive(document, *arrivals)

    assert stock(mug) == {"high-street": (8, 1), "warehouse": (6, 0)}
    assert find_breaches() == {}


def test_reserved_units_do_not_leave(mug, warehouse, high_street):
    StockLevel.objects.filter(variant=mug, location=warehouse).update(reserved=7)
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4), leaves=False)

    with pytest.raises(StockPromised):
        dispatch_transfer(document_id=document.pk, by=MONA, now=NOW)

    document.refresh_from_db()
    assert document.state == "draft"
    assert stock(mug) == {"high-street": (5, 0), "warehouse": (10, 0)}


@pytest.mark.parametrize(("decision", "in_warehouse", "figures"), [("restock", 10, (0, 4)), ("write_off", 6, (4, 0))])
def test_goods_that_are_called_back_are_restocked_or_written_off(
    mug, warehouse, high_street, decision, in_warehouse, figures
):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4))
    with pytest.raises(Malformed):
        cancel_transfer(document_id=document.pk, decision="", by=MONA, now=NOW)

    document = cancel_transfer(document_id=document.pk, decision=decision, by=MONA, now=NOW)

    assert document.state == "cancelled"
    assert stock(mug) == {"high-street": (5, 0), "warehouse": (in_warehouse, 0)}
    line = StockDocumentLine.objects.get()
    assert (line.missing, line.restocked) == figures
    assert find_breaches() == {}


def test_a_plan_is_changed_and_given_up_without_a_decision(mug, lamp, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4), leaves=False)

    change_transfer(document_id=document.pk, lines=[DocumentLine(lamp.pk, 1)], by=MONA, now=NOW)
    assert StockDocumentLine.objects.get().variant == lamp
    assert cancel_transfer(document_id=document.pk, decision="", by=MONA, now=NOW).state == "cancelled"

    with pytest.raises(IllegalTransition):
        change_transfer(document_id=document.pk, lines=[DocumentLine(mug.pk, 1)], by=MONA, now=NOW)
    assert not StockMovement.objects.filter(cause_kind="transfer").exists()


def test_what_has_arrived_is_neither_called_back_nor_sent_again(mug, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4))
    receive(document, (mug.pk, 1))

    with pytest.raises(IllegalTransition):
        cancel_transfer(document_id=document.pk, decision="restock", by=MONA, now=NOW)
    with pytest.raises(IllegalTransition):
        dispatch_transfer(document_id=document.pk, by=MONA, now=NOW)
    receive(document, (mug.pk, 3))
    with pytest.raises(IllegalTransition):
        receive(document, (mug.pk, 1))

    assert stock(mug) == {"high-street": (9, 0), "warehouse": (6, 0)}


def test_refuses_plans_that_cannot_be(mug, warehouse, high_street):
    good = DocumentLine(mug.pk, 1)
    for lines in [], [good, good], [DocumentLine(mug.pk, 0)], [DocumentLine(mug.pk, 10**7)]:
        with pytest.raises(Malformed):
            plan_transfer(source_id=warehouse.pk, target_id=high_street.pk, lines=lines, by=MONA, now=NOW)
    with pytest.raises(Malformed):
        plan_transfer(source_id=warehouse.pk, target_id=warehouse.pk, lines=[good], by=MONA, now=NOW)
    with pytest.raises(NotFound):
        plan_transfer(source_id=warehouse.pk, target_id=0, lines=[good], by=MONA, now=NOW)

    assert not StockDocument.objects.exists()


def test_the_audit_finds_units_that_a_transfer_lost_or_made(mug, warehouse, high_street):
    document = make_transfer(warehouse, high_street, DocumentLine(mug.pk, 4))
    document.lines.update(missing=1)

    assert set(find_breaches()) == {
        "a transfer conserves its units",
        "what is in transit was dispatched and has not arrived",
    }
