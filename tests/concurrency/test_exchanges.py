"""Goods that are returned and exchanged at the same moment, and exchanges that cross; each race is real."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError
from django.http import HttpResponse

from core.actors import Actor
from core.data.invariants import find_breaches
from core.idempotency import Claim
from inventory.models import Location
from orders.models import Order, OrderLine, Payment, Return
from orders.models.orders import OrderQuerySet
from orders.rules.checkout import CARRY_OUT, CheckoutRequest, FulfilmentRequest
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns import receiving
from orders.services.returns.lines import NotReturnable
from orders.services.returns.receiving import Arrival, Piece, receive_return
from orders.services.settlement.exchanges import exchange_goods
from tests.concurrency.racing import Meeting, race
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import make_stock, make_store, make_variant
from tests.factories.orders import make_order, make_till_session

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.fixture
def desk():
    staff, store = make_staff("Tess Till", email="tess@example.com"), make_store("mitte")
    return Actor(channel="till", staff_id=staff.pk, store_id=store.pk, store_code=store.code)


@pytest.fixture
def session(desk):
    return make_till_session(Location.objects.get(pk=desk.store_id), make_staff("Mona", email="mona@example.com"))


def bought(variant, desk):
    order = make_order(
        (variant, 1, 1290), store=Location.objects.get(pk=desk.store_id), customer=make_customer(), state="ready"
    )
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=desk, now=NOW,
    )  # fmt: skip
    return order


@pytest.fixture
def mug(desk):
    mug = make_variant(sku="MUG")
    make_stock(mug, Location.objects.get(pk=desk.store_id), on_hand=5)
    return mug


def pieces(order):
    return [Piece(order.lines.get().pk, 1, "as_new", "other")]


def exchange(order, desk, session, sku="MUG"):
    def act() -> str:
        key = uuid.uuid4().hex
        answer: HttpResponse = exchange_goods(
            claim=Claim(f"staff:{desk.staff_id}", key, "body"),
            order_number=order.number,
            arrival=Arrival(pieces(order), session_id=session.pk),
            lines=[(sku, 1)],
            request=CheckoutRequest(
                fulfilments=(FulfilmentRequest(CARRY_OUT),), tenders=(), session_id=session.pk, contact_email="",
                contact_phone="", language="en", request_key=key,
            ),
            by=desk,
            now=NOW,
            render=lambda placed, _outcomes: {"number": placed.number},
        )  # fmt: skip
        return "exchanged" if answer.status_code == 201 else str(answer.status_code)

    return act


def give_back(order, desk):
    return lambda: receive_return(order_number=order.number, arrival=Arrival(pieces(order)), by=desk, now=NOW).state


def sum_of(results, kind):
    return sum(isinstance(result, kind) for result in results)


def test_goods_are_returned_or_exchanged_once(desk, session, mug):
    order = bought(mug, desk)

    results = race([give_back(order, desk), exchange(order, desk, session)] * 2)

    assert results.count("refunded") + results.count("exchanged") == 1
    assert sum_of(results, NotReturnable) == 3
    assert (Payment.objects.get(order=order).refunded, OrderLine.objects.get(order=order).quantity_returned) == (
        1290,
        1,
    )
    assert Order.objects.count() == 1 + results.count("exchanged")
    assert find_breaches() == {}


def test_without_the_orders_lock_they_would_be_returned_and_exchanged(desk, session, mug, monkeypatch):
    """Negative control: both see a mug that is still out; only the line's own constraint stops one then."""
    order = bought(mug, desk)
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(receiving, "_check", Meeting(2).after(receiving._check))

    results = race([give_back(order, desk), exchange(order, desk, session)])

    assert (sum_of(results, NotReturnable), sum_of(results, IntegrityError)) == (0, 1)


def test_what_was_exchanged_goes_back_while_the_first_order_is_returned(desk, session, mug):
    """The later order is locked before the earlier one, so nobody waits in a circle."""
    order = make_order(
        (mug, 2, 1290), store=Location.objects.get(pk=desk.store_id), customer=make_customer(), state="ready"
    )
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=desk, now=NOW,
    )  # fmt: skip
    assert exchange(order, desk, session)() == "exchanged"
    later = Return.objects.get().exchanged_for

    results = race([give_back(order, desk), give_back(later, desk)])

    assert results == ["refunded", "refunded"]
    assert Payment.objects.get(order=order).refunded == 2580
    assert find_breaches() == {}
