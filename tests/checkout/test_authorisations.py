"""Cards that are authorised with the order and charged when goods leave."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import Actor
from core.data.invariants import find_breaches
from core.models import JournalEntry
from orders.models import Fulfilment, Order, Payment, PaymentAttempt, Refund, SandboxCharge
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.shipping import send_parcel
from orders.services.payments.authorisations import (
    PaymentLost,
    capturing_first,
    settle_captures,
    void_expired,
    void_unneeded,
)
from orders.services.payments.balances_due import PaymentNotTaken
from orders.services.payments.reconciliation import reconcile
from orders.services.payments.refunding.refunds import refund_payments, settle_refunds
from orders.services.settlement.payments import settle_open_payments
from tests.checkout.test_stripe_api import later, notify, stripe
from tests.client import Api
from tests.factories.orders import due, make_till_session, money_of
from tests.factories.states import no_guards
from tests.storefront.conftest import ADDRESS, Visit

__all__ = ["stripe"]
pytestmark = pytest.mark.django_db(transaction=True)

TEST, CARD = {"method": "test"}, {"method": "card", "payment_method": "pm_card_visa"}


@pytest.fixture(autouse=True)
def charged_when_goods_leave(settings):
    settings.CARD_CAPTURE = "fulfilment"


@pytest.fixture
def phone(ana, mug):
    phone = Api(ana)
    phone.add("MUG")
    return phone


def order_parcel(phone, payment=TEST, **changes):
    answer = phone.check_out(fulfilments=[{"kind": "ship", "address": ADDRESS}], payments=[payment], **changes)
    assert answer.status_code in (201, 202), answer.content
    return answer


def send(tess):
    parcel, now = Fulfilment.objects.get(kind="ship"), timezone.now()
    by = Actor(channel="till", staff_id=tess.pk)
    return capturing_first(lambda: send_parcel(parcel_id=parcel.pk, tracking="", by=by, now=now), by=by, now=now)


def payment():
    return Payment.objects.order_by("pk").first()


def sound():
    return find_breaches() == {}


@pytest.mark.parametrize("means", [TEST, CARD])
def test_money_is_authorised_with_the_order_and_captured_when_the_parcel_leaves(stripe, phone, tess, means):
    placed = order_parcel(phone, means).json()

    assert (placed["state"], placed["payments"][0]["state"]) == ("placed", "authorised")
    shown = phone.get(f"orders/{placed['number']}/").json()["payments"][0]
    assert shown["authorised_until"]
    assert PaymentAttempt.objects.get().outcome == "authorised"
    assert sound()

    send(tess)

    assert (payment().state, PaymentAttempt.objects.get().outcome) == ("captured", "approved")
    assert Order.objects.get().state == "completed"
    assert JournalEntry.objects.filter(kind="payment.captured").count() == 1
    assert [intent["amount_received"] for intent in stripe.intents.values()] == ([1290] if means is CARD else [])
    assert sound()


def test_goods_cannot_leave_before_the_capture(phone, tess):
    order_parcel(phone)
    parcel = Fulfilment.objects.get()

    with pytest.raises(PaymentNotTaken):
        send_parcel(parcel_id=parcel.pk, tracking="", by=Actor("till", staff_id=tess.pk), now=timezone.now())

    parcel.refresh_from_db()
    assert parcel.state == "placed"


def test_a_payment_that_needs_the_shopper_is_authorised_once_confirmed(phone):
    waiting = order_parcel(phone, {"method": "test", "payment_method": "needs_action"}).json()

    phone.post(waiting["next_action"]["url"].removeprefix("/api/v1/"))
    phone.post(waiting["next_action"]["then"].removeprefix("/api/v1/"))

    assert (payment().state, Order.objects.get().state) == ("authorised", "placed")
    assert sound()


def test_a_lost_answer_is_found_as_an_authorisation(stripe, phone):
    stripe.faults = ["silent"]
    order_parcel(phone, CARD)

    settle_open_payments(now=later())

    assert payment().state == "authorised"
    assert [intent["status"] for intent in stripe.intents.values()] == ["requires_capture"]


@pytest.mark.parametrize("means", [TEST, CARD])
def test_cancelling_voids_it_and_refunds_nothing(stripe, phone, ana, means):
    order_parcel(phone, means)

    cancel_order(
        number=Order.objects.get().number, reason="shopper", by=Actor("app", customer_id=ana.pk), now=timezone.now()
    )
    assert (payment().state, Refund.objects.count()) == ("voided", 0)
    assert void_unneeded(now=timezone.now()) == 1
    assert void_unneeded(now=timezone.now()) == 0

    assert PaymentAttempt.objects.get().outcome == "released"
    assert [intent["status"] for intent in stripe.intents.values()] == (["canceled"] if means is CARD else [])
    assert sound()


def test_units_cancelled_before_are_not_captured(stripe, phone, tess):
    cart = phone.get("cart/").json()
    phone.patch(f"cart/lines/{cart['lines'][0]['id']}/", {"quantity": 2})
    placed = order_parcel(phone, CARD).json()
    Payment.objects.update(amount=1290)  # As a cancellation of one of them leaves it.

    send(tess)

    [intent] = stripe.intents.values()
    assert (placed["totals"]["grand"]["amount"], intent["amount"], intent["amount_received"]) == ("25.80", 2580, 1290)


def test_only_captured_money_can_be_refunded(phone, tess):
    order_parcel(phone)
    order = Order.objects.get()
    assert refund_payments(order_id=order.pk, reason="test", now=timezone.now()) == 0

    send(tess)
    assert refund_payments(order_id=order.pk, reason="test", now=timezone.now()) == 1290
    assert settle_refunds(now=timezone.now()) == 1
    assert SandboxCharge.objects.get().refunded == 1290


def test_a_pickup_is_charged_at_the_desk(phone, tess):
    phone.check_out(fulfilments=[{"kind": "pickup", "store": "high-street"}], payments=[TEST])
    pickup = Fulfilment.objects.get()
    with no_guards():
        Fulfilment.objects.update(state="ready", ready_at=timezone.now())

    handed = Api(tess).post(f"till/pickups/{pickup.pk}/handover/", {"proof": "id_seen"})

    assert handed.status_code == 200, handed.content
    assert payment().state == "captured"
    assert sound()


def test_money_that_cannot_be_captured_is_due_again_and_the_goods_stay(phone, ana, tess):
    order_parcel(phone)
    SandboxCharge.objects.update(outcome="declined")  # The bank has released it.

    with pytest.raises(PaymentLost):
        send(tess)

    number = Order.objects.get().number
    assert money_of(Order.objects.get()) == [("pay_in_store", 1290, "due"), ("test", 1290, "declined")]
    assert "Pay €12.90 now" in Visit(ana).get(f"/orders/{number}/").content.decode()
    assert JournalEntry.objects.filter(kind="payment.authorisation_lost").count() == 1
    assert sound()
    phone.post(f"orders/{number}/payments/", {"payments": [TEST]})
    send(tess)
    assert Order.objects.get().state == "completed"
    assert sound()


def test_a_capture_without_an_answer_is_asked_again(stripe, phone, ana, tess):
    order_parcel(phone, CARD)
    stripe.faults = ["silent"]

    with pytest.raises(PaymentNotTaken):
        send(tess)
    assert payment().state == "capturing"
    with pytest.raises(Exception, match="being captured"):
        cancel_order(
            number=Order.objects.get().number, reason="shopper", by=Actor("app", customer_id=ana.pk), now=timezone.now()
        )
    assert settle_captures(now=timezone.now()) == 0
    assert settle_captures(now=later()) == 1

    assert payment().state == "captured"
    send(tess)
    assert sound()


@pytest.mark.parametrize("means", [TEST, CARD])
def test_an_expiring_authorisation_is_voided_in_time_and_due_again(stripe, phone, means):
    order_parcel(phone, means)
    assert void_expired(now=timezone.now() + timedelta(days=6)) == 0

    assert void_expired(now=timezone.now() + timedelta(days=7)) == 1

    method = "card" if means is CARD else "test"
    assert (payment().method, payment().state, due()) == (method, "declined", 1290)
    assert [intent["status"] for intent in stripe.intents.values()] == (["canceled"] if means is CARD else [])
    assert sound()


def test_a_webhook_event_reports_a_lost_authorisation(stripe, phone):
    order_parcel(phone, CARD)
    [intent] = stripe.intents.values()
    notify(*stripe.webhook_event("payment_intent.amount_capturable_updated", intent))
    assert payment().state == "authorised"

    intent["status"] = "canceled"
    notify(*stripe.webhook_event("payment_intent.canceled", intent))

    assert payment().state == "declined"
    assert due() == 1290


@pytest.mark.parametrize("means", [TEST, CARD])
def test_the_records_agree_before_and_after_the_capture(stripe, phone, tess, means):
    order_parcel(phone, means)
    soon = timezone.now() + timedelta(minutes=30)
    assert reconcile(now=soon) == 0

    send(tess)

    assert reconcile(now=soon + timedelta(days=5)) == 0
    if means is CARD:
        [intent] = stripe.intents.values()
        intent["amount_received"] = 1000
        assert reconcile(now=soon + timedelta(days=5)) == 1


def test_carried_out_goods_are_charged_at_once(stripe, tess, high_street, mug):
    session = make_till_session(high_street, tess)
    Api(tess).post("till/sales/", {"session": str(session.pk), "lines": [{"sku": "MUG"}], "payments": [TEST]})

    assert (payment().state, Order.objects.get().state) == ("captured", "completed")
