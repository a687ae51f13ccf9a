"""Callers in processes of their own."""

from functools import partial

import pytest

from omnistore.tools.bench.callers.crowd import Crowd, CrowdFailed, NothingLeft


def recruit(*, count, supply):
    """Callers who take numbers from a supply of their own; odd numbers end with a word, negative ones are wrong."""
    return [{"take": partial(take, list(supply))} for _ in range(count)]


def take(supply):
    if not supply:
        raise NothingLeft
    number = supply.pop()
    if number < 0:
        raise ValueError(f"{number} is negative")
    return "odd" if number % 2 else None


def test_every_caller_goes_on_until_nothing_is_left():
    with Crowd(recruit, [{"count": 2, "supply": [1, 2, 3]}, {"count": 1, "supply": [2]}]) as crowd:
        done = crowd.do("take", seconds=5)

    assert (len(done.latencies()), len(done.latencies("odd"))) == (3, 4)
    assert done.began <= done.last() <= done.ended


def test_each_caller_does_no_more_than_asked():
    with Crowd(recruit, [{"count": 2, "supply": [2, 2, 2]}]) as crowd:
        assert len(crowd.do("take", seconds=5, most_each=1).acts) == 2
        assert len(crowd.do("take", seconds=5).acts) == 4


def test_one_wrong_answer_fails_the_whole_measurement():
    with (
        Crowd(recruit, [{"count": 1, "supply": [-1, 2]}, {"count": 1, "supply": [2]}]) as crowd,
        pytest.raises(CrowdFailed, match="-1 is negative"),
    ):
        crowd.do("take", seconds=5)
