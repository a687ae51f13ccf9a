"""The audit finds violations; each row here breaks one rule on purpose."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import Actor
from core.data import sql
from core.data.invariants import find_breaches
from core.journal import publish
from inventory.models import Reservation
from orders.events import OrderCancelled
from orders.models import FulfilmentLine, Order, OrderLine, Payment, Refund
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns.requests import LineToReturn, request_return
from tests.factories.inventory import make_store
from tests.factories.orders import make_order, make_till_session
from tests.factories.states import no_guards


@pytest.fixture
def order(ana, mitte, mug):
    return make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready")


@pytest.fixture
def collected(order, at_desk, now):
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk),
        collected_by="",
        pieces=None,
        tenders=(),
        session_id=None,
        by=at_desk,
        now=now,
    )
    return order


@pytest.fixture
def cancelled(order, as_ana, now):
    cancel_order(number=order.number, reason="shopper", by=as_ana, now=now)
    return order


def test_sound_books_have_no_breach(collected, ana, mitte, bowl, as_ana, now):
    make_order((bowl, 1, 2000), store=mitte, customer=ana)
    cancel = make_order((bowl, 3, 2000), store=mitte, customer=ana, paid="cash")
    cancel_order(number=cancel.number, reason="shopper", by=as_ana, now=now)
    line = LineToReturn(collected.lines.get().pk, 1, "")
    request_return(number=collected.number, lines=[line], method="store", refund_to="original", by=as_ana, now=now)

    assert find_breaches() == {}


def test_an_open_line_without_reserved_goods(order):
    OrderLine.objects.update(quantity_cancelled=1)

    assert "what is open of a line is what its reservations hold" in find_breaches()


def test_goods_reserved_for_an_ended_order(cancelled):
    Reservation.objects.update(state="committed")

    assert "an order that ended holds no goods" in find_breaches()


def test_a_confirmed_order_whose_reservation_expires(order):
    Reservation.objects.update(state="held", expires_at=timezone.now() + timedelta(hours=1))

    assert "a promise that holds is committed, not held for a while" in find_breaches()


def test_a_hand_over_without_the_ledger(order, now):
    FulfilmentLine.objects.update(handed_over_at=now)

    violations = find_breaches()

    assert "what was handed over left the ledger, and nothing else did" in violations
    assert "a pickup was handed over when it was ready and paid, to somebody, once" in violations


def test_an_order_that_should_have_ended(order):
    Order.objects.update(state="completed")

    assert "an order ended exactly when nothing of it is open" in find_breaches()


def test_an_order_that_does_not_add_up(order):
    Order.objects.update(items_total=2579, grand_total=2579)

    violations = find_breaches()

    assert "the lines of an order add up to its goods" in violations
    assert "an order that nobody cancelled or returned is paid or due to the unit" in violations


def test_money_of_a_cancelled_order_that_is_not_refunded(cancelled):
    with no_guards():
        Refund.objects.all().delete()
    Payment.objects.update(refunded=0)

    name = "nobody keeps money for an order that came to nothing, unless the provider refused to give it back"
    assert name in find_breaches()


@pytest.mark.parametrize(("days", "is_breach"), [(6, False), (8, True)])
def test_money_that_the_provider_refused_to_give_back(cancelled, days, is_breach):
    with no_guards():
        Refund.objects.update(state="failed", asked_at=timezone.now() - timedelta(days=days))
    Payment.objects.update(refunded=0)

    name = "money that a provider refused to give back finds another way within a week"
    assert (name in find_breaches()) == is_breach


def test_a_refund_that_is_not_counted(cancelled):
    Payment.objects.update(refunded=100)

    assert "a payment counts its refunds, those in flight included, and they never exceed it" in find_breaches()


def test_money_without_an_order(order):
    with no_guards():
        Order.objects.update(state="pending")
    Payment.objects.update(captured_at=timezone.now() - timedelta(minutes=11))

    assert "no captured payment waits ten minutes for its order" in find_breaches()


def test_goods_requested_for_return_twice(collected, as_ana, now):
    line = LineToReturn(collected.lines.get().pk, 2, "")
    request_return(number=collected.number, lines=[line], method="store", refund_to="original", by=as_ana, now=now)
    sql.execute("UPDATE orders_returnline SET quantity = 3", {})

    assert "no more is asked to come back than left" in find_breaches()


def test_a_till_session_with_a_wrong_expected_amount(mitte, tess, now):
    make_till_session(mitte, tess, closed_at=now, counted=10_000, expected=9_000)

    assert "a till that was closed expected what its payments say" in find_breaches()


def test_a_drawer_that_paid_out_more_than_it_held(cancelled, mitte, tess):
    session = make_till_session(mitte, tess, opening_float=2579)
    with no_guards():
        Refund.objects.update(till_session=session, state="done")

    assert "no drawer paid out more than lay in it" in find_breaches()


def test_a_pickup_of_somebody_who_cannot_be_told(order):
    Order.objects.update(contact_email="")

    assert "whoever is to be sent goods, or to collect them, can be told" in find_breaches()


def test_somebody_who_carries_out_need_not_be_told(mitte, mug):
    make_order((mug, 1, 1290), store=mitte, kind="carry_out", state="collected", contact_email="")

    assert "whoever is to be sent goods, or to collect them, can be told" not in find_breaches()


CANCELLED_ELSEWHERE = "staff have cancelled orders only in a store that they concern"


@pytest.mark.parametrize(
    ("kind", "store", "is_breach"),
    [("pickup", "there", True), ("pickup", "ber-mitte", False), ("ship", "there", False)],
)
def test_an_order_that_another_store_cancelled(ana, mitte, mug, now, kind, store, is_breach):
    make_store("there")
    order = make_order((mug, 1, 1290), store=mitte, customer=ana, kind=kind)
    by = Actor(channel="till", staff_id=ana.pk, store_code=store)
    publish(OrderCancelled(by=by, occurred_at=now, ref=order.number, order_id=order.pk, reason="fraud", refund=0))

    assert (CANCELLED_ELSEWHERE in find_breaches()) is is_breach
