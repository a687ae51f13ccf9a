"""Two workers find at the same moment that the journal was restored from another server's dump."""

import pytest
from django.db import transaction

from core.data import rebasing
from core.data.rebasing import rebase_if_restored
from core.dispatch import dispatch_journal
from core.models import JournalEntry
from tests.concurrency.racing import Meeting, race
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
def reader(transactional_db):
    with only_these("reader") as (reader,):
        stand(reader, xid=7, entry_id=write_elsewhere("read", xid=7))
        write_here("1")
        write_here("2")
        yield reader


def test_the_journal_is_rebased_once_and_every_event_delivered_once(reader):
    race([lambda: dispatch_journal(now=NOW)] * 4)
    read_all()

    assert [entry.payload["lifted"] for entry in rebased()] == [2]
    assert offset() == ELSEWHERE + 7
    assert reader.told == ["1", "2"]


def test_without_the_lock_each_worker_would_raise_the_numbers(reader, monkeypatch):
    """Negative control: entries are raised twice, so far that they look like another server's again."""
    monkeypatch.setattr(rebasing, "_LOCK", "SELECT 1")
    meeting = Meeting(2)
    monkeypatch.setattr(rebasing, "_read_what_was_restored", meeting.after(rebasing._read_what_was_restored))

    race([lambda: rebase_if_restored(now=NOW)] * 2)

    # The slower one may also raise what the faster one has just published.
    assert len(rebased()) == 2


def test_concurrent_writers_are_waited_for_and_no_entry_is_lost(reader):
    """Some write before the rebase and some after it, each with a number that readers reach."""
    refs = [str(number) for number in range(3, 11)]

    race([lambda: dispatch_journal(now=NOW), *(lambda ref=ref: write_here(ref) for ref in refs)])
    read_all()

    assert len(rebased()) == 1
    assert reader.told[:2] == ["1", "2"]
    assert sorted(reader.told[2:], key=int) == refs


def test_without_the_lock_a_concurrent_writer_would_be_skipped(reader, monkeypatch):
    """Negative control: it took its number before the rebase and commits after it, below every reader."""
    monkeypatch.setattr(rebasing, "_LOCK", "SELECT 1")
    meeting = Meeting(2)
    monkeypatch.setattr(rebasing, "_rebase", meeting.after(rebasing._rebase))
    write_and_meet = transaction.atomic(meeting.after(write_here))

    race([lambda: rebase_if_restored(now=NOW), lambda: write_and_meet("3")])

    assert JournalEntry.objects.get(ref="3").xid < JournalEntry.objects.get(ref="read").xid
