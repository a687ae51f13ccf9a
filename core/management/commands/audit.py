"""`manage.py audit`: check every invariant in the database."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.data.invariants import find_breaches, registered

MOST_ROWS_SHOWN = 20


class Command(BaseCommand):
    help = "Run every invariant as SQL and print the rows that breach it; exit code 1 if there are any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the breaches as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        breaches = find_breaches()
        if options["json"]:
            self.stdout.write(json.dumps(breaches, default=str))
        else:
            self._tell(breaches)
        if breaches:
            raise CommandError(f"{len(breaches)} of {len(registered())} invariants are breached.")

    def _tell(self, breaches: dict[str, list[dict[str, Any]]]) -> None:
        for check in registered():
            rows = breaches.get(check.name, [])
            self.stdout.write(f"{'BREACHED' if rows else 'ok':8}  {check.name}")
            for row in rows[:MOST_ROWS_SHOWN]:
                self.stdout.write(f"            {json.dumps(row, default=str)}")
