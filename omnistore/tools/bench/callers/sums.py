"""
What an order of the bench's goods costs, reckoned by hand: its three offers, shipping, and one rate of tax. Pure.

The offers are those that stock_room writes. Amounts in minor units of one currency; how they round is in
docs/pricing.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.money import round_half_up, split

CHEAP_SHELVES = {"shelf-1", "shelf-2"}
SHELF_POINTS, WHOLE_POINTS, WHOLE = 1000, 500, 10_000
THREE = 3
SHIPPING_CENTS = 490
FREE_FROM_CENTS = 5900


@dataclass(frozen=True)
class Terms:
    """The ids of the offers in their order (shelves, three for two, the whole), the tax zone, and its rate."""

    offers: tuple[int, int, int]
    zone: int
    points: int


@dataclass(frozen=True)
class Wanted:
    """Units of a variant, what one of them costs, and its shelf."""

    variant: int
    quantity: int
    price: int
    shelf: str

    @property
    def value(self) -> int:
        return self.quantity * self.price


@dataclass(frozen=True)
class Sum:
    """
    What an order comes to. savings: what each offer that counts takes off each line; shares of tax by line.

    base and tax are those of the whole order, shipping with its share of the tax included.
    """

    items: int
    savings: dict[int, list[int]]
    shipping: int
    base: int
    tax: int
    line_taxes: list[int]
    shipping_tax: int

    @property
    def discount(self) -> int:
        return sum(sum(saved) for saved in self.savings.values())

    @property
    def grand(self) -> int:
        return self.items - self.discount + self.shipping

    def off(self, line: int) -> int:
        """Return what all offers take off a line."""
        return sum(saved[line] for saved in self.savings.values())


def reckon(lines: Sequence[Wanted], terms: Terms) -> Sum:
    """Reckon what lines cost, in the order in which they lie in the cart."""
    dearest = sorted(range(len(lines)), key=lambda place: (-lines[place].price, lines[place].variant))
    left = [line.value for line in lines]
    savings = {}
    for offer, reduction in zip(terms.offers, (_off_shelves, _three_for_two, _off_the_whole), strict=True):
        saved = reduction(lines, left, dearest)
        if any(saved):
            savings[offer] = saved
            left = [value - off for value, off in zip(left, saved, strict=True)]
    goods = sum(left)
    shipping = SHIPPING_CENTS if goods < FREE_FROM_CENTS else 0
    tax = round_half_up((goods + shipping) * terms.points, WHOLE + terms.points)
    # Shipping is shared out among what is sent, and each share is taxed like a line.
    sent = [place for place in dearest if left[place]]
    parts = split(shipping, [left[place] for place in sent]) if shipping else []
    taxes = split(tax, [*(left[place] for place in dearest), *parts])
    by_place = dict(zip(dearest, taxes, strict=False))
    return Sum(
        items=sum(line.value for line in lines),
        savings=savings,
        shipping=shipping,
        base=goods + shipping - tax,
        tax=tax,
        line_taxes=[by_place[place] for place in range(len(lines))],
        shipping_tax=sum(taxes[len(lines) :]),
    )


def _off_shelves(lines: Sequence[Wanted], left: Sequence[int], dearest: Sequence[int]) -> list[int]:
    return [
        round_half_up(value * SHELF_POINTS, WHOLE) if line.shelf in CHEAP_SHELVES else 0
        for line, value in zip(lines, left, strict=True)
    ]


def _three_for_two(lines: Sequence[Wanted], left: Sequence[int], dearest: Sequence[int]) -> list[int]:
    saved, free = [0] * len(lines), sum(line.quantity for line in lines) // THREE
    for place in reversed(dearest):
        taken = min(free, lines[place].quantity)
        free -= taken
        saved[place] = min(left[place], taken * lines[place].price)
    return saved


def _off_the_whole(lines: Sequence[Wanted], left: Sequence[int], dearest: Sequence[int]) -> list[int]:
    saved = [0] * len(lines)
    if sum(line.quantity for line in lines) < THREE:
        return saved
    shares = split(round_half_up(sum(left) * WHOLE_POINTS, WHOLE), [left[place] for place in dearest])
    for place, share in zip(dearest, shares, strict=True):
        saved[place] = share
    return saved
