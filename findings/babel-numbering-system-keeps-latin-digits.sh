#!/usr/bin/env bash
# Babel's numbering system changes the separators of a number, but not its digits.
#
# With: Babel 2.18.0 (CLDR's own numbering system of Persian is "arabext").
# A good engineer would guess: format_decimal(..., locale="fa", numbering_system="default")
#   writes the number as Iran does, "۱٬۲۳۴٫۵", and parse_decimal with the same arguments reads that only.
# Seen: Latin digits between Persian separators, which nobody writes. The same for Egypt, Iraq and Sorani.
#   Reading takes either digits, but the separators must be Persian.
# Output seen:
#   fa 1٬234٫5 / ar_EG 1٬234٫5 / ar_IQ 1٬234٫5 / ckb 1٬234٫5
#   read back: 1234.5 from Persian digits, 1234.5 from Latin digits
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.18.0
"$work/venv/bin/python" - <<'PY'
from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal, parse_decimal

price = Decimal("1234.5")
native = {}
for name in ("fa", "ar_EG", "ar_IQ", "ckb"):
    native[name] = format_decimal(price, locale=name, numbering_system="default")
print(" / ".join(f"{name} {text}" for name, text in native.items()))

assert Locale.parse("fa").default_numbering_system == "arabext"
for text in native.values():
    assert text == "1\N{ARABIC THOUSANDS SEPARATOR}234\N{ARABIC DECIMAL SEPARATOR}5", ascii(text)

read = [parse_decimal(text, locale="fa", numbering_system="default") for text in ("۱٬۲۳۴٫۵", native["fa"])]
print(f"read back: {read[0]} from Persian digits, {read[1]} from Latin digits")
assert read == [price, price]
PY
