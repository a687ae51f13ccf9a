"""What was paid from a balance is refunded to it; store credit instead of money only for customers who choose it."""

import pytest
from django.core.cache import cache
from django.db import IntegrityError

from accounts.models import Balance, BalanceEntry
from accounts.services.balances.balances import HoldRequest, hold_balances, spend_holds
from accounts.services.balances.gift_cards import block_gift_card
from core.actors import Actor
from core.data.invariants import find_breaches
from core.ids import new_id
from inventory.models import Location
from orders.models import Payment, Refund
from orders.services.fulfilment.cancellation import cancel_order, preview_cancellation
from orders.services.payments.refunding.paying_out import pay_out_refund
from orders.services.payments.refunding.refund_outcomes import CreditNeedsCustomer
from orders.services.payments.refunding.refunds import ask_refund, settle_refunds
from orders.services.registers.till_sessions import expected_cash
from tests.factories.balances import give_card, give_credit
from tests.factories.orders import make_order, make_till_session, pay_order
from tests.refusals import refused

CLERK = Actor(channel="till", staff_id=1, store_id=1)


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


def paid_from(order, balance, amount, *, by, now, points=None):
    """Create a captured payment of an order, from a balance."""
    key = new_id()
    hold_balances(requests=[HoldRequest(key, (balance.pk,), points or amount)], now=now)
    spend_holds(references=[key], note=order.number, by=by, now=now)
    method = "points" if points else balance.kind
    return pay_order(order, amount, method=method, hold_key=key, points=points)


@pytest.fixture
def unpaid(ana, mitte, mug):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, paid="cash")
    Payment.objects.all().delete()
    return order


def left(balance):
    balance.refresh_from_db()
    return balance.amount


def test_each_tender_is_refunded_its_own_amount(unpaid, ana, as_ana, now):
    card, credit = give_card(1000), give_credit(ana, 580)
    paid_from(unpaid, card, 1000, by=as_ana, now=now)
    paid_from(unpaid, credit, 580, by=as_ana, now=now)
    pay_order(unpaid, 1000)

    cancel_order(number=unpaid.number, reason="shopper", by=as_ana, now=now)

    assert (left(card), left(credit)) == (1000, 580)
    states = dict(Refund.objects.values_list("payment__method", "state"))
    assert states == {"gift_card": "done", "credit": "done", "test": "pending"}
    assert settle_refunds(now=now) == 1
    assert find_breaches() == {}


def test_a_store_is_announced_to_pay_out_only_the_cash(unpaid, ana, as_ana, now):
    paid_from(unpaid, give_credit(ana, 580), 580, by=as_ana, now=now)
    pay_order(unpaid, 1000, method="cash")
    pay_order(unpaid, 1000)

    preview = preview_cancellation(number=unpaid.number, by=as_ana)

    assert (preview.refund, preview.at_desk) == (2580, 1000)


def test_the_shop_decides_which_tender_is_refunded_first(unpaid, as_ana, now, settings):
    settings.REFUND_ORDER = ["gift_card"]
    card = give_card(1000)
    paid_from(unpaid, card, 1000, by=as_ana, now=now)
    pay_order(unpaid, 1580)

    ask_refund(order_id=unpaid.pk, amount=700, reason="test", now=now)

    assert left(card) == 700
    assert Refund.objects.get().payment.method == "gift_card"


def test_points_come_back_in_proportion_and_whole_in_the_end(unpaid, ana, as_ana, now):
    points = give_credit(ana, 1000, kind="points")
    paid_from(unpaid, points, 2580, by=as_ana, now=now, points=999)

    for amount in (860, 860, 860):
        ask_refund(order_id=unpaid.pk, amount=amount, reason="test", now=now)

    assert left(points) == 1000
    back = BalanceEntry.objects.filter(kind="given_back").values_list("amount", flat=True)
    assert list(back) == [333, 333, 333]


def test_a_voided_card_is_replaced_by_a_new_one(unpaid, ana, as_ana, now):
    card = give_card(2580, customer=ana)
    paid_from(unpaid, card, 2580, by=as_ana, now=now)
    block_gift_card(card_id=card.pk, by=CLERK)

    cancel_order(number=unpaid.number, reason="shopper", by=as_ana, now=now)

    fresh = Balance.objects.exclude(pk=card.pk).get()
    assert (left(card), fresh.amount, fresh.customer, fresh.state) == (0, 2580, ana, "active")
    assert find_breaches() == {}


def test_chosen_store_credit_is_given_at_once(ana, mitte, mug, as_ana, now, app):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)

    cancelled = app.post(f"orders/{order.number}/cancellation/", {"reason": "changed_mind", "refund": "credit"})

    assert cancelled.status_code == 200
    [refund] = cancelled.json()["refunds"]
    assert (refund["goes_to"], refund["state"]) == ("credit", "done")
    assert Balance.objects.get(kind="credit").amount == 2580
    assert settle_refunds(now=now) == 0
    assert find_breaches() == {}


def test_store_credit_is_given_only_if_chosen(ana, mitte, mug, app):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)

    cancelled = app.post(f"orders/{order.number}/cancellation/", {"reason": "changed_mind"})

    assert cancelled.json()["refunds"][0]["goes_to"] == "original"
    assert not Balance.objects.exists()


def test_a_guest_cannot_be_given_credit(mitte, mug, at_desk, now):
    order = make_order((mug, 2, 1290), store=mitte)

    with refused(CreditNeedsCustomer):
        cancel_order(number=order.number, reason="customer", as_credit=True, by=at_desk, now=now)

    assert not Refund.objects.exists()


def test_cash_refunds_are_rounded_to_existing_coins(ana, mitte, mug, at_desk, tess, now, settings):
    settings.CASH_COIN_MINOR = 20
    order = make_order((mug, 1, 1290), store=mitte, customer=ana, paid="cash")
    session = make_till_session(mitte, tess)
    ask_refund(order_id=order.pk, amount=1290, reason="test", now=now)

    pay_out_refund(refund_id=Refund.objects.get().pk, session_id=session.pk, by=at_desk, now=now)

    refund = Refund.objects.get()
    # All that was paid comes back, in coins of 20: half a coin goes up.
    assert (refund.amount, refund.rounding, refund.coin, refund.state) == (1290, 10, 20, "done")


def test_parts_paid_back_in_cash_come_to_what_was_paid(ana, mitte, mug, at_desk, tess, now, settings):
    settings.CASH_COIN_MINOR = 5
    order = make_order((mug, 1, 1330), store=mitte, customer=ana, paid="cash")
    session = make_till_session(mitte, tess)

    for part in (333, 997):
        ask_refund(order_id=order.pk, amount=part, reason="test", now=now)
        pay_out_refund(refund_id=Refund.objects.latest("pk").pk, session_id=session.pk, by=at_desk, now=now)

    paid_out = [refund.amount + refund.rounding for refund in Refund.objects.order_by("pk")]
    assert paid_out == [335, 995]
    assert expected_cash(session_id=session.pk) == 10_000 - 1330


def test_cash_comes_back_by_the_law_of_the_store_that_pays_it(ana, mitte, mug, at_desk, tess, now):
    Location.objects.filter(pk=mitte.pk).update(country_code="FI")
    order = make_order((mug, 2, 1000), store=mitte, customer=ana, paid="cash")
    session = make_till_session(mitte, tess)
    ask_refund(order_id=order.pk, amount=999, reason="test", now=now)

    pay_out_refund(refund_id=Refund.objects.get().pk, session_id=session.pk, by=at_desk, now=now)

    assert (Refund.objects.get().rounding, Refund.objects.get().coin) == (1, 5)


def test_the_table_itself_refuses_cash_that_coins_cannot_pay(ana, mitte, mug):
    order = make_order((mug, 1, 1290), store=mitte, customer=ana, paid="")

    with pytest.raises(IntegrityError, match="payment_in_coins"):
        pay_order(order, 1293, method="cash", coin=5)
