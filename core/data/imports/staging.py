"""
The staging table through which every import goes: one row per record of the file.

Every importer calls it import_rows, so that statements on it can be constants; only one import runs at a time. It is no
temporary table, which would belong to one session: several sessions may write, and behind a pooler each transaction may
run in another. What a killed import leaves behind is dropped by the next. It always has the columns line, reason,
detail and action: a row whose reason is not empty is refused; action says what an accepted row does to the shop
(create, update, same).
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from django.db import connection, transaction

from core.data import sql
from core.data.imports.cells import RowRefused
from core.data.imports.files import CsvFile, Record
from core.data.imports.progress import Progress

ROWS_BETWEEN_REPORTS = 5000
REFUSED_PAGE = 5000
LONGEST_REPORTED_CELL = 500
SORTING_MEMORY = "128MB"

Cells = dict[str, str]

_RESULT = "SELECT reason, count(*) AS rows FROM import_rows WHERE reason <> '' GROUP BY reason ORDER BY 2 DESC, 1"


class Column(NamedTuple):
    """A column of the staging table; type is an SQL type."""

    name: str
    type: str


# Several rows with the same key would overwrite each other in an arbitrary order.
REFUSE_LATER_DUPLICATES = """
UPDATE import_rows SET reason = 'duplicate_key', detail = 'first on line ' || duplicates.first_line
FROM (
    SELECT line, min(line) OVER (PARTITION BY key) AS first_line FROM import_rows WHERE reason = ''
) AS duplicates
WHERE duplicates.line = import_rows.line AND duplicates.first_line < import_rows.line
"""


def load(
    file: CsvFile,
    records: Iterable[Record],
    *,
    columns: Sequence[Column],
    read: Callable[[Cells], Sequence[Any]],
    progress: Progress,
) -> int:
    """
    Copy a file into a new staging table and return how many records it has.

    read: turns a record's cells, by name, into the values of the columns; raises RowRefused.
    """
    definition = ", ".join(f"{column.name} {column.type}" for column in columns)
    drop_staging("import_rows")
    sql.execute(
        "CREATE UNLOGGED TABLE import_rows (line integer, reason text DEFAULT '', "
        f"detail text DEFAULT '', action text DEFAULT '', {definition})",
        {},
    )
    names = ", ".join(["line", "reason", "detail", *(column.name for column in columns)])
    count = 0
    with (
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(f"COPY import_rows ({names}) FROM STDIN") as copy,
    ):
        for row in _staged(file, records, columns=columns, read=read):
            copy.write_row(row)
            count += 1
            if count % ROWS_BETWEEN_REPORTS == 0:
                progress.show("Reading", file.part_read())
    progress.show("Reading", 1.0)
    sql.execute("ALTER TABLE import_rows ADD PRIMARY KEY (line)", {})
    sql.execute("ANALYZE import_rows", {})
    return count


def drop_staging(*tables: str) -> None:
    """Drop staging tables if they exist, for example because a killed run left them behind."""
    for table in tables:
        sql.execute(f"DROP TABLE IF EXISTS {table}", {})


def allow_sorting() -> None:
    """Let the transaction sort and group in memory; the few megabytes of a web request would spill to disk."""
    # For the transaction alone: behind a pooler a session's setting would stay with a connection of others.
    sql.execute(f"SET LOCAL work_mem = '{SORTING_MEMORY}'", {})


def execute_sorting(statement: str, parameters: sql.Parameters) -> int:
    """Run a statement that sorts or groups the whole file, in its own transaction; return how many rows it wrote."""
    with transaction.atomic():
        allow_sorting()
        return sql.execute(statement, parameters)


def refused_by_reason() -> dict[str, int]:
    """Count the refused rows by reason, the most frequent first."""
    return {row["reason"]: row["rows"] for row in sql.fetch_all(_RESULT, {})}


def report_refused(file: CsvFile, *, to: Path, required: Sequence[str], optional: Sequence[str]) -> None:
    """
    Write the refused rows as CSV: line, reason and detail, then their unchanged cells.

    The file is read a second time in step with the refusals, so that no cells need to be stored.
    """
    with to.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        writer = csv.writer(stream)
        source = CsvFile(file.path, delimiter=file.delimiter)
        records = source.open(required=required, optional=optional)
        writer.writerow(["line", "reason", "detail", *source.columns])
        refusals = _refusals()
        refusal = next(refusals, None)
        for record in records:
            if refusal is None:
                break
            if record.line == refusal[0]:
                # Neither PostgreSQL nor spreadsheets accept NUL.
                cells = [cell.replace("\0", "\\x00")[:LONGEST_REPORTED_CELL] for cell in record.cells]
                writer.writerow([*refusal, *(cell.rstrip("\r\n") for cell in cells)])
                refusal = next(refusals, None)


def _staged(
    file: CsvFile, records: Iterable[Record], *, columns: Sequence[Column], read: Callable[[Cells], Sequence[Any]]
) -> Iterator[Sequence[Any]]:
    nothing = (None,) * len(columns)
    names = file.columns
    for line, cells, problem, particulars in records:
        if problem:
            yield (line, problem, particulars[:200], *nothing)
            continue
        try:
            yield (line, "", "", *read(dict(zip(names, cells, strict=True))))
        except RowRefused as refusal:
            known = [refusal.known.get(column.name) for column in columns]
            yield (line, refusal.reason, refusal.detail, *known)


def _refusals() -> Iterator[tuple[int, str, str]]:
    last = 0
    while True:
        page = sql.fetch_all(
            "SELECT line, reason, detail FROM import_rows WHERE reason <> '' AND line > %(last)s "
            "ORDER BY line LIMIT %(page)s",
            {"last": last, "page": REFUSED_PAGE},
        )
        if not page:
            return
        yield from ((row["line"], row["reason"], row["detail"]) for row in page)
        last = page[-1]["line"]
