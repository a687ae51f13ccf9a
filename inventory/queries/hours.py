"""Reads the opening hours of locations for the rules."""

from collections.abc import Sequence
from datetime import date, time
from functools import cache

from core.data import sql
from inventory.rules.opening import Hours, Span

_HOURS = """
SELECT location.id, location.time_zone,
       (SELECT jsonb_agg(jsonb_build_array(weekday, opens, closes)) FROM inventory_openinghours
        WHERE location_id = location.id) AS week,
       (SELECT jsonb_agg(jsonb_build_array(day, opens, closes)) FROM inventory_openingexception
        WHERE location_id = location.id AND day >= current_date - 2) AS exceptions
FROM inventory_location AS location
WHERE location.id = ANY(%(locations)s::bigint[])
"""


def load_hours(location_ids: Sequence[int]) -> dict[int, Hours]:
    """Return the hours of many locations by their id, in one statement; past exceptions are left out."""
    return {row["id"]: hours_of(row) for row in sql.fetch_all(_HOURS, {"locations": list(location_ids)})}


def hours_of(row: sql.Row) -> Hours:
    """
    Return the hours from a row.

    week: lists of weekday, opens, closes; exceptions: lists of day, opens, closes (None when closed) and anything else;
    either may be None. time_zone: IANA name.
    """
    week: dict[int, list[Span]] = {}
    for weekday, opens, closes in row["week"] or ():
        week.setdefault(weekday, []).append(_span(opens, closes))
    exceptions: dict[date, list[Span]] = {
        date.fromisoformat(day): [_span(opens, closes)] if opens else []
        for day, opens, closes, *_note in row["exceptions"] or ()
    }
    return Hours(time_zone=row["time_zone"], week=week, exceptions=exceptions)


@cache
def _span(opens: str, closes: str) -> Span:
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))
