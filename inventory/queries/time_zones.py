"""Whether Python and PostgreSQL have the same clock in the shop's time zones."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from core.data import sql

# Far enough to see the changes that are announced, close enough to meet each summer and each winter.
COMPARED, APART = 24, timedelta(days=61)

_EXISTS = "SELECT to_regclass('inventory_location') IS NOT NULL AS is_there"
_IN_USE = "SELECT DISTINCT time_zone FROM inventory_location WHERE is_active ORDER BY time_zone"
_OFFSETS = """
SELECT zone.name, moment.place,
       extract(epoch FROM (moment.at AT TIME ZONE zone.name) - (moment.at AT TIME ZONE 'UTC'))::int AS seconds
FROM unnest(%(zones)s::text[]) AS zone(name)
JOIN pg_timezone_names AS known ON known.name = zone.name
CROSS JOIN unnest(%(moments)s::timestamptz[]) WITH ORDINALITY AS moment(at, place)
ORDER BY zone.name, moment.place
"""


def find_zone_differences(*, now: datetime) -> list[str]:
    """Return a sentence for each time zone of a store or the shop that Python and PostgreSQL read differently."""
    exists = sql.fetch_one(_EXISTS, {})
    if exists is None or not exists["is_there"]:
        return []
    zones = sorted({settings.SHOP_TIME_ZONE, *(row["time_zone"] for row in sql.fetch_all(_IN_USE, {}))})
    moments = [now + number * APART for number in range(COMPARED)]
    offsets: dict[str, list[int]] = {}
    for row in sql.fetch_all(_OFFSETS, {"zones": zones, "moments": moments}):
        offsets.setdefault(row["name"], []).append(row["seconds"])
    return list(_differences(zones, moments, offsets))


def _differences(zones: list[str], moments: list[datetime], offsets: dict[str, list[int]]) -> Iterator[str]:
    for zone in zones:
        ours = _offsets_in_python(zone, moments)
        theirs = offsets.get(zone)
        if ours is None or theirs is None:
            yield f"{zone} is unknown to {'Python' if ours is None else 'PostgreSQL'}."
        elif ours != theirs:
            at = next(place for place, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1])
            day = f"{moments[at].astimezone(UTC):%Y-%m-%d}"
            yield (
                f"{zone} differs: on {day} it is {_hours(ours[at])} from UTC in Python and {_hours(theirs[at])} in "
                "PostgreSQL."
            )


def _offsets_in_python(zone: str, moments: list[datetime]) -> list[int] | None:
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return [round((moment.astimezone(info).utcoffset() or timedelta()).total_seconds()) for moment in moments]


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:+g} h"
