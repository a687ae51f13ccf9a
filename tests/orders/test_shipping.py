"""A parcel from picking to delivery."""

import pytest

from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import NotFound
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import StockLevel, StockMovement
from orders.models import Fulfilment, Order
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.shipping import note_delivery, send_parcel, start_picking_parcel
from tests.factories.inventory import make_store
from tests.factories.orders import make_order
from tests.refusals import refused


@pytest.fixture
def order(ana, mitte, mug, bowl):
    return make_order((mug, 2, 1290), (bowl, 1, 2000), store=mitte, customer=ana, kind=Fulfilment.SHIP)


@pytest.fixture
def parcel(order):
    return order.fulfilments.get()


def kinds():
    return list(JournalEntry.objects.order_by("id").values_list("kind", flat=True))


def test_is_picked_sent_and_delivered(order, parcel, mug, mitte, at_desk, now):
    start_picking_parcel(parcel_id=parcel.pk, by=at_desk, now=now)
    send_parcel(parcel_id=parcel.pk, tracking="JJD0123", by=at_desk, now=now)
    note_delivery(parcel_id=parcel.pk, by=at_desk, now=now)

    parcel.refresh_from_db()
    order.refresh_from_db()
    assert (parcel.state, parcel.tracking, parcel.finished_at) == ("delivered", "JJD0123", now)
    assert order.state == Order.COMPLETED
    assert [line.quantity_fulfilled for line in order.lines.order_by("position")] == [2, 1]
    level = StockLevel.objects.get(variant=mug, location=mitte)
    assert (level.on_hand, level.reserved) == (8, 0)
    assert StockMovement.objects.filter(kind=StockMovement.SHIPPED).count() == 2
    assert kinds() == ["parcel.picking", "order.shipped", "order.completed", "parcel.delivered"]
    assert find_breaches() == {}


def test_leaves_once(parcel, at_desk, now):
    send_parcel(parcel_id=parcel.pk, tracking="", by=at_desk, now=now)

    with refused(IllegalTransition):
        send_parcel(parcel_id=parcel.pk, tracking="", by=at_desk, now=now)

    assert kinds().count("order.shipped") == 1


def test_what_was_cancelled_is_not_sent(order, parcel, as_ana, at_desk, now):
    cancel_order(number=order.number, reason="changed_mind", by=as_ana, now=now)

    with refused(IllegalTransition):
        send_parcel(parcel_id=parcel.pk, tracking="", by=at_desk, now=now)

    assert find_breaches() == {}


def test_arrives_only_after_it_left(parcel, at_desk, now):
    with refused(IllegalTransition):
        note_delivery(parcel_id=parcel.pk, by=at_desk, now=now)


def test_does_not_exist_for_another_place(parcel, tess, now):
    elsewhere = make_store("ham-altona")
    by = Actor(channel="till", staff_id=tess.pk, store_id=elsewhere.pk, store_code=elsewhere.code)

    with refused(NotFound):
        send_parcel(parcel_id=parcel.pk, tracking="", by=by, now=now)


def test_a_pickup_is_not_a_parcel(ana, mitte, mug, at_desk, now):
    pickup = make_order((mug, 1, 1290), store=mitte, customer=ana).fulfilments.get()

    with refused(NotFound):
        send_parcel(parcel_id=pickup.pk, tracking="", by=at_desk, now=now)
