"""Writing CSV that a spreadsheet shows unchanged and does not execute."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse

# Spreadsheets read a cell that begins with one of these as a formula; a leading apostrophe makes it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a header and rows as CSV, with every text safe in spreadsheets; numbers stay numbers."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return written.getvalue()


def csv_download(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return rows as a CSV download. name: the file's name without its extension."""
    return HttpResponse(
        as_csv(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"},
    )


def unescaped(cell: str) -> str:
    """Return a cell as it was before it was made safe in spreadsheets."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def written_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Write a header and rows line by line, for files that do not fit into memory; safe as in as_csv."""
    yield as_csv(header, [])
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([_safe(cell) for cell in row])
        yield line.getvalue()


def _safe(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
