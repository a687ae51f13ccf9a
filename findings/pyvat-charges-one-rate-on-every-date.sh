#!/usr/bin/env bash
# pyvat asks for the date of a sale, and charges the same rate on every one.
#
# With: pyvat 1.3.18. The rates in force are those of the national laws: Estonia 20 % until 2023, 22 % from January 2024,
#   24 % from July 2025; Finland 25.5 % from September 2024; Slovakia 23 % from January 2025; Romania 21 % from August 2025.
# A good engineer would guess: a function whose first argument is the date of the sale answers with the rate of that
#   day, and a release that knows Estonia's rise of 2024 knew what stood before it.
# Seen: the date decides nothing about the rate. A sale in Estonia in 2023 gets the rate of 2024, and sales of 2026 in
#   four countries get rates that have ended.
# Output seen:
#   EE 2023-06-01: 22 (law: 20)
#   EE 2026-12-01: 22 (law: 24)
#   FI 2026-12-01: 24 (law: 25.5)
#   SK 2026-12-01: 20 (law: 23)
#   RO 2026-12-01: 19 (law: 21)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyvat==1.3.18
"$work/venv/bin/python" - <<'PY'
from datetime import date

from pyvat import ItemType, Party, get_sale_vat_charge

LAW = {("EE", 2023): "20", ("EE", 2026): "24", ("FI", 2026): "25.5", ("SK", 2026): "23", ("RO", 2026): "21"}
DAYS = {2023: date(2023, 6, 1), 2026: date(2026, 12, 1)}
seller = Party("DE", True)
seen = {}
for (country, year), law in LAW.items():
    charge = get_sale_vat_charge(DAYS[year], ItemType.generic_electronic_service, Party(country, False), seller)
    seen[country, year] = int(charge.rate)
    print(f"{country} {DAYS[year]}: {charge.rate} (law: {law})")

assert seen == {("EE", 2023): 22, ("EE", 2026): 22, ("FI", 2026): 24, ("SK", 2026): 20, ("RO", 2026): 19}
PY
