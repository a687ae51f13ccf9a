"""The figures of a measurement."""

import pytest

from omnistore.tools.bench.measuring.figures import (
    Figures,
    Usage,
    as_json,
    background,
    background_as_json,
    background_table,
    budget,
    figures,
    percentile,
    table,
)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([5.0], 50, 5.0),
        ([5.0], 99, 5.0),
        ([3.0, 1.0, 2.0, 4.0], 50, 2.0),
        ([3.0, 1.0, 2.0, 4.0], 51, 3.0),
        ([float(number) for number in range(1, 101)], 95, 95.0),
        ([float(number) for number in range(1, 101)], 100, 100.0),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values, percent, expected):
    assert percentile(values, percent) == expected


def test_costs_are_divided_among_the_operations():
    before = Usage(server_seconds=10.0, pg_seconds=5.0, statements=1000)
    after = Usage(server_seconds=10.5, pg_seconds=5.125, statements=1090)

    cost = figures([0.010, 0.020, 0.030, 0.040, 0.050], seconds=2.0, used=after.since(before))

    assert cost == Figures(rps=2.5, p50_ms=30.0, p95_ms=50.0, server_cpu_ms=100.0, pg_cpu_ms=25.0, sql=18.0)
    assert cost.cpu_ms == 125.0


def test_a_measurement_without_operations_is_an_error():
    with pytest.raises(AssertionError):
        figures([], seconds=1.0, used=Usage(0, 0, 0))


@pytest.mark.parametrize(
    ("server_ms", "pg_ms", "sql", "met"),
    [
        (15.0, 5.0, 24.0, [True, True, True]),
        (15.0, 5.1, 24.0, [True, False, True]),
        (1.0, 1.0, 24.1, [False, True, True]),
        (20.0, 5.0, 24.0, [True, False, False]),
    ],
)
def test_the_budget_is_met_up_to_its_limits(server_ms, pg_ms, sql, met):
    journey = Figures(rps=1.0, p50_ms=1.0, p95_ms=1.0, server_cpu_ms=server_ms, pg_cpu_ms=pg_ms, sql=sql)

    plain = Figures(rps=1.0, p50_ms=1.0, p95_ms=1.0, server_cpu_ms=3.0, pg_cpu_ms=1.0, sql=5.0)

    assert [is_met for _line, is_met in budget(journey, plain=plain)] == met


def test_the_table_and_json_contain_the_same_figures():
    measured = {"journey": Figures(rps=51.5, p50_ms=12.25, p95_ms=30.5, server_cpu_ms=9.75, pg_cpu_ms=3.5, sql=23.0)}

    shaped = as_json(measured)

    assert shaped == {
        "journey": {
            "rps": 51.5,
            "p50_ms": 12.25,
            "p95_ms": 30.5,
            "server_cpu_ms": 9.75,
            "pg_cpu_ms": 3.5,
            "sql": 23.0,
        }
    }
    assert table({"shop": measured}).splitlines()[-1].split() == [
        "journey",
        "51.5",
        "12.25",
        "30.50",
        "9.75",
        "3.50",
        "23.00",
    ]


@pytest.mark.parametrize(
    ("used", "idle_used", "cpu_ms", "idle_percent"),
    [
        # Ten idle seconds took 0.5 s of CPU, so 0.4 s of the 8 s of work are not counted for orders.
        (2.4, 0.5, 20.0, 5.0),
        (2.0, 0.0, 20.0, 0.0),
        (0.4, 0.5, 0.0, 5.0),
        # Noise can make it less than the idle usage; the figure is not corrected.
        (0.39, 0.5, -0.1, 5.0),
    ],
)
def test_the_background_work_of_orders_excludes_the_idle_usage(used, idle_used, cpu_ms, idle_percent):
    measured = background(
        orders=100, used={"worker": used}, seconds=8.0, idle_used={"worker": idle_used}, idle_seconds=10.0
    )

    assert (measured.cpu_ms, measured.idle_percent) == ({"worker": cpu_ms}, {"worker": idle_percent})


def test_background_work_without_orders_is_an_error():
    with pytest.raises(AssertionError):
        background(orders=0, used={}, seconds=1.0, idle_used={}, idle_seconds=1.0)


def test_the_background_work_of_each_process_is_shown_with_the_sum():
    measured = background(
        orders=100,
        used={"worker": 0.6, "PostgreSQL": 0.3},
        seconds=1.0,
        idle_used={"worker": 1.0, "PostgreSQL": 0.5},
        idle_seconds=10.0,
    )

    assert background_as_json(measured) == {
        "orders": 100,
        "cpu_ms_per_order": {"worker": 5.0, "PostgreSQL": 2.5, "all": 7.5},
        "idle_percent_of_a_core": {"worker": 10.0, "PostgreSQL": 5.0, "all": 15.0},
    }
    assert [line.split() for line in background_table(measured).splitlines()[1:]] == [
        ["worker", "5.00", "10.00"],
        ["PostgreSQL", "2.50", "5.00"],
        ["all", "of", "them", "7.50", "15.00"],
    ]
