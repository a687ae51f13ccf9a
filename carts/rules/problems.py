"""Problems of a cart line: one function decides what the cart shows and what checkout refuses."""

from dataclasses import dataclass
from typing import NamedTuple

PRICE_CHANGED = "price_changed"
INSUFFICIENT_STOCK = "insufficient_stock"
UNAVAILABLE = "unavailable"

BLOCKING = {INSUFFICIENT_STOCK, UNAVAILABLE}


class LineFacts(NamedTuple):
    """
    A line as it is now. unit_price: today's price of one unit in minor units, None if there is none.

    available: the units that the shopper could get, by the chosen fulfilment or by any.
    """

    quantity: int
    unit_price: int | None
    unit_price_when_added: int
    is_on_sale: bool
    available: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a line that the shopper must know; available and prices where they apply."""

    code: str
    available: int | None = None
    old_price: int | None = None
    new_price: int | None = None

    @property
    def blocks(self) -> bool:
        """Return whether the line cannot be ordered as it is."""
        return self.code in BLOCKING


def line_problems(line: LineFacts) -> list[Problem]:
    """Return all problems of a line, the most serious first."""
    if not line.is_on_sale or line.unit_price is None:
        return [Problem(UNAVAILABLE, available=0)]
    problems = []
    if line.available < line.quantity:
        problems.append(Problem(INSUFFICIENT_STOCK, available=max(0, line.available)))
    if line.unit_price != line.unit_price_when_added:
        problems.append(Problem(PRICE_CHANGED, old_price=line.unit_price_when_added, new_price=line.unit_price))
    return problems
