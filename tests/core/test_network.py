"""No external server is called while a transaction is open."""

from datetime import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.senders.sms import send_sms
from core.ids import new_id
from core.network import CalledInsideTransaction, about_to_call
from omnistore.engagement.media.email import Email
from omnistore.engagement.models import Message
from orders.providers.stripe.provider import StripeProvider
from orders.services.payments.gateway import ask_providers, capture, confirm, detach_card, look_up, transactions
from orders.services.payments.reconciliation import reconcile
from orders.services.payments.refunding.refunds import settle_refunds

NOW: datetime = timezone.now()
CALLS = {
    "charge": lambda: ask_providers([]),
    "look up": lambda: look_up(key=new_id(), provider="test", gives_up=False),
    "capture": lambda: capture(key=new_id(), provider="test", amount=1),
    "confirm": lambda: confirm(key=new_id(), provider="test", fields={}),
    "list": lambda: transactions(provider="test", since=NOW, until=NOW),
    "forget a card": lambda: detach_card(provider="test", ref="pm_1"),
    "refund": lambda: settle_refunds(now=NOW),
    "reconcile": lambda: reconcile(now=NOW),
    "Stripe": lambda: StripeProvider().retrieve(key=new_id()),
    "text": lambda: send_sms("+491701234567", "Hello"),
    "mail": lambda: Email().send(Message(recipient="ana@example.com")),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.django_db(transaction=True)
def test_no_external_call_is_made_inside_an_outermost_transaction(call, settings):
    settings.SMS_BACKEND = "omnistore.engagement.senders.mailbox.SmsBackend"

    with transaction.atomic(durable=True), pytest.raises(CalledInsideTransaction):
        call()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.django_db
def test_no_external_call_is_made_inside_a_transaction_within_a_tests_own(call, settings):
    settings.SMS_BACKEND = "omnistore.engagement.senders.mailbox.SmsBackend"

    with transaction.atomic(savepoint=False), pytest.raises(CalledInsideTransaction):
        call()


@pytest.mark.django_db
def test_the_transaction_of_a_test_does_not_count():
    about_to_call("somebody")


@pytest.mark.django_db(transaction=True)
def test_external_calls_are_allowed_between_two_transactions():
    with transaction.atomic(durable=True):
        pass

    about_to_call("somebody")
