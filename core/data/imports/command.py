"""The command line that all importers share."""

import json
from argparse import ArgumentTypeError
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from core.data.imports.numbers import COMMA, POINT
from core.data.imports.progress import Bar, Silence
from core.data.imports.run import ROWS_PER_TRANSACTION, Options
from core.errors import Refusal

BY_REASON = "_by_reason"


class ImportCommand(BaseCommand):
    """A command that imports one file; subclasses say which kind in import_file."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments that every importer shares."""
        parser.add_argument("file", type=Path, metavar="FILE", help="A CSV file, gzipped or not.")
        parser.add_argument("--dry-run", action="store_true", help="Check everything, write nothing.")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="Write the refused rows with their reasons to this CSV file."
        )
        parser.add_argument(
            "--mended",
            type=Path,
            metavar="FILE",
            help="Write the cells of the other rows that were mended or left empty to this CSV file.",
        )
        parser.add_argument("--json", action="store_true", help="End with the figures as one line of JSON.")
        parser.add_argument(
            "--delimiter", default="", help="What separates the cells; a comma, semicolon or tab is recognised."
        )
        parser.add_argument(
            "--encoding", type=_encoding, help="For example cp1252; by default the file itself says it."
        )
        parser.add_argument(
            "--decimal",
            default="",
            choices=(POINT, COMMA),
            help="The mark before decimal places, if numbers leave it open.",
        )
        parser.add_argument(
            "--rows-per-transaction",
            type=int,
            default=ROWS_PER_TRANSACTION,
            metavar="N",
            help=f"How many rows are written at once; {ROWS_PER_TRANSACTION} by default.",
        )

    def import_file(self, path: Path, options: Options, **chosen: Any) -> dict[str, Any]:
        """Import the file and return its figures; chosen holds the command's own options."""
        raise NotImplementedError

    def handle(self, **chosen: Any) -> None:
        """Run the import and print its figures."""
        if len(chosen["delimiter"]) > 1 or chosen["rows_per_transaction"] < 1:
            raise CommandError("The delimiter is one character, and rows per transaction are at least 1.")
        options = Options(
            now=timezone.now(),
            is_trial=chosen["dry_run"],
            refused_to=chosen["refused"],
            told_to=chosen["mended"],
            delimiter=chosen["delimiter"],
            encoding=chosen["encoding"] or "",
            decimal_mark=chosen["decimal"],
            rows_per_transaction=chosen["rows_per_transaction"],
            progress=Bar() if chosen["verbosity"] else Silence(),
        )
        for report in filter(None, (options.refused_to, options.told_to)):
            self._check_writable(report)
        try:
            figures = self.import_file(chosen["file"], options, **chosen)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OperationalError as error:
            # Committed pieces are complete; the next run continues from there.
            raise CommandError(f"PostgreSQL broke off ({str(error).strip()}). Run the import again.") from error
        self._print(figures, as_json=chosen["json"])

    def _check_writable(self, path: Path) -> None:
        try:
            path.touch()
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error

    def _print(self, figures: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(_json_line(figures))
            return
        for name, value in figures.items():
            if not name.endswith(BY_REASON):
                self.stdout.write(f"{name.replace('_', ' '):<22} {value}")
        for name, value in figures.items():
            if name.endswith(BY_REASON):
                what = f"{name.removesuffix(BY_REASON)}:"
                for reason, count in value.items():
                    self.stdout.write(f"  {what:<8} {reason:<26} {count}")


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError as error:
        raise ArgumentTypeError(f"{name!r} is no encoding.") from error
    return name


def _json_line(figures: dict[str, Any]) -> str:
    # Amounts of money are strings, because a float would lose their decimal places (100.50).
    parts = (
        f"{json.dumps(name)}: {value if isinstance(value, Decimal) else json.dumps(value)}"
        for name, value in figures.items()
    )
    return "{" + ", ".join(parts) + "}"
