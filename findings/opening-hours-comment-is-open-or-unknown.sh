#!/usr/bin/env bash
# Two parsers of OpenStreetMap's opening_hours disagree on whether a shop is open.
#
# With: opening-hours-py 2.1.4 (PyPI), opening_hours 3.15.0 (npm).
# A good engineer would guess: both read one format, so both tell the same. By Mo-Fr 10:00-18:00 || "by appointment"
#   the shop is, on a Saturday night, none to walk into: both know a third state, "unknown", for that.
# Seen: npm's says unknown; Python's says open, day and night, and so would a map that is made with it.
#   Of a day whose end nobody knows (10:00+, "open end"), Python's says open at 23:00 and npm's unknown.
# Output seen:
#   Mo-Fr 10:00-18:00 || "by appointment": Python open, JavaScript unknown
#   10:00+: Python open, JavaScript unknown
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check opening-hours-py==2.1.4
npm install --silent --no-audit --no-fund opening_hours@3.15.0 >npm.log 2>&1 || { cat npm.log >&2; exit 1; }

# It is Saturday, 12 December 2026, 23:00, and nobody is there.
python_says() {
    venv/bin/python -c 'import sys; from datetime import datetime; from opening_hours import OpeningHours
state, _ = OpeningHours(sys.argv[1]).state(datetime(2026, 12, 12, 23)); print(str(state).removeprefix("State."))' "$1"
}
javascript_says() {
    node -e 'const Hours = require("opening_hours"); const shop = new Hours(process.argv[1]);
const time = new Date(2026, 11, 12, 23);
console.log(shop.getState(time) ? "open" : shop.getUnknown(time) ? "unknown" : "closed")' "$1"
}
for hours in 'Mo-Fr 10:00-18:00 || "by appointment"' '10:00+'; do
    python=$(python_says "$hours")
    javascript=$(javascript_says "$hours")
    echo "$hours: Python $python, JavaScript $javascript"
    [ "$python $javascript" = "open unknown" ]
done
