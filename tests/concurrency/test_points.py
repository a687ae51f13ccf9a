"""One order reported twice at once, and points that expire while they are spent; each race is shown to be real."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import PointAccrual, PointBatch
from accounts.services.balances import loyalty, points_in_time
from accounts.services.balances.balances import HoldRequest, balance_for, change_balance, hold_balances, spend_holds
from accounts.services.balances.loyalty import open_accrual, settle_accrual
from accounts.services.balances.points_in_time import expire_points
from core.actors import Actor
from core.data import sql
from core.data.invariants import find_breaches
from core.ids import new_id
from core.models import UnfinishedWork
from tests.concurrency.racing import Meeting, race
from tests.factories.accounts import make_customer

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WEB = Actor(channel="web")


def settle():
    with transaction.atomic():
        return settle_accrual(reference="100001", points=25, matures_at=None, by=WEB, now=NOW)


def open_one():
    ana = make_customer()
    return open_accrual(customer_id=ana.pk, reference="100001", terms="{}", by=WEB, now=NOW)


def test_an_order_reported_many_times_at_once_earns_once():
    open_one()

    results = race([settle] * 6)

    assert sorted(results) == [0, 0, 0, 0, 0, 25]
    assert PointAccrual.objects.get().points == 25
    assert PointBatch.objects.get().points == 25
    assert find_breaches() == {}


def test_without_the_lock_on_its_accrual_only_a_constraint_stops_a_second_booking(monkeypatch):
    """Negative control: without the lock both find nothing booked, and only the batch's uniqueness stops the second."""
    open_one()
    unlocked = loyalty._LOCK_EARNING.replace("FOR UPDATE OF accrual", "")
    monkeypatch.setattr(loyalty, "_LOCK_EARNING", unlocked)
    meeting = Meeting(2)
    monkeypatch.setattr(loyalty, "open_batch", meeting.before(loyalty.open_batch))

    results = race([settle] * 2)

    assert sum(isinstance(result, IntegrityError) for result in results) == 1
    assert PointAccrual.objects.get().points == 25


@pytest.fixture
def ending():
    """Create 100 points that have just expired, and 150 that last; return the id of the balance."""
    balance_id = balance_for(customer_id=make_customer().pk, kind="points", currency="", now=NOW)
    for points, expires_at in ((100, NOW - timedelta(minutes=1)), (150, NOW + timedelta(days=90))):
        change_balance(
            balance_id=balance_id, kind="loaded", amount=points, reference=str(points), by=WEB, now=NOW,
            expires_at=expires_at,
        )  # fmt: skip
    return balance_id


def spender(balance_id):
    def spend():
        reference = new_id()
        with transaction.atomic():
            hold_balances(requests=[HoldRequest(reference, (balance_id,), 100)], now=NOW)
            return spend_holds(references=[reference], note="", by=WEB, now=NOW)

    return spend


def left(balance_id):
    batches = PointBatch.objects.filter(balance_id=balance_id).order_by("points").values_list("remaining", flat=True)
    return PointBatch.objects.filter(balance_id=balance_id).first().balance.amount, list(batches)


def test_points_that_expire_while_they_are_spent_go_once(ending):
    results = race([spender(ending), lambda: expire_points(now=NOW)])

    assert results[0] is True
    # If spent first, the old points paid; if expired first, the others did.
    assert left(ending) in [(150, [0, 150]), (50, [0, 50])]
    assert find_breaches() == {}


def test_without_the_lock_on_the_balance_points_would_expire_twice(ending, monkeypatch):
    """
    Negative control: old batches are read, then spent by another, then expired all the same; only constraints stop it.
    """
    monkeypatch.setattr(points_in_time, "LOCK_BALANCE", points_in_time.LOCK_BALANCE.replace(" FOR UPDATE", ""))
    read = sql.fetch_all

    def read_and_be_overtaken(statement, parameters, **options):
        rows = read(statement, parameters, **options)
        if statement == points_in_time._OVER:
            assert race([spender(ending)]) == [True]
        return rows

    monkeypatch.setattr(sql, "fetch_all", read_and_be_overtaken)

    assert expire_points(now=NOW) == 0
    assert "point_batch_is_not_overdrawn" in UnfinishedWork.objects.get().detail
