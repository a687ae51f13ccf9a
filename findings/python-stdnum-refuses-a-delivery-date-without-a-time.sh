#!/usr/bin/env bash
# python-stdnum refuses a parcel label whose delivery date has no time.
#
# With: python-stdnum 2.2, against biip 5.2.0, which reads the same label.
# A good engineer would guess: the parser of GS1-128 takes "not before delivery date time", AI (4324), as its format
#   says: YYMMDDhhmm, with 9999 for hour and minute where no time is given (GS1 General Specifications, section 3.8).
# Seen: 9999 is read as a time of day. ValueError, so the whole label is lost, with the number of the box (00) and
#   everything else on it. A date with a time is read.
# Output seen:
#   00340123450000000000 4324 2612311530: 2026-12-31 15:30:00
#   00340123450000000000 4324 2612319999: ValueError; biip reads 2026-12-31
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2 biip==5.2.0
"$work/venv/bin/python" - <<'PY'
import biip
from stdnum import gs1_128

BOX = "00340123450000000000"
with_time, without = f"{BOX}43242612311530", f"{BOX}43242612319999"

read = gs1_128.info(with_time)["4324"]
print(f"{BOX} 4324 2612311530: {read}")
assert str(read) == "2026-12-31 15:30:00"

try:
    gs1_128.info(without)
except ValueError as error:
    refused = type(error).__name__
else:
    raise SystemExit("python-stdnum reads it now")
dates = [str(part.date) for part in biip.parse(without).gs1_message.element_strings if part.ai.ai == "4324"]
print(f"{BOX} 4324 2612319999: {refused}; biip reads {dates[0]}")
assert dates == ["2026-12-31"]
PY
