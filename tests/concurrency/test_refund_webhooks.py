"""
A refund, and Stripe's webhook event about it at the same moment: the money is refunded once, and freed once.

test_refunds.py shows that two refunds never take the same money.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.data.invariants import find_breaches
from core.models import JournalEntry
from orders.models import Order, Payment, PaymentAttempt, Refund
from orders.providers.stripe import provider as stripe_provider
from orders.services.payments.refunding import refund_outcomes
from orders.services.payments.refunding.refunds import ask_refund, refund_payments, settle_refunds
from orders.services.settlement.payments import settle_open_payments
from tests.checkout.test_stripe_api import notify, pay, phone, stripe
from tests.concurrency.racing import Meeting, race

__all__ = ["phone", "stripe"]
pytestmark = pytest.mark.django_db(transaction=True)

PAID = 1290
COUNTED = "a payment counts its refunds, those in flight included, and they never exceed it"


@pytest.fixture
def order(stripe, phone):
    pay(phone)
    return Order.objects.get()


def ask(order, amount):
    ask_refund(order_id=order.pk, amount=amount, reason="test", now=timezone.now())
    return Refund.objects.latest("pk")


def work():
    return settle_refunds(now=timezone.now())


def notifier(stripe, refund, *, status="succeeded"):
    """Return a function that posts a webhook event about a refund, each time under a number of its own."""
    kind = "refund.failed" if status == "failed" else "refund.updated"
    webhook_event = stripe.webhook_event(
        kind, {"object": "refund", "status": status, "metadata": {"refund": str(refund.key)}}
    )
    return lambda: notify(*webhook_event).status_code


def refunded(stripe):
    return sum(refund["amount"] for refund in stripe.refunds.values())


def test_workers_and_webhook_events_refund_money_once(stripe, order):
    refund = ask(order, 500)

    answers = race([work, notifier(stripe, refund), work, notifier(stripe, refund), notifier(stripe, refund)])

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert refunded(stripe) == 500
    assert Refund.objects.get().state == "done"
    assert JournalEntry.objects.filter(kind="refund.done").count() == 1
    assert COUNTED not in find_breaches()


def test_without_the_key_a_worker_and_an_event_would_refund_it_twice(stripe, order, monkeypatch):
    """Negative control: both find no refund and both create one; only the key makes them the same refund."""
    refund = ask(order, 500)
    stripe.remembers_keys = False
    monkeypatch.setattr(stripe_provider, "_refund_of", Meeting(2).after(stripe_provider._refund_of))

    race([work, notifier(stripe, refund)])

    assert refunded(stripe) == 1000


def test_a_failure_reported_while_the_answer_arrives_frees_the_amount_once(stripe, order):
    ask(order, 700)
    work()
    refund = ask(order, 500)

    race([work, *(notifier(stripe, refund, status="failed") for _time in range(4))])

    assert Payment.objects.get().refunded == 700
    refund.refresh_from_db()
    assert refund.state == "failed"
    assert COUNTED not in find_breaches()


def test_without_checking_the_state_a_failure_would_free_the_amount_twice(stripe, order, monkeypatch):
    """Negative control: what was freed twice could be refunded twice; the audit sees it."""
    ask(order, 700)
    work()
    refund = ask(order, 500)
    monkeypatch.setattr(
        refund_outcomes, "_SETTLE", refund_outcomes._SETTLE.replace("AND state = ANY(%(from_states)s::text[])", "")
    )

    race([notifier(stripe, refund, status="failed"), notifier(stripe, refund, status="failed")])

    assert Payment.objects.get().refunded == 200
    assert COUNTED in find_breaches()


def test_a_failed_refund_can_be_repeated_and_never_exceeds_what_was_paid(stripe, order):
    refund = ask(order, PAID)

    def clerk():
        return refund_all(order)

    race([notifier(stripe, refund, status="failed"), clerk, clerk, clerk])
    refund_all(order)
    work()

    assert refunded(stripe) == PAID
    assert Payment.objects.get().refunded == PAID
    assert COUNTED not in find_breaches()


def test_money_that_arrives_too_late_is_refunded_once_whoever_learns_of_it(stripe, phone):
    stripe.faults = ["silent"]
    half = {"amount": "6.45", "currency": "EUR"}
    phone.check_out(
        fulfilments=[{"kind": "pickup", "store": "high-street"}],
        payments=[
            {"method": "card", "payment_method": "pm_card_visa", "amount": half},
            {"method": "card", "payment_method": "pm_card_declined", "amount": half},
        ],
    )
    assert Order.objects.get().state == "failed"
    charged = next(intent for intent in stripe.intents.values() if intent["status"] == "succeeded")
    webhook_events = [stripe.webhook_event("payment_intent.succeeded", charged) for _time in range(3)]
    later = timezone.now() + timedelta(minutes=2)

    race(
        [
            *(lambda webhook_event=webhook_event: notify(*webhook_event) for webhook_event in webhook_events),
            lambda: settle_open_payments(now=later),
        ]
    )
    race([work, work])

    assert refunded(stripe) == 645
    assert PaymentAttempt.objects.filter(outcome="approved").count() == 1
    assert COUNTED not in find_breaches()


def refund_all(order):
    with transaction.atomic():
        Order.objects.locked().get(pk=order.pk)
        return refund_payments(order_id=order.pk, reason="test", now=timezone.now())
