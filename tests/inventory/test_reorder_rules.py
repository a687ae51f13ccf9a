"""When goods are bought again, and how many: the formula, in figures."""

import pytest

from inventory.rules.reorder import Demand, Surplus, giving, in_packs


def demand(**figures):
    return Demand(**{"sold": 56, "days": 56, "lead_days": 10, "review_days": 7} | figures)


@pytest.mark.parametrize(
    ("figures", "point", "up_to"),
    [
        ({}, 10, 17),
        ({"safety": 3}, 13, 20),
        ({"sold": 0}, 0, 0),
        ({"sold": 0, "safety": 2}, 2, 2),
        ({"sold": 1}, 1, 1),
        ({"sold": 30, "days": 20}, 15, 26),
        ({"lead_days": 0}, 0, 7),
        ({"least": 12}, 12, 17),
        ({"least": 40}, 40, 40),
        ({"most": 14}, 10, 14),
        ({"most": 0}, 10, 0),
    ],
)
def test_a_place_orders_what_sells_until_the_next_delivery(figures, point, up_to):
    assert (demand(**figures).reorder_point, demand(**figures).order_up_to) == (point, up_to)


@pytest.mark.parametrize(("position", "lacking"), [(11, 0), (10, 7), (0, 17), (-3, 20), (100, 0)])
def test_it_is_time_to_order_at_the_reorder_point(position, lacking):
    assert demand().lacking(position) == lacking


def test_nothing_is_ordered_where_the_maximum_is_reached():
    assert demand(most=5).lacking(6) == 0
    assert demand(most=5).lacking(5) == 0


@pytest.mark.parametrize(
    ("units", "pack_size", "minimum", "room", "ordered"),
    [
        (7, 1, 1, None, 7),
        (7, 6, 1, None, 12),
        (12, 6, 1, None, 12),
        (1, 6, 24, None, 24),
        (1, 10, 24, None, 30),
        (0, 6, 24, None, 0),
        (7, 6, 1, 11, 6),
        (7, 6, 1, 5, 0),
        (7, 6, 12, 11, 0),
        (7, 6, 1, -4, 0),
    ],
)
def test_a_supplier_sells_whole_packs_from_a_least_order_on(units, pack_size, minimum, room, ordered):
    assert in_packs(units, pack_size=pack_size, minimum=minimum, room=room) == ordered


def test_the_first_place_that_can_give_all_gives():
    small, store, bigger, warehouse = Surplus(1, 3, 0), Surplus(2, 9, 1), Surplus(3, 12, 1), Surplus(4, 5, 0)

    assert giving([small, store, bigger, warehouse], 4) == warehouse
    assert giving([small, store, bigger], 4) == bigger
    assert giving([small], 4) is None
    assert giving([], 1) is None
