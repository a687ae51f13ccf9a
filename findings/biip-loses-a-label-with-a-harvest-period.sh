#!/usr/bin/env bash
# biip loses the article's number of a label that names the days of a harvest.
#
# With: biip 5.2.0, against python-stdnum 2.2, which reads the same label.
# A good engineer would guess: a label of fresh goods with a GTIN (01) and a harvest date, AI (7007), is read whether
#   the harvest took one day or several; its format is YYMMDD or YYMMDDYYMMDD (GS1 General Specifications, section 3).
# Seen: with one day both parts are read. With a period the message has no parts at all, so the GTIN in front of it is
#   lost as well, and a scanner at the goods-in desk finds no article. No exception is raised.
# Output seen:
#   one day: ['01', '7007']
#   a period: None; python-stdnum reads ['01', '7007'], 2026-01-01 to 2026-02-01
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check biip==5.2.0 python-stdnum==2.2
"$work/venv/bin/python" - <<'PY'
import biip
from stdnum import gs1_128

GOODS = "0104006381333931"


def parts(label):
    message = biip.parse(label).gs1_message
    return message and [part.ai.ai for part in message.element_strings]


one_day, period = parts(f"{GOODS}7007260101"), parts(f"{GOODS}7007260101260201")
known = gs1_128.info(f"{GOODS}7007260101260201")
begin, end = known["7007"]
print(f"one day: {one_day}")
print(f"a period: {period}; python-stdnum reads {list(known)}, {begin} to {end}")

assert one_day == ["01", "7007"]
assert period is None
assert (list(known), str(begin), str(end)) == (["01", "7007"], "2026-01-01", "2026-02-01")
PY
