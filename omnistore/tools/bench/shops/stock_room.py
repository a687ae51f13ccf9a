"""What the measured shop sells, and who buys: written straight into the tables, then analysed."""

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
from omnistore.tools.demo import money, town

PRODUCTS = 1_000
CATEGORIES = 10
ON_HAND = 1_000_000
PLACES = ("wh-berlin", "ber-mitte", "ber-kreuzberg", "muc-zentrum")
HOT_SKU = "HOT"
HOT_UNITS = 500
SEED = 20_260_101
# Rewards with their conditions; sums.py reckons with the same by hand.
OFFERS: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({"kind": "percent", "basis_points": 1000, "goods": {"categories": ["shelf-1", "shelf-2"]}}, []),
    ({"kind": "buy_and_get", "buy": 2, "get": 1}, []),
    ({"kind": "percent", "basis_points": 500, "is_order_level": True}, [{"kind": "minimum_quantity", "quantity": 3}]),
]


@dataclass(frozen=True)
class Goods:
    """What a shopper may ask for: category slugs, pairs of product slug and SKU, and the warehouse that ships."""

    categories: list[str]
    products: list[tuple[str, str]]
    warehouse_id: int


@dataclass(frozen=True)
class Shopper:
    """Somebody signed in, with the access token of the app."""

    id: int
    token: str


@transaction.atomic
def fill_shelves(*, now: datetime, kinds: int = PRODUCTS) -> Goods:
    """Write places, products in ten categories with stock in four places, and the variant for the run."""
    journal.ensure_months(now.date(), now.date())
    places = town.write_places(today=now.date())
    categories = Category.objects.bulk_create(
        Category(slug=f"shelf-{number}", path=f"shelf-{number}", name={"en": f"Shelf {number}"}, position=number)
        for number in range(CATEGORIES)
    )
    rng = random.Random(SEED)  # noqa: S311  # Goods, not secrets.
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
    _receive([(variant, places[code], ON_HAND) for variant in variants for code in PLACES], now)
    _receive([(hot, places[PLACES[0]], HOT_UNITS)], now)
    _price(now)
    return Goods(
        categories=[category.slug for category in categories],
        products=[(product.slug, variant.sku) for product, variant in zip(products, variants, strict=True)],
        warehouse_id=places[PLACES[0]].pk,
    )


@transaction.atomic
def invite_shoppers(*, count: int, now: datetime) -> list[Shopper]:
    """Write people with accounts who are signed in; their tokens hold as long as any that sign-in hands out."""
    nobody_knows_it = make_password(None)
    first = Customer.objects.count()
    people = Customer.objects.bulk_create(
        Customer(
            name=f"Shopper {number}",
            email=f"shopper-{number}@example.com",
            password=nobody_knows_it,
            signed_up_at=now,
        )
        for number in range(first, first + count)
    )
    store = import_module(settings.SESSION_ENGINE).SessionStore
    sessions = [store(secrets.token_hex(16)) for _person in people]
    Session.objects.bulk_create(
        Session(
            session_key=session.session_key,
            session_data=session.encode(
                {
                    SESSION_KEY: str(person.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: person.get_session_auth_hash(),
                }
            ),
            expire_date=now + timedelta(days=1),
        )
        for person, session in zip(people, sessions, strict=True)
    )
    claims = headless.TOKEN_STRATEGY.get_claims
    return [
        Shopper(person.pk, internal.create_access_token(person, session, claims(person)))
        for person, session in zip(people, sessions, strict=True)
    ]


def analyse() -> None:
    """
    Have PostgreSQL look at the tables.

    A foreign key first checked while its table is known to be empty is checked by reading all of it, ever after.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _price(now: datetime) -> None:
    """Write taxes and three offers that run, so that what is measured is what a shop pays for."""
    money.write_taxes()
    for reward, conditions in OFFERS:
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


def _receive(goods: Sequence[tuple[Variant, Location, int]], now: datetime) -> None:
    levels = StockLevel.objects.bulk_create(
        StockLevel(variant=variant, location=place, on_hand=units) for variant, place, units in goods
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
