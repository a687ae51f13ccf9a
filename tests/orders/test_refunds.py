from datetime import timedelta

import pytest

from core.errors import NotFound
from core.models import JournalEntry
from orders.models import Payment, PaymentAttempt, Refund, SandboxCharge
from orders.providers.base import PaymentError
from orders.providers.sandbox.provider import SandboxProvider
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.payments.refunding.paying_out import RefundNotAtDesk, pay_out_refund
from orders.services.payments.refunding.refunds import ask_refund, refund_payments, settle_refunds
from orders.services.registers.till_sessions import DrawerTooEmpty, SessionNotOpen, expected_cash
from tests.factories.orders import make_order, make_till_session
from tests.factories.states import no_guards
from tests.refusals import refused


@pytest.fixture
def order(ana, mitte, mug):
    return make_order((mug, 2, 1290), store=mitte, customer=ana)


@pytest.fixture
def sold_for_cash(ana, mitte, mug):
    return make_order((mug, 2, 1290), store=mitte, customer=ana, paid="cash")


def test_is_counted_before_the_provider_is_asked(order, now):
    assert ask_refund(order_id=order.pk, amount=1000, reason="test", now=now) == 1000

    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.asked_at) == (Refund.PENDING, 1000, now)
    assert Payment.objects.get().refunded == 1000
    assert SandboxCharge.objects.get().refunded == 0


def test_never_refunds_more_than_was_paid(order, now):
    ask_refund(order_id=order.pk, amount=2000, reason="test", now=now)

    assert ask_refund(order_id=order.pk, amount=2000, reason="test", now=now) == 580
    assert ask_refund(order_id=order.pk, amount=2000, reason="test", now=now) == 0
    assert Payment.objects.get().refunded == 2580


def test_everything_is_refunded_once(order, now):
    assert refund_payments(order_id=order.pk, reason="paid_too_late", now=now) == 2580
    assert refund_payments(order_id=order.pk, reason="paid_too_late", now=now) == 0


def test_the_provider_refunds_it(order, now):
    ask_refund(order_id=order.pk, amount=1000, reason="test", now=now)

    assert settle_refunds(now=now) == 1
    assert settle_refunds(now=now) == 0

    refund = Refund.objects.get()
    assert (refund.state, refund.done_at, refund.provider_ref) == (Refund.DONE, now, f"re_{refund.key.hex}")
    assert SandboxCharge.objects.get().refunded == 1000
    assert JournalEntry.objects.get().kind == "refund.done"


def test_a_lost_answer_refunds_the_money_once(order, now, monkeypatch):
    ask_refund(order_id=order.pk, amount=1000, reason="test", now=now)
    refund_for_real = SandboxProvider.refund

    def lose_answer(self, **call):
        refund_for_real(self, **call)
        raise PaymentError("No answer came in time.", permanent=False)

    monkeypatch.setattr(SandboxProvider, "refund", lose_answer)
    assert settle_refunds(now=now) == 0
    assert Refund.objects.get().state == Refund.PENDING

    monkeypatch.setattr(SandboxProvider, "refund", refund_for_real)
    assert settle_refunds(now=now + timedelta(minutes=1)) == 1
    assert SandboxCharge.objects.get().refunded == 1000


def test_a_permanently_refused_refund_frees_its_amount_once(order, now):
    SandboxCharge.objects.update(refunded=2580)
    ask_refund(order_id=order.pk, amount=1000, reason="test", now=now)

    settle_refunds(now=now)
    settle_refunds(now=now)

    assert Refund.objects.get().state == Refund.FAILED
    assert Payment.objects.get().refunded == 0
    assert list(JournalEntry.objects.values_list("kind", flat=True)) == ["refund.failed"]


def test_waits_while_the_provider_is_off(order, now, settings):
    ask_refund(order_id=order.pk, amount=1000, reason="test", now=now)
    settings.ENABLE_TEST_PROVIDER = False

    assert settle_refunds(now=now) == 0

    assert Refund.objects.get().state == Refund.PENDING


def test_a_payment_with_an_unknown_charge_is_left_alone(order, now):
    with no_guards():
        PaymentAttempt.objects.update(outcome="declined")
    ask_refund(order_id=order.pk, amount=1000, reason="test", now=now)

    assert settle_refunds(now=now) == 0


class TestCash:
    def test_is_paid_out_at_the_desk(self, sold_for_cash, mitte, tess, as_ana, at_desk, now):
        session = make_till_session(mitte, tess)
        cancel_order(number=sold_for_cash.number, reason="shopper", by=as_ana, now=now)
        refund = Refund.objects.get()

        assert settle_refunds(now=now) == 0
        pay_out_refund(refund_id=refund.pk, session_id=session.pk, by=at_desk, now=now)

        refund.refresh_from_db()
        assert (refund.state, refund.till_session_id) == (Refund.DONE, session.pk)
        assert expected_cash(session_id=session.pk) == 10_000 - 2580

    def test_is_paid_out_once(self, sold_for_cash, mitte, tess, as_ana, at_desk, now):
        session = make_till_session(mitte, tess)
        cancel_order(number=sold_for_cash.number, reason="shopper", by=as_ana, now=now)
        refund = Refund.objects.get()
        pay_out_refund(refund_id=refund.pk, session_id=session.pk, by=at_desk, now=now)

        with refused(RefundNotAtDesk):
            pay_out_refund(refund_id=refund.pk, session_id=session.pk, by=at_desk, now=now)

        assert expected_cash(session_id=session.pk) == 10_000 - 2580

    def test_is_not_paid_from_a_drawer_that_holds_less(self, sold_for_cash, mitte, tess, as_ana, at_desk, now):
        session = make_till_session(mitte, tess, opening_float=2579)
        cancel_order(number=sold_for_cash.number, reason="shopper", by=as_ana, now=now)

        with refused(DrawerTooEmpty) as refusal:
            pay_out_refund(refund_id=Refund.objects.get().pk, session_id=session.pk, by=at_desk, now=now)

        assert Refund.objects.get().state == Refund.PENDING
        # What lies in the drawer is not said: whoever closes it has to count.
        assert "25.79" not in str(refusal.value) and refusal.value.details == {}

    def test_needs_an_open_till(self, sold_for_cash, as_ana, at_desk, now):
        cancel_order(number=sold_for_cash.number, reason="shopper", by=as_ana, now=now)

        with refused(SessionNotOpen):
            pay_out_refund(refund_id=Refund.objects.get().pk, session_id=None, by=at_desk, now=now)

        assert Refund.objects.get().state == Refund.PENDING

    def test_an_automatic_refund_is_not_paid_out_by_staff(self, order, at_desk, now):
        ask_refund(order_id=order.pk, amount=1000, reason="test", now=now)

        with refused(RefundNotAtDesk):
            pay_out_refund(refund_id=Refund.objects.get().pk, session_id=None, by=at_desk, now=now)

        assert Refund.objects.get().state == Refund.PENDING

    def test_needs_a_refund(self, at_desk, now):
        with refused(NotFound):
            pay_out_refund(refund_id=0, session_id=None, by=at_desk, now=now)
