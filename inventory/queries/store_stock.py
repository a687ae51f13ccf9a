"""The stock that a member of staff can use: this store's, that of stores near by, and what could be shipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.data import sql
from core.texts.translated import TranslatedText
from inventory.queries.availability import GeoPoint

# This store is first, whatever else is at its place; the spatial index returns the nearest others directly.
_STOCK = """
SELECT jsonb_object_agg(level.variant_id, jsonb_build_array(level.on_hand - level.reserved,
                        greatest(level.on_hand - level.reserved - level.safety, 0)))
FROM inventory_stocklevel AS level
WHERE level.location_id = location.id AND level.variant_id = ANY(%(variants)s::bigint[])
"""
_HERE = "ll_to_earth(%(latitude)s::float8, %(longitude)s::float8)"
_THERE = "ll_to_earth(location.latitude, location.longitude)"
_AROUND = f"""
(SELECT 1 AS part, location.id, location.code, location.name, 0::float8 AS distance_km, ({_STOCK}) AS units
 FROM inventory_location AS location WHERE location.id = %(store)s)
UNION ALL
(SELECT 2, location.id, location.code, location.name, earth_distance({_THERE}, {_HERE}) / 1000, ({_STOCK})
 FROM inventory_location AS location
 WHERE location.kind = 'store' AND location.is_active AND location.offers_pickup AND location.id <> %(store)s
 ORDER BY {_THERE} <-> {_HERE}, location.code LIMIT %(limit)s)
UNION ALL
(SELECT 3, 0, '', '{{}}'::jsonb, 0, jsonb_object_agg(variant_id, jsonb_build_array(units, units)) FROM (
    SELECT level.variant_id, sum(greatest(level.on_hand - level.reserved - level.safety, 0))::int AS units
    FROM inventory_stocklevel AS level JOIN inventory_location AS location ON location.id = level.location_id
    WHERE level.variant_id = ANY(%(variants)s::bigint[]) AND location.ships AND location.is_active
    GROUP BY level.variant_id) AS sent)
ORDER BY part, distance_km, code
"""


@dataclass(frozen=True, slots=True)
class StoreStock:
    """
    A store with its units by variant; a variant that it never had is missing.

    counter: units sellable at the counter, safety stock included. free: available units.
    """

    location_id: int
    code: str
    name: TranslatedText
    distance_km: float
    counter: Mapping[int, int]
    free: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class StoreStocks:
    """
    The stock of some variants, here and elsewhere.

    nearby: the nearest other stores that offer pickup. sent: units by variant that could be shipped.
    """

    here: StoreStock
    nearby: Sequence[StoreStock]
    sent: Mapping[int, int]


def stock_around(*, store_id: int, place: GeoPoint, variant_ids: Sequence[int], limit: int) -> StoreStocks:
    """Return the stock of some variants in a store, in the nearest others, and in all that ship, in one statement."""
    rows = sql.fetch_all(
        _AROUND,
        {
            "store": store_id,
            "variants": list(variant_ids),
            "latitude": place.latitude,
            "longitude": place.longitude,
            "limit": limit,
        },
    )
    stocks = [_store_stock(row) for row in rows]
    return StoreStocks(here=stocks[0], nearby=stocks[1:-1], sent=stocks[-1].free)


def _store_stock(row: sql.Row) -> StoreStock:
    units = {int(variant_id): both for variant_id, both in (row["units"] or {}).items()}
    return StoreStock(
        location_id=row["id"],
        code=row["code"],
        name=row["name"],
        distance_km=round(row["distance_km"], 1),
        counter={variant_id: counter for variant_id, (counter, _free) in units.items()},
        free={variant_id: free for variant_id, (_counter, free) in units.items()},
    )
