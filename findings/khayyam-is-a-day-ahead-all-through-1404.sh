#!/usr/bin/env bash
# Khayyam is a day ahead of Iran from 20 March 2025 to 20 March 2026.
#
# With: Khayyam 3.0.17; jdatetime 6.1.1 agrees with the calendar that hangs in Iran.
# A good engineer would guess: a library of the Persian calendar knows today's date in Iran.
# Seen: it takes 1404 for the leap year and not 1403 (the arithmetic of the 2820-year cycle), so every invoice,
#   holiday and tax quarter of 1404 is dated a day ahead. Nowruz 1404 was on 21 March 2025. The same again in 1437.
# Output seen:
#   2025-03-20: Khayyam 1404-01-01, jdatetime 1403-12-30
#   2025-12-01: Khayyam 1404-09-11, jdatetime 1404-09-10
#   2026-03-20: Khayyam 1404-12-30, jdatetime 1404-12-29
#   2026-03-21: Khayyam 1405-01-01, jdatetime 1405-01-01
#   days that differ, 2025 to 2060: 732
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check Khayyam==3.0.17 jdatetime==6.1.1
"$work/venv/bin/python" - <<'PY'
from datetime import date, timedelta

import jdatetime
import khayyam


def both(day):
    return str(khayyam.JalaliDate(day)), str(jdatetime.date.fromgregorian(date=day))


for day in (date(2025, 3, 20), date(2025, 12, 1), date(2026, 3, 20), date(2026, 3, 21)):
    print("{}: Khayyam {}, jdatetime {}".format(day, *both(day)))

assert both(date(2025, 3, 20)) == ("1404-01-01", "1403-12-30")
assert both(date(2026, 3, 20)) == ("1404-12-30", "1404-12-29")
days = [date(2025, 1, 1) + timedelta(days=number) for number in range(36 * 365)]
differ = [day for day in days if len(set(both(day))) == 2]
print(f"days that differ, 2025 to 2060: {len(differ)}")
assert len(differ) == 732
assert date(2025, 3, 20) == differ[0] and date(2026, 3, 20) in differ and date(2026, 3, 21) not in differ
PY
