#!/usr/bin/env bash
# Pint reads "1,5 kg" as fifteen kilograms, and "0,75 l" as nothing.
#
# With: Pint 0.25.3.
# A good engineer would guess: a weight with a decimal comma, as it stands on goods in most of Europe, is read as it is
#   meant or refused; Pint is strict about units, after all.
# Seen: every comma is taken out before anything is read. A kilogram and a half becomes fifteen, and what begins with
#   a zero becomes 0. A full German number, 1.234,5 kg, becomes 1.2345 kg.
# Output seen:
#   1,5 kg -> 15 kilogram
#   12,5 cm -> 125 centimeter
#   0,75 l -> 0 liter
#   1.234,5 kg -> 1.2345 kilogram
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check Pint==0.25.3
"$work/venv/bin/python" - <<'PY'
from pint import UnitRegistry

units = UnitRegistry()
seen = {}
for text in ("1,5 kg", "12,5 cm", "0,75 l", "1.234,5 kg"):
    quantity = units.Quantity(text)
    seen[text] = quantity.magnitude
    print(f"{text} -> {quantity}")

assert seen == {"1,5 kg": 15, "12,5 cm": 125, "0,75 l": 0, "1.234,5 kg": 1.2345}
PY
