"""What is available: the promised date of shipping, and the pickup time in stores near by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound
from core.texts.spelling import plain_code, plain_text
from core.texts.translated import TranslatedText, in_language
from inventory.models import Product
from inventory.queries.hours import load_hours
from inventory.rules.opening import Hours, is_open, ready_at
from inventory.rules.shipping import promised_date

# What is said to be available of gift cards: as many as a cart may hold. They are codes and lie on no shelf.
NEVER_SHORT = 9999

# Available units: on hand, less reserved, less the safety stock that is kept for people in the store.
_SHIP = """
SELECT variant.id AS variant_id, product.kind,
       COALESCE(sum(level.on_hand - level.reserved - level.safety), 0)::int AS available,
       (array_agg(level.location_id ORDER BY level.ship_rank, level.location_id))[1] AS sender
FROM inventory_variant AS variant
JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN LATERAL (
    SELECT level.on_hand, level.reserved, level.safety, level.location_id, location.ship_rank
    FROM inventory_stocklevel AS level JOIN inventory_location AS location ON location.id = level.location_id
    WHERE level.variant_id = variant.id AND location.ships AND location.is_active
      AND level.on_hand - level.reserved - level.safety > 0
) AS level ON true
WHERE upper(variant.sku) = upper(%(sku)s) AND variant.is_active AND product.state = 'published'
GROUP BY variant.id, product.kind
"""

# The spatial index returns the nearest stores directly; without a place to measure from, all are equally far and the
# code decides. Only stores that have everything needed are returned; if nothing is needed, every store.
_STORES = """
SELECT id, code, name, offers_pickup, pickup_lead_minutes,
       earth_distance(ll_to_earth(latitude, longitude),
                      ll_to_earth(%(latitude)s::float8, %(longitude)s::float8)) / 1000 AS distance_km,
       (SELECT jsonb_object_agg(level.variant_id, greatest(level.on_hand - level.reserved - level.safety, 0))
        FROM inventory_stocklevel AS level
        WHERE level.location_id = location.id AND level.variant_id = ANY(%(variants)s::bigint[])) AS available
FROM inventory_location AS location
WHERE kind = 'store' AND is_active AND (offers_pickup OR NOT %(pickup_only)s::bool)
  AND NOT EXISTS (
    SELECT FROM unnest(%(needed)s::bigint[], %(quantities)s::int[]) AS need(variant_id, quantity)
    LEFT JOIN inventory_stocklevel AS level
        ON level.variant_id = need.variant_id AND level.location_id = location.id
    WHERE COALESCE(level.on_hand - level.reserved - level.safety, 0) < need.quantity)
ORDER BY ll_to_earth(latitude, longitude) <-> ll_to_earth(%(latitude)s::float8, %(longitude)s::float8), code
LIMIT %(limit)s
"""

# Without a map of postcodes, only those of stores have a known place. One that begins like a store's and is as long
# lies in the same region, nobody knows where; 1010 in Vienna is not 10178 in Berlin.
_PLACE_OF_POSTCODE = """
SELECT latitude, longitude, alike < length(%(postcode)s::text) AS is_rough
FROM inventory_location AS location
CROSS JOIN LATERAL (SELECT upper(regexp_replace(postal_code, '[^[:alnum:]]', '', 'g')) AS code) AS own
CROSS JOIN LATERAL (
    SELECT max(length) AS alike FROM generate_series(0, length(%(postcode)s::text)) AS length
    WHERE left(own.code, length) = left(%(postcode)s::text, length)
) AS compared
WHERE kind = 'store' AND is_active AND length(own.code) = length(%(postcode)s::text)
  AND alike >= greatest(length(%(postcode)s::text) / 2, 1)
ORDER BY alike DESC, country_code <> %(home)s, location.code
LIMIT 1
"""
_PLACE_OF_STORE = """
SELECT latitude, longitude FROM inventory_location WHERE code = %(code)s AND kind = 'store' AND is_active
"""


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """
    A point on the globe, in degrees (WGS 84). is_rough: it stands for a region; what is near is known, not how near.
    """

    latitude: float
    longitude: float
    is_rough: bool = False


@dataclass(frozen=True, slots=True)
class StoreSupply:
    """
    What a store can supply.

    available: available units by variant, never below zero; a variant that the store never had is missing. distance_km:
    None without a place to measure from. lead_minutes: opening minutes from order to ready.
    """

    location_id: int
    code: str
    name: TranslatedText
    offers_pickup: bool
    lead_minutes: int
    distance_km: float | None
    available: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class StoreAvailability:
    """Units of one variant in one store; ready_at is None if none can be picked up there."""

    code: str
    name: str
    available: int
    distance_km: float | None
    open_now: bool
    ready_at: datetime | None


@dataclass(frozen=True, slots=True)
class Availability:
    """Where one variant is available; promise_date is None if it cannot be shipped."""

    ship_available: int
    promise_date: date | None
    stores: Sequence[StoreAvailability]


def availability_of(*, sku: str, near: GeoPoint | None, limit: int, now: datetime) -> Availability:
    """
    Return how much of a variant can be shipped by when, and what each of the nearest stores has, in three statements.

    near: where to measure from; None lists the stores by code. limit: how many stores at most. The date is promised for
    the best-ranked location with available units (settings.SHIP_LEAD_DAYS working days).
    A gift card is never short, and no store has it. Raises NotFound for a variant that is not on sale.
    """
    ship = sql.fetch_one(_SHIP, {"sku": plain_text(sku)})
    if ship is None:
        raise NotFound(_("There is no article %s.") % sku)
    if ship["kind"] == Product.GIFT_CARD:
        return Availability(ship_available=NEVER_SHORT, promise_date=None, stores=[])
    supplies = store_supplies([ship["variant_id"]], near=near, limit=limit, pickup_only=False)
    sender = ship["sender"]
    hours = load_hours([supply.location_id for supply in supplies] + ([sender] if sender else []))
    return Availability(
        ship_available=ship["available"],
        promise_date=promise_date(hours[sender], now=now) if sender else None,
        stores=[_in_store(supply, ship["variant_id"], hours[supply.location_id], now) for supply in supplies],
    )


def store_supplies(
    variant_ids: Sequence[int], *, near: GeoPoint | None, limit: int, pickup_only: bool = True
) -> list[StoreSupply]:
    """
    Return what each store has of many variants, nearest first (by code without a place), in one statement.

    pickup_only: leave out stores that do not offer pickup.
    """
    return _stores(variant_ids, {}, near=near, limit=limit, pickup_only=pickup_only)


def nearest_store_with(*, wanted: Mapping[int, int], near: GeoPoint | None) -> StoreSupply | None:
    """Return the nearest store that offers pickup and has all wanted units (by variant) available; else None."""
    return next(iter(stores_with(wanted=wanted, near=near, limit=1)), None)


def stores_with(*, wanted: Mapping[int, int], near: GeoPoint | None, limit: int) -> list[StoreSupply]:
    """Return the stores that offer pickup and have all wanted units (by variant) available, the nearest first."""
    return _stores(list(wanted), wanted, near=near, limit=limit, pickup_only=True)


def promise_date(
    hours: Hours, *, now: datetime, working_days: int | None = None, cut_off: time | None = None
) -> date | None:
    """Return the day by which a parcel from a place with these hours arrives. working_days: None for SHIP_LEAD_DAYS."""
    days = settings.SHIP_LEAD_DAYS if working_days is None else working_days
    return promised_date(hours=hours, now=now, working_days=days, cut_off=cut_off)


def place_of_postcode(postcode: str) -> GeoPoint | None:
    """
    Return the place of a postcode: that of the store that has it, or else roughly that of the one in the same region.

    A postcode of the shop's own country goes first. None if no store has one that is written alike and begins alike.
    """
    code = "".join(filter(str.isalnum, plain_code(postcode)))
    row = sql.fetch_one(_PLACE_OF_POSTCODE, {"postcode": code, "home": settings.SHOP_COUNTRY}) if code else None
    return GeoPoint(row["latitude"], row["longitude"], is_rough=row["is_rough"]) if row else None


def place_of_store(code: str) -> GeoPoint | None:
    """Return where a store is, to order others around it; None if there is none."""
    row = sql.fetch_one(_PLACE_OF_STORE, {"code": code}) if code else None
    return GeoPoint(row["latitude"], row["longitude"], is_rough=True) if row else None


def _stores(
    variant_ids: Sequence[int], needed: Mapping[int, int], *, near: GeoPoint | None, limit: int, pickup_only: bool
) -> list[StoreSupply]:
    rows = sql.fetch_all(
        _STORES,
        {
            "variants": list(variant_ids),
            "needed": list(needed),
            "quantities": list(needed.values()),
            "latitude": near.latitude if near else None,
            "longitude": near.longitude if near else None,
            "pickup_only": pickup_only,
            "limit": limit,
        },
    )
    return [
        StoreSupply(
            location_id=row["id"],
            code=row["code"],
            name=row["name"],
            offers_pickup=row["offers_pickup"],
            lead_minutes=row["pickup_lead_minutes"],
            distance_km=None if near is None or near.is_rough else round(row["distance_km"], 1),
            available={int(variant_id): units for variant_id, units in (row["available"] or {}).items()},
        )
        for row in rows
    ]


def _in_store(supply: StoreSupply, variant_id: int, hours: Hours, now: datetime) -> StoreAvailability:
    available = supply.available.get(variant_id, 0)
    return StoreAvailability(
        code=supply.code,
        name=in_language(supply.name),
        available=available,
        distance_km=supply.distance_km,
        open_now=is_open(hours, now),
        ready_at=ready_at(hours, now, supply.lead_minutes) if available and supply.offers_pickup else None,
    )
