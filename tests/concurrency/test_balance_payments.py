"""One balance due paid on several devices and at desks at the same moment."""

import threading

import pytest

from core.data.invariants import find_breaches
from orders.models import Payment, SandboxCharge
from orders.models.orders import OrderQuerySet
from orders.services.payments import balances_due
from orders.services.settlement import balance_payments
from tests.client import Api
from tests.concurrency.racing import LONGEST_WAIT_SECONDS, Meeting, race
from tests.factories.orders import due, make_order, make_till_session

pytestmark = pytest.mark.django_db(transaction=True)

NEVER_LESS = "an order never owes less than nothing, and nothing once it is closed"


@pytest.fixture(autouse=True)
def sound_books(request):
    yield
    if "without" not in request.node.name:
        assert find_breaches() == {}


@pytest.fixture
def order(ana, high_street, mug):
    return make_order((mug, 2, 1290), store=high_street, customer=ana, paid="pay_in_store", state="ready")


def device(person, order):
    api = Api(person)
    return lambda: api.post(f"orders/{order.number}/payments/", {"payments": [{"method": "test"}]})


def desk(staff, order, session):
    api = Api(staff)
    cash = {"method": "cash", "tendered": {"amount": "50.00", "currency": "EUR"}}
    body = {"session": str(session.pk), "payments": [cash]}
    return lambda: api.post(f"till/orders/{order.number}/payments/", body)


def hand_over(staff, order):
    api = Api(staff)
    body = {"proof": "id_seen", "payments": [{"method": "card"}]}
    return lambda: api.post(f"till/pickups/{order.fulfilments.get().pk}/handover/", body)


def refusals(answers):
    return {answer.json()["code"] for answer in answers if answer.status_code == 409}


def captured():
    return sum(Payment.objects.filter(state="captured").values_list("amount", flat=True))


def test_of_eight_devices_one_pays(ana, order):
    answers = race([device(ana, order) for _device in range(8)])

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert refusals(answers) <= {"nothing_due", "payment_under_way"}
    assert (SandboxCharge.objects.count(), captured()) == (1, 2580)


def test_devices_and_desks_take_it_once(ana, tess, order, high_street):
    session = make_till_session(high_street, tess)

    answers = race(
        [
            *(device(ana, order) for _device in range(3)),
            *(desk(tess, order, session) for _desk in range(3)),
            hand_over(tess, order),
        ]
    )

    assert max(answer.status_code for answer in answers) < 500
    assert captured() == 2580
    assert due() == 0


def test_without_the_orders_lock_the_tables_constraint_stops_a_second_charge(ana, order, monkeypatch):
    """Negative control: both see that nothing is under way; only an internal error is left then."""
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(balances_due, "_check_none_under_way", Meeting(2).after(balances_due._check_none_under_way))
    tries = threading.Semaphore(0)

    def write_and_tell(*args, write=balances_due._write, **options):
        try:
            return write(*args, **options)
        finally:
            tries.release()

    def ask_once_both_tried(*args, ask=balance_payments.ask_providers, **options):
        for _device in range(2):
            tries.acquire(timeout=LONGEST_WAIT_SECONDS)
        return ask(*args, **options)

    monkeypatch.setattr(balances_due, "_write", write_and_tell)
    monkeypatch.setattr(balance_payments, "ask_providers", ask_once_both_tried)

    answers = race([device(ana, order), device(ana, order)])

    assert sorted(answer.status_code for answer in answers) == [201, 500]
    assert SandboxCharge.objects.count() == 1


def test_without_the_orders_lock_two_desks_take_it_twice(tess, order, high_street, monkeypatch):
    """Negative control: no constraint covers cash; the audit does."""
    session = make_till_session(high_street, tess)
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(balances_due, "balance_due_in", Meeting(2).after(balances_due.balance_due_in))

    race([desk(tess, order, session), desk(tess, order, session)])

    assert captured() == 2 * 2580
    assert NEVER_LESS in find_breaches()
