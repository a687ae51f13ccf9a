"""
The staging table through which every import goes: one row per record of the file.

Every importer calls it import_rows, so that statements on it can be constants; only one import runs at a time. It is no
temporary table, which would belong to one session: several sessions may write, and behind a pooler each transaction may
run in another. What a killed import leaves behind is dropped by the next. It always has the columns line, reason,
detail, action and told: a row whose reason is not empty is refused; action says what an accepted row does to the shop
(create, update, same); told lists the cells that were not taken as they were.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from django.db import connection, transaction

from core.data import sql
from core.data.imports.cells import Cells, RowRefused
from core.data.imports.files import CsvFile, Record, is_unicode
from core.data.imports.progress import Progress
from core.texts.card_numbers import holds_card_number

ROWS_BETWEEN_REPORTS = 5000
REFUSED_PAGE = 5000
LONGEST_REPORTED_CELL = 500
SORTING_MEMORY = "128MB"

# What could still be read of a refused row, by column.
Known = Mapping[str, Any]

_RESULT = "SELECT reason, count(*) AS rows FROM import_rows WHERE reason <> '' GROUP BY reason ORDER BY 2 DESC, 1"


_TOLD = """
SELECT told.cell ->> 1 AS reason, count(*) AS cells
FROM import_rows CROSS JOIN jsonb_array_elements(import_rows.told) AS told (cell)
WHERE import_rows.reason = '' GROUP BY 1 ORDER BY 2 DESC, 1
"""
_TOLD_PAGE = """
SELECT line, told FROM import_rows WHERE reason = '' AND told IS NOT NULL AND line > %(last)s ORDER BY line
LIMIT %(page)s
"""


class Column(NamedTuple):
    """A column of the staging table; type is an SQL type."""

    name: str
    type: str


# Several rows with the same key would overwrite each other in an arbitrary order. A refused row keeps its key, too: no
# other row takes its place.
REFUSE_LATER_DUPLICATES = """
UPDATE import_rows SET reason = 'duplicate_key', detail = 'first on line ' || duplicates.first_line
FROM (
    SELECT line, min(line) OVER (PARTITION BY key) AS first_line FROM import_rows WHERE key IS NOT NULL
) AS duplicates
WHERE duplicates.line = import_rows.line AND duplicates.first_line < import_rows.line AND import_rows.reason = ''
"""


def knows_nothing(cells: Cells) -> Known:
    """Know nothing of a refused row."""
    return {}


def load(
    file: CsvFile,
    records: Iterable[Record],
    *,
    columns: Sequence[Column],
    read: Callable[[Cells], Sequence[Any]],
    identify: Callable[[Cells], Known] = knows_nothing,
    progress: Progress,
) -> int:
    """
    Copy a file into a new staging table and return how many records it has.

    read: turns a record's cells, by name, into the values of the columns; raises RowRefused. identify: what a refused
    record is known by; it may raise RowRefused, too.
    """
    definition = ", ".join(f"{column.name} {column.type}" for column in columns)
    drop_staging("import_rows")
    sql.execute(
        "CREATE UNLOGGED TABLE import_rows (line integer, reason text DEFAULT '', "
        f"detail text DEFAULT '', action text DEFAULT '', told jsonb, {definition})",
        {},
    )
    names = ", ".join(["line", "reason", "detail", "told", *(column.name for column in columns)])
    count = 0
    with (
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(f"COPY import_rows ({names}) FROM STDIN") as copy,
    ):
        for row in _staged(file, records, columns=columns, read=read, identify=identify):
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


def told_by_reason() -> dict[str, int]:
    """Count the cells of the other rows that were mended or left empty, by reason, the most frequent first."""
    return {row["reason"]: row["cells"] for row in sql.fetch_all(_TOLD, {})}


def report_told(*, to: Path) -> None:
    """Write the cells that were mended or left empty as CSV: line, column, reason, and what stood there."""
    with to.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["line", "column", "reason", "was"])
        last = 0
        while page := sql.fetch_all(_TOLD_PAGE, {"last": last, "page": REFUSED_PAGE}):
            writer.writerows([row["line"], *cell] for row in page for cell in row["told"])
            last = page[-1]["line"]


def report_refused(file: CsvFile, *, to: Path, required: Sequence[str], optional: Sequence[str]) -> None:
    """
    Write the refused rows as CSV: line, reason and detail, then their unchanged cells; no payment card's number.

    The file is read a second time in step with the refusals, so that no cells need to be stored.
    """
    with to.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        writer = csv.writer(stream)
        source = CsvFile(file.path, delimiter=file.delimiter, encoding=file.encoding)
        records = source.open(required=required, optional=optional)
        writer.writerow(["line", "reason", "detail", *source.columns])
        refusals = _refusals()
        refusal = next(refusals, None)
        for record in records:
            if refusal is None:
                break
            if record.line == refusal[0]:
                # Neither PostgreSQL nor spreadsheets accept NUL.
                cells = [cell.replace("\0", "\\x00")[:LONGEST_REPORTED_CELL] for cell in (*refusal[2:], *record.cells)]
                shown = ("" if holds_card_number(cell) else cell.rstrip("\r\n") for cell in cells)
                writer.writerow([*refusal[:2], *shown])
                refusal = next(refusals, None)


def _staged(
    file: CsvFile,
    records: Iterable[Record],
    *,
    columns: Sequence[Column],
    read: Callable[[Cells], Sequence[Any]],
    identify: Callable[[Cells], Known],
) -> Iterator[Sequence[Any]]:
    names = file.columns
    for line, written, problem, particulars in records:
        cells = Cells(zip(names, file.beginning_of(written, problem), strict=False))
        if problem:
            known = _known(identify, cells)
            yield (line, problem, particulars[:200], None, *(known.get(column.name) for column in columns))
            continue
        try:
            values = read(cells)
            yield (line, "", "", cells.told_as_json(), *values)
        except RowRefused as refusal:
            known = {**_known(identify, cells), **refusal.known}
            yield (line, refusal.reason, refusal.detail, None, *(known.get(column.name) for column in columns))


def _known(identify: Callable[[Cells], Known], cells: Cells) -> Known:
    try:
        return {name: value for name, value in identify(cells).items() if _is_storable(value)}
    except (RowRefused, KeyError):
        return {}


def _is_storable(value: Any) -> bool:
    """Return whether PostgreSQL takes a value: neither NUL nor half a letter."""
    texts = value if isinstance(value, list) else [value]
    return all("\0" not in str(text) and is_unicode(str(text)) for text in texts)


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
