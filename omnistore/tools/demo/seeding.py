"""Fills an empty shop with demo data, and empties it again."""

import random
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.storage import default_storage
from django.db import connection, transaction

from accounts.models import Customer, LoyaltyProgramme
from core import journal
from core.data import sql
from core.data.imports.progress import Progress
from core.models import ConsumerOffset, JournalEntry
from inventory.models import Location, Media
from omnistore.tools.demo import large, money, products, stock
from omnistore.tools.demo.copying import allow_idle_transaction
from omnistore.tools.demo.customers import accounts, balances, loyalty, people
from omnistore.tools.demo.history import past_orders as history
from omnistore.tools.demo.locations import write_locations
from omnistore.tools.demo.sellers import write_sellers
from orders.services.placing.unpaid import forget_networks

# The apps with a shop's data; Django's tables of types, permissions and schedules stay.
EMPTIED_APPS = (
    "core", "accounts", "inventory", "carts", "orders", "engagement",
    "account", "mfa", "socialaccount", "usersessions", "sessions", "admin",
)  # fmt: skip
NUMBERS = ("orders_order_number", "orders_return_number")


def is_seeded() -> bool:
    """Return whether this shop has the small demo; its base is written in one transaction, so one store shows it."""
    return Location.objects.filter(code="ber-mitte").exists()


def is_seeded_large() -> bool:
    """Return whether this shop has the large catalogue."""
    return large.is_written()


def seed_small(*, seed: int, now: datetime, progress: Progress) -> None:
    """
    Write the demo into a shop without it: locations, people, products, stock and ninety days of orders.

    The same seed writes the same shop, with dates relative to now. Products, people and stock are written in one
    transaction; then the history is run step by step through the shop's services.
    """
    rng = random.Random(seed)
    is_first = not JournalEntry.objects.exists()
    # No single commit must be durable: a lost one is seeded again.
    sql.execute("SET synchronous_commit = off", {})
    locations, staff, shoppers = _write_base(rng=rng, now=now, progress=progress)
    history.write_history(rng=rng, now=now, locations=locations, staff=staff, shoppers=shoppers, progress=progress)
    # Through those ninety days a task would have forgotten the guests' networks.
    forget_networks()
    loyalty.write_points(shoppers=shoppers, now=now)
    sql.execute("RESET synchronous_commit", {})
    money.write_promotions(now=now)
    money.write_price_lists(now=now)
    if is_first:
        # These orders are invented: nobody may get a confirmation of one from two months ago.
        _skip_journal()


def seed_large(*, seed: int, now: datetime, progress: Progress) -> None:
    """Add products to the demo shop until it has 100,000 variants, and stores until it has 200."""
    large.write_large(rng=random.Random(seed), now=now, progress=progress)


@transaction.atomic
def empty_the_shop() -> None:
    """Delete every row of the shop and every picture of its products. This cannot be undone."""
    for name in Media.objects.values_list("file", flat=True).distinct():
        default_storage.delete(name)
    tables = sorted(
        {
            model._meta.db_table
            for label in EMPTIED_APPS
            for model in apps.get_app_config(label).get_models(include_auto_created=True)
            if not model._meta.proxy
        }
    )
    with connection.cursor() as cursor:
        # Triggers refuse to delete rows of ledgers; TRUNCATE does not fire them.
        cursor.execute(
            f"TRUNCATE {', '.join(connection.ops.quote_name(table) for table in tables)} RESTART IDENTITY CASCADE"
        )
        for sequence in NUMBERS:
            cursor.execute(f"ALTER SEQUENCE {sequence} RESTART")
    # An empty shop has an inactive loyalty programme, as after the migrations.
    LoyaltyProgramme.objects.create(currency=settings.SHOP_CURRENCY)


@transaction.atomic
def _write_base(
    *, rng: random.Random, now: datetime, progress: Progress
) -> tuple[dict[str, Location], dict[str, Customer], list[Customer]]:
    """Write locations, staff, shoppers, products and stock; return the first three."""
    allow_idle_transaction()
    journal.ensure_months((now - timedelta(days=stock.OPENING_DAYS_AGO)).date(), now.date())
    progress.show("Opening stores", 0)
    locations = write_locations(now=now)
    # One hash for all: the README prints this password anyway.
    password = make_password(people.PASSWORD)
    write_sellers(locations=locations.values(), since=now - timedelta(days=stock.OPENING_DAYS_AGO))
    staff = accounts.write_staff(rng=rng, now=now, locations=locations, password=password)
    shoppers = accounts.write_shoppers(rng=rng, now=now, password=password)
    variants = products.write_products(rng=rng, now=now, progress=progress)
    money.write_taxes()
    stock.write_stock(rng=rng, now=now, variants=variants, locations=locations, progress=progress)
    loyalty.write_programme()
    balances.give_balances(shoppers=shoppers, now=now)
    return locations, staff, shoppers


@transaction.atomic
def _skip_journal() -> None:
    """Move every handler's offset to the end of the journal."""
    last = sql.fetch_one("SELECT xid, id FROM core_journal ORDER BY xid DESC, id DESC LIMIT 1", {})
    assert last is not None
    for subscription in journal.subscriptions():
        ConsumerOffset.objects.update_or_create(
            handler=subscription.name, defaults={"xid": last["xid"], "entry_id": last["id"]}
        )
