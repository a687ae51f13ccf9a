"""Transfers: goods go from one place to another, and are on their way in between."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, Refusal
from inventory.models import HeldStock, StockDocument, StockDocumentLine, StockMovement
from inventory.rules.stock_documents import TRANSFER
from inventory.services.stock_documents.documents import (
    DocumentLine,
    Draft,
    begin_act,
    locked_document,
    make_document,
    move_document,
    note,
    replace_lines,
    require_units,
    write_lines,
)
from inventory.services.stock_ledger import Booking, StockChange, book

RESTOCK, WRITE_OFF = "restock", "write_off"
DECISIONS = (RESTOCK, WRITE_OFF)
CAUSE = "transfer"


class MoreThanSent(Refusal):
    """More units are named than are still on their way; `lines` says of what, and how many are."""

    code = "more_than_sent"


class MoreThanPlanned(Refusal):
    """More units are packed than the transfer plans and no box holds; `lines` says of what, and how many are left."""

    code = "more_than_planned"


class BoxReceived(Refusal):
    """The box was received before."""

    code = "box_received"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has become of units on their way. units: at least 1. reason: why they will not arrive; empty if they did."""

    variant_id: int
    units: int
    reason: str = ""


@transaction.atomic
def plan_transfer(
    *,
    source_id: int,
    target_id: int,
    lines: Sequence[DocumentLine],
    by: Actor,
    now: datetime,
    note: str = "",
    due_date: date | None = None,
) -> StockDocument:
    """
    Write a transfer that moves nothing yet. Raises Malformed for lines or places that are not valid, and NotFound.

    due_date: the day on which it should have arrived; a later one is overdue.
    """
    if source_id == target_id:
        raise Malformed(_("Choose two different places."), field="to")
    require_units(lines)
    draft = Draft(
        kind=StockDocument.TRANSFER, state="draft", source_id=source_id, target_id=target_id, note=note,
        due_date=due_date,
    )  # fmt: skip
    return make_document(draft, lines, by=by, now=now)


@transaction.atomic
def change_transfer(*, document_id: int, lines: Sequence[DocumentLine], by: Actor, now: datetime) -> StockDocument:
    """
    Replace the lines of a transfer whose goods have not left. Locks the document.

    Raises Malformed for lines that are not valid, IllegalTransition once they have left, NotFound.
    """
    document = locked_document(document_id, StockDocument.TRANSFER)
    TRANSFER.check(present=document.state, to="dispatched", by=by)
    require_units(lines)
    replace_lines(document, lines, by=by, now=now)
    return document


@transaction.atomic
def pack_box(*, document_id: int, box: str, packed: Mapping[int, int], by: Actor, now: datetime) -> StockDocument:
    """
    Put planned units into a box, which is then received with one scan. packed: units by variant, at least 1 each.

    Locks the document. Raises MoreThanPlanned, Malformed for no box or units, IllegalTransition once the goods have
    left, NotFound.
    """
    document = locked_document(document_id, StockDocument.TRANSFER)
    TRANSFER.check(present=document.state, to="dispatched", by=by)
    if not box or not packed or any(units < 1 for units in packed.values()):
        raise Malformed(_("Name the box, and at least one unit of each article in it."), field="box")
    lines = _packed(list(document.lines.order_by("position")), box, packed)
    document.lines.all().delete()
    write_lines(document, lines)
    note(document, by=by, now=now)
    return document


@transaction.atomic
def dispatch_transfer(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """
    Let all goods of a transfer leave: they are no longer sellable anywhere, and on their way to the target.

    Locks the document, then the levels of both places. Raises StockPromised if fewer units would be left than are
    reserved, IllegalTransition, NotFound.
    """
    document = locked_document(document_id, StockDocument.TRANSFER)
    move_document(TRANSFER, document, "dispatched", by=by, now=now)
    begin_act(document)
    lines = list(document.lines.all())
    changes = [StockChange(line.variant_id, _source(document), -line.quantity) for line in lines]
    changes += [_on_the_way(document, line.variant_id, line.quantity) for line in lines]
    book(changes, Booking(StockMovement.DISPATCHED, CAUSE, document.cause, "", by, now))
    return document


@transaction.atomic
def receive_transfer(
    *, document_id: int, arrivals: Sequence[Arrival], boxes: Sequence[str], by: Actor, now: datetime
) -> StockDocument:
    """
    Receive a part or the rest of a transfer: what arrived is sellable at the target, what will not arrive leaves the
    books with its reason. boxes: codes of boxes that arrived whole.

    Locks the document, then the target's levels. Raises MoreThanSent, BoxReceived, Malformed, IllegalTransition,
    NotFound.
    """
    document = locked_document(document_id, StockDocument.TRANSFER)
    if document.state != "partly_received":
        TRANSFER.check(present=document.state, to="partly_received", by=by)
    lines = list(document.lines.order_by("position"))
    settled = [*_arrivals_of_boxes(lines, boxes), *_settle(lines, arrivals)]
    if not settled:
        raise Malformed(_("Name what has arrived, or what will not."), field="lines")
    StockDocumentLine.objects.bulk_update(lines, ["received", "missing", "reason"])
    begin_act(document)
    target = document.target_id
    arrived = [
        StockChange(one.variant_id, target, one.units, HeldStock.IN_TRANSIT, -one.units)
        for one in settled
        if not one.reason
    ]
    if arrived:
        book(arrived, Booking(StockMovement.RECEIVED, CAUSE, document.cause, "", by, now))
    for reason in sorted({one.reason for one in settled if one.reason}):
        lost = [_on_the_way(document, one.variant_id, -one.units) for one in settled if one.reason == reason]
        booking = Booking(StockMovement.WRITTEN_OFF, CAUSE, f"{document.cause}/{reason}", reason, by, now)
        book(lost, booking)
    _follow(document, lines, by=by, now=now)
    return document


@transaction.atomic
def cancel_transfer(*, document_id: int, decision: str, by: Actor, now: datetime) -> StockDocument:
    """
    Give up a transfer of which nothing arrived.

    decision: what becomes of goods that have left: RESTOCK, they are sellable at the source again, or WRITE_OFF; not
    needed for a draft. Locks the document, then the levels of both places. Raises Malformed without a decision,
    IllegalTransition, NotFound.
    """
    document = locked_document(document_id, StockDocument.TRANSFER)
    has_left = document.state == "dispatched"
    if has_left and decision not in DECISIONS:
        raise Malformed(_("Say whether the goods are restocked or written off."), field="decision")
    move_document(TRANSFER, document, "cancelled", by=by, now=now)
    if not has_left:
        return document
    lines = list(document.lines.all())
    begin_act(document)
    changes = [_on_the_way(document, line.variant_id, -line.on_the_way) for line in lines]
    if decision == RESTOCK:
        changes += [StockChange(line.variant_id, _source(document), line.on_the_way) for line in lines]
    kind = StockMovement.CALLED_BACK if decision == RESTOCK else StockMovement.WRITTEN_OFF
    book(changes, Booking(kind, CAUSE, document.cause, "", by, now))
    for line in lines:
        if decision == RESTOCK:
            line.restocked = line.on_the_way
        else:
            line.missing, line.reason = line.on_the_way, "lost"
    StockDocumentLine.objects.bulk_update(lines, ["restocked", "missing", "reason"])
    return document


def _packed(lines: Sequence[StockDocumentLine], box: str, packed: Mapping[int, int]) -> list[DocumentLine]:
    """Return the lines once these units are in the box, taken from those in no box. Raises MoreThanPlanned."""
    planned = {(line.variant_id, line.box): line.quantity for line in lines}
    short = [
        {"variant_id": variant_id, "named": units, "planned": planned.get((variant_id, ""), 0)}
        for variant_id, units in packed.items()
        if units > planned.get((variant_id, ""), 0)
    ]
    if short:
        raise MoreThanPlanned(_("Fewer units are still to be packed than you named."), lines=short)
    for variant_id, units in packed.items():
        planned[variant_id, ""] -= units
        planned[variant_id, box] = planned.get((variant_id, box), 0) + units
    return [DocumentLine(variant_id, units, of_box) for (variant_id, of_box), units in planned.items() if units]


def _source(document: StockDocument) -> int:
    assert document.source_id is not None, "a constraint gives a transfer its source"
    return document.source_id


def _on_the_way(document: StockDocument, variant_id: int, units: int) -> StockChange:
    return StockChange(variant_id, document.target_id, 0, HeldStock.IN_TRANSIT, units)


def _arrivals_of_boxes(lines: Sequence[StockDocumentLine], boxes: Iterable[str]) -> list[Arrival]:
    """Note the boxes as received on their lines."""
    settled = []
    for box in dict.fromkeys(boxes):
        inside = [line for line in lines if line.box and line.box == box]
        if not inside:
            raise Malformed(_("No box of this transfer has the code %s.") % box, field="boxes")
        open_lines = [line for line in inside if line.on_the_way]
        if not open_lines:
            raise BoxReceived(_("The box %s was received before.") % box, box=box)
        for line in open_lines:
            settled.append(Arrival(line.variant_id, line.on_the_way))
            line.received += line.on_the_way
    return settled


def _settle(lines: Sequence[StockDocumentLine], arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Note each arrival on the lines of its goods, in their order; what is missing is noted from the last one on."""
    reasons = dict(StockDocumentLine.REASONS)
    for arrival in arrivals:
        if arrival.units < 1 or (arrival.reason and arrival.reason not in reasons):
            raise Malformed(_("Give at least one unit, and a reason from the list."), field="lines")
        of_goods = [line for line in lines if line.variant_id == arrival.variant_id]
        on_the_way = sum(line.on_the_way for line in of_goods)
        if arrival.units > on_the_way:
            short = [{"variant_id": arrival.variant_id, "named": arrival.units, "on_the_way": on_the_way}]
            raise MoreThanSent(_("Fewer units are still on their way than you named."), lines=short)
        rest = arrival.units
        for line in reversed(of_goods) if arrival.reason else of_goods:
            part = min(rest, line.on_the_way)
            rest -= part
            if arrival.reason and part:
                line.missing, line.reason = line.missing + part, arrival.reason
            else:
                line.received += part
    return list(arrivals)


def _follow(document: StockDocument, lines: Sequence[StockDocumentLine], *, by: Actor, now: datetime) -> None:
    to = "partly_received" if any(line.on_the_way for line in lines) else "received"
    if to != document.state:
        move_document(TRANSFER, document, to, by=by, now=now)
    else:
        note(document, by=by, now=now)
