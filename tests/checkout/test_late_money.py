"""Every kind of fulfilment with every payment outcome, whenever the answer comes."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.services.balances.balances import HoldRequest, hold_balances, release_lapsed_holds
from carts.models import Cart
from core.actors import THE_SYSTEM
from core.data.invariants import find_breaches
from core.ids import new_id
from core.journal import Entry
from core.models import JournalEntry
from inventory.models import Reservation
from inventory.services.reservations import release_expired
from omnistore.engagement.handlers import notify_people
from omnistore.engagement.models import Message
from orders.models import Order, PaymentAttempt, Refund, SandboxCharge
from orders.providers.sandbox.provider import SandboxProvider
from orders.queries.orders import get_order
from orders.services.payments.authorisations import void_unneeded
from orders.services.payments.gateway import PaymentResult
from orders.services.payments.refunding.refunds import settle_refunds
from orders.services.settlement.payments import settle_open_payments, settle_payments
from tests.client import Api
from tests.factories.balances import code_of, give_card
from tests.factories.orders import make_till_session, money_of

pytestmark = pytest.mark.django_db(transaction=True)

HOME = {
    "name": "Ana Moreno",
    "street_address": "Torstr. 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country_code": "DE",
}
WAYS = {
    "pickup": [{"kind": "pickup", "store": "high-street"}],
    "ship": [{"kind": "ship", "address": HOME}],
    "carry_out": [{"kind": "carry_out"}],
}
# The visible state of the order once it is confirmed.
CONFIRMED = {
    "pickup": ("placed", {"placed"}),
    "ship": ("placed", {"placed"}),
    "carry_out": ("completed", {"collected"}),
    "carry_out and pickup": ("placed", {"collected", "placed"}),
}
KINDS = sorted(CONFIRMED)
# How the test provider answers later, and whether it approves in the end.
OUTCOMES = {"approved": "timeout", "confirmed": "needs_action", "never arrived": "lost", "abandoned": "needs_action"}
IN_TIME, LATE, GOODS_GONE, BALANCE_GONE = "in time", "late", "goods gone", "balance gone"


@pytest.fixture
def place(mug, lamp, ana, tess, high_street):
    """Order two mugs as Ana, and a lamp if there are two fulfilments, paid by the test provider's script."""

    def placed(kind, script, tenders=(), amount=None, status=202):
        phone = Api(ana)
        phone.add("MUG", 2)
        if "and" in kind:
            phone.add("LAMP")
        cart = phone.get("cart/").json()
        by_card = {"method": "test", "payment_method": script} | ({"amount": amount} if amount else {})
        payments = [*tenders, by_card]
        if kind in ("pickup", "ship"):
            answer = phone.check_out(cart, fulfilments=WAYS[kind], payments=payments)
        else:
            ids = [line["id"] for line in cart["lines"]]
            ways = WAYS["carry_out"]
            if "and" in kind:
                ways = [{**WAYS["carry_out"][0], "lines": ids[:1]}, {**WAYS["pickup"][0], "lines": ids[1:]}]
            body = {"cart": cart["id"], "cart_version": cart["version"], "fulfilments": ways, "payments": payments}
            body |= {"session": str(make_till_session(high_street, tess).pk), "contact": {"email": "ana@example.com"}}
            answer = Api(tess, store="high-street").post("till/sales/", body)
        assert answer.status_code == status, answer.content
        return answer.json()["number" if status == 202 else "order"]

    return placed


def pass_time(moment, kind, ben, card):
    """Move time past the holds, and let others take what was held. Return the time."""
    if moment == IN_TIME:
        return timezone.now() + timedelta(minutes=2)
    if moment == BALANCE_GONE:
        later = timezone.now() + timedelta(minutes=61)
        release_lapsed_holds(now=later)
        hold_balances(requests=[HoldRequest(new_id(), (card.pk,), 1)], now=later)
        return later
    later = timezone.now() + timedelta(minutes=16)
    assert release_expired(now=later) > 0
    if moment == GOODS_GONE:
        rival = Api(ben)
        rival.add("MUG", 10 if kind == "ship" else 5)
        assert rival.check_out(fulfilments=WAYS["ship" if kind == "ship" else "pickup"]).status_code == 201
    return later


def answer_comes(outcome, later):
    """Deliver the provider's final answer: by the sweep, after a shopper who did or did not confirm."""
    if outcome == "confirmed":
        assert SandboxProvider().confirm(key=PaymentAttempt.objects.get(outcome="needs_action").key, fields={})
    if OUTCOMES[outcome] == "needs_action":
        later = max(later, timezone.now() + timedelta(minutes=16))
    settle_open_payments(now=later)
    settle_refunds(now=later)


def seen(number):
    order = Order.objects.get(number=number)
    return order.state, set(order.fulfilments.values_list("state", flat=True))


def money_kept(number):
    """Return the money that the shop has for an order in the end."""
    payments = Order.objects.get(number=number).payments.filter(state="captured")
    return sum(payment.amount - payment.refunded for payment in payments)


@pytest.mark.parametrize("moment", [IN_TIME, LATE])
@pytest.mark.parametrize("outcome", ["approved", "confirmed"])
@pytest.mark.parametrize("kind", KINDS)
def test_money_that_arrives_while_the_goods_are_there_confirms_the_order(place, ben, kind, outcome, moment):
    number = place(kind, OUTCOMES[outcome])

    answer_comes(outcome, pass_time(moment, kind, ben, None))

    assert seen(number) == CONFIRMED[kind]
    assert money_kept(number) == Order.objects.get(number=number).grand_total
    assert not Refund.objects.exists()
    assert JournalEntry.objects.filter(kind="order.placed", ref=number).count() == 1
    assert find_breaches() == {}


@pytest.mark.parametrize("outcome", ["approved", "confirmed"])
@pytest.mark.parametrize("kind", KINDS)
def test_money_that_arrives_when_the_goods_are_gone_is_refunded_and_the_buyer_notified(place, ben, kind, outcome):
    number = place(kind, OUTCOMES[outcome])

    answer_comes(outcome, pass_time(GOODS_GONE, kind, ben, None))

    went_back(number, "stock_gone")


@pytest.mark.parametrize("outcome", ["approved", "confirmed"])
@pytest.mark.parametrize("kind", KINDS)
def test_money_that_arrives_when_the_balance_beside_it_is_gone_is_refunded(place, ben, kind, outcome):
    card = give_card(1000)
    number = place(kind, OUTCOMES[outcome], [{"method": "gift_card", "code": code_of(card)}])

    answer_comes(outcome, pass_time(BALANCE_GONE, kind, ben, card))

    went_back(number, "balance_gone")
    card.refresh_from_db()
    assert (card.amount, card.held) == (1000, 1)


def went_back(number, reason):
    order = Order.objects.get(number=number)
    assert seen(number) == ("failed", {"cancelled"})
    assert order.cancel_reason == reason
    assert money_kept(number) == 0
    assert set(Refund.objects.values_list("state", flat=True)) == {"done"}
    assert Cart.objects.get(pk=order.cart_id).state == "open"
    assert not Reservation.objects.filter(
        fulfilment_line__fulfilment__order=order, state__in=(*Reservation.LIVE, "fulfilled")
    ).exists()
    assert not JournalEntry.objects.filter(kind__in=("order.placed", "order.completed"), ref=number).exists()
    failed = JournalEntry.objects.get(kind="order.payment_failed", ref=number)
    assert failed.payload["refund"] == sum(Refund.objects.values_list("amount", flat=True))
    tell(failed)
    assert "could not be placed" in Message.objects.get(ref=number).body
    assert find_breaches() == {}


@pytest.mark.parametrize("moment", [IN_TIME, LATE])
@pytest.mark.parametrize("outcome", ["approved", "confirmed"])
@pytest.mark.parametrize("kind", ["pickup", "ship"])
def test_an_authorised_card_confirms_the_order_too(place, ben, kind, outcome, moment, settings):
    settings.CARD_CAPTURE = "fulfilment"
    number = place(kind, OUTCOMES[outcome])

    answer_comes(outcome, pass_time(moment, kind, ben, None))

    assert seen(number) == CONFIRMED[kind]
    assert money_of(Order.objects.get(number=number)) == [("test", total_of(number), "authorised")]
    assert find_breaches() == {}


@pytest.mark.parametrize("moment", [GOODS_GONE, BALANCE_GONE])
@pytest.mark.parametrize("outcome", ["approved", "confirmed"])
@pytest.mark.parametrize("kind", ["pickup", "ship"])
def test_an_authorisation_for_goods_or_a_balance_that_are_gone_is_released(place, ben, kind, outcome, moment, settings):
    settings.CARD_CAPTURE = "fulfilment"
    card = give_card(1000)
    by_balance = [{"method": "gift_card", "code": code_of(card)}] if moment == BALANCE_GONE else []
    number = place(kind, OUTCOMES[outcome], by_balance)

    answer_comes(outcome, pass_time(moment, kind, ben, card))

    assert seen(number) == ("failed", {"cancelled"})
    assert {state for _method, _amount, state in money_of(Order.objects.get(number=number))} == {"voided"}
    assert not Refund.objects.exists()
    assert void_unneeded(now=timezone.now() + timedelta(minutes=90)) == 1
    attempt = PaymentAttempt.objects.get(payment__order__number=number)
    assert (attempt.outcome, SandboxCharge.objects.get(key=attempt.key).outcome) == ("released", "declined")
    assert find_breaches() == {}


@pytest.mark.parametrize("outcome", ["approved", "confirmed", "never arrived", "abandoned"])
@pytest.mark.parametrize("moment", [IN_TIME, LATE, GOODS_GONE])
def test_an_amount_to_pay_in_store_is_due_only_if_the_order_is_confirmed(place, ben, outcome, moment):
    ten = {"amount": "10.00", "currency": "EUR"}
    number = place("pickup", OUTCOMES[outcome], [{"method": "pay_in_store"}], amount=ten)
    owed = total_of(number) - 1000

    answer_comes(outcome, pass_time(moment, "pickup", ben, None))

    holds = outcome in ("approved", "confirmed") and moment != GOODS_GONE
    order = Order.objects.get(number=number)
    entries = list(order.balance_due_entries.order_by("pk").values_list("kind", "amount"))
    assert entries == [("placed", owed), *([] if holds else [("failed", -owed)])]
    assert order.state == ("placed" if holds else "failed")
    assert find_breaches() == {}


def total_of(number):
    return Order.objects.get(number=number).grand_total


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_declined_at_once_leaves_nothing_behind(place, kind):
    card = give_card(1000)

    number = place(kind, "decline", [{"method": "gift_card", "code": code_of(card)}], status=409)

    assert seen(number) == ("failed", {"cancelled"})
    assert (money_kept(number), Refund.objects.exists()) == (0, False)
    card.refresh_from_db()
    assert (card.amount, card.held) == (1000, 0)
    assert find_breaches() == {}


@pytest.mark.parametrize("moment", [IN_TIME, LATE, GOODS_GONE, BALANCE_GONE])
@pytest.mark.parametrize("outcome", ["never arrived", "abandoned"])
@pytest.mark.parametrize("kind", KINDS)
def test_money_that_never_arrives_leaves_nothing_behind(place, ben, kind, outcome, moment):
    card = give_card(1000)
    by_balance = [{"method": "gift_card", "code": code_of(card)}] if moment == BALANCE_GONE else []
    number = place(kind, OUTCOMES[outcome], by_balance)

    answer_comes(outcome, pass_time(moment, kind, ben, card))

    assert seen(number) == ("failed", {"cancelled"})
    assert Order.objects.get(number=number).cancel_reason == "payment_declined"
    assert not Refund.objects.exists()
    failed = JournalEntry.objects.get(kind="order.payment_failed", ref=number)
    assert failed.payload["refund"] == 0
    tell(failed)
    assert not Message.objects.filter(ref=number).exists()
    assert find_breaches() == {}


def test_a_decline_after_an_approval_changes_nothing(place, ben):
    number = place("pickup", "timeout")
    attempt = PaymentAttempt.objects.get()
    now = timezone.now()
    settle(number, PaymentResult(attempt.key, "approved", ref="ch_1"), now=now)

    settled = settle(number, PaymentResult(attempt.key, "declined", detail="never arrived"), now=now)

    assert (settled.state, seen(number)) == ("placed", CONFIRMED["pickup"])
    assert not Refund.objects.exists()
    assert find_breaches() == {}


@pytest.mark.parametrize("script", ["timeout", "needs_action"])
def test_an_approval_after_a_decline_is_refunded(place, script):
    number = place("carry_out", script)
    attempt = PaymentAttempt.objects.get()
    now = timezone.now()
    settle(number, PaymentResult(attempt.key, "declined", detail="never arrived"), now=now)
    SandboxProvider().confirm(key=attempt.key, fields={})

    settled = settle(number, PaymentResult(attempt.key, "approved", ref="ch_1"), now=now)

    assert settled.state == "failed"
    assert money_kept(number) == 0
    settle_refunds(now=now)
    assert Refund.objects.get().state == "done"
    assert find_breaches() == {}


def settle(number, outcome, *, now):
    with transaction.atomic():
        return settle_payments(order=get_order(number), outcomes=[outcome], by=THE_SYSTEM, now=now)


def tell(written):
    names = ("id", "kind", "occurred_at", "customer_id", "channel", "store", "actor_id", "ref", "payload")
    notify_people(Entry(**{name: getattr(written, name) for name in names}))
