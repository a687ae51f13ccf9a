import random

import pytest

from orders.rules.refunds import RefundableTender, SoldLine, spread_refund, value_of_units

LINES = [SoldLine(1, quantity=3, line_total=1000, gone=0), SoldLine(2, quantity=1, line_total=500, gone=0)]


@pytest.mark.parametrize(
    ("units", "goods_paid", "value"),
    [
        ({1: 3, 2: 1}, 1500, 1500),
        ({2: 1}, 1500, 500),
        ({1: 1}, 1500, 333),
        ({1: 2}, 1500, 666),
        ({1: 3}, 1500, 1000),
        # A discount of 10 % on the whole order is refunded in the same proportion.
        ({2: 1}, 1350, 450),
        # So is added tax.
        ({2: 1}, 1800, 600),
        ({}, 1500, 0),
    ],
)
def test_units_are_worth_what_was_paid_for_them(units, goods_paid, value):
    assert value_of_units(units, lines=LINES, goods_paid=goods_paid, currency="EUR") == value


def test_goods_that_cost_nothing_are_worth_nothing():
    free = [SoldLine(1, quantity=2, line_total=0, gone=0)]

    assert value_of_units({1: 2}, lines=free, goods_paid=0, currency="EUR") == 0


def test_units_taken_one_by_one_add_up_to_the_whole():
    dice = random.Random(7)
    for _round in range(200):
        lines = [
            SoldLine(number, quantity=dice.randint(1, 9), line_total=dice.randint(0, 9999), gone=0)
            for number in range(1, dice.randint(2, 6))
        ]
        paid = dice.randint(0, 20000) if any(line.line_total for line in lines) else 0
        gone = dict.fromkeys((line.id for line in lines), 0)
        total = 0
        units = [line.id for line in lines for _unit in range(line.quantity)]
        dice.shuffle(units)
        for line_id in units:
            now = [SoldLine(line.id, line.quantity, line.line_total, gone[line.id]) for line in lines]
            total += value_of_units({line_id: 1}, lines=now, goods_paid=paid, currency="EUR")
            gone[line_id] += 1

        assert total == paid


@pytest.mark.parametrize(
    ("amount", "tenders", "spread"),
    [
        (1000, [RefundableTender(1, 1000, at_desk=False)], {1: 1000}),
        (300, [RefundableTender(1, 1000, at_desk=False)], {1: 300}),
        # Cash is refunded last, and never more than was paid.
        (800, [RefundableTender(1, 500, at_desk=True), RefundableTender(2, 500, at_desk=False)], {2: 500, 1: 300}),
        (400, [RefundableTender(1, 500, at_desk=False), RefundableTender(2, 500, at_desk=False)], {2: 400}),
        (900, [RefundableTender(1, 500, at_desk=False), RefundableTender(2, 0, at_desk=False)], {1: 500}),
        (0, [RefundableTender(1, 500, at_desk=False)], {}),
        (100, [], {}),
    ],
)
def test_money_is_refunded_where_it_came_from(amount, tenders, spread):
    assert spread_refund(amount, tenders) == spread
