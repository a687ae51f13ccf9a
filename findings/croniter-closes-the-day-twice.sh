#!/usr/bin/env bash
# By croniter a job of 02:30 is due twice in the night in which clocks go back; by cronsim once.
#
# With: croniter 7.0.0, cronsim 2.8.
# A good engineer would guess: a job at a fixed time of day is due once a day, also on the day of 25 hours, as with
#   Debian's cron.
# Seen: croniter hands out 02:30 summer time and, an hour later, 02:30 winter time: what closes the day,
#   bills or pays out is started again. In spring both move the missing 02:30 to 03:00.
# Output seen:
#   croniter: 10-25 02:30+02:00, 10-25 02:30+01:00, 10-26 02:30+01:00
#   cronsim: 10-25 02:30+02:00, 10-26 02:30+01:00, 10-27 02:30+01:00
#   spring: 03-29 03:00+02:00 and 03-29 03:00+02:00
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check croniter==7.0.0 cronsim==2.8 tzdata==2026.6
"$work/venv/bin/python" - <<'PY'
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from croniter import croniter
from cronsim import CronSim

BERLIN = ZoneInfo("Europe/Berlin")
CLOSING = "30 2 * * *"


def times(found):
    return [time.isoformat(" ", "minutes")[5:] for time in islice(found, 3)]


autumn, spring = datetime(2026, 10, 24, 20, tzinfo=BERLIN), datetime(2026, 3, 28, 20, tzinfo=BERLIN)
twice = times(croniter(CLOSING, autumn).all_next(datetime))
once = times(CronSim(CLOSING, autumn))
print("croniter:", ", ".join(twice))
print("cronsim:", ", ".join(once))
assert twice == ["10-25 02:30+02:00", "10-25 02:30+01:00", "10-26 02:30+01:00"]
assert once == ["10-25 02:30+02:00", "10-26 02:30+01:00", "10-27 02:30+01:00"]

moved = times(croniter(CLOSING, spring).all_next(datetime))[0], times(CronSim(CLOSING, spring))[0]
print("spring: {} and {}".format(*moved))
assert moved == ("03-29 03:00+02:00", "03-29 03:00+02:00")
PY
