from datetime import UTC, datetime

import pytest

from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import Malformed, NotFound
from core.ids import new_id
from core.models import JournalEntry
from inventory.models import Reservation, StockLevel, StockMovement
from inventory.services.stock import StockLine, adjust_stock, receive_stock, set_safety_stock
from inventory.services.stock_ledger import AlreadyBooked, StockPromised
from tests.factories.inventory import make_stock, make_store, make_variant

NOW = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
MONA = Actor(channel="till", staff_id=7, store_id=1, store_code="head-office")


@pytest.fixture(autouse=True)
def database(db):
    """All tests here write to the database."""


@pytest.fixture
def mug():
    return make_variant(sku="MUG")


@pytest.fixture
def mitte():
    return make_store("mitte")


def receive(*lines, delivery="D-1"):
    receive_stock(lines=[StockLine(*line) for line in lines], delivery=delivery, by=MONA, now=NOW)


def adjust(*lines, correction="C-1", reason="broken"):
    adjust_stock(lines=[StockLine(*line) for line in lines], reason=reason, correction=correction, by=MONA, now=NOW)


def reserve(level, quantity):
    """Reserve units as an order does: reservation, level and ledger together."""
    reservation = Reservation.objects.create(
        id=new_id(), level=level, quantity=quantity, state=Reservation.COMMITTED, created_at=NOW
    )
    StockLevel.objects.filter(pk=level.pk).update(reserved=quantity)
    StockMovement.objects.create(
        level=level,
        kind=StockMovement.RESERVED,
        reserved_change=quantity,
        cause_kind="reservation",
        cause_id=str(reservation.pk),
        channel="web",
        occurred_at=NOW,
    )


def journal(kind):
    return list(JournalEntry.objects.filter(kind=kind).order_by("ref").values_list("ref", "store", "payload"))


def test_received_units_are_on_hand_and_in_the_ledger(mug, mitte):
    bowl = make_variant(sku="BOWL")
    make_stock(bowl, mitte, on_hand=1)

    receive((mug.pk, mitte.pk, 5), (bowl.pk, mitte.pk, 2), (mug.pk, mitte.pk, 1))

    assert dict(StockLevel.objects.values_list("variant__sku", "on_hand")) == {"MUG": 6, "BOWL": 3}
    movement = StockMovement.objects.get(level__variant=mug)
    assert (movement.kind, movement.on_hand_change, movement.cause_kind, movement.cause_id) == (
        "received",
        6,
        "delivery",
        "D-1",
    )
    assert (movement.channel, movement.actor_id, movement.occurred_at) == ("till", 7, NOW)
    assert journal("stock.received") == [
        ("BOWL", "mitte", {"variant_id": bowl.pk, "location_id": mitte.pk, "quantity": 2}),
        ("MUG", "mitte", {"variant_id": mug.pk, "location_id": mitte.pk, "quantity": 6}),
    ]
    assert find_breaches() == {}


@pytest.mark.parametrize("lines", [1, 7])
def test_a_delivery_costs_the_same_few_statements_however_many_lines(mitte, django_assert_num_queries, lines):
    variants = [make_variant() for _line in range(lines)]

    with django_assert_num_queries(5):  # savepoint, levels, movement, journal, release
        receive(*((variant.pk, mitte.pk, 3) for variant in variants))


def test_a_delivery_is_booked_once(mug, mitte):
    receive((mug.pk, mitte.pk, 5))

    with pytest.raises(AlreadyBooked):
        receive((mug.pk, mitte.pk, 5))

    assert StockLevel.objects.get().on_hand == 5
    assert StockMovement.objects.count() == 1
    assert len(journal("stock.received")) == 1


@pytest.mark.parametrize("units", [0, -1, 10**7])
def test_refuses_to_receive_an_invalid_number_of_units(mug, mitte, units):
    with pytest.raises(Malformed):
        receive((mug.pk, mitte.pk, 2), (mug.pk, mitte.pk, units))

    assert not StockLevel.objects.exists()


def test_refuses_unknown_variants_and_locations(mug, mitte):
    for line in ((0, mitte.pk, 1), (mug.pk, 0, 1)):
        with pytest.raises(NotFound):
            receive((mug.pk, mitte.pk, 1), line)
        with pytest.raises(NotFound):
            set_safety_stock(variant_id=line[0], location_id=line[1], safety=1)

    assert not StockLevel.objects.exists()
    assert not StockMovement.objects.exists()


def test_stock_is_corrected_in_either_direction(mug, mitte):
    level = make_stock(mug, mitte, on_hand=5)

    adjust((mug.pk, mitte.pk, -2))
    adjust((mug.pk, mitte.pk, 1), correction="C-2", reason="found")

    level.refresh_from_db()
    assert level.on_hand == 4
    assert list(
        StockMovement.objects.filter(kind="adjusted").order_by("id").values_list("on_hand_change", "reason")
    ) == [(-2, "broken"), (1, "found")]
    assert [payload["change"] for _ref, _store, payload in journal("stock.adjusted")] == [-2, 1]
    assert find_breaches() == {}


def test_reserved_units_cannot_be_written_off(mug, mitte):
    bowl = make_variant(sku="BOWL")
    make_stock(bowl, mitte, on_hand=5)
    level = make_stock(mug, mitte, on_hand=5)
    reserve(level, 4)

    with pytest.raises(StockPromised) as refusal:
        adjust((bowl.pk, mitte.pk, -1), (mug.pk, mitte.pk, -2))

    assert refusal.value.details == {"lines": [{"sku": "MUG", "location": "mitte", "on_hand": 5, "reserved": 4}]}
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {5}
    assert not StockMovement.objects.filter(kind="adjusted").exists()
    assert not journal("stock.adjusted")
    assert find_breaches() == {}


def test_units_can_be_written_off_down_to_the_reserved_ones(mug, mitte):
    level = make_stock(mug, mitte, on_hand=5)
    reserve(level, 4)

    adjust((mug.pk, mitte.pk, -1))

    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (4, 4)


def test_stock_that_becomes_low_is_announced_once(mitte):
    mug = make_variant(sku="MUG", low_stock_below=4)
    make_stock(mug, mitte, on_hand=5, safety=1)

    adjust((mug.pk, mitte.pk, 1))
    assert not journal("stock.low")
    adjust((mug.pk, mitte.pk, -2), correction="C-2")
    adjust((mug.pk, mitte.pk, -1), correction="C-3")

    assert journal("stock.low") == [("MUG", "mitte", {"variant_id": mug.pk, "location_id": mitte.pk, "available": 3})]


def test_safety_stock_is_not_available(mug, mitte):
    set_safety_stock(variant_id=mug.pk, location_id=mitte.pk, safety=2)
    receive((mug.pk, mitte.pk, 5))

    assert StockLevel.objects.get().available == 3
    with pytest.raises(Malformed):
        set_safety_stock(variant_id=mug.pk, location_id=mitte.pk, safety=-1)


def test_the_audit_finds_levels_that_differ_from_the_ledger(mug, mitte):
    level = make_stock(mug, mitte, on_hand=5)
    StockLevel.objects.filter(pk=level.pk).update(on_hand=6, reserved=1)

    assert set(find_breaches()) == {
        "every stock level is the sum of its movements",
        "what is reserved is the sum of the live reservations",
    }
