"""
Stock counts: what lies on the shelf is counted while the shop sells, and the difference is booked afterwards.

A count is compared with the books as they were at its moment, and approved as a change of that size; what was sold or
received since then stays as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import Malformed, Refusal
from inventory.models import StockDocument, StockDocumentLine, Variant
from inventory.rules.stock_documents import COUNT, RecountLimit
from inventory.services.oversales import settle_counted_oversales
from inventory.services.stock import StockLine, adjust_stock
from inventory.services.stock_documents.documents import (
    MOST_LINES,
    DocumentLine,
    Draft,
    begin_act,
    check_lines,
    locked_document,
    make_document,
    move_document,
)
from inventory.services.stock_ledger import MOST_UNITS

# The books as of the moment of each line's count: what happened later is taken back. Who sells meanwhile changes the
# level and the sum alike, so no lock is needed; it is one statement, so it sees both or neither.
_EXPECTED = """
SELECT line.id, (COALESCE(level.on_hand, 0) - COALESCE((
           SELECT sum(movement.on_hand_change) FROM inventory_stockmovement AS movement
           WHERE movement.level_id = level.id AND movement.occurred_at > line.counted_at), 0))::int AS expected
FROM inventory_stockdocumentline AS line
JOIN inventory_stockdocument AS document ON document.id = line.document_id
LEFT JOIN inventory_stocklevel AS level
    ON level.variant_id = line.variant_id AND level.location_id = document.target_id
WHERE document.id = %(document)s
"""

_PLANNED = """
SELECT level.variant_id FROM inventory_stocklevel AS level
JOIN inventory_variant AS variant ON variant.id = level.variant_id
JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN inventory_category AS category ON category.id = product.category_id
WHERE level.location_id = %(location)s
  AND (%(category)s::text = '' OR category.path = (SELECT path FROM inventory_category WHERE slug = %(category)s::text)
       OR starts_with(category.path, (SELECT path FROM inventory_category WHERE slug = %(category)s::text) || '/'))
ORDER BY category.path, variant.sku LIMIT %(limit)s
"""


class CountIncomplete(Refusal):
    """Some lines are not counted yet, or have to be counted again; `lines` names their articles."""

    code = "count_incomplete"


@transaction.atomic
def plan_count(
    *,
    target_id: int,
    variant_ids: Sequence[int],
    category: str,
    by: Actor,
    now: datetime,
    note: str = "",
    due_date: date | None = None,
) -> StockDocument:
    """
    Write down what is to be counted at a place: these variants, or all that the place has in a category (a slug), or
    all that it has. Raises Malformed if that is nothing or too much, and NotFound.
    """
    planned = variant_ids or [
        row["variant_id"]
        for row in sql.fetch_all(_PLANNED, {"location": target_id, "category": category, "limit": MOST_LINES + 1})
    ]
    if not 0 < len(planned) <= MOST_LINES:
        raise Malformed(
            _("Plan between 1 and %s articles; a smaller category, for instance.") % MOST_LINES, field="lines"
        )
    draft = Draft(kind=StockDocument.COUNT, state="draft", target_id=target_id, note=note, due_date=due_date)
    return make_document(draft, [DocumentLine(variant_id, 0) for variant_id in planned], by=by, now=now)


@transaction.atomic
def record_count(
    *, document_id: int, counted: Mapping[int, int], counted_at: datetime, by: Actor, now: datetime
) -> StockDocument:
    """
    Note what was counted, by variant; goods that nobody planned are added.

    counted_at: when, at most now. Locks the document. Raises Malformed, IllegalTransition once it is submitted,
    NotFound.
    """
    document = locked_document(document_id, StockDocument.COUNT)
    if document.state != "draft":
        COUNT.check(present=document.state, to="submitted", by=by)
    if counted_at > now or any(not 0 <= units <= MOST_UNITS for units in counted.values()):
        raise Malformed(_("A count is between 0 and %s units, and not in the future.") % MOST_UNITS, field="lines")
    lines = {line.variant_id: line for line in document.lines.all()}
    check_lines([DocumentLine(variant_id, 0) for variant_id in {*lines, *counted}])
    for variant_id, units in counted.items():
        if variant_id in lines:
            lines[variant_id].counted, lines[variant_id].counted_at = units, counted_at
    StockDocumentLine.objects.bulk_update(lines.values(), ["counted", "counted_at"])
    StockDocumentLine.objects.bulk_create(
        StockDocumentLine(
            document=document, position=len(lines) + place, variant_id=variant_id, counted=counted[variant_id],
            counted_at=counted_at,
        )
        for place, variant_id in enumerate(counted.keys() - lines.keys(), start=1)
    )  # fmt: skip
    return document


@transaction.atomic
def submit_count(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """
    Hand a whole count in for approval; or, the first time a line differs from the books by more than the place allows,
    have it counted again.

    Lines that have to be counted again are empty afterwards, and the count stays a draft. Locks the document. Raises
    CountIncomplete, IllegalTransition, NotFound.
    """
    document = locked_document(document_id, StockDocument.COUNT)
    COUNT.check(present=document.state, to="submitted", by=by)
    lines = list(document.lines.order_by("position"))
    _require_counted(lines)
    expected = _expected(document)
    place = document.target
    limit = RecountLimit(units=place.recount_above_units, percent=place.recount_above_percent)
    doubtful = [
        line
        for line in lines
        if line.counted is not None
        and not line.is_recounted
        and limit.is_met(expected=expected[line.pk], counted=line.counted)
    ]
    for line in doubtful:
        line.counted, line.counted_at, line.is_recounted = None, None, True
    StockDocumentLine.objects.bulk_update(doubtful, ["counted", "counted_at", "is_recounted"])
    if not doubtful:
        move_document(COUNT, document, "submitted", by=by, now=now)
    return document


@transaction.atomic
def approve_count(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """
    Book the difference between each count and the books as they were at its moment, and settle earlier oversales.

    Locks the document, then, as it books, the levels, then the oversales. Raises StockPromised if fewer units would be
    left than are reserved, IllegalTransition, NotFound.
    """
    document = locked_document(document_id, StockDocument.COUNT)
    move_document(COUNT, document, "approved", by=by, now=now)
    lines = list(document.lines.order_by("position"))
    expected = _expected(document)
    for line in lines:
        assert line.counted is not None, "only a whole count is submitted"
        line.quantity = line.counted - expected[line.pk]
    StockDocumentLine.objects.bulk_update(lines, ["quantity"])
    begin_act(document)
    changes = [StockLine(line.variant_id, document.target_id, line.quantity) for line in lines if line.quantity]
    if changes:
        adjust_stock(lines=changes, reason="counted", correction=document.cause, by=by, now=now, cause_kind="count")
    settle_counted_oversales(document_id=document.pk, by=by, now=now)
    return document


@transaction.atomic
def cancel_count(*, document_id: int, by: Actor, now: datetime) -> StockDocument:
    """Give a count up; it changes no stock. Raises IllegalTransition, NotFound."""
    document = locked_document(document_id, StockDocument.COUNT)
    move_document(COUNT, document, "cancelled", by=by, now=now)
    return document


def _require_counted(lines: Sequence[StockDocumentLine]) -> None:
    uncounted = [line.variant_id for line in lines if line.counted is None]
    if uncounted:
        skus = list(Variant.objects.filter(pk__in=uncounted).order_by("sku").values_list("sku", flat=True))
        raise CountIncomplete(_("Count all lines first."), lines=[{"sku": sku} for sku in skus])


def _expected(document: StockDocument) -> dict[int, int]:
    return {row["id"]: row["expected"] for row in sql.fetch_all(_EXPECTED, {"document": document.pk})}
