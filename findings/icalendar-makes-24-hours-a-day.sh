#!/usr/bin/env bash
# In the night of a clock change, an event of PT8H that recurring-ical-events lists lasts seven hours.
#
# With: icalendar 7.3.0, recurring-ical-events 3.8.2.
# A good engineer would guess: RFC 5545 (3.3.6) tells durations apart. P1D is a day by the calendar, whatever its
#   length; hours are exact. A night shift of PT8H that begins at 22:00 on the eve of the spring change ends at 07:00.
# Seen: both are read into one timedelta, which is added to the time on the wall: PT8H ends at 06:00, after
#   7 hours, and PT24H ends where P1D does, after 23. In autumn the shift lasts 9 hours.
# Output seen:
#   spring PT8H: 22:00 to 06:00, 7 hours
#   spring PT24H: 22:00 to 22:00, 23 hours
#   spring P1D: 22:00 to 22:00, 23 hours
#   autumn PT8H: 22:00 to 06:00, 9 hours
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.0 recurring-ical-events==3.8.2
"$work/venv/bin/python" - <<'PY'
from datetime import datetime, timezone

import icalendar
import recurring_ical_events

CALENDAR = "\r\n".join((
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//shifts//EN",
    "BEGIN:VEVENT",
    "UID:1",
    "DTSTAMP:20260101T000000Z",
    "DTSTART;TZID=Europe/Berlin:{day}T220000",
    "DURATION:{duration}",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
))


def hours(season, day, duration):
    calendar = icalendar.Calendar.from_ical(CALENDAR.format(day=day, duration=duration))
    (event,) = recurring_ical_events.of(calendar).between(datetime(2026, 1, 1), datetime(2027, 1, 1))
    lasts = event.end.astimezone(timezone.utc) - event.start.astimezone(timezone.utc)
    lasts = lasts.total_seconds() / 3600
    print(f"{season} {duration}: {event.start:%H:%M} to {event.end:%H:%M}, {lasts:.0f} hours")
    return lasts


assert hours("spring", "20260328", "PT8H") == 7
assert hours("spring", "20260328", "PT24H") == hours("spring", "20260328", "P1D") == 23
assert hours("autumn", "20261024", "PT8H") == 9
PY
