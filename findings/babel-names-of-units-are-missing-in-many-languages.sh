#!/usr/bin/env bash
# Babel has no long names of units in many languages, and writes its own internal ones there.
#
# With: Babel 2.18.0.
# A good engineer would guess: format_unit(3, "duration-day", locale=...) writes "3 days" as each language does; the
#   Unicode project's data have it for all of these.
# Seen: "3 duration-day" in Italian, Dutch, Portuguese, Turkish, Japanese, Chinese, Persian and Arabic, in the length that
#   is taken unless another one is asked for (long), and no error. Where the long name is the same as the short one, the
#   data only refer to it; Babel does not follow. length="short" has all of them. Weights in Persian, too.
#   duration_text (core/texts/formats.py) takes the short names.
# Output seen:
#   it '3 duration-day' '3 giorni' / ja '3 duration-day' '3 日' / fa '3 mass-kilogram' '3 کیلوگرم'
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.18.0
"$work/venv/bin/python" - <<'PYTHON'
from babel import __version__
from babel.units import format_unit

print("Babel", __version__)
AS_SHORT = ["it", "nl", "pt", "tr", "ja", "zh", "fa", "ar"]
for language in ["en", "de", *AS_SHORT]:
    long, short = (format_unit(3, "duration-day", locale=language, **length) for length in ({}, {"length": "short"}))
    print(language, repr(long), repr(short))
    assert ("duration-day" in long) == (language in AS_SHORT), language
    assert "duration-day" not in short, language
weights = format_unit(3, "mass-kilogram", locale="fa"), format_unit(3, "mass-kilogram", locale="fa", length="short")
print("fa", *map(repr, weights))
assert "mass-kilogram" in weights[0] and "mass-kilogram" not in weights[1]
PYTHON
