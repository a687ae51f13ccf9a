"""What all stock documents share: how they are made, locked, and noted in the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, NotFound
from core.journal import publish
from core.states.moving import move
from core.states.transitions import Lifecycle
from inventory.events import StockDocumentChanged
from inventory.models import Location, StockDocument, StockDocumentLine
from inventory.services.stock_ledger import MOST_UNITS

MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """
    Units of one variant on a document.

    box: the code on its box. reason: one of StockDocumentLine.REASONS. unit_cost: in minor units of the document's
    currency. taken_from: one of StockDocumentLine.TAKEN_FROM.
    """

    variant_id: int
    units: int
    box: str = ""
    reason: str = ""
    unit_cost: int | None = None
    taken_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a new document says, besides its lines."""

    kind: str
    state: str
    target_id: int
    source_id: int | None = None
    reference: str = ""
    note: str = ""
    due_date: date | None = None
    supplier_id: int | None = None
    currency: str = ""
    purchase_order_id: int | None = None


def make_document(draft: Draft, lines: Sequence[DocumentLine], *, by: Actor, now: datetime) -> StockDocument:
    """Write a document and its lines in the caller's transaction, and note it. Raises Malformed and NotFound."""
    places = [place for place in (draft.source_id, draft.target_id) if place is not None]
    known = Location.objects.filter(pk__in=places)
    if draft.purchase_order_id is None:
        known = known.filter(is_active=True)  # What was ordered arrives all the same where a place has closed since.
    if len(known) != len(set(places)):
        raise NotFound(_("There is no such location."))
    document = StockDocument.objects.create(
        kind=draft.kind,
        state=draft.state,
        source_id=draft.source_id,
        target_id=draft.target_id,
        reference=draft.reference,
        note=draft.note,
        due_date=draft.due_date,
        supplier_id=draft.supplier_id,
        currency=draft.currency,
        purchase_order_id=draft.purchase_order_id,
        created_by=by.staff_id,
        created_at=now,
        finished_at=None if draft.state == "draft" else now,
    )
    write_lines(document, lines)
    note(document, by=by, now=now)
    return document


def write_lines(document: StockDocument, lines: Sequence[DocumentLine]) -> None:
    """Write the lines of a document that has none. Raises Malformed."""
    check_lines(lines)
    StockDocumentLine.objects.bulk_create(
        StockDocumentLine(
            document=document, position=place, variant_id=line.variant_id, box=line.box, quantity=line.units,
            reason=line.reason, unit_cost=line.unit_cost, taken_from=line.taken_from,
        )
        for place, line in enumerate(lines, start=1)
    )  # fmt: skip


def replace_lines(document: StockDocument, lines: Sequence[DocumentLine], *, by: Actor, now: datetime) -> None:
    """Give a draft other lines, in the present currency of its supplier if it has one. Raises Malformed."""
    document.lines.all().delete()
    write_lines(document, lines)
    if document.supplier is not None:
        document.currency = document.supplier.currency
        document.save(update_fields=["currency"])
    note(document, by=by, now=now)


def check_lines(lines: Sequence[DocumentLine]) -> None:
    """Refuse what no document may say. Raises Malformed."""
    if not 0 < len(lines) <= MOST_LINES or any(abs(line.units) > MOST_UNITS for line in lines):
        raise Malformed(
            _("Give 1 to %(lines)s lines of at most %(units)s units.") % {"lines": MOST_LINES, "units": MOST_UNITS},
            field="lines",
        )
    if len({(line.variant_id, line.box, line.taken_from) for line in lines}) < len(lines):
        raise Malformed(_("Name each article once, or once for each box."), field="lines")


def locked_document(document_id: int, kind: str) -> StockDocument:
    """Return a document, locked until the transaction ends. Raises NotFound."""
    document = StockDocument.objects.locked().filter(pk=document_id, kind=kind).first()
    if document is None:
        raise NotFound(_("There is no such document."))
    return document


def begin_act(document: StockDocument) -> None:
    """Give the ledger rows that follow a cause of their own."""
    document.acts += 1
    document.save(update_fields=["acts"])


def require_units(lines: Sequence[DocumentLine]) -> None:
    """Refuse lines without units. Raises Malformed."""
    if any(line.units < 1 for line in lines):
        raise Malformed(_("Give at least one unit on each line."), field="lines")


def move_document(lifecycle: Lifecycle, document: StockDocument, to: str, *, by: Actor, now: datetime) -> None:
    """Move a locked document to a state and note it. Raises IllegalTransition."""
    ends = to not in lifecycle.pairs
    move(lifecycle, document, to, by=by, finished_at=now if ends else None)
    note(document, by=by, now=now)


def note(document: StockDocument, *, by: Actor, now: datetime) -> None:
    """Note the present state of a document in the journal."""
    publish(
        StockDocumentChanged(
            by=by,
            occurred_at=now,
            ref=document.number,
            document_id=document.pk,
            document_kind=document.kind,
            state=document.state,
        )
    )
