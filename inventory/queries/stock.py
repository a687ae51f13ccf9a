"""What is where, for staff: sellable, reserved and held units of each level."""

from core.data import sql

# In this order each filter has an index that begins with it.
_LEVELS = """
SELECT level.variant_id, level.location_id, variant.sku, location.code AS location, level.on_hand, level.reserved,
       level.safety, greatest(level.on_hand - level.reserved - level.safety, 0) AS available,
       COALESCE((SELECT jsonb_object_agg(state, units) FROM inventory_heldstock
                 WHERE level_id = level.id AND units > 0), '{}') AS held,
       COALESCE((SELECT sum(line.quantity - line.received - line.missing) FROM inventory_stockdocumentline AS line
                 JOIN inventory_stockdocument AS document ON document.id = line.document_id
                 WHERE line.variant_id = level.variant_id AND document.target_id = level.location_id
                   AND document.kind = 'purchase_order' AND document.state IN ('ordered', 'partly_received')
                ), 0)::int AS incoming
FROM inventory_stocklevel AS level
JOIN inventory_variant AS variant ON variant.id = level.variant_id
JOIN inventory_location AS location ON location.id = level.location_id
WHERE (%(sku)s::text = '' OR upper(variant.sku) = upper(%(sku)s::text))
  AND (%(location)s::text = '' OR location.code = %(location)s::text)
  AND (level.variant_id, level.location_id) > (%(variant_id)s::bigint, %(location_id)s::bigint)
ORDER BY level.variant_id, level.location_id LIMIT %(limit)s
"""


def list_stock(*, sku: str, location: str, after: tuple[int, int], limit: int) -> list[sql.Row]:
    """
    Return stock levels of a SKU and of a location (empty: all), by variant and location, in one statement.

    after: the ids of the variant and location of the last row seen, (0, 0) for none. Rows of variant_id, location_id,
    sku, location (a code), on_hand, reserved, safety, available, held: {state: units}, and incoming: units that
    suppliers have yet to deliver.
    """
    wanted = {"sku": sku, "location": location, "variant_id": after[0], "location_id": after[1], "limit": limit}
    return sql.fetch_all(_LEVELS, wanted, prepared=False)
