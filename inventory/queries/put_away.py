"""What lies at a place and waits to be put away: goods that were picked and then not handed over, or came back."""

from core.data import sql

# Goods lie by category in a store, so the list is in walking order.
_WAITING = """
SELECT variant.id AS variant_id, variant.sku, held.units, product.name AS product, variant.attributes,
       category.name AS place, coalesce(category.path, '') AS path,
       ARRAY(SELECT code FROM inventory_barcode AS barcode WHERE barcode.variant_id = variant.id
             ORDER BY code) AS barcodes
FROM inventory_heldstock AS held
JOIN inventory_stocklevel AS level ON level.id = held.level_id
JOIN inventory_variant AS variant ON variant.id = level.variant_id
JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN inventory_category AS category ON category.id = product.category_id
WHERE level.location_id = %(location)s AND held.state = 'put_away' AND held.units > 0
  AND (coalesce(category.path, '') COLLATE "C", variant.sku COLLATE "C") > (%(path)s::text, %(sku)s::text)
ORDER BY coalesce(category.path, '') COLLATE "C", variant.sku COLLATE "C" LIMIT %(limit)s
"""


def units_to_put_away(*, location_id: int, after: tuple[str, str], limit: int) -> list[sql.Row]:
    """
    Return what waits to be put away at a place, in walking order, in one statement.

    after: path and sku of the last one seen, empty for none. Rows of variant_id, sku, units, product (its name in all
    languages), attributes, place (its category's name), path and barcodes.
    """
    return sql.fetch_all(_WAITING, {"location": location_id, "path": after[0], "sku": after[1], "limit": limit})
