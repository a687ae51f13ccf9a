"""What stands on the slip of a document that goes with the goods, or to the supplier."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from core.texts.formats import money_text, short_day_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from inventory.models import StockDocument, StockDocumentLine
from inventory.services.stock_documents.purchase_orders import terms_of

WITH_SLIP = (StockDocument.TRANSFER, StockDocument.PURCHASE_ORDER, StockDocument.SUPPLIER_RETURN)


def slip_of(document: StockDocument) -> dict[str, Any]:
    """
    Return what the template of a slip shows: the document, its lines by box, and their sums; in three statements.

    With a supplier, the lines have the supplier's SKUs. Costs stand on a purchase order alone: what goes with the goods
    is read by everybody.
    """
    lines = list(document.lines.select_related("variant__product").order_by("box", "position"))
    skus: Mapping[int, str] = {}
    if document.supplier_id is not None:
        terms = terms_of(document.supplier_id, [line.variant_id for line in lines])
        skus = {variant_id: one.supplier_sku for variant_id, one in terms.items()}
    zone = ZoneInfo(document.target.time_zone)
    is_order = document.kind == StockDocument.PURCHASE_ORDER
    known = [line.unit_cost * line.quantity for line in lines if line.unit_cost is not None]
    return {
        "document": document,
        "created_on": short_day_text(document.created_at.astimezone(zone).date(), active_language()),
        "due_on": short_day_text(document.due_date, active_language()) if document.due_date else "",
        "lines": [_line(line, skus.get(line.variant_id, ""), document if is_order else None) for line in lines],
        "has_boxes": any(line.box for line in lines),
        "boxes": len({line.box for line in lines if line.box}),
        "units": sum(line.quantity for line in lines),
        "is_order": is_order,
        "total": _money(sum(known), document) if is_order and len(known) == len(lines) else "",
    }


def _line(line: StockDocumentLine, supplier_sku: str, priced: StockDocument | None) -> dict[str, Any]:
    return {
        "sku": line.variant.sku,
        "name": in_language(line.variant.product.name),
        "supplier_sku": supplier_sku,
        "box": line.box,
        "quantity": line.quantity,
        "cost": _money(line.unit_cost, priced) if priced and line.unit_cost is not None else "",
    }


def _money(amount: int, document: StockDocument) -> str:
    return money_text(amount, document.currency, active_language())
