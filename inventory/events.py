"""Events of products, prices and stock."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import ShopEvent


@dataclass(frozen=True, kw_only=True)
class CatalogueChanged(ShopEvent):
    """
    A product was created, published, retired or edited, or got a variant; ref is its slug.

    change: created, published, retired, edited or variant_added. product_id: None when many changed at once.
    """

    kind: ClassVar[str] = "catalogue.changed"
    product_id: int | None
    change: str


@dataclass(frozen=True, kw_only=True)
class PriceChanged(ShopEvent):
    """The price of a variant changed; ref is the SKU. amount, previous: minor units, None if it had none."""

    kind: ClassVar[str] = "price.changed"
    variant_id: int
    currency: str
    amount: int
    previous: int | None


@dataclass(frozen=True, kw_only=True)
class PriceListChanged(ShopEvent):
    """A price list, or prices in it, changed, began or ended; ref is its code. prices: how many of them changed."""

    kind: ClassVar[str] = "price_list.changed"
    price_list_id: int
    prices: int


@dataclass(frozen=True, kw_only=True)
class PeopleLimitMet(ShopEvent):
    """
    A member of staff met the limit of customers within an hour; ref is their id. Published once an hour.

    how: opened or listed. most: the limit.
    """

    kind: ClassVar[str] = "staff.people_limit_met"
    how: str
    most: int


@dataclass(frozen=True, kw_only=True)
class StockReceived(ShopEvent):
    """Units were received at a location; ref is the SKU, the store is the location's code."""

    kind: ClassVar[str] = "stock.received"
    variant_id: int
    location_id: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class StockAdjusted(ShopEvent):
    """Stock was corrected; ref is the SKU. change: units more (or less, negative) than were recorded."""

    kind: ClassVar[str] = "stock.adjusted"
    variant_id: int
    location_id: int
    change: int


@dataclass(frozen=True, kw_only=True)
class Oversold(ShopEvent):
    """A till sold units that the books had not free, while it could not reach the shop; ref is the SKU."""

    kind: ClassVar[str] = "stock.oversold"
    variant_id: int
    location_id: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class StockLow(ShopEvent):
    """Available units at a location fell below the variant's threshold; ref is the SKU."""

    kind: ClassVar[str] = "stock.low"
    variant_id: int
    location_id: int
    available: int
