"""Which sold units a return gives back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

Key = tuple[int, str, int]  # customer, SKU or the name of a charge, price per unit


@dataclass(slots=True)
class Sold:
    """A line of an order, and how many of its units have not come back yet."""

    line_id: int
    order_id: int
    key: Key
    placed_at: datetime
    units_out: int


@dataclass(frozen=True, slots=True)
class Returned:
    """A line of a return. key: None where nobody knows whose it is."""

    line: int
    key: Key | None
    quantity: int
    returned_at: datetime


def match_returns(returned: Sequence[Returned], sold: Iterable[Sold]) -> dict[int, Sold]:
    """
    Find for each returned line the sold line it gives back, and return it by the number of the returned line.

    It is the newest line of the same customer, SKU and price, placed no later than the return, that has all the
    units still out: people return what they bought last. Each unit comes back once; a return is never spread over
    several lines. Lines for which there is none are left out.
    """
    by_key: defaultdict[Key, list[Sold]] = defaultdict(list)
    for line in sold:
        by_key[line.key].append(line)
    for lines in by_key.values():
        lines.sort(key=lambda line: (line.placed_at, line.line_id), reverse=True)

    found: dict[int, Sold] = {}
    for back in returned:
        for line in by_key.get(back.key, ()) if back.key else ():
            if line.placed_at <= back.returned_at and line.units_out >= back.quantity:
                line.units_out -= back.quantity
                found[back.line] = line
                break
    return found
