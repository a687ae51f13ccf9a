"""Every sweep of orders goes on past a bad row; what nobody can settle does not stand before the rest."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Balance
from core.data.invariants import find_breaches
from core.ids import new_id
from core.models import IdempotentResponse, UnfinishedWork
from inventory.models import Reservation
from orders.models import Fulfilment, Order, Payment, PaymentAttempt, SavedCard, WebhookEvent
from orders.services.fulfilment.pickups.deadlines import expire_overdue_pickups
from orders.services.payments import cards, reconciliation
from orders.services.payments.authorisations import void_unneeded
from orders.services.payments.gift_cards import issue_sold_gift_cards
from orders.services.payments.refunding.refunds import settle_refunds
from orders.services.settlement import payments
from orders.services.settlement.webhook_events import process_webhook_events
from tests.client import Api
from tests.factories.inventory import make_stock, make_variant
from tests.factories.orders import make_order
from tests.factories.states import no_guards

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def late(ana, mitte, mug, now):
    """Two pickups whose time is over; something is wrong with the first one."""
    first, second = (make_order((mug, 1, 1290), store=mitte, customer=ana, state="ready") for _number in range(2))
    Fulfilment.objects.filter(order=first).update(expires_at=now - timedelta(days=2))
    Fulfilment.objects.filter(order=second).update(expires_at=now - timedelta(days=1))
    with no_guards():
        Payment.objects.filter(order=first).update(
            state="capturing", capture_asked_at=now, provider="test", authorised_until=now, captured_at=None
        )
    return first, second


def test_a_pickup_that_cannot_expire_stops_no_other(late, now):
    first, _second = late

    assert expire_overdue_pickups(now=now) == 1

    assert [order.fulfilments.get().state for order in late] == ["ready", "expired"]
    [left] = UnfinishedWork.objects.values_list("sweep", "ref", "detail")
    assert left[:2] == ("orders.expire_pickups", first.number) and "PaymentBeingTaken" in left[2]


def test_it_expires_as_soon_as_it_can(late, now):
    first, _second = late
    expire_overdue_pickups(now=now)
    with no_guards():
        Payment.objects.filter(order=first).update(state="captured", captured_at=now)

    assert expire_overdue_pickups(now=now + timedelta(seconds=5)) == 0
    assert expire_overdue_pickups(now=now + timedelta(seconds=20)) == 1

    assert first.fulfilments.get().state == "expired"
    assert not UnfinishedWork.objects.exists()


def test_a_used_gift_card_of_an_older_order_stops_neither_its_pickup_nor_the_next(ana, mitte, mug, at_desk, now):
    voucher = make_variant(sku="GIFT-25", price=2500)
    voucher.product.kind = "gift_card"
    voucher.product.save()
    order = make_order((voucher, 1, 2500), (mug, 1, 1290), store=mitte, customer=ana, state="ready")
    issue_sold_gift_cards(order_id=order.pk, by=at_desk, now=now)
    Balance.objects.update(held=1)
    Fulfilment.objects.update(expires_at=now - timedelta(days=1))

    assert expire_overdue_pickups(now=now) == 1

    order.refresh_from_db()
    assert (order.state, order.fulfilments.get().state) == ("completed", "expired")
    assert order.payments.get().refunded == 1290
    assert not Reservation.objects.filter(state__in=Reservation.LIVE).exists()


class TestPaymentsThatNobodyAnswers:
    @pytest.fixture
    def lost(self, ana, mitte, mug):
        """A checkout whose answer is lost, behind a hundred attempts of a provider that is switched off."""
        make_stock(mug, mitte, on_hand=5)
        old = make_order((mug, 1, 1290), store=mitte, customer=ana, paid="")
        hour_ago = timezone.now() - timedelta(hours=1)
        for _number in range(payments.SETTLED_AT_ONCE):
            payment = Payment.objects.create(order=old, method="card", provider="stripe", amount=1, state="pending")
            PaymentAttempt.objects.create(payment=payment, key=new_id(), asked_at=hour_ago)
        phone = Api(ana)
        phone.add("MUG")
        placed = phone.check_out(
            fulfilments=[{"kind": "pickup", "store": mitte.code}],
            payments=[{"method": "test", "payment_method": "lost"}],
        )
        return Order.objects.exclude(pk=old.pk).get(), placed

    def test_do_not_stand_before_those_that_are(self, lost):
        order, _placed = lost
        later = timezone.now() + timedelta(minutes=2)

        payments.settle_open_payments(now=later)
        order.refresh_from_db()
        assert order.state == "pending"
        payments.settle_open_payments(now=later + timedelta(seconds=10))

        order.refresh_from_db()
        assert order.state in ("placed", "failed")
        assert UnfinishedWork.objects.filter(sweep="orders.settle_payments").count() == payments.SETTLED_AT_ONCE


def test_a_key_whose_client_gave_up_is_no_breach_once_its_order_is_settled(ana, mitte, mug):
    make_stock(mug, mitte, on_hand=5)
    phone = Api(ana)
    phone.add("MUG")
    phone.check_out(fulfilments=[{"kind": "pickup", "store": mitte.code}], key="gave-up")
    long_ago = timezone.now() - timedelta(hours=1)
    assert IdempotentResponse.objects.filter(key="gave-up").update(status=None, locked_at=long_ago) == 1
    assert find_breaches() == {}

    with no_guards():
        Order.objects.update(request_key="")

    assert "no idempotency key is stuck" in find_breaches()


class Broken(Exception):
    """What no sweep expects of a provider."""


def break_down(**unknown):
    raise Broken("the provider's library broke")


@pytest.mark.parametrize("part", ["refunds", "events", "cards", "voids", "books"])
def test_a_library_that_breaks_on_one_row_stops_no_sweep(part, ana, mitte, mug, now, monkeypatch):
    order = make_order((mug, 1, 1290), store=mitte, customer=ana)
    payment = order.payments.get()
    attempt = payment.attempts.get()
    if part == "refunds":
        payment.refunds.create(key=new_id(), amount=100, reason="test", asked_at=now)
        monkeypatch.setattr("orders.services.payments.refunding.refunds.refund", break_down)
        assert settle_refunds(now=now) == 0
    elif part == "events":
        attempt.outcome = "declined"
        with no_guards():
            attempt.save()
        WebhookEvent.objects.create(provider="test", number="1", kind="x", attempt_key=attempt.key, received_at=now)
        monkeypatch.setattr("orders.services.settlement.webhook_events.look_up", break_down)
        assert process_webhook_events(now=now) == 0
    elif part == "cards":
        SavedCard.objects.create(
            customer=ana, provider="test", provider_ref="c", provider_customer="p", brand="Visa", last4="4242",
            exp_month=1, exp_year=2030, created_at=now, removed_at=now,
        )  # fmt: skip
        monkeypatch.setattr("orders.services.payments.cards.detach_card", break_down)
        assert cards.detach_removed(now=now) == 0
        assert cards.detach_removed(now=now + timedelta(seconds=1)) == 0
    elif part == "voids":
        with no_guards():
            Payment.objects.update(state="voided")
            PaymentAttempt.objects.update(outcome="authorised")
        monkeypatch.setattr("orders.services.payments.authorisations.look_up", break_down)
        assert void_unneeded(now=now) == 0
    else:
        monkeypatch.setattr("orders.services.payments.reconciliation.transactions", break_down)
        reconciliation.reconcile(now=now)

    assert set(UnfinishedWork.objects.values_list("detail", flat=True)) == {"Broken: the provider's library broke"}
