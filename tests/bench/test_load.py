"""The load generator and its callers in separate processes."""

from functools import partial

import pytest

from omnistore.tools.bench.callers.load import LoadFailed, LoadGenerator, NothingLeft


def make_callers(*, count, supply):
    """Return callers that take numbers from a supply; odd numbers have an outcome, negative ones are wrong."""
    return [{"take": partial(take, list(supply))} for _ in range(count)]


def take(supply):
    if not supply:
        raise NothingLeft
    number = supply.pop()
    if number < 0:
        raise ValueError(f"{number} is negative")
    return "odd" if number % 2 else None


def test_every_caller_continues_until_nothing_is_left():
    with LoadGenerator(make_callers, [{"count": 2, "supply": [1, 2, 3]}, {"count": 1, "supply": [2]}]) as load:
        completed = load.run("take", seconds=5)

    assert (len(completed.latencies()), len(completed.latencies("odd"))) == (3, 4)
    assert completed.began <= completed.last() <= completed.ended


def test_each_caller_does_no_more_operations_than_requested():
    with LoadGenerator(make_callers, [{"count": 2, "supply": [2, 2, 2]}]) as load:
        assert len(load.run("take", seconds=5, most_each=1).operations) == 2
        assert len(load.run("take", seconds=5).operations) == 4


def test_one_wrong_response_fails_the_whole_measurement():
    with (
        LoadGenerator(make_callers, [{"count": 1, "supply": [-1, 2]}, {"count": 1, "supply": [2]}]) as load,
        pytest.raises(LoadFailed, match="-1 is negative"),
    ):
        load.run("take", seconds=5)
