#!/usr/bin/env bash
# A time with an offset goes into icalendar, and comes back from it without one.
#
# With: icalendar 7.3.0, vobject 0.9.9.
# A good engineer would guess: datetime.fromisoformat("2026-01-01T09:00:00+03:30") is one moment; the library writes
#   it as UTC (05:30Z), which is all that the format has for an offset, or refuses.
# Seen: it writes TZID="UTC+03:30", a zone that it does not define (RFC 5545 demands a VTIMEZONE for it), nor does
#   add_missing_timezones() add one. icalendar itself and vobject read 09:00 back as a time without a zone:
#   for a reader elsewhere, another moment.
# Output seen:
#   DTSTART;TZID="UTC+03:30":20260101T090000
#   icalendar reads 2026-01-01T09:00:00, vobject reads 2026-01-01T09:00:00
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.0 vobject==0.9.9
"$work/venv/bin/python" - 2>"$work/errors" <<'PY' || { cat "$work/errors" >&2; exit 1; }
from datetime import datetime

import icalendar
import vobject

event = icalendar.Event()
event.add("uid", "1")
event.add("dtstart", datetime.fromisoformat("2026-01-01T09:00:00+03:30"))
calendar = icalendar.Calendar()
calendar.add("version", "2.0")
calendar.add("prodid", "-//pickup//EN")
calendar.add_component(event)
calendar.add_missing_timezones()
text = calendar.to_ical().decode()

line = next(line for line in text.splitlines() if line.startswith("DTSTART"))
print(line)
assert line == 'DTSTART;TZID="UTC+03:30":20260101T090000'
assert "VTIMEZONE" not in text

(own,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
other = vobject.readOne(text).vevent.dtstart.value
print(f"icalendar reads {own.start.isoformat()}, vobject reads {other.isoformat()}")
assert own.start == other == datetime(2026, 1, 1, 9)
assert own.start.tzinfo is other.tzinfo is None
PY
