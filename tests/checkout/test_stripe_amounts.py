"""Amounts as Stripe counts them: in each currency, and on their way there and back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.currencies import PLACES
from core.data.invariants import find_breaches
from orders.models import Order, Payment, ReconciliationBreak, Refund
from orders.providers import provider_for
from orders.providers.stripe.amounts import counted, counted_back, limits_of, step_of
from orders.services.payments.reconciliation import reconcile
from orders.services.payments.refunding.refunds import ask_refund, settle_refunds
from tests.checkout.test_stripe_api import pay, phone, stripe
from tests.client import Api
from tests.factories.inventory import make_stock, make_variant

__all__ = ["phone", "stripe"]


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [
        ("EUR", 1290, 1290),
        ("JPY", 1290, 1290),
        ("ISK", 1000, 100_000),
        ("UGX", 1000, 100_000),
        ("MGA", 500_000, 5000),
        ("MGA", 100_000, 1000),
        ("HUF", 199_300, 199_300),
        ("KWD", 1230, 1230),
    ],
)
def test_each_currency_is_counted_as_stripe_does(currency, ours, theirs):
    assert counted(ours, currency) == theirs
    assert counted_back(theirs, currency) == ours


def test_what_stripe_cannot_count_is_rounded_half_up():
    assert [counted(amount, "KWD") for amount in (1234, 1235)] == [1230, 1240]
    assert [counted(amount, "MGA") for amount in (149, 150)] == [1, 2]


@given(st.sampled_from(sorted(PLACES)), st.integers(0, 10**9))
def test_amounts_that_stripe_takes_come_back_alike(currency, steps):
    amount = steps * step_of(currency)

    assert counted_back(counted(amount, currency), currency) == amount


def test_the_least_charges_are_known_in_our_units():
    assert [limits_of(currency).least for currency in ("EUR", "HUF", "JPY", "CZK", "ISK")] == [50, 17_500, 50, 1500, 1]


@pytest.mark.django_db(transaction=True)
class TestThousandths:
    @pytest.fixture
    def paid(self, stripe, settings, ana, high_street):
        settings.SHOP_CURRENCY = "KWD"
        make_stock(make_variant(sku="OUD", price=1234, currency="KWD"), high_street)
        oud = Api(ana)
        oud.add("OUD")
        answer = pay(oud)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def test_an_amount_is_charged_as_stripe_takes_it_and_says_so(self, paid, stripe):
        [intent] = stripe.intents.values()
        payment = Payment.objects.get()

        assert (intent["amount"], payment.amount, payment.rounding, payment.coin) == (1230, 1234, -4, 10)
        assert paid["payments"][0]["rounding"] == {"amount": "-0.004", "currency": "KWD"}
        assert paid["totals"]["grand"] == {"amount": "1.234", "currency": "KWD"}
        assert find_breaches() == {}

    def test_parts_of_it_come_back_to_what_was_charged(self, paid, stripe):
        now = timezone.now()
        for part in (617, 617):
            ask_refund(order_id=Order.objects.get().pk, amount=part, reason="test", now=now)
            settle_refunds(now=now)

        assert [refund["amount"] for refund in stripe.refunds.values()] == [620, 610]
        assert [refund.state for refund in Refund.objects.all()] == ["done", "done"]
        assert reconcile(now=now + timedelta(minutes=30)) == 0
        assert not ReconciliationBreak.objects.exists()

    def test_a_part_too_small_to_be_moved_counts_with_the_others(self, paid, stripe):
        now = timezone.now()
        for part in (4, 1230):
            ask_refund(order_id=Order.objects.get().pk, amount=part, reason="test", now=now)
            settle_refunds(now=now)

        assert [refund["amount"] for refund in stripe.refunds.values()] == [1230]
        assert [refund.state for refund in Refund.objects.all()] == ["done", "done"]


@pytest.mark.django_db(transaction=True)
def test_less_than_stripe_charges_is_said_before_anything_is_asked(stripe, ana, high_street):
    make_stock(make_variant(sku="PIN", price=49), high_street)
    phone = Api(ana)
    phone.add("PIN")

    assert "Cards pay €0.50 or more." in provider_for("stripe").page().hint
    answer = pay(phone)

    assert (answer.status_code, answer.json()["code"]) == (409, "amount_not_charged")
    assert answer.json()["least"] == {"amount": "0.50", "currency": "EUR"}
    assert not stripe.calls
    assert not Order.objects.exists()
    assert phone.get("cart/").json()["lines"]
