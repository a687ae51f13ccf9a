#!/usr/bin/env bash
# python-stdnum writes a weight under another GS1 identifier than the one that it was given.
#
# With: python-stdnum 2.2.
# A good engineer would guess: the key of gs1_128.encode() is the application identifier that is written;
#   3103 is "net weight in kilograms, three decimals", the one that retail scales and tills use.
# Seen: the last digit follows the decimals that the Decimal happens to have. A round weight of 1.2 kg gets 3101,
#   and 2 kg get 3100, so that a till which looks for 3103 finds no weight. No error, and 3103 cannot be insisted on
#   but by quantizing the weight first.
# Output seen:
#   1.234 kg -> 3103001234
#   1.2 kg -> 3101000012
#   2 kg -> 3100000002
#   1.200 kg -> 3103001200
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2
"$work/venv/bin/python" - <<'PY'
from decimal import Decimal

from stdnum import gs1_128

seen = {kilograms: gs1_128.encode({"3103": Decimal(kilograms)}) for kilograms in ("1.234", "1.2", "2", "1.200")}
for kilograms, code in seen.items():
    print(f"{kilograms} kg -> {code}")

assert seen == {"1.234": "3103001234", "1.2": "3101000012", "2": "3100000002", "1.200": "3103001200"}
PY
