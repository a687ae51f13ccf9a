"""Events of carts and wish lists."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.journal import Event, ShopEvent
from core.texts.wording import number, ref, worded


@dataclass(frozen=True, kw_only=True)
class CartLineAdded(Event):
    """
    Units of a variant were added to a cart; ref is the SKU, quantity the units added.

    Written by the statement that adds the line (carts/services/carts.py), with exactly these fields.
    """

    kind: ClassVar[str] = "cart.line_added"
    words = worded(_("%(units)s × %(sku)s added to the cart"), units=number("quantity"), sku=ref)
    cart_id: int
    variant_id: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class CartLineChanged(Event):
    """The quantity of a line changed; ref is the SKU."""

    kind: ClassVar[str] = "cart.line_changed"
    words = worded(_("%(sku)s in the cart: %(units)s now"), units=number("quantity"), sku=ref)
    cart_id: int
    variant_id: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class CartLineRemoved(Event):
    """A line was removed from a cart; ref is the SKU."""

    kind: ClassVar[str] = "cart.line_removed"
    words = worded(_("%(sku)s removed from the cart"), sku=ref)
    cart_id: int
    variant_id: int


@dataclass(frozen=True, kw_only=True)
class CartEmptied(Event):
    """All lines were removed from a cart at once."""

    kind: ClassVar[str] = "cart.emptied"
    words = worded(_("Emptied the cart"))
    cart_id: int
    lines: int


@dataclass(frozen=True, kw_only=True)
class CartsMerged(Event):
    """Another cart's lines were merged into this one."""

    kind: ClassVar[str] = "cart.merged"
    words = worded(_("Two carts were merged"))
    cart_id: int
    source_id: int
    lines: int


@dataclass(frozen=True, kw_only=True)
class CartsParted(Event):
    """This cart is separate again, because the records of its owner and another one were merged by mistake."""

    kind: ClassVar[str] = "cart.parted"
    words = worded(_("Two carts were separated"))
    cart_id: int


@dataclass(frozen=True, kw_only=True)
class SavedForLater(Event):
    """A variant was added to the wish list; ref is the SKU."""

    kind: ClassVar[str] = "wishlist.added"
    words = worded(_("%(sku)s saved for later"), sku=ref)
    variant_id: int


@dataclass(frozen=True, kw_only=True)
class PricesDiffer(ShopEvent):
    """A parity check found prices that differ without a registered reason; differences: how many."""

    kind: ClassVar[str] = "prices.differ"
    parity_check_id: int
    differences: int
