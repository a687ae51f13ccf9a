#!/usr/bin/env bash
# phonenumbers calls a number with a country code possible that has no area code, though nobody can dial it.
#
# With: phonenumbers 9.0.42.
# A good engineer would guess: is_possible_number asks whether the length fits, so that +1 555 0100 and +98 91234, which
#   are written in international form without an area code, are refused; is_valid_number is only needed for the rest.
# Seen: both are "possible". The American one could be dialled from within its town, although the country code says
#   that it is meant for the world, which only is_possible_number_with_reason tells. For the Iranian one, five digits
#   long, even that says it is possible without reserve. is_valid_number refuses both.
# Output seen:
#   +1 555 0100: possible (IS_POSSIBLE_LOCAL_ONLY), not valid
#   +98 91234: possible (IS_POSSIBLE), not valid
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.42
"$work/venv/bin/python" - <<'PY'
import phonenumbers
from phonenumbers import ValidationResult

NAMES = {ValidationResult.IS_POSSIBLE: "IS_POSSIBLE", ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "IS_POSSIBLE_LOCAL_ONLY"}
expected = {"+1 555 0100": "IS_POSSIBLE_LOCAL_ONLY", "+98 91234": "IS_POSSIBLE"}
for written, reason in expected.items():
    number = phonenumbers.parse(written)
    found = NAMES[phonenumbers.is_possible_number_with_reason(number)]
    is_valid = phonenumbers.is_valid_number(number)
    assert phonenumbers.is_possible_number(number)
    print(f"{written}: possible ({found}), {'valid' if is_valid else 'not valid'}")
    assert (found, is_valid) == (reason, False)
PY
