"""Many refunds of one payment at the same moment; each race is shown to be real by removing its guard."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Balance
from core.actors import THE_SYSTEM, Actor
from core.data.invariants import find_breaches
from core.ids import new_id
from core.models import JournalEntry
from inventory.models import Location
from orders.models import Order, Payment, Refund, SandboxCharge
from orders.providers.sandbox.provider import SandboxProvider
from orders.services.payments.refunding import refunds
from orders.services.payments.refunding.paying_out import pay_out_refund
from orders.services.payments.refunding.refunds import ask_refund, settle_refunds
from orders.services.registers import till_sessions
from orders.services.registers.till_sessions import DrawerTooEmpty, expected_cash
from tests.concurrency.racing import Meeting, race
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import make_order, make_till_session

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def order():
    return make_order((make_variant(sku="MUG"), 2, 1290), store=make_store("mitte"), customer=make_customer())


def client_key(order, amount, *, as_credit=False):
    def ask():
        with transaction.atomic():
            Order.objects.locked().get(pk=order.pk)
            return ask_refund(order_id=order.pk, amount=amount, reason="test", as_credit=as_credit, now=NOW)

    return ask


def test_refunds_requested_at_once_never_exceed_what_was_paid(order):
    results = race([client_key(order, 1000) for _clerk in range(8)])

    assert sorted(results) == [0, 0, 0, 0, 0, 580, 1000, 1000]
    assert Payment.objects.get().refunded == 2580
    assert settle_refunds(now=NOW) == 3
    assert SandboxCharge.objects.get().refunded == 2580


def test_without_the_orders_lock_two_refunds_would_take_the_same_money(order, monkeypatch):
    """Negative control: both see all of it left; only the table's own constraint stops one then."""
    both_have_looked = threading.Barrier(2)
    plan = refunds.plan_refund

    def look_and_wait(*args, **options):
        both_have_looked.wait(timeout=30)
        return plan(*args, **options)

    monkeypatch.setattr(refunds, "plan_refund", look_and_wait)

    def ask():
        return ask_refund(order_id=order.pk, amount=2000, reason="test", now=NOW)

    results = race([ask, ask])

    assert results.count(2000) == 1
    assert sum(isinstance(result, IntegrityError) for result in results) == 1
    assert Payment.objects.get().refunded == 2000


def test_credit_instead_of_money_is_given_once(order):
    results = race([client_key(order, 2580, as_credit=True) for _clerk in range(8)])

    assert sorted(results) == [0] * 7 + [2580]
    assert Balance.objects.get().amount == 2580
    assert "what went back to a balance is written there once" not in find_breaches()


def test_two_workers_settle_a_refund_once(order):
    client_key(order, 2580)()

    race([lambda: settle_refunds(now=NOW) for _worker in range(4)])

    assert SandboxCharge.objects.get().refunded == 2580
    assert Refund.objects.get().state == "done"
    assert JournalEntry.objects.filter(kind="refund.done").count() == 1


def test_a_refund_without_its_own_key_would_be_paid_twice(order):
    """Negative control: the key, the same in every call, is what makes a repeated call harmless."""
    client_key(order, 1000)()
    both_have_read = threading.Barrier(2)

    def ask_with_a_key_of_its_own():
        [row] = refunds.sql.fetch_all(refunds._PENDING, {"refund": None, "now": NOW, "limit": 9})
        both_have_read.wait(timeout=30)
        SandboxProvider().refund(charge_key=row["charge_key"], key=new_id(), amount=row["amount"])
        return refunds.write_outcome(row["id"], Refund.DONE, by=THE_SYSTEM, now=NOW)

    results = race([ask_with_a_key_of_its_own, ask_with_a_key_of_its_own])

    assert sorted(results) == [False, True]
    assert SandboxCharge.objects.get().refunded == 2000


def test_a_failed_refund_frees_its_amount_once(order):
    client_key(order, 2580)()
    [refund] = Refund.objects.all()

    results = race(
        [lambda: refunds.write_outcome(refund.pk, Refund.FAILED, by=THE_SYSTEM, now=NOW) for _worker in range(4)]
    )

    assert sorted(results) == [False, False, False, True]
    assert Payment.objects.get().refunded == 0


def cash_refunds(session, staff):
    """Two refunds of 25.80 in cash, each as a clerk who pays it from one drawer."""
    mug = make_variant(sku="CUP")
    by = Actor(channel="till", staff_id=staff.pk, store_id=session.store_id)
    for _customer in range(2):
        order = make_order((mug, 2, 1290), store=session.store, paid="cash")
        ask_refund(order_id=order.pk, amount=2580, reason="test", now=NOW)

    def pay_out(refund):
        return lambda: pay_out_refund(refund_id=refund.pk, session_id=session.pk, by=by, now=NOW)

    return [pay_out(refund) for refund in Refund.objects.all()]


def test_two_clerks_cannot_pay_out_the_same_cash(order):
    staff = make_customer("Tess Till", email="tess@example.com")
    session = make_till_session(Location.objects.get(), staff, opening_float=3000)

    results = race(cash_refunds(session, staff))

    assert sum(isinstance(result, DrawerTooEmpty) for result in results) == 1
    assert expected_cash(session_id=session.pk) == 420
    assert "no drawer paid out more than lay in it" not in find_breaches()


def test_without_the_sessions_lock_the_drawer_would_pay_out_more_than_it_holds(order, monkeypatch):
    """Negative control: both see the same cash in the drawer."""
    staff = make_customer("Tess Till", email="tess@example.com")
    session = make_till_session(Location.objects.get(), staff, opening_float=3000)
    both_have_counted = Meeting(2)
    monkeypatch.setattr(till_sessions, "_TO_PAY_OUT", till_sessions._FOR_SALE)
    monkeypatch.setattr(till_sessions, "expected_cash", both_have_counted.after(expected_cash))

    race(cash_refunds(session, staff))

    assert expected_cash(session_id=session.pk) == 3000 - 5160
    assert "no drawer paid out more than lay in it" in find_breaches()
