"""Many workers move the same stock at the same moment; each race is shown to be real by removing its guard."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Sum

from core.actors import Actor
from core.data.invariants import find_breaches
from core.money import Money
from inventory.models import PriceRange, StockLevel, StockMovement
from inventory.services import stock_ledger
from inventory.services.catalogue import add_variant
from inventory.services.prices import set_price
from inventory.services.stock import StockLine, adjust_stock, receive_stock
from inventory.services.stock_ledger import AlreadyBooked, StockPromised
from tests.concurrency.racing import meeting_in_sql, race
from tests.factories.inventory import make_product, make_stock, make_store, make_variant

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
MONA = Actor(channel="till", staff_id=7)
# The level is read without its lock, and written after every racer has read it.
UNGUARDED = (
    stock_ledger._MOVE.replace("locked AS (", "locked AS MATERIALIZED (")
    .replace("SELECT level.id, total.units", "SELECT level.id, total.units, level.on_hand AS before")
    .replace("ORDER BY level.id FOR UPDATE OF level", "WHERE racers_meet(16)")
    .replace("SET on_hand = level.on_hand + locked.units", "SET on_hand = locked.before + locked.units")
    .replace("OR level.on_hand + locked.units >= level.reserved", "OR locked.before + locked.units >= level.reserved")
)


@pytest.fixture
def mug():
    return make_variant(sku="MUG")


@pytest.fixture
def mitte():
    return make_store("mitte")


def receiver(variant, location, delivery, *, units=2):
    lines = [StockLine(variant.pk, location.pk, units)]
    return lambda: receive_stock(lines=lines, delivery=delivery, by=MONA, now=NOW)


def adjuster(variant, location, correction, *, units):
    lines = [StockLine(variant.pk, location.pk, units)]
    return lambda: adjust_stock(lines=lines, reason="broken", correction=correction, by=MONA, now=NOW)


def deliver_and_write_off(variant, location):
    """Run eight deliveries of 2 and eight write-offs of 1, all at once."""
    return race(
        [receiver(variant, location, f"D-{number}") for number in range(8)]
        + [adjuster(variant, location, f"C-{number}", units=-1) for number in range(8)]
    )


def test_deliveries_and_write_offs_at_once_are_all_counted(mug, mitte):
    level = make_stock(mug, mitte, on_hand=10)

    results = deliver_and_write_off(mug, mitte)

    level.refresh_from_db()
    assert results == [None] * 16
    assert level.on_hand == 10 + 16 - 8
    assert find_breaches() == {}


def test_units_get_lost_without_the_lock(mug, mitte, monkeypatch):
    """Negative control: if this fails, the test above proves nothing."""
    monkeypatch.setattr(stock_ledger, "_MOVE", UNGUARDED)
    level = make_stock(mug, mitte, on_hand=10)

    with meeting_in_sql():
        results = deliver_and_write_off(mug, mitte)

    level.refresh_from_db()
    assert results == [None] * 16
    assert level.on_hand in {10 + 2, 10 - 1}  # What the last racer wrote, as if there had been no other.
    assert StockMovement.objects.aggregate(units=Sum("on_hand_change"))["units"] == 10 + 16 - 8


def test_the_first_units_of_a_variant_may_be_booked_by_many_at_once(mug, mitte):
    results = race([receiver(mug, mitte, f"D-{number}") for number in range(8)])

    assert results == [None] * 8
    assert StockLevel.objects.get().on_hand == 16
    assert find_breaches() == {}


def test_the_last_units_are_written_off_once(mug, mitte):
    make_stock(mug, mitte, on_hand=3)

    results = race([adjuster(mug, mitte, f"C-{number}", units=-1) for number in range(8)])

    assert results.count(None) == 3
    assert sum(isinstance(result, StockPromised) for result in results) == 5
    assert StockLevel.objects.get().on_hand == 0
    assert find_breaches() == {}


def test_one_delivery_sent_many_times_is_booked_once(mug, mitte):
    results = race([receiver(mug, mitte, "D-1") for _attempt in range(8)])

    assert results.count(None) == 1
    assert sum(isinstance(result, AlreadyBooked) for result in results) == 7
    assert StockLevel.objects.get().on_hand == 2
    assert find_breaches() == {}


@pytest.fixture
def causes_that_may_repeat(transactional_db):
    """The ledger without the constraint that books a cause once."""
    once = next(rule for rule in StockMovement._meta.constraints if rule.name == "stock_movement_once_per_cause")
    with connection.schema_editor() as editor:
        editor.remove_constraint(StockMovement, once)
    yield
    with connection.schema_editor() as editor:
        editor.execute("TRUNCATE inventory_stockmovement")
        editor.add_constraint(StockMovement, once)


def test_without_its_constraint_a_delivery_would_be_booked_each_time(mug, mitte, causes_that_may_repeat):
    """Negative control: the ledger's unique cause is what the test above rests on."""
    results = race([receiver(mug, mitte, "D-1") for _attempt in range(8)])

    assert results == [None] * 8
    assert StockLevel.objects.get().on_hand == 16


def test_lines_in_any_order_do_not_deadlock(mitte):
    variants = [make_variant() for _number in range(6)]
    for variant in variants:
        make_stock(variant, mitte, on_hand=100)
    lines = [StockLine(variant.pk, mitte.pk, 1) for variant in variants]

    def receive(place):
        turned = lines[place % 6 :] + lines[: place % 6]
        ordered = turned if place % 2 else turned[::-1]
        return lambda: receive_stock(lines=ordered, delivery=f"D-{place}", by=MONA, now=NOW)

    assert race([receive(place) for place in range(12)]) == [None] * 12
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {112}


def set_eight_prices():
    """Set the first prices of eight variants of one product, 100 to 107, all at once."""
    product = make_product()
    variants = [add_variant(product_id=product.pk, sku=f"V-{number}", by=MONA, now=NOW) for number in range(8)]

    def pricer(variant, amount):
        return lambda: set_price(variant_id=variant.pk, price=Money(amount, "EUR"), by=MONA, now=NOW)

    return race([pricer(variant, 100 + place) for place, variant in enumerate(variants)])


def test_prices_of_one_product_set_at_once_make_one_correct_range():
    assert set_eight_prices() == [True] * 8
    assert PriceRange.objects.values_list("lowest", "highest").get() == (100, 107)
    assert find_breaches() == {}


@pytest.fixture
def ranges_without_the_lock(transactional_db):
    """Read the prices of a product without its lock, and write their range after every racer has read them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef('inventory_refresh_price_ranges(bigint[],timestamptz)'::regprocedure)"
        )
        (guarded,) = cursor.fetchone()
        lock = "PERFORM FROM inventory_product WHERE id = ANY(products) ORDER BY id FOR NO KEY UPDATE;"
        grouped = "GROUP BY product_id, currency"
        cursor.execute(guarded.replace(lock, "").replace(grouped, f"{grouped} HAVING racers_meet(8)"))
    with meeting_in_sql():
        yield
    with connection.cursor() as cursor:
        cursor.execute(guarded)


def test_without_the_lock_a_range_would_cover_only_one_price(ranges_without_the_lock):
    """Negative control: prices of one product must be read under its lock."""
    assert set_eight_prices() == [True] * 8

    price_range = PriceRange.objects.get()
    assert price_range.lowest == price_range.highest
