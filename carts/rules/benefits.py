"""
What an offer gives. Amounts in minor units of the offer's currency.

Each benefit takes the items from the dearest down and what earlier offers have left of each, and returns what it takes
off which: never more than is left. How it rounds is in docs/pricing.md.
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
    A reduction. on_whole: it speaks of the cart as a whole, and so comes after those that speak of lines.

    has_amount: it holds an amount, and so only carts of the offer's currency can have it.
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
    """Each unit for one price, if that is less."""

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
    """For so many units bought so many more cost less (at 10000 basis points: nothing): the cheapest of all chosen."""

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
    """The cheapest unit of all chosen costs nothing, once, if there are at least so many."""

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
    """So many units of some goods."""

    quantity: int
    goods: Goods


@dataclass(frozen=True, slots=True)
class BundlePrice:
    """
    Units of several kinds together for one price, as often as the cart holds them, the dearest first.

    An item counts for the first part it belongs to.
    """

    parts: tuple[BundlePart, ...]
    amount: int
    on_whole: ClassVar[bool] = False
    has_amount: ClassVar[bool] = True

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        free, by_part = list(items), []
        for part in self.parts:
            chosen = part.goods.among(free)
            taken = {item.id for item in chosen}
            free = [item for item in free if item.id not in taken]
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
    """Shipping costs nothing."""

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
    for place, each in enumerate(fields.objects("parts")):
        part = Fields(each, of=f"benefit.parts.{place}")
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


def parse_benefit(given: Any) -> Benefit:
    """Read a benefit, an object with its `kind`. Raises PromotionNotValid."""
    fields = Fields(given, of="benefit")
    benefit: Benefit = fields.one_of("kind", _READ)(fields)
    fields.end()
    return benefit
