"""
Benefits of promotions. Amounts in minor units of the promotion's currency.

Each benefit receives the items, most expensive first, and the amount that earlier promotions left of each. It returns
its discount on each item, never more than is left. docs/pricing.md describes the rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.parsing import Fields
from core.money import round_half_up, split

WHOLE = 10_000
Savings = dict[int, int]


class Benefit(Protocol):
    """
    A reduction. on_whole: it reduces the cart as a whole, and so is applied after those that reduce lines.

    has_amount: it contains an amount, and so applies only to carts in the promotion's currency.
    """

    @property
    def on_whole(self) -> bool: ...

    @property
    def has_amount(self) -> bool: ...

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings: ...


@dataclass(frozen=True, slots=True)
class PercentOff:
    """A percentage off each line, or off the cart."""

    basis_points: int
    goods: Goods = EVERYTHING
    on_whole: bool = False
    has_amount: ClassVar[bool] = False

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        rate, chosen = self.basis_points, self.goods.among(items)
        if self.on_whole:
            return _shared(round_half_up(sum(left[item.id] for item in chosen) * rate, WHOLE), chosen, left)
        return {item.id: (2 * left[item.id] * rate + WHOLE) // (2 * WHOLE) for item in chosen}


@dataclass(frozen=True, slots=True)
class AmountOff:
    """An amount off the chosen goods together, or off each unit."""

    amount: int
    goods: Goods = EVERYTHING
    is_each: bool = False
    has_amount: ClassVar[bool] = True

    @property
    def on_whole(self) -> bool:
        return not self.is_each

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        if self.is_each:
            return {item.id: min(left[item.id], self.amount * item.quantity) for item in chosen}
        return _shared(self.amount, chosen, left)


@dataclass(frozen=True, slots=True)
class FixedPrice:
    """One price for each unit, if that is lower."""

    amount: int
    goods: Goods = EVERYTHING
    on_whole: ClassVar[bool] = False
    has_amount: ClassVar[bool] = True

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        return {
            item.id: max(0, left[item.id] - self.amount * item.quantity) for item in self.goods.among(items)
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class BuyAndGet:
    """For each `buy` units, `get` more units are reduced (free at 10000 basis points): the cheapest chosen ones."""

    buy: int
    get: int
    goods: Goods = EVERYTHING
    basis_points: int = WHOLE
    on_whole: ClassVar[bool] = False
    has_amount: ClassVar[bool] = False

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        units = sum(item.quantity for item in chosen) // (self.buy + self.get) * self.get
        return _off_the_cheapest(chosen, left, units, self.basis_points)


@dataclass(frozen=True, slots=True)
class CheapestFree:
    """The cheapest chosen unit is free, once per cart, if there are at least at_least units."""

    at_least: int = 2
    goods: Goods = EVERYTHING
    on_whole: ClassVar[bool] = False
    has_amount: ClassVar[bool] = False

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        is_enough = sum(item.quantity for item in chosen) >= self.at_least
        return _off_the_cheapest(chosen, left, 1 if is_enough else 0, WHOLE)


@dataclass(frozen=True, slots=True)
class BundlePart:
    """A quantity of some goods."""

    quantity: int
    goods: Goods


@dataclass(frozen=True, slots=True)
class BundlePrice:
    """
    One price for units of several parts together, as often as the cart holds them, most expensive first.

    An item counts for the first part that it matches.
    """

    parts: tuple[BundlePart, ...]
    amount: int
    on_whole: ClassVar[bool] = False
    has_amount: ClassVar[bool] = True

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        unassigned, by_part = list(items), []
        for part in self.parts:
            chosen = part.goods.among(unassigned)
            assigned = {item.id for item in chosen}
            unassigned = [item for item in unassigned if item.id not in assigned]
            by_part.append((part, chosen))
        times = min(sum(item.quantity for item in chosen) // part.quantity for part, chosen in by_part)
        values: Savings = {}
        for part, chosen in by_part:
            units = part.quantity * times
            for item in chosen:
                values[item.id] = min(item.quantity, units) * item.unit_price
                units -= min(item.quantity, units)
        saved = sum(values.values()) - self.amount * times
        most = {item_id: min(value, left[item_id]) for item_id, value in values.items()}
        return _shared(saved, [item for item in items if item.id in most], most)


@dataclass(frozen=True, slots=True)
class FreeShipping:
    """Shipping is free."""

    on_whole: ClassVar[bool] = True
    has_amount: ClassVar[bool] = False

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        return {}


def _shared(amount: int, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
    weights = [left[item.id] for item in items]
    amount = min(amount, sum(weights))
    if amount <= 0:
        return {}
    return dict(zip((item.id for item in items), split(amount, weights), strict=True))


def _off_the_cheapest(items: Sequence[Item], left: Mapping[int, int], units: int, basis_points: int) -> Savings:
    savings: Savings = {}
    for item in reversed(items):
        if not units:
            break
        taken = min(units, item.quantity)
        units -= taken
        savings[item.id] = min(left[item.id], round_half_up(item.unit_price * taken * basis_points, WHOLE))
    return savings


def _bundle(fields: Fields) -> BundlePrice:
    parts = []
    for place, part_value in enumerate(fields.objects("parts")):
        part = Fields(part_value, of=f"benefit.parts.{place}")
        parts.append(BundlePart(part.number("quantity", most=1000), part.goods()))
        part.end()
    return BundlePrice(tuple(parts), fields.number("amount", least=0))


_READ = {
    "percent": lambda fields: PercentOff(
        fields.number("basis_points", most=WHOLE), fields.goods(), fields.truth("on_whole", default=False)
    ),
    "amount": lambda fields: AmountOff(fields.number("amount"), fields.goods(), fields.truth("is_each", default=False)),
    "fixed_price": lambda fields: FixedPrice(fields.number("amount", least=0), fields.goods()),
    "buy_and_get": lambda fields: BuyAndGet(
        fields.number("buy", most=1000),
        fields.number("get", most=1000),
        fields.goods(),
        fields.number("basis_points", most=WHOLE, default=WHOLE),
    ),
    "cheapest_free": lambda fields: CheapestFree(fields.number("at_least", most=1000, default=2), fields.goods()),
    "bundle": _bundle,
    "free_shipping": lambda fields: FreeShipping(),
}


def parse_benefit(value: Any) -> Benefit:
    """Parse a benefit, an object with its `kind`. Raises PromotionNotValid."""
    fields = Fields(value, of="benefit")
    benefit: Benefit = fields.one_of("kind", _READ)(fields)
    fields.end()
    return benefit
