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
from omnistore.tools.demo import goods, large, money, stock, town
from omnistore.tools.demo.copying import allow_long_thought
from omnistore.tools.demo.customers import balances, loyalty, people
from omnistore.tools.demo.history import past_orders as history

# Everything a shop fills; Django's own tables of types, rights and timetables stay.
EMPTIED_APPS = (
    "core", "accounts", "inventory", "carts", "orders", "engagement",
    "account", "mfa", "socialaccount", "usersessions", "sessions", "admin",
)  # fmt: skip
NUMBERS = ("orders_order_number", "orders_return_number")


def is_seeded() -> bool:
    """Tell whether this shop has the demo's small data; its ground is written at once, so one store stands for it."""
    return Location.objects.filter(code="ber-mitte").exists()


def is_seeded_large() -> bool:
    """Tell whether this shop has the large catalogue too."""
    return large.is_written()


def seed_small(*, seed: int, now: datetime, progress: Progress) -> None:
    """
    Write the demo shop into a shop that has none of it: places, people, goods, stock and ninety days of orders.

    The same seed writes the same shop, counted back from now. Goods, people and stock are there all at once or not at
    all; the history is then played act by act, as it would have happened.
    """
    rng = random.Random(seed)
    is_first = not JournalEntry.objects.exists()
    # Nobody waits for one of these commits in particular, and a lost one is seeded again.
    sql.execute("SET synchronous_commit = off", {})
    locations, staff, shoppers = _lay_the_ground(rng=rng, now=now, progress=progress)
    history.write_history(rng=rng, now=now, locations=locations, staff=staff, shoppers=shoppers, progress=progress)
    loyalty.write_points(shoppers=shoppers, now=now)
    sql.execute("RESET synchronous_commit", {})
    money.write_offers(now=now)
    money.write_price_lists(now=now)
    if is_first:
        # These orders were made up just now: nobody is to be sent a confirmation of one from two months ago.
        _mark_all_read()


def seed_large(*, seed: int, now: datetime, progress: Progress) -> None:
    """Add goods to the demo shop until it has 100,000 variants, and stores until it has 200."""
    large.write_large(rng=random.Random(seed), now=now, progress=progress)


@transaction.atomic
def empty_the_shop() -> None:
    """Delete every row of the shop and every picture of its goods. There is no way back."""
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
        # Ledgers refuse to be deleted from row by row, and rightly so; a whole table may be emptied.
        cursor.execute(
            f"TRUNCATE {', '.join(connection.ops.quote_name(table) for table in tables)} RESTART IDENTITY CASCADE"
        )
        for sequence in NUMBERS:
            cursor.execute(f"ALTER SEQUENCE {sequence} RESTART")
    # An empty shop has a programme that is switched off, as the migrations leave it.
    LoyaltyProgramme.objects.create(currency=settings.SHOP_CURRENCY)


@transaction.atomic
def _lay_the_ground(
    *, rng: random.Random, now: datetime, progress: Progress
) -> tuple[dict[str, Location], dict[str, Customer], list[Customer]]:
    """Write places, staff, shoppers, goods and stock; return the first three."""
    allow_long_thought()
    journal.ensure_months((now - timedelta(days=stock.OPENING_DAYS_AGO)).date(), now.date())
    progress.show("Opening stores", 0)
    locations = town.write_places(today=now.date())
    # One hash for all of them: this password is printed in the README anyway.
    password = make_password(people.PASSWORD)
    staff = town.write_staff(rng=rng, now=now, locations=locations, password=password)
    shoppers = town.write_shoppers(rng=rng, now=now, password=password)
    variants = goods.write_goods(rng=rng, now=now, progress=progress)
    money.write_taxes()
    stock.fill_shelves(rng=rng, now=now, variants=variants, locations=locations, progress=progress)
    loyalty.write_programme()
    balances.give_balances(shoppers=shoppers, now=now)
    return locations, staff, shoppers


@transaction.atomic
def _mark_all_read() -> None:
    """Put every handler behind the last entry of the journal."""
    last = sql.fetch_one("SELECT xid, id FROM core_journal ORDER BY xid DESC, id DESC LIMIT 1", {})
    assert last is not None
    for subscription in journal.subscriptions():
        ConsumerOffset.objects.update_or_create(
            handler=subscription.name, defaults={"xid": last["xid"], "entry_id": last["id"]}
        )
