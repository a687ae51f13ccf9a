"""
Computes the totals of an order of the benchmark's products: three promotions, shipping, and one tax rate. Pure.

The promotions are those that stock_room writes. Amounts are in minor units of one currency; docs/pricing.md says how
they are rounded.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.money import round_half_up, split

REDUCED_CATEGORIES = {"shelf-1", "shelf-2"}
CATEGORY_POINTS, ORDER_POINTS, WHOLE = 1000, 500, 10_000
THREE = 3
SHIPPING_CENTS = 490
FREE_FROM_CENTS = 5900


@dataclass(frozen=True)
class PricingConfig:
    """The promotions' ids in their order (categories, three for two, order level), the tax zone, and its rate."""

    promotions: tuple[int, int, int]
    zone: int
    points: int


@dataclass(frozen=True)
class Line:
    """Units of a variant, their unit price, and their category."""

    variant: int
    quantity: int
    price: int
    category: str

    @property
    def value(self) -> int:
        return self.quantity * self.price


@dataclass(frozen=True)
class Totals:
    """
    The totals of an order. savings: the discounts of each applied promotion by line. line_taxes: the tax by line.

    base and tax are those of the whole order, including shipping.
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

    def discount_of(self, line: int) -> int:
        """Return the discount of a line by all promotions."""
        return sum(saved[line] for saved in self.savings.values())


def compute_totals(lines: Sequence[Line], config: PricingConfig) -> Totals:
    """Compute the totals of lines, in the order of the cart."""
    by_price = sorted(range(len(lines)), key=lambda index: (-lines[index].price, lines[index].variant))
    left = [line.value for line in lines]
    savings = {}
    for promotion, apply in zip(config.promotions, (_category_percent, _three_for_two, _order_percent), strict=True):
        saved = apply(lines, left, by_price)
        if any(saved):
            savings[promotion] = saved
            left = [value - off for value, off in zip(left, saved, strict=True)]
    items = sum(left)
    shipping = SHIPPING_CENTS if sum(line.value for line in lines) < FREE_FROM_CENTS else 0
    tax = round_half_up((items + shipping) * config.points, WHOLE + config.points)
    # Shipping is divided among the lines that are shipped, and each share is taxed like a line.
    shipped = [index for index in by_price if left[index]]
    shares = split(shipping, [left[index] for index in shipped]) if shipping else []
    taxes = split(tax, [*(left[index] for index in by_price), *shares])
    tax_of = dict(zip(by_price, taxes, strict=False))
    return Totals(
        items=sum(line.value for line in lines),
        savings=savings,
        shipping=shipping,
        base=items + shipping - tax,
        tax=tax,
        line_taxes=[tax_of[index] for index in range(len(lines))],
        shipping_tax=sum(taxes[len(lines) :]),
    )


def _category_percent(lines: Sequence[Line], left: Sequence[int], by_price: Sequence[int]) -> list[int]:
    return [
        round_half_up(value * CATEGORY_POINTS, WHOLE) if line.category in REDUCED_CATEGORIES else 0
        for line, value in zip(lines, left, strict=True)
    ]


def _three_for_two(lines: Sequence[Line], left: Sequence[int], by_price: Sequence[int]) -> list[int]:
    saved = [0] * len(lines)
    units = []
    for index in by_price:
        worth, more = divmod(left[index], lines[index].quantity)
        units += [(worth + 1, index)] * more + [(worth, index)] * (lines[index].quantity - more)
    units.sort(key=lambda unit: -unit[0])
    for begin in range(0, len(units) - THREE + 1, THREE):
        made = Counter(units[begin : begin + THREE])
        stacks = list(made)
        free = stacks[-1][0]
        if free:
            # All units of a set bear its saving, not only the one that is free.
            for stack, share in zip(stacks, split(free, [stack[0] * made[stack] for stack in stacks]), strict=True):
                saved[stack[1]] += share
    return saved


def _order_percent(lines: Sequence[Line], left: Sequence[int], by_price: Sequence[int]) -> list[int]:
    saved = [0] * len(lines)
    if sum(line.quantity for line in lines) < THREE:
        return saved
    shares = split(round_half_up(sum(left) * ORDER_POINTS, WHOLE), [left[index] for index in by_price])
    for index, share in zip(by_price, shares, strict=True):
        saved[index] = share
    return saved
