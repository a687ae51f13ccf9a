"""Different things are counted within a time; whoever would exceed the most is told how long to wait."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from core.web import cache as module
from core.web.cache import CircuitBreaker
from core.web.distinct import Full, take_places

NOON = datetime(2026, 12, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def take(*things, most=3, minutes=0, key="tess"):
    return take_places(key, things, most=most, within=HOUR, now=NOON + timedelta(minutes=minutes))


def test_the_same_thing_counts_once():
    assert [take(thing) for thing in (1, 2, 1, 1, 2, 3, 3)] == [None] * 7

    assert isinstance(take(4), Full)


def test_what_was_counted_still_fits_when_there_is_no_place():
    take(1, 2, 3)

    assert take(4) is not None
    assert take(2) is None
    assert take(1, 2, 3) is None


def test_a_place_is_free_an_hour_after_it_was_taken():
    take(1)
    take(2, 3, minutes=20)

    assert take(4, minutes=59) == Full(60, is_first=True)
    assert take(4, minutes=60) is None
    assert take(1, minutes=60) == Full(20 * 60, is_first=False)


def test_looking_again_does_not_keep_a_place_for_longer():
    take(1, 2, 3)
    take(1, minutes=50)

    assert take(4, minutes=60) is None


def test_all_things_fit_or_none():
    take(1, 2)

    assert take(3, 4) is not None
    assert take(3) is None


def test_more_at_once_than_ever_fit_wait_for_all_places():
    assert take(1, 2, 3, 4) == Full(3600, is_first=True)
    take(1, minutes=10)

    assert take(2, 3, 4, 5, minutes=20) == Full(50 * 60, is_first=False)


def test_as_many_places_are_waited_for_as_are_missing():
    take(1)
    take(2, minutes=10)
    take(3, minutes=20)

    assert take(4, 5, minutes=30) == Full(40 * 60, is_first=True)


def test_one_repeated_in_a_list_takes_one_place():
    assert take(1, 1, 1, 2, 3) is None


def test_keys_do_not_know_each_other():
    take(1, 2, 3)

    assert take(4, key="tom") is None


def test_without_the_server_everything_fits(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "breaker", CircuitBreaker())
    away = {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/nobody.sock"}
    settings.CACHES = {**settings.CACHES, "default": away}

    assert take(*range(10)) is None
