"""Things to sell and places to sell them, with named overrides."""

import itertools
from datetime import UTC, datetime, time
from typing import Any

from accounts.models import Customer
from inventory.models import (
    Barcode,
    Category,
    Location,
    OpeningHours,
    Price,
    Product,
    StaffAssignment,
    StockLevel,
    StockMovement,
    Variant,
)

_numbers = itertools.count(1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def make_category(slug: str = "", *, parent: Category | None = None, **fields: Any) -> Category:
    """A shelf; its path follows its parent's."""
    slug = slug or f"category-{next(_numbers)}"
    path = f"{parent.path}/{slug}" if parent else slug
    return Category.objects.create(slug=slug, parent=parent, path=path, name=fields.pop("name", {"en": slug}), **fields)


def make_product(slug: str = "", *, name: str | dict[str, str] = "", **fields: Any) -> Product:
    """A published product without variants."""
    slug = slug or f"product-{next(_numbers)}"
    texts = name if isinstance(name, dict) else {"en": name or slug.replace("-", " ").capitalize()}
    values = {"state": Product.PUBLISHED, "published_at": LONG_AGO} | fields
    return Product.objects.create(slug=slug, name=texts, **values)


def make_variant(
    *,
    sku: str = "",
    price: int | None = 1290,
    currency: str = "EUR",
    product: Product | None = None,
    barcode: str = "",
    name: str = "",
    **fields: Any,
) -> Variant:
    """A variant on sale, with a price in minor units (None: none), in a product of its own unless one is given."""
    sku = sku or f"SKU-{next(_numbers)}"
    product = product or make_product(sku.lower().replace(" ", "-"), name=name or sku)
    variant = Variant.objects.create(product=product, sku=sku, **fields)
    if price is not None:
        Price.objects.create(variant=variant, currency=currency, amount=price)
    if barcode:
        Barcode.objects.create(variant=variant, code=barcode)
    return variant


def make_store(
    code: str = "", *, hours: tuple[str, str] | None = ("09:00", "20:00"), days: range = range(6), **fields: Any
) -> Location:
    """A store in Berlin that offers pickup; hours: when it opens and closes on the given weekdays, None for never."""
    code = code or f"store-{next(_numbers)}"
    values: dict[str, Any] = {
        "kind": Location.STORE,
        "name": {"en": code},
        "street_address": "Rosenthaler Str. 1",
        "postal_code": "10119",
        "city": "Berlin",
        "country_code": "DE",
        "latitude": 52.5296,
        "longitude": 13.4013,
        "time_zone": "Europe/Berlin",
        "offers_pickup": True,
        "takes_returns": True,
    } | fields
    store = Location.objects.create(code=code, **values)
    if hours:
        opens, closes = map(time.fromisoformat, hours)
        OpeningHours.objects.bulk_create(
            OpeningHours(location=store, weekday=day, opens=opens, closes=closes) for day in days
        )
    return store


def make_warehouse(code: str = "", **fields: Any) -> Location:
    """A warehouse near Leipzig that ships on weekdays and that nobody visits."""
    values: dict[str, Any] = {
        "kind": Location.WAREHOUSE,
        "city": "Leipzig",
        "postal_code": "04356",
        "latitude": 51.4239,
        "longitude": 12.2363,
        "offers_pickup": False,
        "takes_returns": False,
        "ships": True,
        "ship_rank": 10,
        "hours": ("08:00", "18:00"),
        "days": range(5),
    } | fields
    return make_store(code or f"warehouse-{next(_numbers)}", **values)


def make_stock(variant: Variant, location: Location, *, on_hand: int = 10, safety: int = 0) -> StockLevel:
    """Units of a variant at a location, with the ledger row that accounts for them."""
    level = StockLevel.objects.create(variant=variant, location=location, on_hand=on_hand, safety=safety)
    if on_hand:
        StockMovement.objects.create(
            level=level,
            kind=StockMovement.RECEIVED,
            on_hand_change=on_hand,
            cause_kind="test",
            cause_id=str(level.pk),
            channel="system",
            occurred_at=LONG_AGO,
        )
    return level


def assign(staff: Customer, location: Location | None, role: str) -> StaffAssignment:
    """Give somebody a role in a store, or in every store."""
    return StaffAssignment.objects.create(staff=staff, location=location, role=role)
