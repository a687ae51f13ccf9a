"""Cart items as promotions and taxes see them, and the sets of goods that promotions apply to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

NO_PATHS: frozenset[str] = frozenset()
PATHS_REMEMBERED = 4096
WIDEST = 1000


class Item(NamedTuple):
    """
    Units of a variant at a price in minor units. categories: the paths of its category and all above it.

    tax_category: None for the standard one. is_tax_included: in the price; None means as at the place of supply.
    is_stored_value: a gift card, which is money for later and not goods. is_reduced: the price is a reduced one. floor:
    the price of one unit below which no promotion takes it. deposit: the id of its deposit, which is no part of the
    price: no promotion lowers it, and none counts it. grams, longest_mm: of one unit; 0 where nobody has entered it.
    """

    id: int
    variant_id: int
    quantity: int
    unit_price: int
    product_id: int = 0
    categories: frozenset[str] = NO_PATHS
    tax_category: int | None = None
    is_tax_included: bool | None = None
    is_stored_value: bool = False
    is_reduced: bool = False
    floor: int = 0
    deposit: int | None = None
    grams: int = 0
    longest_mm: int = 0

    @property
    def value(self) -> int:
        return self.quantity * self.unit_price


class Chosen(list[Item]):
    """Items that belong to a set of goods. Many promotions ask for their value, which is computed once."""

    @cached_property
    def value(self) -> int:
        """Return their value before promotions."""
        return sum([item.quantity * item.unit_price for item in self])

    @cached_property
    def units(self) -> int:
        return sum([item.quantity for item in self])

    @cached_property
    def ids(self) -> frozenset[int]:
        return frozenset([item.id for item in self])


class SortedItems(list[Item]):
    """
    The items of a cart, most expensive first, whatever their order in the cart.

    Many promotions choose the same goods, so it remembers what each set of goods chose.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        super().__init__(sorted(items, key=lambda item: (-item.unit_price, item.variant_id, item.id)))
        self.chosen: dict[Goods, Chosen] = {}


@dataclass(frozen=True, slots=True)
class Goods:
    """
    A set of goods: these variants, these products, and all products in these categories; all goods if empty.

    A gift card belongs to it only where its variant or product is named: it is money for later, and a category or
    "everything" is chosen for its goods. Of these, price_from and price_to leave only units of such a price, in minor
    units before promotions, both included; without_reduced leaves out those whose price is reduced already.
    """

    variants: frozenset[int] = frozenset()
    products: frozenset[int] = frozenset()
    categories: frozenset[str] = NO_PATHS
    price_from: int | None = None
    price_to: int | None = None
    without_reduced: bool = False

    @property
    def names_none(self) -> bool:
        """Return whether it names no goods, so that all belong to it that its prices let in."""
        return not (self.variants or self.products or self.categories)

    @property
    def has_prices(self) -> bool:
        return self.price_from is not None or self.price_to is not None

    @property
    def is_everything(self) -> bool:
        return self.names_none and not self.has_prices and not self.without_reduced

    @property
    def width(self) -> int:
        """Return how wide the set is: only variants, then products, then deeper and higher categories, then all."""
        if self.names_none:
            return WIDEST
        if self.categories:
            return WIDEST - 1 - min(path.count("/") for path in self.categories)
        return 1 if self.products else 0

    def among(self, items: Sequence[Item]) -> Chosen:
        """Return the items that belong to the set, in their order."""
        if not isinstance(items, SortedItems):
            return Chosen(self._among(items))
        chosen = items.chosen.get(self)
        if chosen is None:
            chosen = items.chosen[self] = Chosen(self._among(items))
        return chosen

    def _among(self, items: Sequence[Item]) -> Sequence[Item]:
        named = [item for item in items if not item.is_stored_value] if self.names_none else self._named(items)
        if self.price_from is not None:
            named = [item for item in named if item.unit_price >= self.price_from]
        if self.price_to is not None:
            named = [item for item in named if item.unit_price <= self.price_to]
        return [item for item in named if not item.is_reduced] if self.without_reduced else named

    def _named(self, items: Sequence[Item]) -> list[Item]:
        variants, products, categories = self.variants, self.products, self.categories
        return [
            item
            for item in items
            if item.product_id in products
            or item.variant_id in variants
            or (categories and not item.is_stored_value and not categories.isdisjoint(item.categories))
        ]


EVERYTHING = Goods()


def cheapest_of(items: Iterable[Item], units: int) -> int:
    """Return what so many units are worth, the cheapest of them; all that there are, if there are fewer."""
    value = 0
    for item in sorted(items, key=lambda item: item.unit_price):
        taken = min(units, item.quantity)
        value += taken * item.unit_price
        units -= taken
    return value


@lru_cache(PATHS_REMEMBERED)
def paths_of(path: str) -> frozenset[str]:
    """Return the paths of a category and of all above it: for "home/kitchen" also "home"."""
    parts = path.split("/") if path else []
    return frozenset("/".join(parts[:length]) for length in range(1, len(parts) + 1))
