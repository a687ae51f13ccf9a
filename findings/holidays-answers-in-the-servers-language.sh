#!/usr/bin/env bash
# A language that holidays does not have is answered in the language of the server's environment, without an error.
#
# With: holidays 0.108.
# A good engineer would guess: country_holidays("DE", language="fr") raises, or takes the country's own language or
#   English; in any case the same on every machine.
# Seen: the names are in whatever LANGUAGE says where the process runs, and so are those that no language was asked for:
#   Ukrainian on one server, English on the next. The same holds for "ar" and "fa", which Germany lacks. Worse for rows
#   that are stored: two workers with other environments rename each other's days for ever. Ask only for languages in
#   supported_languages, as public_holidays (inventory/rules/public_holidays.py) does.
# Output seen:
#   LANGUAGE=en_US: fr 'Christmas Day' / none 'Christmas Day' / de 'Erster Weihnachtstag'
#   LANGUAGE=uk: fr 'Перший день Різдва' / none 'Перший день Різдва' / de 'Erster Weihnachtstag'
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.108
cat > "$work/ask.py" <<'PYTHON'
import os
from datetime import date

import holidays

CHRISTMAS = date(2026, 12, 25)
assert "fr" not in holidays.country_holidays("DE").supported_languages
names = {
    asked: holidays.country_holidays("DE", years=2026, language=asked)[CHRISTMAS] for asked in ("fr", "ar", None, "de")
}
print(os.environ["LANGUAGE"], names)
expected = {"en_US": "Christmas Day", "uk": "Перший день Різдва"}[os.environ["LANGUAGE"]]
assert names == {"fr": expected, "ar": expected, None: expected, "de": "Erster Weihnachtstag"}, names
PYTHON
for language in en_US uk; do
  LANGUAGE=$language LC_ALL=C.UTF-8 "$work/venv/bin/python" "$work/ask.py"
done
