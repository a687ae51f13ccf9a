#!/usr/bin/env bash
# A French or Swiss price that Babel formats comes out of a receipt printer with a question mark in it.
#
# With: Babel 2.18.0 meeting python-escpos 3.1 (profiles "default" and "TM-T88V").
# A good engineer would guess: a thousands separator is a space or a mark that every code page has, or that
#   python-escpos, which searches the printer's code pages for each letter, falls back to a plain space.
# Seen: French uses U+202F (narrow no-break space), which no code page has. It is sent as "?", without an error,
#   so that 12,345.00 reads as "12?345,00". The no-break space before the sign of the euro gets through.
# Output seen:
#   default: b'12?345,00\xff'
#   TM-T88V: b'12?345,00\xff'
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.18.0 python-escpos==3.1 setuptools==80.9.0
"$work/venv/bin/python" -W ignore - <<'PY'
from decimal import Decimal

from babel.numbers import format_currency
from escpos.printer import Dummy

price = format_currency(Decimal(12345), "EUR", locale="fr")
assert price == "12\N{NARROW NO-BREAK SPACE}345,00\N{NO-BREAK SPACE}€"
for profile in ("default", "TM-T88V"):
    printer = Dummy(profile=profile)
    printer.text(price)
    _, line = printer.output.split(b"\x1bt\x00", 1)  # ESC t 0 selects the first code page.
    line = line.split(b"\x1b")[0]
    print(f"{profile}: {line}")
    assert line.startswith(b"12?345,00"), printer.output
PY
