import itertools
import random
import sys
from itertools import combinations

import pytest

from inventory.rules.sourcing import LocationSupply, Short, Sourcing, SourcingShare, Wanted, choose_sources

MUG, BOWL, LAMP = 1, 2, 3
LEIPZIG, ERFURT, BERLIN = 10, 20, 30
RANKS = {LEIPZIG: 10, ERFURT: 20, BERLIN: 100}


def source(wanted, stock):
    """Return the sourcing. wanted: {variant: quantity}; stock: {location: {variant: available}}."""
    return choose_sources(
        wanted=[Wanted(variant, quantity) for variant, quantity in wanted.items()],
        supplies=[
            LocationSupply(location, variant, available, RANKS.get(location, location))
            for location, variants in stock.items()
            for variant, available in variants.items()
        ],
    )


def shares(*triples):
    return Sourcing(shares=[SourcingShare(*triple) for triple in triples])


@pytest.mark.parametrize(
    ("wanted", "stock", "expected"),
    [
        pytest.param(
            {MUG: 2, BOWL: 1},
            {ERFURT: {MUG: 9, BOWL: 9}, LEIPZIG: {MUG: 9, BOWL: 9}},
            shares((LEIPZIG, MUG, 2), (LEIPZIG, BOWL, 1)),
            id="the best-ranked of those that have everything",
        ),
        pytest.param(
            {MUG: 2, BOWL: 1},
            {LEIPZIG: {MUG: 9}, ERFURT: {BOWL: 9}, BERLIN: {MUG: 2, BOWL: 1}},
            shares((BERLIN, MUG, 2), (BERLIN, BOWL, 1)),
            id="one parcel from a worse rank before two from better ones",
        ),
        pytest.param(
            {MUG: 1, BOWL: 1, LAMP: 1},
            {LEIPZIG: {MUG: 1, BOWL: 1}, ERFURT: {BOWL: 1, LAMP: 1}, BERLIN: {LAMP: 1}},
            shares((LEIPZIG, MUG, 1), (LEIPZIG, BOWL, 1), (ERFURT, LAMP, 1)),
            id="two parcels, each from the best rank",
        ),
        pytest.param(
            {MUG: 10},
            {LEIPZIG: {MUG: 6}, ERFURT: {MUG: 6}},
            shares((LEIPZIG, MUG, 6), (ERFURT, MUG, 4)),
            id="one variant from two locations only if none has enough",
        ),
        pytest.param(
            {MUG: 6},
            {LEIPZIG: {MUG: 5}, ERFURT: {MUG: 6}},
            shares((ERFURT, MUG, 6)),
            id="no split where one location has enough",
        ),
        pytest.param(
            {MUG: 10, BOWL: 1},
            {LEIPZIG: {MUG: 6}, ERFURT: {MUG: 6}, BERLIN: {MUG: 4, BOWL: 1}},
            shares((BERLIN, BOWL, 1), (BERLIN, MUG, 4), (LEIPZIG, MUG, 6)),
            id="a split takes from locations that send anyway",
        ),
        pytest.param({}, {LEIPZIG: {MUG: 6}}, Sourcing(), id="nothing wanted, nothing sent"),
        pytest.param(
            {MUG: 10, BOWL: 1, LAMP: 1},
            {LEIPZIG: {MUG: 6, BOWL: 5}, ERFURT: {MUG: 3}},
            Sourcing(short=[Short(MUG, 10, 9), Short(LAMP, 1, 0)]),
            id="too little of anything sends nothing",
        ),
        pytest.param(
            {MUG: 1},
            {LEIPZIG: {MUG: -4}, ERFURT: {MUG: 1}},
            shares((ERFURT, MUG, 1)),
            id="less than nothing is nothing",
        ),
    ],
)
def test_the_fewest_best_ranked_locations_ship(wanted, stock, expected):
    assert source(wanted, stock) == expected


def test_lines_of_one_variant_share_the_stock():
    supplies = [LocationSupply(LEIPZIG, MUG, 9, 10)]

    sourcing = choose_sources(wanted=[Wanted(MUG, 6), Wanted(MUG, 4)], supplies=supplies)

    assert sourcing == Sourcing(short=[Short(MUG, 10, 9)])


def test_the_order_of_supplies_does_not_matter():
    supplies = [LocationSupply(place, variant, 5, 50) for place in (LEIPZIG, ERFURT, BERLIN) for variant in (MUG, BOWL)]
    wanted = [Wanted(MUG, 1), Wanted(BOWL, 5)]
    expected = choose_sources(wanted=wanted, supplies=supplies)

    for seed in range(10):
        random.Random(seed).shuffle(supplies)
        assert choose_sources(wanted=wanted, supplies=supplies) == expected


@pytest.mark.parametrize("seed", range(60))
def test_ships_exactly_the_wanted_units_in_the_fewest_parcels(seed):
    dice = random.Random(seed)
    wanted = {variant: dice.randint(1, 4) for variant in range(dice.randint(1, 4))}
    stock = {place: {variant: dice.randint(0, 7) for variant in wanted} for place in range(1, 6)}

    sourcing = source(wanted, stock)

    if sourcing.short:
        assert any(sum(place[variant] for place in stock.values()) < wanted[variant] for variant in wanted)
        return
    sent = dict.fromkeys(wanted, 0)
    for share in sourcing.shares:
        sent[share.variant_id] += share.quantity
        assert 0 < share.quantity <= stock[share.location_id][share.variant_id]
    assert sent == wanted
    can_be_whole = all(any(place[variant] >= wanted[variant] for place in stock.values()) for variant in wanted)
    if can_be_whole:
        assert len({share.location_id for share in sourcing.shares}) == fewest_by_trying(wanted, stock)


def fewest_by_trying(wanted, stock):
    for size in range(1, len(stock) + 1):
        for places in combinations(stock.values(), size):
            if all(any(place[variant] >= wanted[variant] for place in places) for variant in wanted):
                return size
    raise AssertionError


def test_two_hundred_locations_and_fifty_variants_take_a_bounded_number_of_steps():
    dice = random.Random(7)
    wanted = dict.fromkeys(range(50), 2)
    stock = {place: {variant: dice.randint(0, 3) for variant in wanted} for place in range(200)}
    steps = itertools.count()

    sys.setprofile(lambda *_event: next(steps))
    sourcing = source(wanted, stock)
    sys.setprofile(None)

    assert next(steps) < 300_000
    assert not sourcing.short
    assert len({share.location_id for share in sourcing.shares}) < 12
