"""A sweep goes on past what it cannot do, puts it on the work list, and comes back to it later and later."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from core.data import sql
from core.data.invariants import find_breaches
from core.models import UnfinishedWork
from core.sweeping import LONGEST_PAUSE, Sweep, count_old, forget_finished_elsewhere, go_through

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
COUNTING = Sweep("tests.count", "Count a number")


def count(numbers, *, now=NOW, bad=(), waiting=(), elsewhere=()):
    """Go through numbers; return those that were taken up, and how many were done."""
    taken = []

    def act(number):
        taken.append(number)
        if number in bad:
            raise ValueError(f"{number} is odd")
        return None if number in elsewhere else number not in waiting

    return taken, go_through(COUNTING, numbers, act, ref=lambda number: number, now=now)


def work_list():
    return list(UnfinishedWork.objects.order_by("ref").values_list("ref", "tries", "detail"))


def test_a_bad_row_stops_none_of_the_others():
    assert count([1, 2, 3], bad=[1]) == ([1, 2, 3], 2)

    assert work_list() == [("1", 1, "ValueError: 1 is odd")]


def test_a_row_that_waits_is_on_the_list_too():
    assert count([1, 2], waiting=[2]) == ([1, 2], 1)

    assert work_list() == [("2", 1, "no answer yet")]


def test_what_something_else_did_first_is_off_the_list_and_not_counted():
    count([1], bad=[1])

    assert count([1, 2], elsewhere=[1]) == ([1, 2], 1)
    assert work_list() == []


def test_what_is_done_at_last_is_off_the_list():
    count([1], bad=[1])
    count([1], now=NOW + timedelta(minutes=1))

    assert work_list() == []


def test_the_pauses_grow_up_to_ten_minutes():
    pauses = []
    for _time in range(12):
        count([1], bad=[1])
        pauses.append(UnfinishedWork.objects.get().next_try_at - NOW)

    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (15, 30, 60, 120)]
    assert pauses[-1] == LONGEST_PAUSE
    assert UnfinishedWork.objects.get().since == NOW


def test_its_statement_leaves_out_what_is_to_be_tried_later():
    count([1], bad=[1])
    statement = f"SELECT id FROM generate_series(1, 2) AS row(id) WHERE {COUNTING.leaves_out('row.id')}"

    def found(now):
        return [row["id"] for row in sql.fetch_all(statement, {"now": now})]

    assert found(NOW) == [2]
    assert found(NOW + timedelta(seconds=16)) == [1, 2]
    assert COUNTING.left_out(now=NOW) == ["1"]
    assert COUNTING.left_out(now=NOW + timedelta(seconds=16)) == []


def test_a_database_that_is_gone_is_nobodys_fault():
    def act(number):
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        go_through(COUNTING, [1, 2], act, ref=lambda number: number, now=NOW)

    assert work_list() == []


def test_what_no_sweep_finds_any_more_is_forgotten():
    count([1], bad=[1])

    assert forget_finished_elsewhere(now=NOW + timedelta(hours=5)) == 0
    assert forget_finished_elsewhere(now=NOW + timedelta(hours=7)) == 1


def test_what_waits_for_an_hour_is_counted_and_for_a_day_found_by_the_audit():
    now = datetime.now(UTC)
    count([1], bad=[1], now=now - timedelta(minutes=50))
    assert (count_old(), find_breaches()) == (0.0, {})

    UnfinishedWork.objects.update(since=now - timedelta(hours=25), next_try_at=now)

    assert count_old() == 1.0
    assert "nothing that periodic work could not do waits a day" in find_breaches()
