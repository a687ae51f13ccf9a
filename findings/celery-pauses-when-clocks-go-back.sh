#!/usr/bin/env bash
# Celery's crontab does nothing for ninety minutes, each autumn, where it should do something every thirty.
#
# With: celery 5.6.3 with a time zone that changes its clocks.
# A good engineer would guess: crontab(minute="*/30") is due every thirty minutes; clocks going back from 03:00 to 02:00
#   could make it run more often, as the hour comes twice, but not less.
# Seen: the second 02:00 and the second 02:30 are left out. Whatever "every half hour" keeps going (orders that expire,
#   an outbox that is emptied) stands still; is_due() itself says so, asked every minute as beat asks.
# Output seen:
#   01:30+02:00 02:00+02:00 02:30+02:00 03:00+01:00 03:30+01:00
#   longest pause: 90 minutes
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check celery==5.6.3 tzdata==2026.6
"$work/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from celery import Celery
from celery.schedules import crontab

BERLIN = ZoneInfo("Europe/Berlin")
app = Celery()
app.conf.timezone = "Europe/Berlin"
minute = datetime(2026, 10, 24, 23, tzinfo=timezone.utc)  # Clocks go back at 01:00 UTC, two hours later.
half_hourly = crontab(minute="*/30", app=app, nowfun=lambda: minute.astimezone(BERLIN))

last, runs = minute, []
while minute < datetime(2026, 10, 25, 3, tzinfo=timezone.utc):
    if half_hourly.is_due(last.astimezone(BERLIN)).is_due:
        last = minute
        runs.append(minute)
    minute += timedelta(minutes=1)

print(*(run.astimezone(BERLIN).isoformat("T", "minutes").split("T")[1] for run in runs))
pause = max(later - earlier for earlier, later in zip(runs, runs[1:])) // timedelta(minutes=1)
print(f"longest pause: {pause} minutes")
assert pause == 90
PY
