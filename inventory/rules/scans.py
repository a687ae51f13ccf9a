"""What a scanner types into a field: one code on each line."""

from collections.abc import Sequence

from core.texts.spelling import plain_text

BETWEEN = "*"


class NotAScan(ValueError):
    """A line has no code, or no number of units behind the sign."""


def read_scans(text: str) -> dict[str, int]:
    """
    Return the units by code, in the order of the first scans: a code on a line is one unit, `code * 12` is twelve.

    Raises NotAScan with the line.
    """
    found: dict[str, int] = {}
    for line in filter(None, (plain_text(line) for line in text.splitlines())):
        code, units = _parts(line.rpartition(BETWEEN))
        if not code or not (units.isascii() and units.isdigit() and len(units) < 8):
            raise NotAScan(line)
        found[code] = found.get(code, 0) + int(units)
    return found


def _parts(parts: Sequence[str]) -> tuple[str, str]:
    code, sign, units = (part.strip() for part in parts)
    return (code, units) if sign else (units, "1")
