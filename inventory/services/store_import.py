"""Imports stores and warehouses from a CSV file, with their weekly opening hours."""

import re
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from accounts.services.customers.customer_import import phone_of
from core.actors import THE_SYSTEM
from core.data import sql
from core.data.imports import (
    REFUSE_LATER_DUPLICATES,
    Cells,
    Column,
    Options,
    Plan,
    RowRefused,
    execute_sorting,
    run_import,
)
from core.data.imports.cells import decimal, left_empty, prose, required_prose, required_text, text, whole
from core.data.imports.columns import with_defaults
from core.texts.spelling import plain_postcode, plain_text
from inventory.models import Location, OpeningHours
from inventory.rules.opening import END_OF_DAY
from inventory.rules.places import MOST_KEEP_DAYS, MOST_LEAD_MINUTES, known_country, known_time_zone
from inventory.rules.public_holidays import known_calendar
from inventory.services.public_holidays import close_on_public_holidays

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
SERVICES = ("pickup", "ship", "returns")
KINDS = ("store", "warehouse")
MOST = {"pickup_lead_minutes": MOST_LEAD_MINUTES, "pickup_keep_days": MOST_KEEP_DAYS}
DEFAULTS = {"pickup_lead_minutes": 120, "pickup_keep_days": 7, "ship_rank": 100}

_CODE = re.compile(r"[a-zA-Z0-9_-]{1,40}")
_DAYS = re.compile(r"([a-z]{2})(?:-([a-z]{2}))?")
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
_LANGUAGES = tuple(dict(settings.LANGUAGES))

REQUIRED = ("code", "kind", "street_address", "city", "country_code", "latitude", "longitude", "time_zone")
OPTIONAL = (
    *(f"name_{language}" for language in _LANGUAGES), "postal_code", "phone", "hours", "services", "holiday_calendar",
    *DEFAULTS,
)  # fmt: skip

_STAGING = (
    Column("key", "text"),
    Column("names", "jsonb"),
    Column("kind", "text"),
    Column("street_address", "text"),
    Column("postal_code", "text"),
    Column("city", "text"),
    Column("country_code", "text"),
    Column("phone", "text"),
    Column("latitude", "float8"),
    Column("longitude", "float8"),
    Column("time_zone", "text"),
    Column("holiday_calendar", "text"),
    Column("offers_pickup", "boolean"),
    Column("ships", "boolean"),
    Column("takes_returns", "boolean"),
    *(Column(name, "integer") for name in DEFAULTS),
    Column("weekdays", "integer[]"),
    Column("opens", "time[]"),
    Column("closes", "time[]"),
)

# The order of the columns is the same in every statement below.
_COLUMNS = """
    kind, street_address, postal_code, city, country_code, phone, latitude, longitude, time_zone,
    offers_pickup, ships, takes_returns, pickup_lead_minutes, pickup_keep_days, ship_rank
"""
_DECIDE = f"""
UPDATE import_rows SET action = CASE
    WHEN location.id IS NULL THEN 'create'
    WHEN location.name @> staged.names AND location.present = staged.wanted
        AND staged.holiday_calendar IN ('', location.holiday_calendar) AND location.hours = staged.hours THEN 'same'
    ELSE 'update' END
FROM (
    SELECT line, key, names, reason, holiday_calendar, ({_COLUMNS})::text AS wanted,
        (SELECT coalesce(string_agg(weekday || ' ' || opening || ' ' || closing, ',' ORDER BY weekday, opening), '')
         FROM unnest(weekdays, opens, closes) AS span (weekday, opening, closing)) AS hours
    FROM import_rows
) AS staged
LEFT JOIN (
    SELECT id, code, name, holiday_calendar, ({_COLUMNS})::text AS present,
        (SELECT coalesce(string_agg(weekday || ' ' || opens || ' ' || closes, ',' ORDER BY weekday, opens), '')
         FROM inventory_openinghours WHERE location_id = inventory_location.id) AS hours
    FROM inventory_location
) AS location ON location.code = staged.key
WHERE staged.line = import_rows.line AND staged.reason = ''
"""
_SET_LOCATIONS = f"""
INSERT INTO inventory_location (code, name, holiday_calendar, {_COLUMNS}, :columns)
SELECT key, names, holiday_calendar, {_COLUMNS}, :defaults FROM import_rows
WHERE reason = '' AND action <> 'same' AND line BETWEEN %(first)s AND %(last)s
ON CONFLICT (code) DO UPDATE SET
    name = inventory_location.name || excluded.name,
    holiday_calendar = coalesce(nullif(excluded.holiday_calendar, ''), inventory_location.holiday_calendar),
    ({_COLUMNS}) = ROW({", ".join(f"excluded.{name.strip()}" for name in _COLUMNS.split(","))})
"""
_CLEAR_HOURS = """
DELETE FROM inventory_openinghours USING inventory_location AS location, import_rows AS staged
WHERE location_id = location.id AND location.code = staged.key AND staged.reason = '' AND staged.action <> 'same'
    AND staged.line BETWEEN %(first)s AND %(last)s
"""
_SET_HOURS = """
INSERT INTO inventory_openinghours (location_id, weekday, opens, closes, :columns)
SELECT location.id, span.weekday, span.opens, span.closes, :defaults
FROM import_rows AS staged JOIN inventory_location AS location ON location.code = staged.key
CROSS JOIN unnest(staged.weekdays, staged.opens, staged.closes) AS span (weekday, opens, closes)
WHERE staged.reason = '' AND staged.action <> 'same' AND staged.line BETWEEN %(first)s AND %(last)s
"""

Span = tuple[int, time, time]


def import_stores(*, path: Path, options: Options) -> dict[str, Any]:
    """
    Create or change stores and warehouses from a CSV file, by code, and return the figures of the run.

    A row replaces everything about the location except exceptional days and whether it is active: hours and services
    that it does not name are removed. A calendar of public holidays that it does not name stays; places are closed on
    the holidays of theirs at once. Raises UnusableFile and ImportRunning.
    """

    def write(first: int, last: int) -> None:
        piece = {"first": first, "last": last}
        sql.execute(with_defaults(_SET_LOCATIONS, Location), piece)
        sql.execute(_CLEAR_HOURS, piece)
        sql.execute(with_defaults(_SET_HOURS, OpeningHours), piece)

    plan = Plan(
        required=REQUIRED,
        optional=OPTIONAL,
        staging=_STAGING,
        read=_read,
        check=_check,
        write=write,
        identify=_identify,
        numbers=tuple(DEFAULTS),
        fractions=("latitude", "longitude"),
    )
    figures = run_import(plan, path, options)
    if not options.is_trial:
        close_on_public_holidays(by=THE_SYSTEM, now=options.now)
    return figures


def parse_hours(cell: str) -> list[Span]:
    """
    Parse a week's hours: `Mo-Fr 09:00-18:00; Sa 10:00-13:00,14:00-16:00`; a day that is not named is closed.

    Returns (weekday, opens, closes) with Monday as 0, in order. Raises RowRefused for anything else, for a span that
    ends before it begins, and for overlapping spans of a day.
    """
    spans: list[Span] = []
    for rule in filter(str.strip, cell.lower().split(";")):
        days, _, times = rule.strip().partition(" ")
        for span in times.split(","):
            match = _SPAN.fullmatch(span.strip())
            if not match:
                raise RowRefused("hours_not_valid", rule.strip())
            opens = time(int(match[1]), int(match[2]))
            closes = time(int(match[3]), int(match[4])) if match[3] else END_OF_DAY
            for weekday in _weekdays(days):
                spans += _on(weekday, opens, closes)
    spans.sort()
    for place, (weekday, opens, closes) in enumerate(spans):
        follows = spans[place + 1 : place + 2]
        if closes <= opens or (follows and follows[0][0] == weekday and follows[0][1] < closes):
            raise RowRefused("hours_not_valid", f"{DAYS[weekday]} {opens:%H:%M}-{closes:%H:%M}")
    return spans


def _on(weekday: int, opens: time, closes: time) -> list[Span]:
    if closes == time():
        closes = END_OF_DAY
    if opens < closes or opens == closes:
        return [(weekday, opens, closes)]
    # Hours past midnight end on the next day.
    return [(weekday, opens, END_OF_DAY), ((weekday + 1) % len(DAYS), time(), closes)]


def _weekdays(days: str) -> list[int]:
    match = _DAYS.fullmatch(days)
    first, last = (match[1], match[2] or match[1]) if match else ("", "")
    if first not in DAYS or last not in DAYS:
        raise RowRefused("hours_not_valid", days)
    # A week may begin on any day: Sa-Th is all days but Friday.
    begin, count = DAYS.index(first), (DAYS.index(last) - DAYS.index(first)) % len(DAYS) + 1
    return [(begin + number) % len(DAYS) for number in range(count)]


def _check() -> None:
    execute_sorting(REFUSE_LATER_DUPLICATES, {})
    execute_sorting(_DECIDE, {})


def _read(cells: Cells) -> Sequence[Any]:
    services = _services(cells)
    spans = parse_hours(text(cells, "hours", longest=500))
    country = _country(cells)
    return (
        _code(cells),
        _names(cells),
        _one_of(cells, "kind", KINDS),
        required_prose(cells, "street_address", longest=200),
        plain_postcode(text(cells, "postal_code", longest=20)),
        required_prose(cells, "city", longest=100),
        country,
        left_empty(cells, "phone", lambda: phone_of(cells, region=country), empty=""),
        _degrees(cells, "latitude", 90),
        _degrees(cells, "longitude", 180),
        _time_zone(cells),
        left_empty(cells, "holiday_calendar", lambda: _calendar(cells), empty=""),
        *(service in services for service in SERVICES),
        *(_number(cells, name) for name in DEFAULTS),
        [weekday for weekday, _, _ in spans],
        [opens for _, opens, _ in spans],
        [closes for _, _, closes in spans],
    )


def _identify(cells: Cells) -> dict[str, Any]:
    return {"key": _code(cells)}


def _code(cells: Cells) -> str:
    code = plain_text(required_text(cells, "code", longest=40))
    if not _CODE.fullmatch(code):
        raise RowRefused("code_not_valid", code)
    return code


def _names(cells: Cells) -> str:
    names = {language: prose(cells, f"name_{language}", longest=200) for language in _LANGUAGES}
    names = {language: name for language, name in names.items() if name}
    if not names:
        raise RowRefused("missing_value", "a name in any language")
    return orjson.dumps(names).decode()


def _one_of(cells: Cells, name: str, known: Sequence[str]) -> str:
    value = text(cells, name, longest=40).lower()
    if value not in known:
        raise RowRefused("unknown_value", f"{name}: {value}; known are {', '.join(known)}")
    return value


def _services(cells: Cells) -> set[str]:
    named = set(text(cells, "services", longest=200).lower().split())
    if unknown := named - set(SERVICES):
        raise RowRefused("unknown_value", f"services: {', '.join(sorted(unknown))}; known are {', '.join(SERVICES)}")
    return named


def _country(cells: Cells) -> str:
    written = text(cells, "country_code", longest=10)
    code = known_country(written)
    if code is None:
        raise RowRefused("unknown_country", written)
    return code


def _time_zone(cells: Cells) -> str:
    written = text(cells, "time_zone", longest=60)
    name = known_time_zone(written)
    if name is None:
        raise RowRefused("unknown_time_zone", written)
    return name


def _calendar(cells: Cells) -> str:
    written = text(cells, "holiday_calendar", longest=20)
    calendar = known_calendar(written) if written else ""
    if calendar is None:
        raise RowRefused("unknown_calendar", written)
    return calendar


def _degrees(cells: Cells, name: str, most: int) -> float:
    value = decimal(cells, name)
    if abs(value) > most:
        raise RowRefused("not_on_earth", f"{name}: {value}")
    return float(value)


def _number(cells: Cells, name: str) -> int:
    if not text(cells, name, longest=20):
        return DEFAULTS[name]
    value = whole(cells, name)
    if value < 0:
        raise RowRefused("negative_quantity", f"{name}: {value}")
    if value > MOST.get(name, value):
        raise RowRefused("quantity_too_large", f"{name}: {value}, {MOST[name]} allowed")
    return value
