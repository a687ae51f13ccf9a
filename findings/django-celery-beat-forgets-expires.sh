#!/usr/bin/env bash
# django-celery-beat forgets the lifetime that Celery's own timetable gives a task.
#
# With: django-celery-beat 2.9.0, celery 5.6.3, Django 5.2.19.
# A good engineer would guess: an entry of beat_schedule with {"options": {"expires": 60}}, as Celery's own document
#   has it, expires after 60 s with the database scheduler, too.
# Seen: the row that it makes has neither expires nor expire_seconds, so its messages live for ever: a weekend without
#   a worker is a queue of everything that was due. Only expire_seconds, which Celery does not know, is kept.
# Output seen:
#   expires=60: expires None, expire_seconds None
#   expire_seconds=60: expires None, expire_seconds 60
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    django-celery-beat==2.9.0 celery==5.6.3 Django==5.2.19
"$work/venv/bin/python" - <<'PY'
import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["django_celery_beat"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    USE_TZ=True,
)
django.setup()

from celery import Celery
from django.core.management import call_command
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry

call_command("migrate", verbosity=0)
found = {}
for option in ("expires", "expire_seconds"):
    ModelEntry.from_entry(option, Celery(), task="letters.send", schedule=60.0, options={option: 60})
    row = PeriodicTask.objects.get(name=option)
    found[option] = (row.expires, row.expire_seconds)
    print(f"{option}=60: expires {row.expires}, expire_seconds {row.expire_seconds}")
assert found == {"expires": (None, None), "expire_seconds": (None, 60)}
PY
