"""The steps of every importer, from a file to the shop's tables."""

import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from core.data import sql
from core.data.imports.cells import Cells
from core.data.imports.files import CsvFile
from core.data.imports.numbers import decimal_mark, with_plain_numbers
from core.data.imports.progress import Progress, Silence
from core.data.imports.staging import (
    Column,
    Known,
    allow_sorting,
    drop_staging,
    knows_nothing,
    load,
    refused_by_reason,
    report_refused,
    report_told,
    told_by_reason,
)
from core.data.locks import try_to_hold
from core.errors import Refusal

ROWS_PER_TRANSACTION = 5000

_BY_ACTION = "SELECT action, count(*) AS rows FROM import_rows WHERE reason = '' GROUP BY action"
_END_OF_PIECE = """
SELECT max(line) AS line FROM (
    SELECT line FROM import_rows WHERE reason = '' AND action <> 'same' AND line > %(after)s
    ORDER BY line LIMIT %(rows)s
) AS piece
"""


class ImportRunning(Refusal):
    """Another import is running; two at once would block each other."""

    code = "import_running"


@dataclass(frozen=True, kw_only=True)
class Options:
    """
    The options of an import.

    is_trial: check everything and write nothing. refused_to: where the refused rows are written. told_to: where those
    cells of the other rows are written that were mended or left empty. delimiter, encoding, decimal_mark: what the file
    is known to have; otherwise it says so itself, or is refused. rows_per_transaction: how many rows are written,
    and locked, at once.
    """

    now: datetime
    is_trial: bool = False
    refused_to: Path | None = None
    told_to: Path | None = None
    delimiter: str = ""
    encoding: str = ""
    decimal_mark: str = ""
    rows_per_transaction: int = ROWS_PER_TRANSACTION
    progress: Progress = field(default_factory=Silence)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    The columns of one kind of file, and how its rows are imported.

    staging: the columns of the staging table; read fills them from a record's cells. identify: what a refused record is
    known by, so that no other takes its place. check: marks in the staging table which rows are refused and what each
    other row does. write: writes the accepted rows between two line numbers into the tables, inside a transaction.
    finish: runs once everything is written. numbers, fractions: the columns of numbers (core/data/imports/numbers.py).
    """

    required: Sequence[str]
    optional: Sequence[str]
    staging: Sequence[Column]
    read: Callable[[Cells], Sequence[Any]]
    check: Callable[[], None]
    write: Callable[[int, int], None]
    finish: Callable[[], None] = lambda: None
    identify: Callable[[Cells], Known] = knows_nothing
    numbers: Sequence[str] = ()
    fractions: Sequence[str] = ()


def run_import(plan: Plan, path: Path, options: Options) -> dict[str, Any]:
    """
    Import a file and return the figures: lines, created, updated, same (already as the file says), refused, and mended.

    Refused rows are reported and left out; the others are written. Safe to run again, also after an interruption.
    Raises UnusableFile, with nothing changed, and ImportRunning.
    """
    with one_at_a_time(), measured() as figures:
        file = CsvFile(path, delimiter=options.delimiter, encoding=options.encoding)
        records = file.open(required=plan.required, optional=plan.optional)
        mark = decimal_mark(file.delimiter, options.decimal_mark)
        read = with_plain_numbers(plan.read, numbers=plan.numbers, fractions=plan.fractions, mark=mark)
        lines = load(file, records, columns=plan.staging, read=read, identify=plan.identify, progress=options.progress)
        plan.check()
        if not options.is_trial:
            _write(plan, options, lines)
            plan.finish()
        report(options, file, required=plan.required, optional=plan.optional)
        options.progress.finish()
        done = {row["action"]: row["rows"] for row in sql.fetch_all(_BY_ACTION, {})}
        refused = refused_by_reason()
        figures.update(
            lines=lines,
            created=done.get("create", 0),
            updated=done.get("update", 0),
            same=done.get("same", 0),
            refused=sum(refused.values()),
            refused_by_reason=refused,
            **mended(),
            **read_as(file, mark),
            dry_run=options.is_trial,
        )
        drop_staging("import_rows")
    return figures


def report(options: Options, file: CsvFile, *, required: Sequence[str], optional: Sequence[str]) -> None:
    """Write the reports that were asked for."""
    if options.refused_to:
        report_refused(file, to=options.refused_to, required=required, optional=optional)
    if options.told_to:
        report_told(to=options.told_to)


def read_as(file: CsvFile, mark: str) -> dict[str, str]:
    """Return the figures of how the file was read. decimal_mark: empty where each number said it."""
    return {
        "encoding": file.encoding.removesuffix("-sig"),
        "separator": {"\t": "tab"}.get(file.delimiter, file.delimiter),
        "decimal_mark": mark,
    }


def mended() -> dict[str, Any]:
    """Return the figures of the cells that were mended or left empty in rows that are imported."""
    told = told_by_reason()
    return {"mended": sum(told.values()), "mended_by_reason": told}


@contextmanager
def measured() -> Iterator[dict[str, Any]]:
    """Yield a dictionary for an import's figures, and add its seconds and its peak memory at the end."""
    started = time.monotonic()
    figures: dict[str, Any] = {}
    yield figures
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # The kernel counts kilobytes, except on macOS, where it counts bytes.
    peak_mb = peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
    figures.update(seconds=round(time.monotonic() - started, 1), peak_mb=round(peak_mb, 1))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let only one import run in this database. Raises ImportRunning if one is already running."""
    with try_to_hold("import") as is_free:
        if not is_free:
            raise ImportRunning("Another import is running; start this one when it is done.")
        yield


def _write(plan: Plan, options: Options, lines: int) -> None:
    after = 0
    written = 0
    while True:
        piece = sql.fetch_one(_END_OF_PIECE, {"after": after, "rows": options.rows_per_transaction})
        if piece is None or piece["line"] is None:
            return
        with transaction.atomic():
            allow_sorting()
            plan.write(after + 1, piece["line"])
        after = piece["line"]
        written += options.rows_per_transaction
        options.progress.show("Writing", written / lines)
