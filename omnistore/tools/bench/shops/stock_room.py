"""Writes the catalogue and the shoppers of the measured shop straight into its tables."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from allauth.headless import app_settings as headless
from allauth.headless.tokens.strategies.jwt import internal
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from accounts.models import Customer
from carts.models import Promotion
from core import journal
from inventory.models import Category, Location, Media, Price, Product, StockLevel, StockMovement, Variant
from omnistore.tools.demo import money
from omnistore.tools.demo.locations import write_locations

PRODUCTS = 1_000
CATEGORIES = 10
ON_HAND = 1_000_000
STOCKED = ("wh-berlin", "ber-mitte", "ber-kreuzberg", "muc-zentrum")
HOT_SKU = "HOT"
HOT_UNITS = 500
SEED = 20_260_101
# Rewards with their conditions; totals.py computes the same promotions independently.
PROMOTIONS: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({"kind": "percent", "basis_points": 1000, "goods": {"categories": ["shelf-1", "shelf-2"]}}, []),
    ({"kind": "buy_and_get", "buy": 2, "get": 1}, []),
    ({"kind": "percent", "basis_points": 500, "is_order_level": True}, [{"kind": "minimum_quantity", "quantity": 3}]),
]


@dataclass(frozen=True)
class Catalogue:
    """What a shopper may request: category slugs, pairs of product slug and SKU, and the warehouse that ships."""

    categories: list[str]
    products: list[tuple[str, str]]
    warehouse_id: int


@dataclass(frozen=True)
class Shopper:
    """A signed-in shopper, with an access token of the app."""

    id: int
    token: str


@transaction.atomic
def fill_shelves(*, now: datetime, kinds: int = PRODUCTS) -> Catalogue:
    """Write locations, products in ten categories with stock in four locations, and the variant of the flash sale."""
    journal.ensure_months(now.date(), now.date())
    locations = write_locations(now=now)
    categories = Category.objects.bulk_create(
        Category(slug=f"shelf-{number}", path=f"shelf-{number}", name={"en": f"Shelf {number}"}, position=number)
        for number in range(CATEGORIES)
    )
    rng = random.Random(SEED)  # noqa: S311  # Test data, not secrets.
    products = Product.objects.bulk_create(_product(number, categories, now) for number in range(kinds))
    variants = Variant.objects.bulk_create(
        Variant(product=product, sku=f"SKU-{number}", attributes={"colour": {"en": "Blue", "ar": "أزرق", "fa": "آبی"}})
        for number, product in enumerate(products)
    )
    hot = Variant(product=products[0], sku=HOT_SKU, position=1)
    hot.save()
    currency = settings.SHOP_CURRENCY
    Price.objects.bulk_create(
        Price(variant=variant, currency=currency, amount=rng.randrange(490, 9900, 10)) for variant in [*variants, hot]
    )
    Media.objects.bulk_create(
        Media(product=product, file=f"products/{number}.svg", alt={"en": f"Product {number}"})
        for number, product in enumerate(products)
    )
    _receive([(variant, locations[code], ON_HAND) for variant in variants for code in STOCKED], now)
    _receive([(hot, locations[STOCKED[0]], HOT_UNITS)], now)
    _write_pricing(now)
    return Catalogue(
        categories=[category.slug for category in categories],
        products=[(product.slug, variant.sku) for product, variant in zip(products, variants, strict=True)],
        warehouse_id=locations[STOCKED[0]].pk,
    )


@transaction.atomic
def invite_shoppers(*, count: int, now: datetime) -> list[Shopper]:
    """Write signed-in shoppers; their tokens are valid as long as those of any sign-in."""
    unusable = make_password(None)
    first = Customer.objects.count()
    customers = Customer.objects.bulk_create(
        Customer(
            name=f"Shopper {number}",
            email=f"shopper-{number}@example.com",
            password=unusable,
            signed_up_at=now,
        )
        for number in range(first, first + count)
    )
    store = import_module(settings.SESSION_ENGINE).SessionStore
    sessions = [store(secrets.token_hex(16)) for _customer in customers]
    Session.objects.bulk_create(
        Session(
            session_key=session.session_key,
            session_data=session.encode(
                {
                    SESSION_KEY: str(customer.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: customer.get_session_auth_hash(),
                }
            ),
            expire_date=now + timedelta(days=1),
        )
        for customer, session in zip(customers, sessions, strict=True)
    )
    claims = headless.TOKEN_STRATEGY.get_claims
    return [
        Shopper(customer.pk, internal.create_access_token(customer, session, claims(customer)))
        for customer, session in zip(customers, sessions, strict=True)
    ]


def analyse() -> None:
    """
    Update PostgreSQL's statistics.

    A connection that first checks a foreign key while its table seems empty keeps a plan that reads all of it.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _write_pricing(now: datetime) -> None:
    """Write taxes and three running promotions, so that the measurement includes their cost."""
    money.write_taxes()
    for reward, conditions in PROMOTIONS:
        Promotion.objects.create(name={"en": "Offer"}, reward=reward, conditions=conditions, starts_at=now)


def _product(number: int, categories: Sequence[Category], now: datetime) -> Product:
    return Product(
        slug=f"product-{number}",
        name={"en": f"Product {number}", "ar": f"منتج {number}", "fa": f"کالا {number}"},
        description={"en": "Made to be looked at, put into a cart, and bought. " * 6},
        brand=f"Brand {number % 25}",
        category=categories[number % len(categories)],
        attributes={"material": {"en": "Cotton", "ar": "قطن", "fa": "پنبه"}},
        state=Product.PUBLISHED,
        published_at=now - timedelta(minutes=number),
    )


def _receive(stock: Sequence[tuple[Variant, Location, int]], now: datetime) -> None:
    levels = StockLevel.objects.bulk_create(
        StockLevel(variant=variant, location=location, on_hand=units) for variant, location, units in stock
    )
    StockMovement.objects.bulk_create(
        StockMovement(
            level=level,
            kind=StockMovement.RECEIVED,
            on_hand_change=level.on_hand,
            cause_kind="receipt",
            cause_id="bench",
            channel="system",
            occurred_at=now,
        )
        for level in levels
    )
