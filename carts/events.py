"""Events of carts and wish lists."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class CartLineAdded(Event):
    """
    Units of a variant were added to a cart; ref is the SKU, quantity the units added.

    Written by the statement that adds the line (carts/services/carts.py), with exactly these fields.
    """

    kind: ClassVar[str] = "cart.line_added"
    cart_id: int
    variant_id: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class CartLineChanged(Event):
    """The quantity of a line changed; ref is the SKU."""

    kind: ClassVar[str] = "cart.line_changed"
    cart_id: int
    variant_id: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class CartLineRemoved(Event):
    """A line was removed from a cart; ref is the SKU."""

    kind: ClassVar[str] = "cart.line_removed"
    cart_id: int
    variant_id: int


@dataclass(frozen=True, kw_only=True)
class CartEmptied(Event):
    """All lines were removed from a cart at once."""

    kind: ClassVar[str] = "cart.emptied"
    cart_id: int
    lines: int


@dataclass(frozen=True, kw_only=True)
class CartsMerged(Event):
    """Another cart's lines were merged into this one."""

    kind: ClassVar[str] = "cart.merged"
    cart_id: int
    source_id: int
    lines: int


@dataclass(frozen=True, kw_only=True)
class SavedForLater(Event):
    """A variant was added to the wish list; ref is the SKU."""

    kind: ClassVar[str] = "wishlist.added"
    variant_id: int


@dataclass(frozen=True, kw_only=True)
class PricesDiffer(Event):
    """A parity check found prices that differ without a registered reason; differences: how many."""

    kind: ClassVar[str] = "prices.differ"
    parity_check_id: int
    differences: int
