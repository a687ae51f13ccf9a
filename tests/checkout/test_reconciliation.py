"""The provider's records against ours."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.data.invariants import find_breaches
from orders.models import Order, Payment, PaymentAttempt, ReconciliationBreak, Refund
from orders.services.payments.reconciliation import reconcile, resolve_break
from orders.services.payments.refunding.refunds import ask_refund, settle_refunds
from tests.checkout.test_stripe_api import notify, pay, phone, stripe
from tests.factories.states import no_guards

__all__ = ["phone", "stripe"]
pytestmark = pytest.mark.django_db(transaction=True)


def soon():
    return timezone.now() + timedelta(minutes=30)


def breaks():
    return list(ReconciliationBreak.objects.order_by("id").values_list("kind", "ours", "theirs", "resolved_at"))


@pytest.fixture
def paid(stripe, phone):
    pay(phone)
    order = Order.objects.get()
    ask_refund(order_id=order.pk, amount=290, reason="test", now=timezone.now())
    settle_refunds(now=timezone.now())
    return stripe


def test_records_that_agree_report_nothing(paid, phone, mug):
    phone.add("MUG")
    pay(phone, "pm_card_declined")

    assert reconcile(now=soon()) == 0
    assert breaks() == []


def test_money_that_the_provider_has_and_we_do_not_is_found(paid):
    with no_guards():
        PaymentAttempt.objects.update(outcome="declined")

    assert reconcile(now=soon()) == 1
    assert reconcile(now=soon()) == 1

    assert breaks() == [("charge", 0, 1290, None)]


def test_money_that_we_have_and_the_provider_does_not_is_found(paid):
    paid.intents.clear()
    paid.refunds.clear()

    assert reconcile(now=soon()) == 2

    assert {(kind, ours, theirs) for kind, ours, theirs, _at in breaks()} == {("charge", 1290, 0), ("refund", 290, 0)}


def test_a_refund_by_hand_and_another_amount_are_found(paid):
    [intent] = paid.intents.values()
    paid.refunds["re_9"] = {**next(iter(paid.refunds.values())), "id": "re_9", "metadata": {}, "amount": 100}
    intent["amount_received"] = 1300

    reconcile(now=soon())

    assert {(kind, ours, theirs) for kind, ours, theirs, _at in breaks()} == {
        ("charge", 1290, 1300),
        ("refund", 0, 100),
    }


def test_a_difference_that_disappears_is_resolved(paid):
    with no_guards():
        PaymentAttempt.objects.update(outcome="needs_action")
        Payment.objects.update(state="needs_action", refunded=0)
    with no_guards():
        Refund.objects.all().delete()
        Order.objects.update(state="pending")
    paid.refunds.clear()
    reconcile(now=soon())
    [intent] = paid.intents.values()

    notify(*paid.webhook_event("payment_intent.succeeded", intent))
    reconcile(now=soon())

    [(kind, ours, theirs, resolved_at)] = breaks()
    assert (kind, ours, theirs) == ("charge", 1290, 1290)
    assert resolved_at is not None


def test_staff_explain_a_difference_once_and_an_old_one_is_a_violation(paid):
    paid.refunds["re_9"] = {**next(iter(paid.refunds.values())), "id": "re_9", "metadata": {}}
    reconcile(now=soon())
    ReconciliationBreak.objects.update(found_at=timezone.now() - timedelta(days=2))
    assert "no difference from a payment provider waits a day to be explained" in find_breaches()

    known = ReconciliationBreak.objects.get()
    assert resolve_break(break_id=known.pk, resolution="A gesture", now=timezone.now())

    assert not resolve_break(break_id=known.pk, resolution="Again", now=timezone.now())
    assert reconcile(now=soon()) == 0
    assert "no difference from a payment provider waits a day to be explained" not in find_breaches()


def test_a_provider_that_is_down_is_compared_the_next_time(paid):
    paid.intents = None

    assert reconcile(now=soon()) == 0
