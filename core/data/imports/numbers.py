"""Numbers as spreadsheets of other countries write them: with a comma before the decimal places."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from core.data.imports.cells import Cells, RowRefused
from core.texts.spelling import plain_text

POINT, COMMA = ".", ","
# Arabic and Persian have marks that mean one thing only.
ARABIC_POINT, ARABIC_THOUSANDS = "\u066b", "\u066c"
_ARABIC = re.compile(r"-?(?:\d+|\d{1,3}(?:\u066c\d{3})+)(?:\u066b\d+)?", re.ASCII)
_BLANK_IN_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?:\D|$))", re.ASCII)
_ONE_MARK = re.compile(r"(-?)(\d+)([.,])(\d+)", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:([.,])\d+)?", re.ASCII)
_FRACTION = re.compile(r"(-?\d+),(\d+)", re.ASCII)

T = TypeVar("T")
Read = Callable[[Cells], T]


def decimal_mark(delimiter: str, chosen: str) -> str:
    """
    Return the mark before decimal places in a file; empty if each number has to say it itself.

    Only a file whose cells are parted by commas says it: numbers with commas would be quoted there, and nobody does.
    """
    return chosen or (POINT if delimiter == "," else "")


def with_plain_numbers(read: Read[T], *, numbers: Sequence[str], fractions: Sequence[str], mark: str) -> Read[T]:
    """
    Return a reader that gets numbers with a point before their decimal places, whatever the file has.

    numbers: the columns of amounts and quantities, which may have thousands. fractions: those of numbers that have
    none, so that nothing is ambiguous in them. The reader raises RowRefused.
    """

    def read_plain(cells: Cells) -> T:
        for name in fractions:
            if name in cells:
                cells[name] = _FRACTION.sub(r"\1.\2", cells[name])
        for name in numbers:
            if name in cells:
                _mend(cells, name, mark)
        return read(cells)

    return read_plain


def _mend(cells: Cells, name: str, mark: str) -> None:
    plain = plain_number(cells[name], mark=mark)
    if plain != plain_text(cells[name]).replace(COMMA, POINT).replace(ARABIC_POINT, POINT):
        cells.tell(name, "thousands")
    cells[name] = plain


def plain_number(written: str, *, mark: str = "") -> str:
    """
    Return a number with a point before its decimal places and without marks between thousands.

    mark: the decimal mark, if it is known; otherwise the number itself must say it. `1.250` and `1,250` do not: they
    may be a thousand or a little more than one. Digits may be of any script, and thousands be parted by blanks. What is
    no number is returned as it is. Raises RowRefused.
    """
    value = _BLANK_IN_THOUSANDS.sub("", plain_text(written))
    if _ARABIC.fullmatch(value):
        return value.replace(ARABIC_THOUSANDS, "").replace(ARABIC_POINT, POINT)
    one = _ONE_MARK.fullmatch(value)
    if one:
        may_be_thousands = len(one[4]) == len("000") and len(one[2]) <= len("000") and not one[2].startswith("0")
        if one[3] == mark or not (mark or may_be_thousands):
            return f"{one[1]}{one[2]}.{one[4]}"
        if not mark:
            raise RowRefused("ambiguous_number", f"{value}: say which decimal mark the file has")
    grouped = _GROUPED.fullmatch(value)
    if grouped is None or not _agrees(grouped, mark):
        return written
    if grouped[2]:
        whole, _mark, places = value.rpartition(grouped[2])
        return f"{whole.replace(grouped[1], '')}.{places}"
    return value.replace(grouped[1], "")


def _agrees(grouped: re.Match[str], mark: str) -> bool:
    """Return whether a number with thousands has another mark between them than before its decimal places."""
    if grouped[2]:
        return grouped[1] != grouped[2] and mark in ("", grouped[2])
    return grouped[1] != mark
