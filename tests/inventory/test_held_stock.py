"""Units that are at a place and may not be sold: taken in, moved between states, written off."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import Malformed, NotFound
from core.models import JournalEntry
from inventory.models import HeldStock, StockLevel, StockMovement
from inventory.services.held_stock import (
    SELLABLE,
    UnitsInState,
    UnitsToMove,
    move_units,
    take_in_returned,
    write_off_units,
)
from inventory.services.stock_ledger import AlreadyBooked, HeldStockShort, StockPromised
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


def take_in(*lines, cause="R-1"):
    units = [UnitsInState(*line) for line in lines]
    take_in_returned(lines=units, cause_kind="return", cause_id=cause, by=MONA, now=NOW)


def move(*moves, cause="M-1", reason="looked at"):
    units = [UnitsToMove(*line) for line in moves]
    move_units(moves=units, reason=reason, cause_kind="move", cause_id=cause, by=MONA, now=NOW)


def write_off(*lines, cause="W-1"):
    units = [UnitsInState(*line) for line in lines]
    write_off_units(lines=units, reason="shattered", cause_kind="write_off", cause_id=cause, by=MONA, now=NOW)


def held(variant):
    return dict(HeldStock.objects.filter(level__variant=variant, units__gt=0).values_list("state", "units"))


def on_hand(variant):
    return StockLevel.objects.get(variant=variant).on_hand


def journal(kind):
    return list(JournalEntry.objects.filter(kind=kind).order_by("id").values_list("ref", "store", "payload"))


def test_returned_units_are_sellable_or_held_by_line(mug, mitte):
    level = make_stock(mug, mitte, on_hand=5)

    take_in(
        (mug.pk, mitte.pk, 2, SELLABLE), (mug.pk, mitte.pk, 1, "damaged"), (mug.pk, mitte.pk, 3, "put_away")
    )  # fmt: skip

    assert on_hand(mug) == 7
    assert held(mug) == {"damaged": 1, "put_away": 3}
    assert list(
        StockMovement.objects.filter(level=level, kind="returned")
        .order_by("held_state")
        .values_list("on_hand_change", "held_state", "held_change", "cause_kind", "cause_id")
    ) == [(2, "", 0, "return", "R-1"), (0, "damaged", 1, "return", "R-1"), (0, "put_away", 3, "return", "R-1")]
    place = {"variant_id": mug.pk, "location_id": mitte.pk}
    assert journal("stock.returned") == [
        ("MUG", "mitte", place | {"quantity": 2, "state": "sellable"}),
        ("MUG", "mitte", place | {"quantity": 1, "state": "damaged"}),
        ("MUG", "mitte", place | {"quantity": 3, "state": "put_away"}),
    ]
    assert find_breaches() == {}


def test_a_place_that_never_had_the_goods_takes_them_in(mug, mitte):
    take_in((mug.pk, mitte.pk, 1, "on_hold"))

    assert on_hand(mug) == 0
    assert held(mug) == {"on_hold": 1}
    assert find_breaches() == {}


def test_the_same_return_is_taken_in_once(mug, mitte):
    take_in((mug.pk, mitte.pk, 1, "damaged"))

    with pytest.raises(AlreadyBooked):
        take_in((mug.pk, mitte.pk, 1, "damaged"))

    assert held(mug) == {"damaged": 1}
    assert len(journal("stock.returned")) == 1


@pytest.mark.parametrize("lines", [1, 7])
def test_a_return_costs_the_same_few_statements_however_many_lines(mitte, django_assert_num_queries, lines):
    variants = [make_variant() for _line in range(lines)]

    with django_assert_num_queries(6):  # savepoint, levels, held rows, movement, journal, release
        take_in(*((variant.pk, mitte.pk, 3, "damaged") for variant in variants))


def test_units_move_between_sellable_and_held_states_and_stay_as_many(mug, mitte):
    make_stock(mug, mitte, on_hand=5)

    move((mug.pk, mitte.pk, 3, SELLABLE, "on_hold"))
    move((mug.pk, mitte.pk, 1, "on_hold", "damaged"), (mug.pk, mitte.pk, 1, "on_hold", SELLABLE), cause="M-2")

    assert on_hand(mug) == 3
    assert held(mug) == {"on_hold": 1, "damaged": 1}
    assert StockMovement.objects.filter(kind="moved").values_list("reason", flat=True).distinct().get() == "looked at"
    place = {"variant_id": mug.pk, "location_id": mitte.pk}
    assert [payload for _ref, _store, payload in journal("stock.state_changed")] == [
        place | {"quantity": 3, "from_state": "sellable", "to_state": "on_hold"},
        place | {"quantity": 1, "from_state": "on_hold", "to_state": "damaged"},
        place | {"quantity": 1, "from_state": "on_hold", "to_state": "sellable"},
    ]
    assert find_breaches() == {}


def test_put_away_units_are_sellable_once_somebody_confirms_them(mug, mitte):
    take_in((mug.pk, mitte.pk, 2, "put_away"))
    assert StockLevel.objects.get().available == 0

    move((mug.pk, mitte.pk, 2, "put_away", SELLABLE), reason="on the shelf")

    assert StockLevel.objects.get().available == 2
    assert held(mug) == {}


def test_reserved_units_are_not_set_aside(mug, mitte):
    level = make_stock(mug, mitte, on_hand=5)
    StockLevel.objects.filter(pk=level.pk).update(reserved=4)

    with pytest.raises(StockPromised) as refusal:
        move((mug.pk, mitte.pk, 2, SELLABLE, "damaged"))

    assert refusal.value.details == {"lines": [{"sku": "MUG", "location": "mitte", "on_hand": 5, "reserved": 4}]}
    assert on_hand(mug) == 5
    assert held(mug) == {}
    assert not journal("stock.state_changed")


@pytest.mark.parametrize("act", [move, write_off])
def test_no_more_units_leave_a_state_than_are_in_it(mug, mitte, act):
    take_in((mug.pk, mitte.pk, 2, "damaged"))
    line = (mug.pk, mitte.pk, 3, "damaged", SELLABLE) if act is move else (mug.pk, mitte.pk, 3, "damaged")

    with pytest.raises(HeldStockShort) as refusal:
        act(line)

    assert refusal.value.details == {"lines": [{"sku": "MUG", "location": "mitte", "state": "damaged", "held": 2}]}
    assert (on_hand(mug), held(mug)) == (0, {"damaged": 2})
    assert find_breaches() == {}


def test_written_off_units_leave_the_books(mug, mitte):
    take_in((mug.pk, mitte.pk, 3, "damaged"))

    write_off((mug.pk, mitte.pk, 2, "damaged"))

    assert (on_hand(mug), held(mug)) == (0, {"damaged": 1})
    movement = StockMovement.objects.get(kind="written_off")
    assert (movement.held_state, movement.held_change, movement.reason) == ("damaged", -2, "shattered")
    assert [payload["quantity"] for _ref, _store, payload in journal("stock.written_off")] == [2]
    assert find_breaches() == {}


def test_stock_that_becomes_low_by_setting_aside_is_announced(mitte):
    mug = make_variant(sku="MUG", low_stock_below=4)
    make_stock(mug, mitte, on_hand=5)

    move((mug.pk, mitte.pk, 2, SELLABLE, "on_hold"))

    assert journal("stock.low") == [("MUG", "mitte", {"variant_id": mug.pk, "location_id": mitte.pk, "available": 3})]


def test_refuses_unknown_states_units_and_places(mug, mitte):
    for line in ((mug.pk, mitte.pk, 0, "damaged"), (mug.pk, mitte.pk, 1, "lost"), (mug.pk, mitte.pk, 10**7, SELLABLE)):
        with pytest.raises(Malformed):
            take_in(line)
    with pytest.raises(Malformed):
        move((mug.pk, mitte.pk, 1, "damaged", "damaged"))
    with pytest.raises(Malformed):
        write_off((mug.pk, mitte.pk, 1, SELLABLE))
    with pytest.raises(NotFound):
        take_in((mug.pk, 0, 1, "damaged"))

    assert not StockMovement.objects.exists()
    assert not HeldStock.objects.exists()


@pytest.mark.parametrize("planted", [2, 0])
def test_the_audit_finds_held_stock_that_differs_from_the_ledger(mug, mitte, planted):
    take_in((mug.pk, mitte.pk, 1, "damaged"))
    HeldStock.objects.update(units=planted)

    assert set(find_breaches()) == {"held stock is never negative, and the sum of its movements"}


def test_a_ledger_row_of_held_units_names_their_state(mug, mitte):
    level = make_stock(mug, mitte)
    row = {
        "level": level, "kind": "moved", "cause_kind": "t", "cause_id": "t", "channel": "till", "occurred_at": NOW,
    }  # fmt: skip

    with pytest.raises(IntegrityError, match="stock_movement_of_held_units_names_their_state"), transaction.atomic():
        StockMovement.objects.create(**row, held_change=1)
    with pytest.raises(IntegrityError, match="stock_movement_moves_something"), transaction.atomic():
        StockMovement.objects.create(**row)
