#!/usr/bin/env bash
# price-parser knows that it read a currency of three decimals, and still takes them for thousands.
#
# With: price-parser 0.5.1.
# A good engineer would guess: "1.250 KWD", the usual way to write a price in Kuwait, is one dinar and a quarter;
#   the library finds the currency, after all. And a price in Persian digits is read whole or not at all.
# Seen: the Kuwaiti price is read as 1250 KWD, a thousand times too much, without a word.
#   A Persian price ends at its thousands separator: 123,456 tomans become 123.
# Output seen:
#   1.250 KWD -> 1250 KWD
#   KD 1.250 -> 1250 KD
#   1.25 KWD -> 1.25 KWD
#   ۱۲۳٬۴۵۶ تومان -> 123 تومان
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check price-parser==0.5.1
"$work/venv/bin/python" - <<'PY'
from decimal import Decimal

from price_parser import Price

seen = {}
for text in ("1.250 KWD", "KD 1.250", "1.25 KWD", "۱۲۳٬۴۵۶ تومان"):
    price = Price.fromstring(text)
    seen[text] = price.amount, price.currency
    print(f"{text} -> {price.amount} {price.currency}")

assert seen["1.250 KWD"] == (Decimal(1250), "KWD")
assert seen["KD 1.250"] == (Decimal(1250), "KD")
assert seen["1.25 KWD"] == (Decimal("1.25"), "KWD")
assert seen["۱۲۳٬۴۵۶ تومان"] == (Decimal(123), "تومان")
PY
