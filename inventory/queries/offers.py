"""What locations could give, for many variants at once."""

from collections.abc import Sequence

from core import sql

_SHIPPING = """
SELECT level.variant_id, level.location_id, location.ship_rank AS rank,
       level.on_hand - level.reserved - level.safety AS available
FROM inventory_stocklevel AS level JOIN inventory_location AS location ON location.id = level.location_id
WHERE level.variant_id = ANY(%(variants)s::bigint[]) AND location.ships AND location.is_active
  AND level.on_hand - level.reserved - level.safety > 0
"""


def shipping_offers(variant_ids: Sequence[int]) -> list[sql.Row]:
    """Return what each shipping location has free: rows of variant_id, location_id, rank, available (above zero)."""
    return sql.fetch_all(_SHIPPING, {"variants": list(variant_ids)})
