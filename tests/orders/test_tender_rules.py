import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Malformed
from orders.rules.checkout import (
    CASH,
    CREDIT,
    GIFT_CARD,
    PICKUP,
    POINTS,
    TEST,
    PaymentNotPossible,
    Tender,
    part_of,
    plan_tenders,
    points_for,
)
from orders.rules.refunds import RefundableTender, points_back, spread_refund

CARD_20 = Tender(GIFT_CARD, balance_ids=(1,), limit=2000)
CREDIT_5 = Tender(CREDIT, balance_ids=(2,), limit=500)


def planned(*tenders, owed, **terms):
    return [(tender.method, tender.amount) for tender in plan_tenders(tenders, owed=owed, kinds={PICKUP}, **terms)]


@pytest.mark.parametrize(
    ("tenders", "owed", "paid"),
    [
        ([CARD_20, Tender(TEST)], 2580, [(GIFT_CARD, 2000), (TEST, 580)]),
        ([CARD_20, CREDIT_5, Tender(TEST)], 2200, [(GIFT_CARD, 2000), (CREDIT, 200)]),
        ([CARD_20], 1290, [(GIFT_CARD, 1290)]),
        ([CARD_20, CREDIT_5], 2500, [(GIFT_CARD, 2000), (CREDIT, 500)]),
        ([Tender(GIFT_CARD, 300, limit=2000), Tender(TEST)], 1290, [(GIFT_CARD, 300), (TEST, 990)]),
        ([Tender(TEST, 1000), CARD_20], 1290, [(TEST, 1000), (GIFT_CARD, 290)]),
        # An empty card pays nothing.
        ([Tender(GIFT_CARD, limit=0), Tender(TEST)], 1290, [(TEST, 1290)]),
        ([CARD_20], 0, []),
    ],
)
def test_balances_pay_first_as_far_as_they_reach(tenders, owed, paid):
    assert planned(*tenders, owed=owed) == paid


@pytest.mark.parametrize(
    "tenders",
    [
        [CARD_20],
        [Tender(TEST, 5000)],
        [Tender(TEST), Tender(CASH, tendered=9999)],
        [Tender(TEST, 2580), Tender(CASH, tendered=9999)],
        [Tender(GIFT_CARD, 0, limit=2000), Tender(TEST, 2580)],
    ],
)
def test_payments_that_do_not_add_up_are_malformed(tenders):
    if tenders[0].amount == 0:
        assert planned(*tenders, owed=2580) == [(TEST, 2580)]
        return
    with pytest.raises(Malformed):
        planned(*tenders, owed=2580)


HALF = {"balance_ids": (1,), "limit": 5000, "least": 200, "most_percent": 50}


@pytest.mark.parametrize(
    ("tenders", "paid"),
    [
        ([Tender(POINTS, **HALF), Tender(TEST)], [(POINTS, 500), (TEST, 500)]),
        ([Tender(POINTS, 200, **HALF), Tender(TEST)], [(POINTS, 200), (TEST, 800)]),
        ([Tender(TEST, 900), Tender(POINTS, **HALF)], None),
        ([Tender(POINTS, 199, **HALF), Tender(TEST)], None),
        ([Tender(POINTS, 501, **HALF), Tender(TEST)], None),
        ([Tender(POINTS, **HALF), Tender(POINTS, **HALF)], None),
        ([Tender(POINTS, 300, **HALF), Tender(POINTS, 300, **HALF), Tender(TEST)], None),
    ],
)
def test_points_pay_within_the_limits_of_the_shop(tenders, paid):
    if paid is None:
        with pytest.raises((PaymentNotPossible, Malformed)):
            planned(*tenders, owed=1000)
    else:
        assert planned(*tenders, owed=1000) == paid


def test_points_pay_their_share_of_the_whole_balance_due_in_a_part_payment():
    points = Tender(POINTS, 400, **HALF)
    planned = plan_tenders([points], owed=part_of(1000, [points]), total=1000, kinds={PICKUP})
    assert [(tender.method, tender.amount) for tender in planned] == [(POINTS, 400)]

    with pytest.raises(PaymentNotPossible):
        plan_tenders([points], owed=400, kinds={PICKUP})


def test_points_pay_what_they_are_worth():
    points = Tender(POINTS, balance_ids=(1,), limit=5 * 100)

    [tender] = plan_tenders([points], owed=498, kinds={PICKUP}, point_value=5)

    assert (tender.amount, tender.points, tender.units) == (498, 100, 100)
    assert points_for(0, point_value=5) == 0


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.lists(st.integers(1, 10**5), max_size=8))
def test_all_points_come_back_when_all_the_money_has(points, amount, refunds):
    back, done = 0, 0
    for refund in [*refunds, amount]:
        refund = min(refund, amount - done)
        back += points_back(points, amount=amount, refunded_before=done, refunded_now=refund)
        done += refund
        assert 0 <= back <= points

    assert back == points


def test_the_shop_decides_what_is_refunded_first():
    tenders = [
        RefundableTender(1, 500, at_desk=False, method=GIFT_CARD),
        RefundableTender(2, 500, at_desk=True, method=CASH),
        RefundableTender(3, 500, at_desk=False, method=TEST),
    ]

    assert spread_refund(1200, tenders) == {3: 500, 1: 500, 2: 200}
    assert spread_refund(1200, tenders, methods_first=["cash", "gift_card"]) == {2: 500, 1: 500, 3: 200}
