#!/usr/bin/env bash
# python-stdnum refuses every account number of Iran, Algeria, Morocco and Senegal; schwifty takes them.
#
# With: python-stdnum 2.2, schwifty 2026.10.1.
# A good engineer would guess: two libraries that check IBANs by ISO 13616 agree on a well-formed one,
#   or the one without rules for a country still checks the checksum.
# Seen: python-stdnum has the countries of SWIFT's register alone. Iran is not in it, although there every account
#   has such a number (the "sheba"), nor are others that schwifty knows by a list of its own.
#   stdnum raises InvalidComponent, just as for a number that is wrong; the checksum of each one here is right.
# Output seen:
#   IR: checksum right, stdnum InvalidComponent, schwifty valid
#   (the same line for DZ, MA and SN)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2 schwifty==2026.10.1
"$work/venv/bin/python" - <<'PY'
import schwifty
from stdnum import iban
from stdnum.exceptions import InvalidComponent
from stdnum.iso7064 import mod_97_10

accounts = {
    "IR": "0540105180021273113007",
    "DZ": "0002100001113000000570",
    "MA": "011519000001205000534921",
    "SN": "SN0100152000048500003035",
}
for country, bban in accounts.items():
    number = country + mod_97_10.calc_check_digits(bban + country) + bban
    assert mod_97_10.is_valid(number[4:] + number[:4])
    try:
        iban.validate(number)
    except InvalidComponent as error:
        answer = type(error).__name__
    else:
        raise SystemExit(f"stdnum takes {number} now")
    assert schwifty.IBAN(number).country_code == country
    print(f"{country}: checksum right, stdnum {answer}, schwifty valid")
PY
