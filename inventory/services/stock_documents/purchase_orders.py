"""
Purchase orders: goods are ordered from a supplier, and arrive in one delivery or in several.

Each delivery is a receipt of its own, which is the cause in the ledger. What comes may differ from what was ordered:
more of it, less of it, or damaged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, NotFound, Refusal
from core.journal import publish
from inventory.events import StockReceived
from inventory.models import (
    HeldStock,
    StockDocument,
    StockDocumentLine,
    StockMovement,
    Supplier,
    SupplierProduct,
)
from inventory.rules.stock_documents import PURCHASE_ORDER
from inventory.services.stock_documents.documents import (
    DocumentLine,
    Draft,
    check_lines,
    locked_document,
    make_document,
    move_document,
    note,
    replace_lines,
    require_units,
)
from inventory.services.stock_ledger import (
    MOST_UNITS,
    AlreadyBooked,
    Booking,
    StockChange,
    at_place,
    book,
    ensure_levels,
)

CAUSE = "purchase"


class OrderTermsNotMet(Refusal):
    """The supplier sells this in whole packs or from a least number of units on; `lines` says of what."""

    code = "order_terms_not_met"


class NotOrdered(Refusal):
    """Goods came that are not on this purchase order; `variant_ids` names them."""

    code = "not_ordered"


@dataclass(frozen=True, slots=True)
class Delivered:
    """Units of one variant that came, at least 1. damaged: how many of them are; they may not be sold."""

    variant_id: int
    units: int
    damaged: int = 0


@transaction.atomic
def plan_purchase_order(
    *,
    supplier_id: int,
    target_id: int,
    lines: Sequence[DocumentLine],
    by: Actor,
    now: datetime,
    note: str = "",
    due_date: date | None = None,
) -> StockDocument:
    """
    Write a purchase order that is not sent yet. A line without a cost has that of the supplier's terms.

    due_date: when the goods should come; without one, it follows from the lead time once it is sent. Raises
    OrderTermsNotMet, Malformed for lines that are not valid, NotFound.
    """
    supplier = Supplier.objects.filter(pk=supplier_id, is_active=True).first()
    if supplier is None:
        raise NotFound(_("There is no such supplier."))
    draft = Draft(
        kind=StockDocument.PURCHASE_ORDER, state="draft", target_id=target_id, note=note, due_date=due_date,
        supplier_id=supplier.pk, currency=supplier.currency,
    )  # fmt: skip
    return make_document(draft, _on_terms(supplier.pk, lines), by=by, now=now)


@transaction.atomic
def change_purchase_order(
    *, document_id: int, lines: Sequence[DocumentLine], by: Actor, now: datetime
) -> StockDocument:
    """
    Replace the lines of a purchase order that is not sent. Locks the document.

    Raises OrderTermsNotMet, Malformed for lines that are not valid, IllegalTransition once it is sent, NotFound.
    """
    document = locked_document(document_id, StockDocument.PURCHASE_ORDER)
    PURCHASE_ORDER.check(present=document.state, to="ordered", by=by)
    assert document.supplier_id is not None, "a constraint gives a purchase order its supplier"
    priced = _on_terms(document.supplier_id, lines)
    replace_lines(document, priced, by=by, now=now)
    return document


@transaction.atomic
def send_purchase_order(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """
    Record that the supplier has the order: its units are incoming from now on.

    Locks the document. Raises IllegalTransition, NotFound.
    """
    document = locked_document(document_id, StockDocument.PURCHASE_ORDER)
    if document.due_date is None:
        supplier, place = document.supplier, document.target
        assert supplier is not None, "a constraint gives a purchase order its supplier"
        today = now.astimezone(ZoneInfo(place.time_zone)).date()
        document.due_date = today + timedelta(days=supplier.lead_time_days)
        document.save(update_fields=["due_date"])
    move_document(PURCHASE_ORDER, document, "ordered", by=by, now=now)
    # An article that the place never had is shown there with what is incoming.
    ensure_levels(
        (variant_id, document.target_id) for variant_id in document.lines.values_list("variant_id", flat=True)
    )
    return document


@transaction.atomic
def receive_purchase_order(
    *, document_id: int, delivery: str, arrived: Sequence[Delivered], by: Actor, now: datetime, note: str = ""
) -> StockDocument:
    """
    Record one delivery of a purchase order, and return its receipt: sound units are sellable, damaged ones are held.

    delivery: the number of the delivery note, which an order takes once. More than was ordered is taken, too. Locks the
    order, then the levels. Raises NotOrdered, AlreadyBooked, Malformed, IllegalTransition, NotFound.
    """
    order = locked_document(document_id, StockDocument.PURCHASE_ORDER)
    if order.state != "partly_received":
        PURCHASE_ORDER.check(present=order.state, to="partly_received", by=by)
    _check_arrived(arrived)
    if order.receipts.filter(reference=delivery).exists():
        raise AlreadyBooked(_("%s was already booked.") % delivery, cause=delivery)
    lines = list(order.lines.order_by("position"))
    costs = _settle(lines, arrived)
    draft = Draft(
        kind=StockDocument.RECEIPT, state="received", target_id=order.target_id, reference=delivery, note=note,
        supplier_id=order.supplier_id, currency=order.currency, purchase_order_id=order.pk,
    )  # fmt: skip
    came = [DocumentLine(one.variant_id, one.units, unit_cost=costs[one.variant_id]) for one in arrived]
    receipt = make_document(draft, came, by=by, now=now)
    damaged = {one.variant_id: one.damaged for one in arrived}
    of_receipt = list(receipt.lines.all())
    for line in of_receipt:
        line.received, line.damaged = line.quantity, damaged[line.variant_id]
    StockDocumentLine.objects.bulk_update([*lines, *of_receipt], ["received", "surplus", "damaged"])
    _follow(order, lines, by=by, now=now)
    _book(receipt, arrived, by=by, now=now)
    return receipt


@transaction.atomic
def end_purchase_order(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """
    Give a purchase order up: cancelled if nothing of it came, otherwise closed, and the rest does not come.

    Locks the document. Raises IllegalTransition, NotFound.
    """
    document = locked_document(document_id, StockDocument.PURCHASE_ORDER)
    if document.state != "partly_received":
        move_document(PURCHASE_ORDER, document, "cancelled", by=by, now=now)
        return document
    move_document(PURCHASE_ORDER, document, "closed", by=by, now=now)
    lines = [line for line in document.lines.all() if line.on_the_way]
    for line in lines:
        line.missing, line.reason = line.on_the_way, "never_sent"
    StockDocumentLine.objects.bulk_update(lines, ["missing", "reason"])
    return document


def terms_of(supplier_id: int, variant_ids: Sequence[int]) -> Mapping[int, SupplierProduct]:
    """Return the supplier's terms by variant; variants without terms are left out."""
    found = SupplierProduct.objects.filter(supplier_id=supplier_id, variant_id__in=variant_ids)
    return {terms.variant_id: terms for terms in found.select_related("variant")}


def _on_terms(supplier_id: int, lines: Sequence[DocumentLine]) -> list[DocumentLine]:
    """Return the lines with their costs. Raises OrderTermsNotMet, Malformed."""
    check_lines(lines)
    require_units(lines)
    if any(line.unit_cost is not None and line.unit_cost < 0 for line in lines):
        raise Malformed(_("A cost is not negative."), field="lines")
    terms = terms_of(supplier_id, [line.variant_id for line in lines])
    broken = [
        {"sku": one.variant.sku, "requested": line.units, "pack_size": one.pack_size, "minimum": one.minimum_units}
        for line in lines
        if (one := terms.get(line.variant_id)) and (line.units % one.pack_size or line.units < one.minimum_units)
    ]
    if broken:
        first = broken[0]
        raise OrderTermsNotMet(
            _("%(sku)s is sold in packs of %(pack_size)s, and at least %(minimum)s units at once.") % first,
            lines=broken,
        )
    return [
        replace(line, unit_cost=terms[line.variant_id].cost)
        if line.unit_cost is None and line.variant_id in terms
        else line
        for line in lines
    ]


def _check_arrived(arrived: Sequence[Delivered]) -> None:
    if not arrived or any(not 0 <= one.damaged <= one.units or not 0 < one.units <= MOST_UNITS for one in arrived):
        raise Malformed(_("Give at least one unit on each line, and no more damaged ones than came."), field="lines")
    check_lines([DocumentLine(one.variant_id, one.units) for one in arrived])


def _settle(lines: Sequence[StockDocumentLine], arrived: Sequence[Delivered]) -> Mapping[int, int | None]:
    """Note on the lines what came, and return the costs of a unit by variant. Raises NotOrdered."""
    by_variant = {line.variant_id: line for line in lines}
    if strange := [one.variant_id for one in arrived if one.variant_id not in by_variant]:
        raise NotOrdered(
            _("Some of these goods are not on the order. Book them as a receipt of their own."), variant_ids=strange
        )
    for one in arrived:
        line = by_variant[one.variant_id]
        expected = min(one.units, line.on_the_way)
        line.received += expected
        line.surplus += one.units - expected
        line.damaged += one.damaged
    return {line.variant_id: line.unit_cost for line in lines}


def _book(receipt: StockDocument, arrived: Sequence[Delivered], *, by: Actor, now: datetime) -> None:
    place = receipt.target_id
    changes = [StockChange(one.variant_id, place, one.units - one.damaged) for one in arrived]
    changes += [StockChange(one.variant_id, place, 0, HeldStock.DAMAGED, one.damaged) for one in arrived if one.damaged]
    moved = book(changes, Booking(StockMovement.RECEIVED, CAUSE, receipt.number, "", by, now))
    publish(
        *(
            StockReceived(
                by=at_place(by, row),
                occurred_at=now,
                ref=row["sku"],
                variant_id=row["variant_id"],
                location_id=row["location_id"],
                quantity=row["units"],
            )
            for row in moved
            if row["units"]
        )
    )


def _follow(order: StockDocument, lines: Sequence[StockDocumentLine], *, by: Actor, now: datetime) -> None:
    to = "partly_received" if any(line.on_the_way for line in lines) else "received"
    if to != order.state:
        move_document(PURCHASE_ORDER, order, to, by=by, now=now)
    else:
        note(order, by=by, now=now)
