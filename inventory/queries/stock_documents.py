"""Stock documents with their lines, for staff."""

from collections.abc import Collection, Sequence

from core.data import sql
from inventory.rules.barcodes import NotABarcode, canonical_barcode

# What is expected stays hidden while a count is under way: it is blind.
_DOCUMENTS = """
SELECT document.id, document.kind, document.state, source.code AS "from",
       CASE document.kind WHEN 'supplier_return' THEN NULL ELSE target.code END AS "to", document.source_id,
       document.target_id, document.reference, document.note, document.due_date, document.created_at,
       document.finished_at, supplier.code AS supplier, document.currency, document.purchase_order_id,
       document.credit_note, document.credited_amount, (
           SELECT COALESCE(jsonb_agg(jsonb_build_object(
               'sku', variant.sku, 'quantity', line.quantity, 'box', line.box, 'received', line.received,
               'missing', line.missing, 'restocked', line.restocked, 'counted', line.counted,
               'is_recounted', line.is_recounted, 'reason', line.reason, 'surplus', line.surplus,
               'damaged', line.damaged, 'unit_cost', line.unit_cost,
               'taken_from', line.taken_from) ORDER BY line.position), '[]')
           FROM inventory_stockdocumentline AS line JOIN inventory_variant AS variant ON variant.id = line.variant_id
           WHERE line.document_id = document.id
       ) AS lines
FROM inventory_stockdocument AS document
LEFT JOIN inventory_location AS source ON source.id = document.source_id
JOIN inventory_location AS target ON target.id = document.target_id
LEFT JOIN inventory_supplier AS supplier ON supplier.id = document.supplier_id
WHERE document.kind = %(kind)s
  AND (%(places)s::bigint[] IS NULL OR document.source_id = ANY(%(places)s::bigint[])
       OR document.target_id = ANY(%(places)s::bigint[]))
"""
_PAGE = (
    _DOCUMENTS
    + """
  AND (%(state)s::text = '' OR document.state = %(state)s::text) AND document.id < %(before)s
  AND (%(supplier)s::text = '' OR supplier.code = %(supplier)s::text)
  AND (%(box)s::text = '' OR document.id IN (
       SELECT document_id FROM inventory_stockdocumentline WHERE box <> '' AND box = %(box)s::text))
ORDER BY document.id DESC LIMIT %(limit)s
"""
)
_ONE = _DOCUMENTS + " AND document.id = %(id)s"
_VARIANTS = """
SELECT wanted.sku AS wanted, variant.id
FROM unnest(%(skus)s::text[]) AS wanted(sku) JOIN inventory_variant AS variant ON upper(variant.sku) = upper(wanted.sku)
"""
NEWEST = 2**63 - 1


def list_stock_documents(
    *, kind: str, state: str, box: str, supplier: str, places: Sequence[int] | None, before: int, limit: int
) -> list[sql.Row]:
    """
    Return documents of a kind that begin or end at the places (None: anywhere), newest first, in one statement.

    state, box, supplier (a code): only these, empty for all. before: the id of the last one seen, or NEWEST.
    """
    wanted = {"kind": kind, "state": state, "box": box, "supplier": supplier, "before": before, "limit": limit}
    return sql.fetch_all(_PAGE, wanted | {"places": None if places is None else list(places)}, prepared=False)


def get_stock_document(*, kind: str, document_id: int, places: Sequence[int] | None) -> sql.Row | None:
    """Return one document of a kind that begins or ends at the places (None: anywhere); None if there is none."""
    wanted = {"kind": kind, "id": document_id, "places": None if places is None else list(places)}
    return sql.fetch_one(_ONE, wanted)


def variants_by_sku(skus: Sequence[str]) -> dict[str, int]:
    """Return the ids of variants by the SKU as it was written; unknown ones are left out."""
    return {row["wanted"]: row["id"] for row in sql.fetch_all(_VARIANTS, {"skus": list(skus)})}


_BY_CODE = """
SELECT wanted.code, COALESCE(by_sku.id, barcode.variant_id) AS id, COALESCE(by_sku.sku, of_barcode.sku) AS sku
FROM unnest(%(codes)s::text[], %(barcodes)s::text[]) AS wanted(code, barcode)
LEFT JOIN inventory_variant AS by_sku ON upper(by_sku.sku) = upper(wanted.code)
LEFT JOIN inventory_barcode AS barcode ON barcode.code = wanted.barcode
LEFT JOIN inventory_variant AS of_barcode ON of_barcode.id = barcode.variant_id
WHERE by_sku.id IS NOT NULL OR barcode.variant_id IS NOT NULL
"""


def variants_by_code(codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of variants by the SKU or barcode as it was scanned; unknown ones are left out."""
    wanted = {"codes": list(codes), "barcodes": [_barcode(code) for code in codes]}
    return {row["code"]: row["id"] for row in sql.fetch_all(_BY_CODE, wanted)}


def skus_by_code(codes: Collection[str]) -> dict[str, str]:
    """Return SKUs by the SKU or barcode as it was scanned; unknown ones are left out."""
    wanted = {"codes": list(codes), "barcodes": [_barcode(code) for code in codes]}
    return {row["code"]: row["sku"] for row in sql.fetch_all(_BY_CODE, wanted)}


def _barcode(code: str) -> str:
    try:
        return canonical_barcode(code)
    except NotABarcode:
        return ""
