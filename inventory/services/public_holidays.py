"""Days on which places are closed by law: they become exceptions of their opening hours, which staff may change."""

from datetime import date, datetime, timedelta

import orjson
from django.conf import settings
from django.db import transaction

from core.actors import Actor
from core.data import sql
from core.days import day_in
from core.journal import publish
from inventory.events import CatalogueChanged
from inventory.models import Location
from inventory.rules.public_holidays import public_holidays

# Nothing is promised for a later day.
DAYS_AHEAD = 120

# What staff entered for a day stands, whatever the calendar says.
_WRITE = """
INSERT INTO inventory_openingexception (location_id, day, note, source)
SELECT %(location)s, holiday.day, holiday.note, 'calendar'
FROM jsonb_to_recordset(%(holidays)s::jsonb) AS holiday (day date, note jsonb)
ON CONFLICT (location_id, day) DO UPDATE SET note = excluded.note
WHERE inventory_openingexception.source = 'calendar' AND inventory_openingexception.note <> excluded.note
"""
_TAKE_BACK = """
DELETE FROM inventory_openingexception
WHERE location_id = %(location)s AND source = 'calendar' AND day >= %(today)s AND day <> ALL(%(days)s::date[])
"""


def close_on_public_holidays(*, by: Actor, now: datetime, location_id: int | None = None) -> int:
    """
    Close every place, or one, on the public holidays of its calendar in the coming days; return how many have changed.

    What was closed for an earlier calendar, or for a holiday that has moved, is taken back from today on. Each place
    has a transaction of its own, and tells when it changed.
    """
    places = Location.objects.filter(is_active=True).order_by("pk")
    if location_id is not None:
        places = places.filter(pk=location_id)
    return sum(_close(place, by=by, now=now) for place in places)


@transaction.atomic
def _close(place: Location, *, by: Actor, now: datetime) -> bool:
    today = day_in(place.time_zone, now)
    coming = _coming(place.holiday_calendar, today) if place.holiday_calendar else {}
    rows = [{"day": day.isoformat(), "note": names} for day, names in coming.items()]
    about = {"location": place.pk, "today": today, "days": list(coming), "holidays": orjson.dumps(rows).decode()}
    changed = sql.execute(_TAKE_BACK, about) + sql.execute(_WRITE, about)
    if changed:
        publish(CatalogueChanged(by=by, occurred_at=now, ref=place.code, product_id=None, change="edited"))
    return changed > 0


def _coming(calendar: str, today: date) -> dict[date, dict[str, str]]:
    last = today + timedelta(days=DAYS_AHEAD)
    languages = [code for code, _name in settings.LANGUAGES]
    found = public_holidays(calendar, years={today.year, last.year}, languages=languages)
    return {day: names for day, names in found.items() if today <= day <= last}
