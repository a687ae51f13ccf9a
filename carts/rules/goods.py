"""Cart items as promotions and taxes see them, and the sets of goods that promotions apply to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

NO_PATHS: frozenset[str] = frozenset()
PATHS_REMEMBERED = 4096


class Item(NamedTuple):
    """
    Units of a variant at a price in minor units. categories: the paths of its category and all above it.

    tax_category: None for the standard one. is_tax_included: in the price; None means as at the place of supply.
    is_stored_value: a gift card, which is money for later and not goods.
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

    @property
    def value(self) -> int:
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class Goods:
    """
    A set of goods: these variants, these products, and all products in these categories; all goods if empty.

    A gift card belongs to it only where its variant or product is named: it is money for later, and a category or
    "everything" is chosen for its goods.
    """

    variants: frozenset[int] = frozenset()
    products: frozenset[int] = frozenset()
    categories: frozenset[str] = NO_PATHS

    @property
    def is_everything(self) -> bool:
        return not (self.variants or self.products or self.categories)

    def among(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return the items that belong to the set, in their order."""
        if self.is_everything:
            return [item for item in items if not item.is_stored_value]
        variants, products, categories = self.variants, self.products, self.categories
        return [
            item
            for item in items
            if item.product_id in products
            or item.variant_id in variants
            or (categories and not item.is_stored_value and not categories.isdisjoint(item.categories))
        ]


EVERYTHING = Goods()


@lru_cache(PATHS_REMEMBERED)
def paths_of(path: str) -> frozenset[str]:
    """Return the paths of a category and of all above it: for "home/kitchen" also "home"."""
    parts = path.split("/") if path else []
    return frozenset("/".join(parts[:length]) for length in range(1, len(parts) + 1))


def by_price_descending(items: Iterable[Item]) -> list[Item]:
    """Return items in the fixed order of the calculation, whatever their order in the cart."""
    return sorted(items, key=lambda item: (-item.unit_price, item.variant_id, item.id))
