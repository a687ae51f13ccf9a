"""A dump restored into another server: its transaction numbers are high, and the server's own are low."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.data import rebasing, sql
from core.data.invariants import find_breaches
from core.dispatch import dispatch_journal, find_lag
from core.models import ConsumerOffset, FailedDelivery, JournalEntry
from tests.core.restored import (
    ELSEWHERE,
    NOW,
    offset,
    only_these,
    read_all,
    rebased,
    stand,
    write_elsewhere,
    write_here,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def readers(transactional_db):
    with only_these("ahead", "late", "new") as readers:
        yield readers


@pytest.fixture
def ahead(transactional_db):
    """The only reader, which has read everything."""
    with only_these("ahead") as (ahead,):
        stand(ahead, xid=7, entry_id=write_elsewhere("read", xid=7))
        yield ahead


def test_each_reader_gets_its_unread_entries_and_then_this_servers_own(readers):
    ahead, late, new = readers
    first, second = write_elsewhere("1", xid=5), write_elsewhere("2", xid=6)
    write_elsewhere("3", xid=9)
    stand(ahead, xid=6, entry_id=second)
    stand(late, xid=5, entry_id=first)
    write_here("4")
    write_here("5")

    read_all()
    write_here("6")
    read_all()
    read_all()

    assert ahead.told == ["3", "4", "5", "6"]
    assert late.told == ["2", "3", "4", "5", "6"]
    assert new.told == ["1", "2", "3", "4", "5", "6"]


def test_restored_entries_lie_below_the_offset_and_new_ones_above(ahead):
    write_elsewhere("unread", xid=30)
    write_here("first")
    read_all()
    write_here("second")

    numbers = dict(JournalEntry.objects.values_list("ref", "xid"))
    assert offset() == ELSEWHERE + 30 == numbers["unread"]
    assert numbers["unread"] < numbers["first"] < numbers["second"]
    assert numbers["read"] == ELSEWHERE + 7


def test_a_rebase_is_recorded_in_the_journal_and_in_the_log(ahead, caplog):
    write_here("first")

    with caplog.at_level(logging.WARNING, "core.data.rebasing"):
        read_all()
        read_all()

    (rebase,) = rebased()
    assert (rebase.channel, rebase.payload) == ("system", {"offset": ELSEWHERE + 7, "lifted": 1})
    assert caplog.messages == [
        "The journal was restored from another server and goes on here: its numbers begin at "
        f"{ELSEWHERE + 7}, and 1 entries that were written before this are handed out now."
    ]


def test_a_dump_of_a_restored_journal_is_restored_in_the_same_way(ahead):
    read_all()
    twice = write_elsewhere("twice", xid=ELSEWHERE)
    ConsumerOffset.objects.update(xid=2 * ELSEWHERE, entry_id=twice)
    write_here("first")

    read_all()
    write_here("second")
    read_all()

    assert offset() == 2 * ELSEWHERE
    assert ahead.told == ["first", "second"]
    assert len(rebased()) == 2


def test_unread_entries_of_another_server_are_enough_to_detect_it(readers):
    write_elsewhere("1", xid=5)
    write_here("2")

    read_all()

    assert [reader.told for reader in readers] == [["1", "2"]] * 3


def test_a_position_of_another_server_is_enough_to_detect_it(readers):
    stand(readers[0], xid=5, entry_id=0)
    write_here("1")

    read_all()

    assert readers[0].told == ["1"]


def test_a_delivery_that_failed_before_the_dump_is_retried_after_it(ahead):
    failed = JournalEntry.objects.get(ref="read")
    FailedDelivery.objects.create(
        handler=ahead.name, entry_id=failed.id, entry_occurred_at=failed.occurred_at, next_attempt_at=NOW,
        failed_at=NOW, error="no network",
    )  # fmt: skip

    read_all()

    assert ahead.told == ["read"]
    assert not FailedDelivery.objects.exists()


def test_migrating_rebases_the_journal(ahead):
    call_command("migrate", verbosity=0)

    assert offset() == ELSEWHERE + 7


def test_until_then_the_shop_reports_that_it_is_degraded_and_why(ahead, client):
    restored = client.get("/readyz")
    read_all()
    rebased = client.get("/readyz")

    assert restored.status_code == 200
    assert (restored.json()["state"], restored.json()["journal"]) == (
        "degraded",
        "restored from a dump; nothing is handed out until a worker or migrate has put it in order",
    )
    assert (rebased.json()["state"], rebased.json()["journal"]) == ("ready", "ok")


def test_until_then_the_lag_counts_from_the_readers_last_move(ahead, client):
    a_day = timedelta(days=1).total_seconds()
    restored = find_lag()

    assert (restored.is_foreign, restored.seconds >= a_day) == (True, True)
    assert "omnistore_journal_lag_seconds 0.0" not in client.get("/metrics").content.decode()
    read_all()
    assert find_lag() == (0, False)
    assert "omnistore_journal_lag_seconds 0.0" in client.get("/metrics").content.decode()


def test_the_audit_finds_numbers_of_another_server(ahead):
    with pytest.raises(CommandError):
        call_command("audit", "--json")
    breaches = find_breaches()
    read_all()

    assert breaches == {
        "the journal's numbers are this server's": [
            {"handler": ahead.name, "xid": ELSEWHERE + 7},
            {"handler": "the journal", "xid": ELSEWHERE + 7},
        ]
    }
    assert find_breaches() == {}


def stand_where_the_counter_came_by(reader):
    """Set the reader to its position before the dump, at a number that this server has reached since."""
    row = sql.fetch_one("SELECT pg_current_xact_id()::text::bigint AS xid", {})
    ConsumerOffset.objects.create(handler=reader.name, xid=row["xid"], entry_id=0)
    ConsumerOffset.objects.update(moved_at=timezone.now() - timedelta(days=1))


def test_entries_below_a_readers_position_are_found_by_their_recording_time(readers):
    ahead = readers[0]
    write_here("1")
    stand_where_the_counter_came_by(ahead)
    write_here("2")
    passed_over = find_breaches()["no entry of the journal was passed over by its readers"]

    connection.close()
    read_all()

    assert [row["kind"] for row in passed_over] == ["order.placed"]
    assert ahead.told == ["1", "2"]
    assert find_breaches() == {}


def test_an_unread_entry_is_delivered_although_a_read_one_has_a_higher_id(readers):
    """With two concurrent transactions, the earlier one may have written the later id."""
    ahead = readers[0]
    write_here("1")
    stand_where_the_counter_came_by(ahead)
    ConsumerOffset.objects.update(moved_at=JournalEntry.objects.get().recorded_at)

    connection.close()
    read_all()

    assert ahead.told == []
    assert rebased() == []


def test_a_journal_of_this_server_is_not_rebased(readers):
    write_here("1")
    read_all()
    before = list(JournalEntry.objects.values_list("id", "xid"))

    connection.close()
    call_command("migrate", verbosity=0)
    read_all()

    assert offset() == 0
    assert list(JournalEntry.objects.values_list("id", "xid")) == before
    assert [reader.told for reader in readers] == [["1"]] * 3


def test_an_uncommitted_entry_is_not_another_servers(readers):
    with transaction.atomic():
        write_here("1")
        with transaction.atomic():
            write_here("2")

        assert not find_lag().is_foreign


def test_a_dispatch_takes_one_statement_and_one_more_on_a_new_connection(readers, django_assert_num_queries):
    read_all()
    connection.close()
    connection.ensure_connection()

    # Each in addition to the one for failed_deliveries.
    with django_assert_num_queries(3):
        dispatch_journal(now=NOW)
    with django_assert_num_queries(2):
        dispatch_journal(now=NOW)


def test_a_database_replaced_under_a_running_worker_is_detected(readers):
    ahead = readers[0]
    write_here("before")
    read_all()
    assert rebasing.is_looked_through()

    ConsumerOffset.objects.update(xid=ELSEWHERE)
    write_here("after")
    read_all()

    assert ahead.told == ["before", "after"]
    assert len(rebased()) == 1


def test_during_a_write_nothing_is_delivered_and_nobody_waits_long(ahead, caplog):
    writer = connection.copy()
    with writer.cursor() as cursor, caplog.at_level(logging.WARNING, "core.data.rebasing"):
        cursor.execute("BEGIN")
        cursor.execute(
            "INSERT INTO core_journal (occurred_at, kind, channel, ref) VALUES (%s, 'order.placed', 'web', 'slow')",
            [NOW],
        )
        handled = dispatch_journal(now=NOW)
        meanwhile = offset()
        cursor.execute("COMMIT")
    writer.close()
    read_all()

    assert (handled, meanwhile) == (0, 0)
    assert caplog.messages[0].endswith("cannot be taken over yet: something is writing to it.")
    assert ahead.told == ["slow"]


def test_a_connection_that_wrote_before_uses_the_offset_at_once(ahead):
    """Its prepared statements have plans with the former offset."""
    with ThreadPoolExecutor(max_workers=1) as other:
        for ref in ("1", "2", "3"):
            other.submit(write_here, ref).result()
        dispatch_journal(now=NOW)
        other.submit(write_here, "4").result()
        other.submit(lambda: connection.close()).result()
    read_all()

    numbers = dict(JournalEntry.objects.values_list("ref", "xid"))
    assert offset() == ELSEWHERE + 7 < numbers["1"] < numbers["2"] < numbers["3"] < numbers["4"]
    assert ahead.told == ["1", "2", "3", "4"]


@pytest.mark.parametrize("change", ["xid = xid - 1", "ref = 'x', xid = xid + 1", "payload = '[1]'", "ref = 'x'"])
def test_only_an_entrys_position_can_be_raised(ahead, change):
    with pytest.raises(IntegrityError, match="append-only"):
        sql.execute(f"UPDATE core_journal SET {change}", {})


def test_the_journal_of_a_shop_whose_worker_never_ran_is_late(readers):
    write_elsewhere("1", xid=-ELSEWHERE + 1)

    lag = find_lag()
    assert (lag.seconds > timedelta(days=1).total_seconds(), lag.is_foreign) == (True, False)


def test_a_database_that_is_not_fully_migrated_is_not_rebased(readers):
    stand(readers[0], xid=5, entry_id=0)
    with transaction.atomic():
        sql.execute("ALTER FUNCTION core_journal_offset RENAME TO not_yet", {})
        rebasing.rebase_after_migrating()
        sql.execute("ALTER FUNCTION not_yet RENAME TO core_journal_offset", {})

    assert rebased() == []
