"""Returns to suppliers: goods that are damaged, wrong or too many go back, and the supplier gives money for them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, NotFound
from core.journal import publish
from inventory.models import StockDocument, StockDocumentLine, StockMovement, Supplier
from inventory.rules.stock_documents import SUPPLIER_RETURN
from inventory.services.held_stock import SELLABLE
from inventory.services.stock_documents.documents import (
    DocumentLine,
    Draft,
    begin_act,
    check_lines,
    locked_document,
    make_document,
    move_document,
    replace_lines,
    require_units,
)
from inventory.services.stock_documents.purchase_orders import terms_of
from inventory.services.stock_ledger import Booking, StockChange, book, low_stock_events

CAUSE = "supplier_return"


@transaction.atomic
def plan_supplier_return(
    *,
    supplier_id: int,
    source_id: int,
    lines: Sequence[DocumentLine],
    by: Actor,
    now: datetime,
    reference: str = "",
    note: str = "",
) -> StockDocument:
    """
    Write a return that moves nothing yet. Each line says from which state its units are taken, damaged for instance.

    reference: the number that the supplier gave for it. Raises Malformed for lines that are not valid, NotFound.
    """
    supplier = Supplier.objects.filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFound(_("There is no such supplier."))
    draft = Draft(
        kind=StockDocument.SUPPLIER_RETURN, state="draft", source_id=source_id, target_id=source_id,
        reference=reference, note=note, supplier_id=supplier.pk, currency=supplier.currency,
    )  # fmt: skip
    return make_document(draft, _at_cost(supplier.pk, lines), by=by, now=now)


@transaction.atomic
def change_supplier_return(
    *, document_id: int, lines: Sequence[DocumentLine], by: Actor, now: datetime
) -> StockDocument:
    """
    Replace the lines of a return whose goods have not left. Locks the document.

    Raises Malformed for lines that are not valid, IllegalTransition once they have left, NotFound.
    """
    document = locked_document(document_id, StockDocument.SUPPLIER_RETURN)
    SUPPLIER_RETURN.check(present=document.state, to="sent", by=by)
    assert document.supplier_id is not None, "a constraint gives a return its supplier"
    priced = _at_cost(document.supplier_id, lines)
    replace_lines(document, priced, by=by, now=now)
    return document


@transaction.atomic
def send_supplier_return(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """
    Let the goods of a return leave: they are in the books of no place any more.

    Locks the document, then the levels. Raises StockPromised if fewer sellable units would be left than are reserved,
    HeldStockShort if fewer units are in a state, IllegalTransition, NotFound.
    """
    document = locked_document(document_id, StockDocument.SUPPLIER_RETURN)
    move_document(SUPPLIER_RETURN, document, "sent", by=by, now=now)
    begin_act(document)
    moved = book(_changes(document, -1), Booking(StockMovement.SENT_BACK, CAUSE, document.cause, "", by, now))
    publish(*low_stock_events(moved, by=by, now=now))
    return document


@transaction.atomic
def credit_supplier_return(
    *, document_id: int, amount: int, credit_note: str, by: Actor, now: datetime
) -> StockDocument:
    """
    Note what the supplier gave for a return. amount: in minor units of the document's currency.

    Locks the document. Raises Malformed for a negative amount, IllegalTransition, NotFound.
    """
    if amount < 0:
        raise Malformed(_("A credit is not negative."), field="amount")
    document = locked_document(document_id, StockDocument.SUPPLIER_RETURN)
    move_document(SUPPLIER_RETURN, document, "credited", by=by, now=now)
    document.credited_amount, document.credit_note = amount, credit_note
    document.save(update_fields=["credited_amount", "credit_note"])
    return document


@transaction.atomic
def close_supplier_return(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """Settle a return without money: replaced, or refused and destroyed. Raises IllegalTransition, NotFound."""
    document = locked_document(document_id, StockDocument.SUPPLIER_RETURN)
    move_document(SUPPLIER_RETURN, document, "closed", by=by, now=now)
    return document


@transaction.atomic
def cancel_supplier_return(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """
    Give a return up. Goods that have left came back: they are again where they were taken from.

    Locks the document, then the levels. Raises IllegalTransition, NotFound.
    """
    document = locked_document(document_id, StockDocument.SUPPLIER_RETURN)
    has_left = document.state == "sent"
    move_document(SUPPLIER_RETURN, document, "cancelled", by=by, now=now)
    if has_left:
        begin_act(document)
        book(_changes(document, +1), Booking(StockMovement.CALLED_BACK, CAUSE, document.cause, "", by, now))
    return document


def _at_cost(supplier_id: int, lines: Sequence[DocumentLine]) -> list[DocumentLine]:
    """Return the lines with the supplier's costs. Raises Malformed."""
    check_lines(lines)
    require_units(lines)
    known = dict(StockDocumentLine.TAKEN_FROM)
    if any(line.taken_from not in known for line in lines):
        raise Malformed(_("Say from which state the units are taken."), field="lines")
    terms = terms_of(supplier_id, [line.variant_id for line in lines])
    return [
        replace(line, unit_cost=terms[line.variant_id].cost) if line.variant_id in terms else line for line in lines
    ]


def _changes(document: StockDocument, sign: int) -> list[StockChange]:
    place = document.target_id
    return [
        StockChange(line.variant_id, place, sign * line.quantity)
        if line.taken_from == SELLABLE
        else StockChange(line.variant_id, place, 0, line.taken_from, sign * line.quantity)
        for line in document.lines.all()
    ]
