"""The comparison of two shops' figures."""

import pytest

from omnistore.tools.bench.measuring.figures import Background, Figures
from omnistore.tools.bench.measuring.ratios import (
    ALL,
    BACKGROUND,
    IDLE,
    Compared,
    as_json,
    compare,
    compare_background,
    compare_steps,
    table,
)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(2.0, 4.0)], Compared(2.0, 4.0, 0.5, 0.5, 0.5)),
        ([(2.0, 4.0), (6.0, 6.0), (9.0, 6.0)], Compared(6.0, 6.0, 1.0, 0.5, 1.5)),
        # The median of the ratios, not the ratio of the medians: the machine is faster in some rounds than in others.
        ([(1.0, 1.0), (8.0, 4.0), (30.0, 10.0)], Compared(8.0, 4.0, 2.0, 1.0, 3.0)),
        ([(1.0, 2.0), (1.0, 1.0)], Compared(1.0, 1.5, 0.75, 0.5, 1.0)),
        ([(0.0, 2.0)], Compared(0.0, 2.0, 0.0, 0.0, 0.0)),
        ([(1.0, 0.0), (1.0, 1.0)], Compared(1.0, 0.5, None, None, None)),
        ([(0.1, -0.1)], Compared(0.1, -0.1, None, None, None)),
        ([(-0.1, 0.1)], Compared(-0.1, 0.1, None, None, None)),
    ],
)
def test_ratios_are_those_of_each_round(pairs, expected):
    assert compare(pairs) == expected


def test_every_measure_of_every_step_is_compared():
    rounds = [({"journey": figures(10.0)}, {"journey": figures(20.0)})]

    compared = compare_steps(rounds)

    assert list(compared) == ["journey"]
    assert [(name, figure.ratio) for name, figure in compared["journey"].items()] == [
        ("per second", 0.5),
        ("p50 ms", 0.5),
        ("p95 ms", 0.5),
        ("CPU ms of web", 0.5),
        ("CPU ms of PostgreSQL", 0.5),
        ("CPU ms of both", 0.5),
        ("SQL statements", 0.5),
    ]


def test_a_process_that_one_side_does_not_have_costs_nothing_there():
    ours = Background(orders=10, cpu_ms={"worker": 6.0}, idle_percent={"worker": 2.0})
    theirs = Background(orders=10, cpu_ms={"worker": 7.0, "beat": 1.0}, idle_percent={"worker": 1.0, "beat": 3.0})

    figures_by_name = compare_background([(ours, theirs)])[BACKGROUND]

    assert (figures_by_name["CPU ms of beat"].ours, figures_by_name["CPU ms of beat"].theirs) == (0, 1.0)
    assert (figures_by_name[ALL].ratio, figures_by_name[IDLE].ratio) == (0.75, 0.5)


def test_the_table_shows_both_sides_and_the_ratio_with_its_range():
    compared = {
        "journey": {"SQL statements": Compared(23.0, 24.0, 0.958, 0.95, 0.97)},
        "list": {"p50 ms": compare([(1, 0)])},
    }

    assert [line.split() for line in table(compared).splitlines()] == [
        ["ours", "theirs", "ours", "/", "theirs", "(least", "..", "most)"],
        [],
        ["journey"],
        ["SQL", "statements", "23.00", "24.00", "0.96", "(0.95", "..", "0.97)"],
        [],
        ["list"],
        ["p50", "ms", "1.00", "0.00", "-"],
    ]
    assert as_json(compared)["journey"]["SQL statements"] == {
        "ours": 23.0,
        "theirs": 24.0,
        "ratio": 0.958,
        "least": 0.95,
        "most": 0.97,
    }


def figures(value):
    """Return figures that are all equal."""
    return Figures(rps=value, p50_ms=value, p95_ms=value, server_cpu_ms=value, pg_cpu_ms=value, sql=value)
