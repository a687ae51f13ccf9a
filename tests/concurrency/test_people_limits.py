"""Many requests of one member of staff open customers at the same moment; no more are opened than the limit allows."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from core.web.distinct import Full, take_places
from tests.concurrency.racing import Meeting, race

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 12, 2, 12, tzinfo=UTC)
RACERS, MOST = 8, 3


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def take(person):
    return take_places("people-opened:1", [person], most=MOST, within=timedelta(hours=1), now=NOW)


def test_no_more_are_opened_at_once_than_the_limit_allows():
    results = race([lambda person=person: take(person) for person in range(RACERS)])

    assert results.count(None) == MOST
    full = [result for result in results if isinstance(result, Full)]
    assert len(full) == RACERS - MOST
    assert [result.is_first for result in full].count(True) == 1


def test_a_count_that_is_read_before_it_is_written_lets_everybody_through():
    """Negative control: if this fails, the test above proves nothing."""
    meeting = Meeting(RACERS)
    count = meeting.after(lambda: len(cache.get("opened", ())))

    def take_in_two_steps(person):
        if count() >= MOST:
            return Full(1, is_first=False)
        cache.set("opened", [*cache.get("opened", ()), person])
        return None

    results = race([lambda person=person: take_in_two_steps(person) for person in range(RACERS)])

    assert results.count(None) == RACERS
