"""Goods that are brought back twice at the same moment; each race is shown to be real by removing its guard."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import Refusal
from core.states.transitions import IllegalTransition
from inventory.models import Location, StockMovement
from orders.models import OrderLine, Payment, PriceReduction, Refund, Return
from orders.models.orders import OrderQuerySet
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns import parcels, price_reductions, receiving
from orders.services.returns.lines import NotReturnable
from orders.services.returns.parcels import note_parcel_back
from orders.services.returns.price_reductions import Reduction, ReductionNotPossible, reduce_price
from orders.services.returns.receiving import Arrival, Piece, receive_return
from orders.services.returns.requests import LineToReturn, request_return, withdraw_return
from tests.concurrency.racing import Meeting, race
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


@pytest.fixture
def desks():
    """Clerks of two stores."""
    staff = make_staff("Tess Till", email="tess@example.com")
    stores = [make_store("mitte"), make_store("altona")]
    return [Actor(channel="till", staff_id=staff.pk, store_id=one.pk, store_code=one.code) for one in stores]


@pytest.fixture
def order(desks):
    """One mug, which its buyer has."""
    order = make_order(
        (make_variant(sku="MUG"), 1, 1290), store=store_of(desks[0]), customer=make_customer(), state="ready"
    )
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=desks[0], now=NOW,
    )  # fmt: skip
    return order


def store_of(desk):
    return Location.objects.get(pk=desk.store_id)


def take(order, desk, number=""):
    piece = Piece(order.lines.get().pk, 1, "as_new", "Too small")
    return lambda: (
        receive_return(order_number=order.number, arrival=Arrival([piece], number=number), by=desk, now=NOW).state
    )


def sum_of(results, kind):
    return sum(isinstance(result, kind) for result in results)


def test_two_stores_take_the_same_goods_back_once(order, desks):
    results = race([take(order, desk) for desk in desks * 2])

    assert (results.count("refunded"), sum_of(results, NotReturnable)) == (1, 3)
    assert (Payment.objects.get().refunded, OrderLine.objects.get().quantity_returned) == (1290, 1)
    assert StockMovement.objects.filter(kind="returned").count() == 1
    assert find_breaches() == {}


def test_without_the_orders_lock_both_stores_would_find_it_returnable(order, desks, monkeypatch):
    """Negative control: both see a mug that is still out; only the line's own constraint stops one then."""
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(receiving, "_check", Meeting(2).after(receiving._check))

    results = race([take(order, desk) for desk in desks])

    assert (sum_of(results, NotReturnable), sum_of(results, IntegrityError)) == (0, 1)
    assert (OrderLine.objects.get().quantity_returned, Refund.objects.count()) == (1, 1)


def test_a_request_is_received_or_withdrawn_never_both(order, desks):
    shopper = Actor(channel="web", customer_id=order.customer_id)
    asked = request_return(
        number=order.number, lines=[LineToReturn(order.lines.get().pk, 1, "")], method="store", refund_to="original",
        by=shopper, now=NOW,
    )  # fmt: skip

    def withdraw():
        return withdraw_return(order_number=order.number, number=asked.number, by=shopper, now=NOW).state

    results = race([take(order, desks[1], number=asked.number), withdraw])

    assert len({"refunded", "withdrawn"} & {one for one in results if isinstance(one, str)}) == 1
    assert Return.objects.get().state in results
    assert find_breaches() == {}


@pytest.fixture
def parcel(order):
    """The mug is to come back by parcel."""
    shopper = Actor(channel="web", customer_id=order.customer_id)
    return request_return(
        number=order.number, lines=[LineToReturn(order.lines.get().pk, 1, "")], method="ship", refund_to="original",
        by=shopper, now=NOW,
    )  # fmt: skip


def arrives(parcel, desk):
    return lambda: note_parcel_back(number=parcel.number, by=desk, now=NOW).state


def test_a_parcel_arrives_once_and_its_goods_come_back_once(order, parcel, desks):
    """The till has them, or the warehouse has the parcel; who comes second is refused by name."""
    results = race([arrives(parcel, desks[0]), arrives(parcel, desks[1]), take(order, desks[0])])

    had_goods = results.count("refunded") == 1
    assert (results.count("received"), sum_of(results, IllegalTransition), sum_of(results, NotReturnable)) == (
        (0, 2, 0) if had_goods else (1, 1, 1)
    )
    assert OrderLine.objects.get().quantity_returned == had_goods
    assert find_breaches() == {}


def test_without_the_orders_lock_a_till_would_take_what_lies_in_the_parcel(order, parcel, desks, monkeypatch):
    """Negative control: the till sees a request while the parcel arrives, and both have the one mug."""
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    meeting = Meeting(2)
    monkeypatch.setattr(receiving, "_check", meeting.after(receiving._check))
    monkeypatch.setattr(parcels, "take_return", meeting.after(parcels.take_return))

    results = race([arrives(parcel, desks[0]), take(order, desks[1])])

    assert sum_of(results, NotReturnable) == 0


def test_a_parcel_is_looked_into_once(order, parcel, desks):
    note_parcel_back(number=parcel.number, by=desks[0], now=NOW)

    results = race([take(order, desks[0], number=parcel.number)] * 3)

    assert (results.count("refunded"), sum_of(results, Refusal)) == (1, 2)
    assert (Payment.objects.get().refunded, OrderLine.objects.get().quantity_returned) == (1290, 1)
    assert find_breaches() == {}


def reduce(order, desk, amount=1290):
    given = Reduction("goodwill", "original", amount)
    return lambda: reduce_price(order_number=order.number, given=given, limit=None, by=desk, now=NOW)


def test_the_price_of_goods_goes_back_once_with_or_without_them(order, desks):
    results = race([take(order, desks[0]), *[reduce(order, desks[0])] * 3])

    given = sum(PriceReduction.objects.values_list("amount", flat=True))
    assert (results.count("refunded"), Payment.objects.get().refunded) == (1, 1290)
    assert (given, sum_of(results, ReductionNotPossible)) in [(1290, 2), (0, 3)]
    assert find_breaches() == {}


def test_without_the_orders_lock_a_price_would_be_reduced_twice(order, desks, monkeypatch):
    """Negative control: both see goods whose price nobody has reduced; the payment's constraint stops one then."""
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(price_reductions, "sold_lines_of", Meeting(2).after(price_reductions.sold_lines_of))

    results = race([reduce(order, desks[0], amount=800)] * 2)

    assert (results.count(800), sum_of(results, IntegrityError)) == (1, 1)
