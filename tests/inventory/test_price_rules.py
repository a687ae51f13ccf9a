"""Which price wins, as pure rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.rules.price_lists import (
    DEARER,
    NOT_YET,
    OTHER_CHANNEL,
    OTHER_SEGMENT,
    OTHER_STORE,
    OUTRANKED,
    OVER,
    TOO_FEW,
    WON,
    PriceContext,
    PriceTier,
    judge_prices,
    price_of,
    price_tiers,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANYBODY = PriceContext(NOW)
TRADER = PriceContext(NOW, segments=frozenset({"trade"}))
AT_THE_STATION = PriceContext(NOW, "till", "station", frozenset({"trade"}))


def step(amount, min_quantity=1, *, of=1, **fields):
    return PriceTier(of, amount, min_quantity, **fields)


PUBLIC, TRADE = step(900, of=1), step(800, of=2, segment="trade")
STATION = step(1100, of=3, store="station")


@pytest.mark.parametrize(
    ("steps", "context", "quantity", "amount"),
    [
        ([], ANYBODY, 1, 1000),
        ([PUBLIC], ANYBODY, 1, 900),
        # A list for everybody may raise a price too: that is a dated price.
        ([step(1200)], ANYBODY, 1, 1200),
        ([PUBLIC, TRADE], ANYBODY, 1, 900),
        ([PUBLIC, TRADE], TRADER, 1, 800),
        # A segment never makes a price higher than it is for everybody.
        ([step(700), TRADE], TRADER, 1, 700),
        ([step(1300, of=2, segment="trade")], TRADER, 1, 1000),
        # The price of a channel or store wins, higher or lower.
        ([PUBLIC, TRADE, STATION], AT_THE_STATION, 1, 1100),
        ([PUBLIC, TRADE, STATION], TRADER, 1, 800),
        ([step(500, channel="app")], PriceContext(NOW, "app"), 1, 500),
        ([step(500, channel="app")], ANYBODY, 1, 1000),
        ([step(500, channel="till", store="station")], AT_THE_STATION, 1, 500),
        ([step(500, channel="web", store="station")], AT_THE_STATION, 1, 1000),
        ([step(500, store="station", segment="staff")], AT_THE_STATION, 1, 1000),
        # The quantity of the line decides; the lowest of the prices that it reaches wins.
        ([step(950, 5), step(900, 10)], ANYBODY, 4, 1000),
        ([step(950, 5), step(900, 10)], ANYBODY, 5, 950),
        ([step(950, 5), step(900, 10)], ANYBODY, 99, 900),
        ([step(900, 5), step(950, 10)], ANYBODY, 10, 900),
        # Among lists of one kind the lower price wins, unless staff say which goes first.
        ([step(900, of=1), step(850, of=2)], ANYBODY, 1, 850),
        ([step(900, of=1, priority=10), step(850, of=2)], ANYBODY, 1, 900),
        # A list applies from its first moment until its end, excluded.
        ([step(900, starts_at=NOW)], ANYBODY, 1, 900),
        ([step(900, starts_at=NOW + DAY)], ANYBODY, 1, 1000),
        ([step(900, ends_at=NOW)], ANYBODY, 1, 1000),
        ([step(900, starts_at=NOW - DAY, ends_at=NOW + DAY)], ANYBODY, 1, 900),
    ],
)
def test_one_price_wins_whatever_the_order_of_the_lists(steps, context, quantity, amount):
    assert price_of(1000, steps, quantity=quantity, context=context).amount == amount
    assert price_of(1000, steps[::-1], quantity=quantity, context=context).amount == amount


def test_lists_alone_put_nothing_on_sale():
    assert price_of(None, [PUBLIC], quantity=1, context=ANYBODY) is None
    assert judge_prices(None, [PUBLIC], quantity=1, context=ANYBODY) == []


def test_each_price_has_a_verdict():
    steps = [
        PUBLIC,
        TRADE,
        step(850, of=4, segment="trade"),
        step(600, of=5, segment="staff"),
        step(500, of=6, channel="app"),
        step(500, of=7, store="airport"),
        step(500, 10, of=8),
        step(500, of=9, starts_at=NOW + DAY),
        step(500, of=10, ends_at=NOW - DAY),
    ]

    verdicts = judge_prices(1000, steps, quantity=1, context=TRADER)

    assert verdicts[0].amount == 800
    assert {verdict.step.list_id if verdict.step else 0: verdict.word for verdict in verdicts} == {
        0: OUTRANKED, 1: OUTRANKED, 2: WON, 4: DEARER, 5: OTHER_SEGMENT, 6: OTHER_CHANNEL, 7: OTHER_STORE, 8: TOO_FEW,
        9: NOT_YET, 10: OVER,
    }  # fmt: skip


def test_a_segment_price_above_the_public_one_loses_as_dearer():
    verdicts = judge_prices(1000, [step(1300, segment="trade")], quantity=1, context=TRADER)

    assert [verdict.word for verdict in verdicts] == [WON, DEARER]


def test_quantities_are_shown_with_their_lower_prices():
    steps = [step(950, 5), step(900, 10), step(930, 20), step(100, 3, of=2, segment="trade")]

    assert price_tiers(1000, steps, context=ANYBODY) == [(5, 950), (10, 900)]


any_step = st.builds(
    PriceTier,
    list_id=st.integers(1, 4),
    amount=st.integers(0, 2000),
    min_quantity=st.sampled_from([1, 2, 5, 10]),
    channel=st.sampled_from(["", "", "web", "till"]),
    store=st.sampled_from(["", "", "station"]),
    segment=st.sampled_from(["", "trade", "staff"]),
    priority=st.sampled_from([50, 100]),
    starts_at=st.sampled_from([None, NOW - DAY, NOW + DAY]),
    ends_at=st.sampled_from([None, NOW - DAY / 2, NOW + 2 * DAY]),
)
contexts = st.sampled_from([ANYBODY, TRADER, AT_THE_STATION, PriceContext(NOW, "till")])


@given(
    st.lists(any_step, max_size=8).flatmap(lambda steps: st.tuples(st.just(steps), st.permutations(steps))),
    contexts,
    st.integers(1, 12),
)
def test_the_order_of_lists_does_not_matter_and_the_explanation_has_the_price(both, context, quantity):
    steps, shuffled = both

    price = price_of(1000, steps, quantity=quantity, context=context)
    verdicts = judge_prices(1000, shuffled, quantity=quantity, context=context)

    assert price_of(1000, shuffled, quantity=quantity, context=context).amount == price.amount
    assert (verdicts[0].word, verdicts[0].amount) == (WON, price.amount)


@given(st.lists(any_step, max_size=8), st.integers(1, 12))
def test_a_member_never_pays_more_than_everybody(steps, quantity):
    member, anybody = (price_of(1000, steps, quantity=quantity, context=context) for context in (TRADER, ANYBODY))

    is_deviation = any(price.step is not None and price.step.kind == "deviation" for price in (member, anybody))
    assert is_deviation or member.amount <= anybody.amount


@given(st.lists(any_step, max_size=8), contexts)
def test_the_shown_quantity_prices_are_the_charged_ones(steps, context):
    for quantity, amount in price_tiers(1000, steps, context=context):
        assert price_of(1000, steps, quantity=quantity, context=context).amount == amount
