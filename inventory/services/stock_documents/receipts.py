"""Receipts of deliveries and adjustments with a reason: documents that are booked as they are made."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed
from inventory.models import StockDocument, StockDocumentLine
from inventory.services.stock import StockLine, adjust_stock, receive_stock
from inventory.services.stock_documents.documents import DocumentLine, Draft, make_document


@transaction.atomic
def book_receipt(
    *, target_id: int, delivery: str, lines: Sequence[DocumentLine], by: Actor, now: datetime, note: str = ""
) -> StockDocument:
    """
    Record a delivery: its goods are sellable at once.

    delivery: the number of the delivery note; the same one is recorded once for each variant and location. Locks the
    levels. Raises Malformed, AlreadyBooked, NotFound.
    """
    draft = Draft(kind=StockDocument.RECEIPT, state="received", target_id=target_id, reference=delivery, note=note)
    document = make_document(draft, lines, by=by, now=now)
    units = [StockLine(line.variant_id, target_id, line.units) for line in lines]
    receive_stock(lines=units, delivery=delivery, by=by, now=now)
    StockDocumentLine.objects.filter(document=document).update(received=F("quantity"))
    return document


@transaction.atomic
def book_adjustment(
    *, target_id: int, lines: Sequence[DocumentLine], by: Actor, now: datetime, note: str = ""
) -> StockDocument:
    """
    Correct the stock of a place, each line by more or fewer (negative) units and with a reason of its own.

    Locks the levels. Raises StockPromised if fewer units would be left than are reserved, Malformed, NotFound.
    """
    reasons = dict(StockDocumentLine.REASONS)
    if any(line.units == 0 or line.reason not in reasons for line in lines):
        raise Malformed(_("Give at least one unit, and a reason from the list."), field="lines")
    draft = Draft(kind=StockDocument.ADJUSTMENT, state="approved", target_id=target_id, note=note)
    document = make_document(draft, lines, by=by, now=now)
    for reason in sorted({line.reason for line in lines}):
        units = [StockLine(line.variant_id, target_id, line.units) for line in lines if line.reason == reason]
        cause = f"{document.number}/{reason}"
        adjust_stock(lines=units, reason=reason, correction=cause, by=by, now=now, cause_kind="adjustment")
    return document
