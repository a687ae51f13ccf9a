"""Cards by Stripe, against a fake of its API over real HTTP: outcomes, faults, webhook events, refunds and readers."""

import itertools
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.actors import Actor
from core.data.invariants import find_breaches
from core.ids import new_id
from orders.models import CardReader, Order, Payment, PaymentAttempt, Refund, WebhookEvent
from orders.providers import provider_for
from orders.providers.base import PaymentError
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.payments.refunding.refunds import settle_refunds
from orders.services.settlement.payments import settle_open_payments
from orders.services.settlement.webhook_events import process_webhook_events
from tests.client import Api
from tests.factories.inventory import make_store
from tests.factories.orders import make_till_session
from tests.stripe_fake.server import SECRET, StripeFake

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stripe(settings):
    fake = StripeFake()
    fake.start()
    settings.STRIPE_SECRET_KEY = "sk_test_fake"
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_fake"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_API_URL = fake.url
    settings.STRIPE_RETRIES = 0
    yield fake
    fake.stop()


@pytest.fixture
def phone(ana, mug):
    phone = Api(ana)
    phone.add("MUG")
    return phone


def pay(phone, means="pm_card_visa", **changes):
    payments = [{"method": "card", "provider": "stripe", "payment_method": means}]
    return phone.check_out(fulfilments=[{"kind": "pickup", "store": "high-street"}], payments=payments, **changes)


def notify(body, signature):
    return Client().post(
        "/api/v1/webhooks/stripe/", body, content_type="application/json", headers={"Stripe-Signature": signature}
    )


def later(minutes=2):
    return timezone.now() + timedelta(minutes=minutes)


@pytest.mark.parametrize("capture", ["automatic", "manual"])
def test_a_card_pays(stripe, phone, settings, capture):
    settings.STRIPE_CAPTURE = capture

    order = pay(phone)

    assert order.status_code == 201, order.content
    [intent] = stripe.intents.values()
    attempt = PaymentAttempt.objects.get()
    assert (intent["status"], intent["amount"], intent["currency"]) == ("succeeded", 1290, "eur")
    assert (attempt.outcome, attempt.provider_ref) == ("approved", intent["id"])
    assert intent["metadata"] == {"attempt": str(attempt.key)}
    assert Payment.objects.get().provider == "stripe"
    assert find_breaches() == {}


def test_a_declined_card_restores_the_cart(stripe, phone):
    declined = pay(phone, "pm_card_no_funds")

    assert declined.json()["code"] == "payment_declined"
    assert PaymentAttempt.objects.get().detail == "insufficient_funds"
    assert phone.get("cart/").json()["lines"]
    assert pay(phone).status_code == 201


def test_a_shopper_confirms_with_their_bank(stripe, phone):
    waiting = pay(phone, "pm_card_authentication_required")
    action = waiting.json()["next_action"]
    assert (waiting.status_code, action["type"], action["publishable_key"]) == (202, "use_stripe_sdk", "pk_test_fake")
    assert action["client_secret"]

    [intent_id] = stripe.intents
    stripe.confirm(intent_id)
    placed = phone.post(action["then"].removeprefix("/api/v1/"))

    assert placed.json()["state"] == "placed"
    assert find_breaches() == {}


def test_a_payment_never_confirmed_is_cancelled(stripe, phone):
    pay(phone, "pm_card_authentication_required")

    settle_open_payments(now=later(20))

    assert Order.objects.get().state == "failed"
    [intent] = stripe.intents.values()
    assert intent["status"] == "canceled"


@pytest.mark.parametrize(
    ("fault", "state", "intents"),
    [
        ("silent", "placed", 1), ("html", "placed", 1), ("wrong_amount", "placed", 1),
        ("lost", "failed", 0), ("500", "failed", 0), ("429", "failed", 0),
    ],
)  # fmt: skip
def test_whatever_fails_on_the_way_the_card_is_charged_at_most_once(stripe, phone, fault, state, intents):
    stripe.faults = [fault]

    unknown = pay(phone)

    assert (unknown.status_code, unknown.json()["state"]) == (202, "pending")
    assert Payment.objects.get().state == "pending"
    settle_open_payments(now=later())
    assert Order.objects.get().state == state
    assert len(stripe.intents) == intents
    assert find_breaches() == {}


def test_a_request_repeated_by_the_library_charges_once(stripe, phone, settings):
    settings.STRIPE_RETRIES = 2
    stripe.faults = ["silent", "500"]

    assert pay(phone).status_code == 201
    assert len(stripe.intents) == 1


def test_a_manual_capture_without_an_answer_is_captured_later(stripe, phone, settings):
    settings.STRIPE_CAPTURE = "manual"
    stripe.faults = [None, "lost"]

    assert pay(phone).status_code == 202
    settle_open_payments(now=later())

    assert Order.objects.get().state == "placed"
    assert [intent["status"] for intent in stripe.intents.values()] == ["succeeded"]


class TestWebhookEvents:
    def test_events_in_any_order_and_number_have_the_same_result(self, stripe, phone):
        stripe.faults = ["silent"]
        pay(phone)
        [intent] = stripe.intents.values()
        webhook_events = [
            stripe.webhook_event(kind, intent)
            for kind in ("payment_intent.created", "payment_intent.succeeded", "charge.succeeded")
        ]

        for order in itertools.permutations(webhook_events):
            for webhook_event in (*order, order[0]):
                assert notify(*webhook_event).status_code == 200

        assert Order.objects.get().state == "placed"
        assert WebhookEvent.objects.count() == 3
        assert settle_open_payments(now=later()) == 0
        assert find_breaches() == {}

    def test_an_event_with_a_false_claim_changes_nothing(self, stripe, phone):
        pay(phone, "pm_card_authentication_required")
        [intent] = stripe.intents.values()

        notify(*stripe.webhook_event("payment_intent.succeeded", {**intent, "status": "succeeded"}))

        assert Order.objects.get().state == "pending"

    @pytest.mark.parametrize(
        ("changes", "header"),
        [({"secret": "whsec_of_somebody"}, None), ({"age": 301}, None), ({}, ""), ({}, "t=1,v1=00"), ({}, "nonsense")],
    )
    def test_an_event_not_signed_by_stripe_is_refused(self, stripe, phone, changes, header):
        stripe.faults = ["silent"]
        pay(phone)
        [intent] = stripe.intents.values()
        body, signature = stripe.webhook_event("payment_intent.succeeded", intent, **changes)

        refused = notify(body, signature if header is None else header)

        assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
        assert not WebhookEvent.objects.exists()
        assert Order.objects.get().state == "pending"

    def test_a_body_changed_on_the_way_is_refused(self, stripe):
        body, signature = stripe.webhook_event("payment_intent.succeeded", {"metadata": {}})

        assert notify(body.replace(b"succeeded", b"cancelled"), signature).status_code == 400

    def test_without_a_secret_every_event_is_refused(self, stripe, settings):
        settings.STRIPE_WEBHOOK_SECRET = ""

        assert notify(*stripe.webhook_event("x", {}, secret="")).status_code == 400

    def test_an_event_faster_than_our_own_commit_is_stored_and_tried_again(self, stripe):
        webhook_event = stripe.webhook_event("payment_intent.succeeded", {"metadata": {"attempt": str(new_id())}})

        assert [notify(*webhook_event).status_code for _time in range(2)] == [202, 202]
        assert process_webhook_events(now=timezone.now()) == 0
        assert process_webhook_events(now=later(61)) == 1
        assert WebhookEvent.objects.get().state == "unknown"

    def test_an_event_about_an_unknown_payment_is_stored_and_left_alone(self, stripe):
        assert notify(*stripe.webhook_event("customer.created", {"metadata": {"attempt": "no key"}})).status_code == 200
        assert WebhookEvent.objects.get().state == "unknown"

    def test_an_event_that_arrives_while_stripe_is_down_waits(self, stripe, phone):
        stripe.faults = ["silent"]
        pay(phone)
        [intent] = stripe.intents.values()
        webhook_event = stripe.webhook_event("payment_intent.succeeded", intent)
        known, stripe.intents = stripe.intents, None  # Every call fails now.

        assert notify(*webhook_event).status_code == 202
        stripe.intents = known
        assert process_webhook_events(now=timezone.now()) == 1
        assert Order.objects.get().state == "placed"

    def test_money_that_arrives_after_the_order_failed_is_refunded(self, stripe, phone):
        pay(phone, "pm_card_authentication_required")
        [intent] = stripe.intents.values()
        order = Order.objects.get()
        attempt = PaymentAttempt.objects.get()
        Order.objects.filter(pk=order.pk).update(state="pending")
        stripe.confirm(intent["id"])
        settle_open_payments(now=later(20))

        assert Order.objects.get().state == "placed"
        assert PaymentAttempt.objects.get().outcome == "approved"
        assert attempt.outcome == "needs_action"
        assert find_breaches() == {}


class TestRefunds:
    @pytest.fixture
    def order(self, stripe, phone, ana):
        pay(phone)
        order = Order.objects.get()
        cancel_order(
            number=order.number, reason="shopper", by=Actor(channel="app", customer_id=ana.pk), now=timezone.now()
        )
        return order

    def test_money_is_refunded_once_however_often_it_is_requested(self, stripe, order):
        stripe.faults = ["silent"]

        assert settle_refunds(now=timezone.now()) == 0
        stripe.answers.clear()  # A day later Stripe has forgotten our key.
        assert settle_refunds(now=later()) == 1

        [refund] = stripe.refunds.values()
        assert (refund["amount"], refund["metadata"]) == (1290, {"refund": str(Refund.objects.get().key)})
        assert (Refund.objects.get().state, Refund.objects.get().provider_ref) == ("done", refund["id"])
        assert find_breaches() == {}

    def test_a_refund_under_way_is_counted_until_the_bank_is_done(self, stripe, order):
        stripe.refund_status = "pending"
        assert settle_refunds(now=timezone.now()) == 0
        assert Payment.objects.get().refunded == 1290
        [refund] = stripe.refunds.values()
        refund["status"] = "succeeded"

        assert notify(*stripe.webhook_event("refund.updated", refund)).status_code == 200

        assert Refund.objects.get().state == "done"
        assert len(stripe.refunds) == 1

    def test_a_refund_that_fails_after_all_frees_its_amount_once(self, stripe, order):
        settle_refunds(now=timezone.now())
        [refund] = stripe.refunds.values()
        failed = {**refund, "status": "failed"}

        for number in ("evt_1", "evt_1", "evt_2"):
            notify(*stripe.webhook_event("refund.failed", failed, number=number))

        assert Refund.objects.get().state == "failed"
        assert Payment.objects.get().refunded == 0

    @pytest.mark.parametrize("fault", ["401", "429", "500", "lost", "html"])
    def test_a_fault_leaves_the_refund_pending(self, stripe, order, fault):
        stripe.faults = [fault]

        assert settle_refunds(now=timezone.now()) == 0

        assert Refund.objects.get().state == "pending"
        assert settle_refunds(now=later()) == 1
        assert len(stripe.refunds) == 1

    def test_a_refund_that_stripe_refuses_fails(self, stripe, order):
        [intent] = stripe.intents.values()
        intent["amount_refunded"] = 1290  # Somebody refunded it by hand.

        assert settle_refunds(now=timezone.now()) == 1

        assert Refund.objects.get().state == "failed"


class TestReaders:
    def sell(self, tess, high_street, reader="tmr_1"):
        session = make_till_session(high_street, tess)
        CardReader.objects.create(store=high_street, name="Counter", number="tmr_1")
        body = {
            "session": str(session.pk),
            "lines": [{"sku": "MUG"}],
            "payments": [{"method": "card", "payment_method": f"reader:{reader}"}],
        }
        return Api(tess).post("till/sales/", body)

    def test_the_server_asks_the_reader_and_the_sale_waits_for_the_card(self, stripe, mug, tess, high_street):
        waiting = self.sell(tess, high_street)
        assert (waiting.status_code, waiting.json()["next_action"]["type"]) == (202, "reader")

        stripe.tap("tmr_1")
        [intent] = stripe.intents.values()
        notify(*stripe.webhook_event("payment_intent.succeeded", intent))

        assert Order.objects.get().state == "completed"
        assert find_breaches() == {}

    def test_a_card_that_is_declined_at_the_reader_ends_the_sale(self, stripe, mug, tess, high_street):
        self.sell(tess, high_street)
        stripe.tap("tmr_1", approves=False)

        [intent] = stripe.intents.values()
        notify(*stripe.webhook_event("payment_intent.payment_failed", intent))

        assert Order.objects.get().state == "failed"

    def test_a_sale_with_nobody_at_the_reader_is_cancelled(self, stripe, mug, tess, high_street):
        self.sell(tess, high_street)

        settle_open_payments(now=later(20))

        assert Order.objects.get().state == "failed"


def test_the_reader_of_another_store_is_refused(stripe, mug, tess, high_street):
    CardReader.objects.create(store=make_store("elsewhere"), name="Counter", number="tmr_1")
    body = {
        "session": str(make_till_session(high_street, tess).pk),
        "lines": [{"sku": "MUG"}],
        "payments": [{"method": "card", "payment_method": "reader:tmr_1"}],
    }

    assert Api(tess).post("till/sales/", body).json()["code"] == "no_such_reader"
    assert not stripe.calls


def test_wrong_keys_are_an_internal_error_and_charge_nothing(settings):
    fake = StripeFake()
    fake.start()
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL, settings.STRIPE_RETRIES = "sk_test_wrong", fake.url, 0
    fake.intents = {}
    fake.faults = ["401"]
    try:
        with pytest.raises(PaymentError) as error:
            provider_for("stripe").charge(key=new_id(), amount=1, currency="EUR", payment_method="pm_card_visa")
        assert error.value.permanent
    finally:
        fake.stop()


def test_without_keys_there_is_no_stripe(settings, phone):
    assert provider_for("stripe") is None
    assert pay(phone).status_code == 400


def test_a_card_needs_a_payment_method_of_the_hosted_fields(stripe, phone):
    assert pay(phone, "4242424242424242").status_code == 400
    assert pay(phone, "reader:tmr_1").status_code == 400
    assert not stripe.calls
