#!/usr/bin/env bash
# py-moneyed counts the fils of an Iraqi dinar, and prints the amount without them.
#
# With: py-moneyed 3.0 and Babel 2.18.0, on which it relies for printing.
# A good engineer would guess: one library holds one opinion on how many digits a currency has,
#   so that what str() shows is what get_amount_in_sub_unit() hands to a payment service.
# Seen: sub units come from ISO 4217 (1 dinar = 1000 fils, 1 rial = 100 dinar), while str() follows CLDR,
#   where both have no digits: 1.5 dinars are 1500 fils and are printed as 2; so are 2.5 dinars (half to even).
#   The two also round differently: 1.999 dollars are printed as 2.00 and are 199 cents.
# Output seen:
#   1.5 IQD: sub units 1500, printed IQD 2
#   2.5 IQD: sub units 2500, printed IQD 2
#   1.5 IRR: sub units 150, printed IRR 2
#   1.5 KWD: sub units 1500, printed KWD 1.500
#   1.999 USD: sub units 199, printed $ 2.00
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check py-moneyed==3.0 Babel==2.18.0
"$work/venv/bin/python" - <<'PY'
from moneyed import Money

seen = {}
for amount, currency in (("1.5", "IQD"), ("2.5", "IQD"), ("1.5", "IRR"), ("1.5", "KWD"), ("1.999", "USD")):
    money = Money(amount, currency)
    seen[amount, currency] = money.get_amount_in_sub_unit(), str(money).replace("\N{NO-BREAK SPACE}", " ")
    print("{} {}: sub units {}, printed {}".format(amount, currency, *seen[amount, currency]))

assert seen == {
    ("1.5", "IQD"): (1500, "IQD 2"),
    ("2.5", "IQD"): (2500, "IQD 2"),
    ("1.5", "IRR"): (150, "IRR 2"),
    ("1.5", "KWD"): (1500, "KWD 1.500"),
    ("1.999", "USD"): (199, "$ 2.00"),
}
PY
