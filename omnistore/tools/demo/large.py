"""Adds a large generated catalogue and many stores to the demo shop, streamed to PostgreSQL with COPY."""

import itertools
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core.data.imports.progress import Progress
from inventory.models import Location, OpeningHours, Variant
from omnistore.tools.demo import catalogue, places
from omnistore.tools.demo.copying import allow_idle_transaction, copy_rows, reserve_ids
from omnistore.tools.demo.drawings import draw_picture
from omnistore.tools.demo.products import save_picture, write_categories

VARIANTS = 100_000
STORES = 200
COLOURS_EACH = 4
EDITIONS = 6
SKUS_START = "XL-"
CODES_START = "xl-"
STORE_KEEPS = 500
MOST_CENTS = 12_000
RECEIPT = "demo-large-opening"
DAYS_AGO = 60
COLOURS = ("cream", "sand", "sage", "olive", "ink", "sky", "terracotta", "cinnamon", "mustard", "charcoal")

# Family, slug, and the name in every language.
Name = tuple[str, str, catalogue.Text]


def is_written() -> bool:
    """Return whether the large catalogue exists; it is written in one transaction, so one variant shows it."""
    return Variant.objects.filter(sku__startswith=SKUS_START).exists()


def write_large(
    *, rng: random.Random, now: datetime, progress: Progress, variants: int = VARIANTS, stores: int = STORES
) -> None:
    """Write generated products and stores until the shop has so many in total, with stock in every store."""
    pictures = _draw_pictures(progress)
    with transaction.atomic():
        allow_idle_transaction()
        _write_stores(rng, stores)
        written = _write_catalogue(variants, rng=rng, now=now, pictures=pictures, progress=progress)
        _write_stock(rng=rng, now=now, variants=written, progress=progress)
    with connection.cursor() as cursor:
        # Plans made for empty tables would make the first hours slow.
        cursor.execute("ANALYZE")


def _draw_pictures(progress: Progress) -> dict[tuple[str, str], str]:
    """Draw every shape in every colour, and return the file names."""
    combinations = list(itertools.product(catalogue.nouns(), COLOURS))
    files = {}
    for done, (family, colour) in enumerate(combinations, start=1):
        drawing = draw_picture(family=family, colour=_colour(colour)["hex"], key=family)
        files[family, colour] = save_picture(f"{CODES_START}{family}-{colour}", drawing)
        progress.show("Drawing pictures", done / len(combinations))
    return files


def _write_stores(rng: random.Random, total: int) -> None:
    """Write stores around real cities, each some streets from the centre, with the week of a small-demo store."""
    missing = total - Location.objects.filter(kind=Location.STORE).count()
    weeks = [place.week for place in places.STORES]
    cities = catalogue.cities()
    stores = []
    for number in range(max(missing, 0)):
        city, branch = cities[number % len(cities)], number // len(cities) + 1
        stores.append(
            Location(
                code=f"{CODES_START}store-{number + 1:03d}",
                name={language: f"{name} {branch}" for language, name in city["name"].items()},
                kind=Location.STORE,
                street_address=f"Market Street {rng.randint(1, 120)}",
                postal_code=city["postal_code"],
                city=city["name"]["en"],
                country_code=city["country_code"],
                latitude=round(city["latitude"] + rng.uniform(-0.04, 0.04), 5),
                longitude=round(city["longitude"] + rng.uniform(-0.06, 0.06), 5),
                time_zone=city["time_zone"],
                offers_pickup=True,
                ships=number % 3 == 0,
                takes_returns=True,
                pickup_lead_minutes=rng.choice((45, 60, 90, 120)),
            )
        )
    OpeningHours.objects.bulk_create(
        OpeningHours(location=store, weekday=weekday, opens=opens, closes=closes)
        for number, store in enumerate(Location.objects.bulk_create(stores))
        for weekday, spans in weeks[number % len(weeks)].items()
        for opens, closes in spans
    )


def _write_catalogue(
    total: int, *, rng: random.Random, now: datetime, pictures: dict[tuple[str, str], str], progress: Progress
) -> range:
    """Write products, variants, prices, barcodes and pictures; return the variants' ids."""
    count = max(total - Variant.objects.count(), 0)
    product_count = -(-count // COLOURS_EACH)
    products, variants = reserve_ids("inventory_product", product_count), reserve_ids("inventory_variant", count)
    names = list(itertools.islice(_names(), product_count))
    looks = [rng.sample(COLOURS, COLOURS_EACH) for _ in names]

    # Variants come before their products, so the products' triggers read all SKUs at once and run only once.
    _write_variants(variants, products, looks, progress=progress)
    _write_products(products, names, rng=rng, now=now, progress=progress)
    copy_rows(
        "inventory_price (variant_id, currency, amount, updated_at)",
        ((variant, settings.SHOP_CURRENCY, rng.randrange(290, MOST_CENTS, 10), now) for variant in variants),
        step="Writing prices",
        count=count,
        progress=progress,
    )
    copy_rows(
        "inventory_barcode (variant_id, code)",
        (
            (variant, catalogue.with_check_digit(f"{catalogue.LARGE_PREFIX}{index:010d}"))
            for index, variant in enumerate(variants)
        ),
        step="Writing barcodes",
        count=count,
        progress=progress,
    )
    copy_rows(
        "inventory_media (product_id, file, alt, position)",
        (
            (product, pictures[family, look[0]], _json(name), 0)
            for product, (family, _, name), look in zip(products, names, looks, strict=True)
        ),
        step="Writing pictures",
        count=product_count,
        progress=progress,
    )
    return variants


def _write_products(
    products: range, names: list[Name], *, rng: random.Random, now: datetime, progress: Progress
) -> None:
    categories = write_categories()
    family_category = {product.family: categories[product.category].pk for product in catalogue.products()}
    brands = sorted({product.brand for product in catalogue.products()})
    copy_rows(
        "inventory_product (id, slug, name, description, brand, category_id, attributes, state, published_at, "
        "updated_at, search_words)",
        (
            (
                product,
                slug,
                _json(name),
                _json({language: f"{text}." for language, text in name.items()}),
                rng.choice(brands),
                family_category[family],
                "{}",
                "published",
                now - timedelta(hours=rng.randint(24, 24 * 700)),
                now,
                "",
            )
            for product, (family, slug, name) in zip(products, names, strict=True)
        ),
        step="Writing products",
        count=len(products),
        progress=progress,
    )


def _write_variants(variants: range, products: range, looks: list[list[str]], *, progress: Progress) -> None:
    copy_rows(
        "inventory_variant (id, product_id, sku, attributes, position, is_active, low_stock_below)",
        (
            (
                variant,
                products[index // COLOURS_EACH],
                f"{SKUS_START}{index // COLOURS_EACH:05d}-{colour.upper()}",
                _json({"colour": {language: _colour(colour)[language] for language in catalogue.languages()}}),
                index % COLOURS_EACH,
                True,
                0,
            )
            for index, (variant, colour) in enumerate(zip(variants, itertools.chain(*looks), strict=False))
        ),
        step="Writing variants",
        count=len(variants),
        progress=progress,
    )


def _write_stock(*, rng: random.Random, now: datetime, variants: range, progress: Progress) -> None:
    """Write stock of all variants in one warehouse, and of a few hundred in each generated store."""
    warehouse = Location.objects.get(code="wh-berlin").pk
    stores = Location.objects.filter(code__startswith=CODES_START).order_by("code").values_list("pk", flat=True)
    plan = [(variant, warehouse, rng.randint(5, 200)) for variant in variants]
    for store in stores:
        chosen = rng.sample(variants, min(STORE_KEEPS, len(variants)))
        plan += [(variant, store, rng.randint(1, 15)) for variant in sorted(chosen)]
    levels = reserve_ids("inventory_stocklevel", len(plan))
    copy_rows(
        "inventory_stocklevel (id, variant_id, location_id, on_hand, reserved, safety)",
        (
            (level, variant, location, units, 0, 0)
            for level, (variant, location, units) in zip(levels, plan, strict=True)
        ),
        step="Writing stock",
        count=len(plan),
        progress=progress,
    )
    received_at = now - timedelta(days=DAYS_AGO)
    copy_rows(
        "inventory_stockmovement (level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, "
        "reason, occurred_at)",
        (
            (level, "received", units, 0, "receipt", RECEIPT, "system", "", received_at)
            for level, (_, _, units) in zip(levels, plan, strict=True)
        ),
        step="Writing the ledger",
        count=len(plan),
        progress=progress,
    )


def _names() -> Iterator[Name]:
    """Yield the family, slug and name of each generated product, alternating between all families."""
    for edition, series, (family, noun) in itertools.product(
        range(1, EDITIONS + 1), catalogue.series(), catalogue.nouns().items()
    ):
        yield (
            family,
            f"{CODES_START}{family.replace('_', '-')}-{series['en'].lower().replace('ü', 'u')}-{edition}",
            {
                "en": f"{noun['en']} {series['en']} {edition}",
                "de": f"{noun['de']} {series['de']} {edition}",
                "ar": f"{noun['ar']} «{series['ar']}» {edition}",
                "fa": f"{noun['fa']} {series['fa']} {_persian(edition)}",
            },
        )


def _colour(name: str) -> dict[str, str]:
    colour: dict[str, str] = catalogue.options()["colour"]["values"][name]
    return colour


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _persian(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
