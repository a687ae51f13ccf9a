"""CSV files as they come from other systems: plain or gzipped, and possibly broken in every way."""

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.data.imports.encodings import UTF_8, encoding_of
from core.errors import Refusal

GZIP_MAGIC = b"\x1f\x8b"
# More characters than a line of any real export has, and few enough to hold in memory.
LONGEST_LINE = 1_000_000
LONGEST_CELL = 500_000
DELIMITERS = (",", ";", "\t")
_Content = gzip.GzipFile | io.BufferedReader
# Problems of a line whose cells could not be told apart.
_NOT_PARTED = {"broken_quoting", "line_too_long"}


class UnusableFile(Refusal):
    """The file as a whole cannot be imported: it is missing, damaged, or has other columns."""

    code = "unusable_file"


class Record(NamedTuple):
    """
    One row of a file. line: the physical line where it begins, from 1.

    problem: a stable code for why its cells cannot be used, with details; empty when they can.
    """

    line: int
    cells: list[str]
    problem: str = ""
    particulars: str = ""


class CsvFile:
    """
    A CSV file with a header, gzipped or not.

    delimiter, encoding: what the file is known to have; otherwise the file says it, and they are set when it is opened.
    unclear: why letters outside ASCII cannot be read.
    """

    def __init__(self, path: Path, *, delimiter: str = "", encoding: str = "") -> None:
        self.path = path
        self.delimiter = delimiter
        self.encoding = encoding
        self.unclear = ""
        self.columns: tuple[str, ...] = ()
        self.line = 0
        self._raw: io.BufferedReader | None = None
        try:
            self.size = path.stat().st_size
        except OSError as error:
            raise UnusableFile(f"{path} cannot be read: {error.strerror}.") from error

    def open(self, *, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Record]:
        """
        Read and check the header, and return an iterator over the records below it, without empty lines.

        Column names are case-insensitive. Raises UnusableFile, also during iteration if the file turns out to be
        damaged.
        """
        self._find_out(required)
        records = self._records()
        header = next(records, None)
        if header is None or header.problem:
            raise UnusableFile(f"{self.path} does not begin with a line of column names. {self.unclear}".rstrip())
        # Spreadsheets end lines with commas.
        self.columns = tuple(cell.strip().casefold() for cell in _without_empty_end(header.cells))
        self._check_columns(set(required), set(required) | set(optional))
        return records

    def beginning_of(self, cells: list[str], problem: str) -> list[str]:
        """Return the cells of a record, or those before the fault of a line that could not be parted."""
        if problem not in _NOT_PARTED:
            return cells
        return next(csv.reader(cells, delimiter=self.delimiter), [])[:-1]

    def part_read(self) -> float:
        """Return how much of the file has been read, from 0 to 1."""
        if self._raw is None or self._raw.closed or not self.size:
            return 1.0
        return self._raw.tell() / self.size

    def _check_columns(self, required: set[str], known: set[str]) -> None:
        present = set(self.columns)
        if missing := required - present:
            raise UnusableFile(
                f"{self.path} lacks the columns {', '.join(sorted(missing))}; "
                f"it has {', '.join(self.columns)[:200]}. Is it separated by {self.delimiter!r}?"
            )
        if unknown := present - known:
            raise UnusableFile(
                f"{self.path} has columns of unknown meaning: {', '.join(sorted(unknown))[:200]}. "
                f"Known are {', '.join(sorted(known))}."
            )
        if len(present) != len(self.columns):
            raise UnusableFile(f"{self.path} has the same column name twice.")

    def _find_out(self, required: Sequence[str]) -> None:
        """Find the encoding and the delimiter, where they are not known."""
        if not self.encoding:
            with self._damage_is_told(), self._content() as content:
                self.encoding, self.unclear = encoding_of(content)
        if self.delimiter:
            return
        with self._damage_is_told(), self._content() as content:
            header = self._text(content).readline(LONGEST_LINE)
        self.delimiter = delimiter_of(header, required)

    @contextmanager
    def _content(self) -> Iterator[_Content]:
        with self.path.open("rb") as raw:
            self._raw = raw
            zipped = raw.peek(2)[:2] == GZIP_MAGIC
            with gzip.open(raw) if zipped else raw as content:
                yield content

    def _text(self, content: _Content) -> io.TextIOWrapper:
        # Bytes that are not UTF-8 become lone surrogates, and the row that has them is refused.
        errors = "surrogateescape" if self.encoding == UTF_8 else "strict"
        return io.TextIOWrapper(content, encoding=self.encoding, errors=errors, newline="")

    @contextmanager
    def _damage_is_told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError, zlib.error) as error:
            raise UnusableFile(f"{self.path} is damaged after line {self.line}: {error}.") from error
        except UnicodeError as error:
            raise UnusableFile(f"{self.path} is not in {self.encoding}, after line {self.line}: {error}.") from error

    def _records(self) -> Iterator[Record]:
        with self._damage_is_told(), self._content() as content:
            yield from self._parse(_Lines(self._text(content)))

    def _parse(self, lines: "_Lines") -> Iterator[Record]:
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            self.line = lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong) as error:
                # A quote that is never closed swallows the lines after it: only its own line is refused.
                is_one_line = lines.is_one_line
                line = lines.give_back()
                is_too_long = type(line) is _LongLine or (is_one_line and len(line) > LONGEST_CELL)
                problem = "line_too_long" if is_too_long else "broken_quoting"
                yield Record(self.line, [line[:LONGEST_CELL]], problem, str(error))
                continue
            if not any(map(str.strip, cells)):
                continue
            if len(cells) > len(self.columns) > 0:
                cells[len(self.columns) :] = _without_empty_end(cells[len(self.columns) :])
            if lines.flaw:
                yield Record(self.line, cells, lines.flaw, self.unclear if lines.flaw == "not_utf8" else "")
            elif self.columns and len(cells) != len(self.columns):
                yield Record(
                    self.line, cells, "wrong_column_count", f"{len(cells)} cells under {len(self.columns)} columns"
                )
            else:
                yield Record(self.line, cells)


class _TooLong(Exception):
    """The line is longer than any real line."""


class _LongLine(str):
    """The beginning of a line that is too long; its rest is not kept."""


class _Lines:
    """The physical lines of a text. Several may form one record; all but a record's first can be returned."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.flaw = ""
        self._readline = text.readline
        self._number = 0
        self._taken: list[str] = []
        self._again: deque[str] = deque()

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) >= LONGEST_LINE:
            line = self._cut(line)
        self._taken.append(line)
        if "\0" in line:
            self.flaw = "nul_byte"
        elif not line.isascii() and not is_unicode(line):
            self.flaw = "not_utf8"
        if type(line) is _LongLine:
            raise _TooLong(f"more than {LONGEST_LINE} characters")
        return line

    def begin(self) -> int:
        """Begin a record, and return the number of its first line."""
        self._number += len(self._taken)
        self._taken.clear()
        self.flaw = ""
        return self._number + 1

    @property
    def is_one_line(self) -> bool:
        """Return whether the record is on one line so far."""
        return len(self._taken) == 1

    def give_back(self) -> str:
        """Take back all lines of this record but the first, which is returned."""
        first, *rest = self._taken
        self._again.extendleft(reversed(rest))
        del self._taken[1:]
        return first

    def _cut(self, line: str) -> str:
        if line.endswith(("\n", "\r")):
            return line
        rest = line
        while rest and not rest.endswith(("\n", "\r")):
            rest = self._readline(LONGEST_LINE)
        return _LongLine(line[:1000])


def delimiter_of(header: str, required: Collection[str]) -> str:
    """Return what parts the cells of a header that has the required columns; a comma if nothing does."""
    for delimiter in DELIMITERS:
        columns = next(csv.reader([header], delimiter=delimiter), [])
        if set(required) <= {column.strip().casefold() for column in columns}:
            return delimiter
    return DELIMITERS[0]


def text_of(content: bytes) -> str:
    """Return the text of a small file in the encoding that it says itself. Raises UnusableFile."""
    encoding, unclear = encoding_of(io.BytesIO(content))
    try:
        return content.decode(encoding)
    except UnicodeError as error:
        raise UnusableFile(
            _("It is unclear in which encoding this file is: %(reason)s Save it as CSV in UTF-8.")
            % {"reason": unclear or "UTF-8?"}
        ) from error


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def is_unicode(line: str) -> bool:
    """Return whether a text has whole letters only."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True
