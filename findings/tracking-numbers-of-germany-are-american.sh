#!/usr/bin/env bash
# A German parcel's number is recognised as a parcel of the United States Postal Service, with a link to it.
#
# With: ts-tracking-number 1.0.17 (npm), tracking-numbers 0.1.8 (PyPI).
# A good engineer would guess: a library that names the carrier of a number knows the serial shipping container code of
#   twenty digits that stands on every German parcel label (application identifier 00), or says that it knows none. And
#   two libraries built from one list of patterns agree.
# Seen: in JavaScript the number 00340434161094042557, a serial shipping container code with a German company prefix
#   and the right check digit, is "USPS 20", with the address of that service's site. In Python it is nothing.
# Output seen:
#   JavaScript: USPS 20, tools.usps.com
#   Python: None
#   check digit of GS1: 7
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund ts-tracking-number@1.0.17 >npm.log 2>&1 || { cat npm.log >&2; exit 1; }
node - <<'JS'
const assert = require('node:assert');
const { getTracking } = require('ts-tracking-number');

const found = getTracking('00340434161094042557');
console.log(`JavaScript: ${found.name}, ${new URL(found.trackingUrl.replace('%s', '1')).host}`);
assert.equal(found.name, 'USPS 20');
JS
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check tracking-numbers==0.1.8
"$work/venv/bin/python" - <<'PY'
from tracking_numbers import get_tracking_number

number = "00340434161094042557"
found = get_tracking_number(number)
print(f"Python: {found}")
assert found is None

weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number[2:-1])))
print(f"check digit of GS1: {-weighted % 10}")
assert -weighted % 10 == int(number[-1])
PY
