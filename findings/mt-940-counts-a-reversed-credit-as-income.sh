#!/usr/bin/env bash
# mt-940 gives the reversal of a credit a positive amount: money that left reads as money that came.
#
# With: mt-940 5.1.1.
# A good engineer would guess: amounts are signed by what they do to the balance, as those of D (debit) are.
#   In field 61, RC is the reversal of a credit (a payment that the bank took back) and RD that of a debit.
# Seen: only D is negative. RC is positive, so the sum of the entries is not the difference of the balances.
# Output seen:
#   C 10.00, D -4.00, RC 10.00, RD 4.00
#   sum of entries 20.00, balance moved 0.00
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1
"$work/venv/bin/python" - <<'PY'
from decimal import Decimal

import mt940

# A payment comes and is taken back, and a debit goes and is given back: the balance ends where it began.
statement = "\r\n".join((
    ":20:STATEMENT",
    ":25:37040044/0532013000",
    ":28C:1/1",
    ":60F:C261130EUR100,00",
    ":61:2612011201C10,00NTRFNONREF",
    ":61:2612011201D4,00NTRFNONREF",
    ":61:2612011201RC10,00NTRFNONREF",
    ":61:2612011201RD4,00NTRFNONREF",
    ":62F:C261201EUR100,00",
    "-",
))
transactions = mt940.parse(statement)
amounts = {entry.data["status"]: entry.data["amount"].amount for entry in transactions}
print(", ".join(f"{status} {amount}" for status, amount in amounts.items()))
first, last = transactions.data["final_opening_balance"], transactions.data["final_closing_balance"]
moved = last.amount.amount - first.amount.amount
print(f"sum of entries {sum(amounts.values())}, balance moved {moved}")

assert amounts == {"C": Decimal(10), "D": Decimal(-4), "RC": Decimal(10), "RD": Decimal(4)}
assert moved == 0
PY
