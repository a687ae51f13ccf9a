"""Each handler gets every entry once and in order, and one that fails does not hold up or undo the others."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from core.actors import THE_SYSTEM
from core.dispatch import replay
from core.journal import handles, publish
from core.models import ConsumerOffset, FailedDelivery
from orders.events import OrderPlaced
from tests.core.restored import NOW, only_these, write_here
from tests.core.test_events import BellRung
from tests.factories.accounts import make_customer
from tests.journal import read_journal

pytestmark = pytest.mark.django_db(transaction=True)


class Renamer:
    """A handler that writes the reference of each entry, and fails on those it refuses after it has written."""

    def __init__(self, customer: Customer, refused: set[str]) -> None:
        self.customer, self.refused = customer, refused
        self.told: list[str] = []

        def rename(entry):
            self.told.append(entry.ref)
            name = self.written() + f"{entry.ref};"
            Customer.objects.filter(pk=customer.pk).update(name=name)
            if entry.ref in self.refused:
                raise IntegrityError("refused")

        rename.__module__, rename.__qualname__ = __name__, "rename"
        handles(OrderPlaced)(rename)

    def written(self) -> str:
        return Customer.objects.get(pk=self.customer.pk).name


@pytest.fixture
def renamer():
    customer = make_customer(name="")
    with only_these():
        yield Renamer(customer, refused=set())


def test_entries_that_all_succeed_are_handled_once_each_and_in_order(renamer):
    for ref in ("A-1", "A-2", "A-3"):
        write_here(ref)

    read_journal(now=NOW)

    assert renamer.told == ["A-1", "A-2", "A-3"]
    assert renamer.written() == "A-1;A-2;A-3;"
    assert not FailedDelivery.objects.exists()


def test_entries_handled_together_take_one_savepoint_however_many_they_are(renamer):
    write_here("A-1")
    read_journal(now=NOW)
    for number in range(20):
        write_here(f"B-{number}")

    with CaptureQueriesContext(connection) as captured:
        read_journal(now=NOW)

    assert renamer.told[-1] == "B-19"
    assert sum(query["sql"].startswith("SAVEPOINT") for query in captured) == 1


def test_an_entry_that_fails_is_recorded_and_undone_and_the_others_stay(renamer):
    renamer.refused = {"A-2"}
    for ref in ("A-1", "A-2", "A-3"):
        write_here(ref)

    read_journal(now=NOW)

    assert renamer.written() == "A-1;A-3;"
    failed = FailedDelivery.objects.get()
    assert "IntegrityError: refused" in failed.error
    assert failed.next_attempt_at == NOW + timedelta(seconds=2)


def test_a_failed_entry_succeeds_later_without_the_others_again(renamer):
    renamer.refused = {"A-2"}
    for ref in ("A-1", "A-2", "A-3"):
        write_here(ref)
    read_journal(now=NOW)
    renamer.refused = set()

    assert replay(FailedDelivery.objects.get(), now=NOW)

    assert renamer.written() == "A-1;A-3;A-2;"
    assert not FailedDelivery.objects.exists()


def test_a_handler_moves_past_entries_of_other_kinds(renamer):
    write_here("A-1")
    publish(BellRung(by=THE_SYSTEM, occurred_at=NOW, times=3))

    read_journal(now=NOW)
    write_here("A-2")
    read_journal(now=NOW)

    assert renamer.told == ["A-1", "A-2"]
    assert ConsumerOffset.objects.count() == 1
