"""What stands between a cart line and an order: one function for what the cart shows and what checkout refuses."""

from dataclasses import dataclass
from typing import NamedTuple

PRICE_CHANGED = "price_changed"
INSUFFICIENT_STOCK = "insufficient_stock"
UNAVAILABLE = "unavailable"

BLOCKING = {INSUFFICIENT_STOCK, UNAVAILABLE}


class LineFacts(NamedTuple):
    """
    A line as it stands now. unit_price: what one unit costs today in minor units, None where there is no price.

    available: how many units the shopper could get, by the way that was chosen or by any way at all.
    """

    quantity: int
    unit_price: int | None
    unit_price_when_added: int
    is_on_sale: bool
    available: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a line that the shopper must know; available and prices where they matter."""

    code: str
    available: int | None = None
    old_price: int | None = None
    new_price: int | None = None

    @property
    def blocks(self) -> bool:
        """Whether the line cannot be ordered as it stands."""
        return self.code in BLOCKING


def line_problems(line: LineFacts) -> list[Problem]:
    """Return everything wrong with a line, the gravest first."""
    if not line.is_on_sale or line.unit_price is None:
        return [Problem(UNAVAILABLE, available=0)]
    problems = []
    if line.available < line.quantity:
        problems.append(Problem(INSUFFICIENT_STOCK, available=max(0, line.available)))
    if line.unit_price != line.unit_price_when_added:
        problems.append(Problem(PRICE_CHANGED, old_price=line.unit_price_when_added, new_price=line.unit_price))
    return problems
