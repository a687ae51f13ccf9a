"""The shop that `seed_demo` writes."""

import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Customer, PointBatch, TierMembership
from core import journal
from core.data.imports.progress import Silence
from core.data.invariants import find_breaches, registered
from core.models import ConsumerOffset, JournalEntry
from inventory.models import Location, Media, Product, StaffAssignment, StockLevel, Variant
from omnistore.tools.demo import catalogue, large, seeding
from omnistore.tools.demo.customers.people import PASSWORD
from orders.models import Fulfilment, Order
from orders.queries.sellers import receipt_gaps

NOW = datetime(2026, 6, 17, 15, 30, tzinfo=UTC)
DRIFT = """
SELECT level.id FROM inventory_stocklevel AS level
LEFT JOIN inventory_stockmovement AS movement ON movement.level_id = level.id
GROUP BY level.id
HAVING level.on_hand <> coalesce(sum(movement.on_hand_change), 0)
    OR level.reserved <> coalesce(sum(movement.reserved_change), 0)
"""


# Without the mark, the fixture below would write into the real database instead of a test database.
pytestmark = [pytest.mark.walk, pytest.mark.django_db]


@pytest.fixture(scope="module", autouse=True)
def first_shop(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[tuple[Any, ...]]]:
    """
    The small demo shop, written once for the tests of this file, which run in order; yield its content at first.

    Its history is run through services that commit, so it cannot be in a test's transaction.
    """
    with django_db_blocker.unblock():
        seeding.empty_the_shop()
        seeding.seed_small(seed=1, now=NOW, progress=Silence())
        yield content_of_shop()
        seeding.empty_the_shop()


def row_counts() -> dict[str, int]:
    """Return the number of rows of each table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [name for (name,) in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def content_of_shop() -> list[tuple[Any, ...]]:
    """Return the content of the shop without random keys."""
    return [
        *Order.objects.order_by("pk").values_list("number", "state", "channel", "grand_total", "placed_at"),
        *Fulfilment.objects.order_by("pk").values_list("kind", "state", "ready_at", "expires_at", "finished_at"),
        *StockLevel.objects.order_by("pk").values_list("variant__sku", "location__code", "on_hand", "reserved"),
        *TierMembership.objects.order_by("pk").values_list("customer__email", "tier__code", "points"),
        *Customer.objects.order_by("pk").values_list("name", "email", "card_number", "joined_at"),
        *Product.objects.order_by("pk").values_list("slug", "published_at"),
    ]


def test_some_shoppers_have_points_and_a_tier():
    tiers = TierMembership.objects.filter(tier__isnull=False)
    assert tiers.exists()
    assert PointBatch.objects.filter(kind="earned", matured_at__isnull=True).exists()
    assert PointBatch.objects.filter(kind="earned", matured_at__isnull=False).exists()


def test_no_invariant_is_violated():
    assert registered()
    assert find_breaches() == {}


def test_every_level_is_the_sum_of_its_movements():
    with connection.cursor() as cursor:
        cursor.execute(DRIFT)
        assert cursor.fetchall() == []


def test_every_location_has_stock():
    assert Variant.objects.count() == 246
    assert Location.objects.filter(kind="store").count() == 6
    assert Location.objects.filter(kind="warehouse").count() == 2
    assert all(location.levels.filter(on_hand__gt=0).count() > 100 for location in Location.objects.all())


def test_one_variant_has_one_unit_left_and_another_none():
    last = StockLevel.objects.filter(variant__sku="BAG-SDL-OLIVE")

    assert [level.available for level in last] == [1]
    assert not StockLevel.objects.filter(variant__sku="CAR-LIN-AMBER").exists()


def test_every_product_has_a_picture():
    products = Product.objects.prefetch_related("media")

    assert all(any(media.variant_id is None for media in product.media.all()) for product in products)
    assert all(default_storage.exists(name) for name in Media.objects.values_list("file", flat=True).distinct())


@pytest.mark.parametrize("name", ["shopper", "clerk", "manager", "head", "admin"])
def test_people_can_sign_in(name, rf):
    customer = authenticate(rf.post("/"), email=f"{name}@example.com", password=PASSWORD)

    assert customer is not None
    assert customer.emailaddress_set.get().verified


def test_staff_have_their_roles():
    roles = StaffAssignment.objects.values_list("staff__email", "role", "location__code")

    assert ("clerk@example.com", "clerk", "ber-mitte") in roles
    assert ("manager@example.com", "manager", "ber-mitte") in roles
    assert ("head@example.com", "head_office", None) in roles
    assert Location.objects.filter(kind="store", assignments__role="clerk").distinct().count() == 6
    assert Customer.objects.get(email="admin@example.com").is_superuser


def test_there_are_orders_in_every_lasting_state():
    states = set(Order.objects.values_list("state", flat=True))
    pickups = set(Fulfilment.objects.filter(kind="pickup").values_list("state", flat=True))
    parcels = set(Fulfilment.objects.filter(kind="ship").values_list("state", flat=True))

    # A pending order lasts 15 minutes at most, so there is none in the history.
    assert states == {"placed", "completed", "cancelled", "failed"}
    assert pickups == {"placed", "accepted", "picking", "ready", "collected", "expired", "cancelled"}
    assert parcels == {"placed", "shipped", "delivered", "cancelled"}


def test_one_customer_has_a_timeline_on_every_channel():
    sara = Customer.objects.get(email="shopper@example.com")

    entries = JournalEntry.objects.filter(customer_id=sara.pk)

    assert {"web", "app", "till"} <= set(entries.values_list("channel", flat=True))
    assert entries.count() > 30
    assert not sara.carts.filter(state="open").exists()


def test_everything_happened_in_the_past():
    assert not JournalEntry.objects.filter(occurred_at__gt=NOW).exists()
    assert not Order.objects.filter(placed_at__gt=NOW).exists()


def test_no_handler_reads_the_history():
    newest = JournalEntry.objects.order_by("-xid", "-id").first()

    positions = dict(ConsumerOffset.objects.values_list("handler", "entry_id"))

    assert positions == {subscription.name: newest.pk for subscription in journal.subscriptions()}


def test_seeding_again_changes_nothing():
    before = row_counts()

    call_command("seed_demo", verbosity=0)

    assert row_counts() == before


def test_seeding_again_says_that_nothing_was_changed():
    output = io.StringIO()

    call_command("seed_demo", stdout=output, stderr=io.StringIO())

    assert output.getvalue() == "The demo data is there already; nothing was changed.\n"


def test_seeding_is_refused_outside_a_demo(settings):
    settings.DEMO = False
    before = row_counts()

    with pytest.raises(CommandError, match="DEMO"):
        call_command("seed_demo", reset=True, verbosity=0)

    assert row_counts() == before


def test_the_large_catalogue_violates_no_invariant():
    large.write_large(rng=random.Random(1), now=NOW, progress=Silence(), variants=1001, stores=9)

    assert Variant.objects.count() == 1001
    assert Location.objects.filter(kind="store").count() == 9
    assert all(set(name) == set(catalogue.languages()) for name in Product.objects.values_list("name", flat=True))
    assert find_breaches() == {}
    with connection.cursor() as cursor:
        cursor.execute(DRIFT)
        assert cursor.fetchall() == []
    assert seeding.is_seeded_large()


def test_the_same_seed_writes_the_same_shop(first_shop):
    seeding.empty_the_shop()
    assert not seeding.is_seeded()
    assert not Media.objects.exists()

    seeding.seed_small(seed=1, now=NOW, progress=Silence())

    assert content_of_shop() == first_shop


def test_receipts_of_every_store_name_the_seller_and_the_register() -> None:
    for store in Location.objects.filter(kind=Location.STORE):
        gaps = receipt_gaps(store_id=store.pk)

        assert (gaps.has_seller, gaps.registers) == (True, []), store.code
