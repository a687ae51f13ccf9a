from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.loyalty import (
    Bonus,
    Earner,
    Programme,
    RemainingBatch,
    Tier,
    accrual_amounts,
    expiry_given_back,
    expiry_of,
    percent_for,
    plan_taking_back,
    points_earned,
    tier_above,
    tier_reached,
)

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AMOUNTS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("bonuses", "expected"),
    [
        ([], 100),
        ([Bonus(200)], 200),
        ([Bonus(200), Bonus(150)], 200),
        ([Bonus(50)], 50),
        ([Bonus(300), Bonus(0)], 0),
        ([Bonus(200, segment=7)], 200),
        ([Bonus(200, segment=8)], 100),
        ([Bonus(200, tier=3)], 200),
        ([Bonus(200, tier=4)], 100),
        ([Bonus(200, category="home")], 200),
        ([Bonus(200, category="garden")], 100),
        ([Bonus(200, segment=7, category="garden")], 100),
        ([Bonus(200, starts_at=NOON, ends_at=NOON + DAY)], 200),
        ([Bonus(200, starts_at=NOON + DAY)], 100),
        ([Bonus(200, ends_at=NOON)], 100),
    ],
)
def test_the_highest_rule_that_applies_counts_and_zero_overrides_it(bonuses, expected):
    earner = Earner(NOON, frozenset({7}), tier=3)

    assert percent_for(bonuses, categories=frozenset({"home", "home/kitchen"}), earner=earner) == expected


@pytest.mark.parametrize(
    ("values", "kept", "nothing", "expected"),
    [
        ([5000], 5000, 0, [5000]),
        ([5000], 5500, 500, [5000]),  # Shipping earns nothing.
        ([5000], 4500, 500, [4000]),  # Ten were paid with points.
        ([5000], 2000, 500, [1500]),  # A deposit.
        ([2000], 7000, 5000, [2000]),  # A gift card in the same order.
        ([2000], 5000, 5000, [0]),
        ([3000, 1000], 2000, 0, [1500, 500]),
        ([1, 1, 1], 2, 0, [1, 1, 0]),
        ([0], 0, 0, [0]),
        ([], 500, 500, []),
    ],
)
def test_money_covers_what_earns_nothing_first(values, kept, nothing, expected):
    assert accrual_amounts(values, kept=kept, earning_nothing=nothing) == expected


@given(values=st.lists(AMOUNTS, max_size=8), kept=AMOUNTS, nothing=AMOUNTS)
def test_no_more_earns_than_was_kept_or_charged(values, kept, nothing):
    amounts = accrual_amounts(values, kept=kept, earning_nothing=nothing)

    assert sum(amounts) == min(max(kept - nothing, 0), sum(values))
    assert all(0 <= amount <= value for amount, value in zip(amounts, values, strict=True))


@pytest.mark.parametrize(
    ("amounts", "rate", "minor", "expected"),
    [
        ([(1290, 100)], 1, 100, 12),
        ([(99, 100)], 1, 100, 0),
        ([(60, 100), (40, 100)], 1, 100, 1),
        ([(1290, 200)], 1, 100, 25),
        ([(1290, 100)], 10, 100, 120),
        ([(1290, 0), (500, 100)], 1, 100, 5),
        ([(1290, 100)], 1, 1, 1290),
        ([(12_900, 100)], 5, 1000, 60),
        ([], 1, 100, 0),
    ],
)
def test_points_are_counted_for_whole_units_of_the_sum(amounts, rate, minor, expected):
    assert points_earned(amounts, points_per_unit=rate, minor_per_unit=minor) == expected


@given(amounts=st.lists(st.tuples(AMOUNTS, st.integers(0, 500)), max_size=8), less=AMOUNTS)
def test_less_money_never_earns_more(amounts, less):
    smaller = [(max(0, amount - less), percent) for amount, percent in amounts]

    assert points_earned(smaller, points_per_unit=3, minor_per_unit=100) <= points_earned(
        amounts, points_per_unit=3, minor_per_unit=100
    )


@pytest.mark.parametrize(
    ("months", "since", "expected"),
    [
        (None, NOON, None),
        (1, NOON, NOON.replace(month=4, day=30)),
        (12, NOON, NOON.replace(year=2027)),
        (11, NOON, NOON.replace(year=2027, month=2, day=28)),
        (24, NOON.replace(month=12), NOON.replace(year=2028, month=12)),
    ],
)
def test_points_expire_on_the_same_day_or_the_last_of_the_month(months, since, expected):
    assert expiry_of(Programme("EUR", expiry_months=months), since) == expected


@pytest.mark.parametrize(
    ("former", "expected"),
    [(None, None), (NOON + 90 * DAY, NOON + 90 * DAY), (NOON + DAY, NOON + 30 * DAY), (NOON - DAY, NOON + 30 * DAY)],
)
def test_restored_points_keep_their_expiry_but_last_a_month(former, expected):
    assert expiry_given_back(former, now=NOON) == expected


PENDING, RIPE, OTHER = RemainingBatch(1, 50, True), RemainingBatch(2, 40, False), RemainingBatch(3, 30, False)


@pytest.mark.parametrize(
    ("points", "own", "others", "free", "taken", "owed"),
    [
        (20, [RIPE, PENDING], [OTHER], 70, [(1, 20)], 0),
        (60, [RIPE, PENDING], [OTHER], 70, [(1, 50), (2, 10)], 0),
        (100, [RIPE, PENDING], [OTHER], 70, [(1, 50), (2, 40), (3, 10)], 0),
        (130, [RIPE, PENDING], [OTHER], 70, [(1, 50), (2, 40), (3, 30)], 10),
        (100, [RIPE, PENDING], [OTHER], 0, [(1, 50)], 50),
        (100, [RIPE], [OTHER], 45, [(2, 40), (3, 5)], 55),
        (10, [], [], 0, [], 10),
    ],
)
def test_points_are_taken_back_pending_first_and_never_from_held_ones(points, own, others, free, taken, owed):
    assert plan_taking_back(points, own=own, others=others, free=free) == (taken, owed)


SILVER, GOLD = Tier(1, "silver", {}, 500), Tier(2, "gold", {}, 1500)


@pytest.mark.parametrize(
    ("points", "reached", "above"),
    [(0, None, SILVER), (499, None, SILVER), (500, SILVER, GOLD), (1499, SILVER, GOLD), (1500, GOLD, None)],
)
def test_the_highest_tier_reached_counts(points, reached, above):
    assert tier_reached([GOLD, SILVER], points) == reached
    assert tier_above([GOLD, SILVER], points) == above
