"""What needs a look in the stock of one place."""

from datetime import datetime

from core.data import sql

KINDS = ("out", "low", "oversold", "never_sold", "overdue")
NEVER_SOLD_AFTER_DAYS = 90

_ALERTS = """
WITH level AS (
    SELECT level.id, level.on_hand, level.on_hand - level.reserved - level.safety AS available, variant.sku,
           variant.low_stock_below
    FROM inventory_stocklevel AS level
    JOIN inventory_variant AS variant ON variant.id = level.variant_id
    JOIN inventory_product AS product ON product.id = variant.product_id
    WHERE level.location_id = %(location)s AND variant.is_active AND product.state = 'published'
), alert AS (
    SELECT 'out' AS kind, sku AS ref, sku, greatest(available, 0) AS units, low_stock_below AS threshold
    FROM level WHERE available <= 0
    UNION ALL
    SELECT 'low', sku, sku, available, low_stock_below FROM level WHERE available > 0 AND available < low_stock_below
    UNION ALL
    SELECT 'oversold', oversale.cause_id || ' ' || level.sku, level.sku, oversale.units, NULL
    FROM inventory_oversale AS oversale JOIN level ON level.id = oversale.level_id WHERE oversale.settled_at IS NULL
    UNION ALL
    SELECT 'never_sold', sku, sku, on_hand, NULL
    FROM level
    WHERE on_hand > 0 AND NOT EXISTS (
        SELECT FROM inventory_stockmovement AS movement
        WHERE movement.level_id = level.id AND movement.kind IN ('sold', 'handed_over', 'shipped'))
      AND EXISTS (
        SELECT FROM inventory_stockmovement AS movement
        WHERE movement.level_id = level.id AND movement.on_hand_change > 0 AND movement.occurred_at < %(long_ago)s)
    UNION ALL
    SELECT 'overdue', document.id::text, NULL, NULL, NULL
    FROM inventory_stockdocument AS document
    JOIN inventory_location AS location ON location.id = %(location)s
    WHERE (document.target_id = %(location)s OR document.source_id = %(location)s) AND document.finished_at IS NULL
      AND document.due_date < (%(now)s::timestamptz AT TIME ZONE location.time_zone)::date
)
SELECT alert.kind, alert.ref, alert.sku, alert.units, alert.threshold, document.id AS document_id,
       document.kind AS document_kind, document.due_date
FROM alert LEFT JOIN inventory_stockdocument AS document ON alert.kind = 'overdue' AND document.id::text = alert.ref
WHERE (%(kind)s::text = '' OR alert.kind = %(kind)s::text)
  AND (alert.kind COLLATE "C", alert.ref COLLATE "C") > (%(after_kind)s::text, %(after_ref)s::text)
ORDER BY alert.kind COLLATE "C", alert.ref COLLATE "C" LIMIT %(limit)s
"""


def list_stock_alerts(
    *, location_id: int, kind: str, after: tuple[str, str], limit: int, now: datetime, long_ago: datetime
) -> list[sql.Row]:
    """
    Return what needs a look at a place, in one statement: goods that are out or low, sold below the books, or lying
    since long_ago and never sold, and documents that are overdue.

    kind: one of KINDS, empty for all. after: kind and ref of the last one seen, empty for none. Rows of kind, ref, sku,
    units, threshold, document_id, document_kind, due_date.
    """
    wanted = {"location": location_id, "kind": kind, "limit": limit, "now": now, "long_ago": long_ago}
    return sql.fetch_all(_ALERTS, wanted | {"after_kind": after[0], "after_ref": after[1]}, prepared=False)
