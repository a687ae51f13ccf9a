"""The stores that people can visit."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound
from inventory.queries.availability import GeoPoint

_COLUMNS = """
SELECT location.id, location.code, location.name, location.street_address, location.postal_code, location.city,
       location.country_code, location.phone, location.latitude, location.longitude, location.time_zone,
       location.offers_pickup, location.ships, location.takes_returns, location.pickup_lead_minutes,
       location.pickup_keep_days,
       (SELECT jsonb_agg(jsonb_build_array(weekday, opens, closes) ORDER BY weekday, opens)
        FROM inventory_openinghours WHERE location_id = location.id) AS week,
       (SELECT jsonb_agg(jsonb_build_array(day, opens, closes, note) ORDER BY day)
        FROM inventory_openingexception WHERE location_id = location.id AND day >= current_date - 2) AS exceptions,
"""
_FROM = """
FROM inventory_location AS location
WHERE location.kind = 'store' AND location.is_active
"""
_HERE = "ll_to_earth(%(latitude)s::float8, %(longitude)s::float8)"
_THERE = "ll_to_earth(location.latitude, location.longitude)"

_ONE = f"{_COLUMNS} NULL::float8 AS distance_km {_FROM} AND location.code = %(code)s"
_BY_CODE = f"""
{_COLUMNS} NULL::float8 AS distance_km
{_FROM} AND location.code > %(after_code)s ORDER BY location.code LIMIT %(limit)s
"""
# Nearest first, by the straight line through the globe: it grows with the way over it, and the index has it.
_BY_DISTANCE = f"""
{_COLUMNS} earth_distance({_THERE}, {_HERE}) / 1000 AS distance_km, {_THERE} <-> {_HERE} AS key
{_FROM} AND ({_THERE} <-> {_HERE}, location.code) > (%(after_key)s::float8, %(after_code)s)
"""
_WITHIN = f"""
  AND earth_box({_HERE}, %(radius)s::float8) @> {_THERE} AND earth_distance({_THERE}, {_HERE}) <= %(radius)s::float8
"""
_NEAREST_FIRST = f"ORDER BY {_THERE} <-> {_HERE}, location.code LIMIT %(limit)s"
_NEAR = _BY_DISTANCE + _NEAREST_FIRST
_NEAR_WITHIN = _BY_DISTANCE + _WITHIN + _NEAREST_FIRST


def list_stores(
    *, near: GeoPoint | None, radius_km: float | None, limit: int, after: Sequence[Any] | None = None
) -> list[sql.Row]:
    """
    Return stores, nearest first, or by code without a place to measure from, in one statement.

    Rows have the columns of get_store, distance_km, and with a place the key by which they are ordered. radius_km
    applies only with a place. after: key and code of the last row seen.
    """
    key, code = after or (-1.0, "")
    parameters = {"limit": limit, "after_key": key, "after_code": code, "radius": (radius_km or 0) * 1000}
    if near is None:
        return sql.fetch_all(_BY_CODE, parameters)
    parameters |= {"latitude": near.latitude, "longitude": near.longitude}
    rows = sql.fetch_all(_NEAR_WITHIN if radius_km else _NEAR, parameters)
    return [{**row, "distance_km": None} for row in rows] if near.is_rough else rows


def get_store(code: str) -> sql.Row:
    """Return a store with address, services, week and exceptions (as hours_of reads them). Raises NotFound."""
    row = sql.fetch_one(_ONE, {"code": code})
    if row is None:
        raise NotFound(_("There is no such store."))
    return row
