import pytest

from core.errors import NotFound
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import StockLevel
from orders.models import Fulfilment, Order, Payment, Refund
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from tests.factories.inventory import make_stock, make_warehouse
from tests.factories.orders import due, make_fulfilment, make_order, pay_order
from tests.factories.states import no_guards
from tests.refusals import refused


def cancel(order, by, now):
    cancel_order(number=order.number, reason="shopper", by=by, now=now)
    order.refresh_from_db()


def level_of(variant, store):
    """The units that are not sold, those that wait to be put away among them, and the reserved ones."""
    level = StockLevel.objects.get(variant=variant, location=store)
    waiting = level.held.filter(state="put_away").values_list("units", flat=True)
    return level.on_hand + sum(waiting), level.reserved


def kinds():
    return list(JournalEntry.objects.order_by("id").values_list("kind", flat=True))


@pytest.mark.parametrize("state", ["placed", "accepted", "picking", "ready"])
def test_cancels_everything_that_has_not_left(state, ana, mitte, mug, as_ana, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, state=state)

    cancel(order, as_ana, now)

    line = order.lines.get()
    assert (order.state, order.cancel_reason, order.closed_at) == (Order.CANCELLED, "shopper", now)
    assert (line.quantity_cancelled, line.quantity_fulfilled) == (2, 0)
    assert order.fulfilments.get().state == "cancelled"
    assert level_of(mug, mitte) == (10, 0)
    assert Refund.objects.get().amount == 2580
    assert JournalEntry.objects.get(kind="order.cancelled").payload["refund"] == 2580


def test_refunds_shipping_too(ana, mug, as_ana, now):
    order = make_order((mug, 1, 1290), store=make_warehouse(), customer=ana, kind=Fulfilment.SHIP, shipping=490)

    cancel(order, as_ana, now)

    assert Refund.objects.get().amount == 1780


def test_leaves_nothing_due(ana, mitte, mug, as_ana, now):
    order = make_order((mug, 1, 1290), store=mitte, customer=ana, paid="pay_in_store")

    cancel(order, as_ana, now)

    assert due() == 0
    assert not Refund.objects.exists()


def test_refunds_each_tender_what_was_paid_with_it(ana, mitte, mug, as_ana, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, paid="")
    pay_order(order, 1000, method="cash")
    pay_order(order, 1580)

    cancel(order, as_ana, now)

    refunds = Refund.objects.order_by("amount").values_list("payment__method", "amount", "state")
    assert list(refunds) == [("cash", 1000, "pending"), ("test", 1580, "pending")]
    assert all(payment.refunded == payment.amount for payment in Payment.objects.all())


@pytest.mark.parametrize("state", [Order.PENDING, Order.COMPLETED, Order.CANCELLED, Order.FAILED])
def test_an_unconfirmed_order_cannot_be_cancelled(state, ana, mitte, mug, as_ana, now):
    order = make_order((mug, 1, 1290), store=mitte, customer=ana)
    with no_guards():
        Order.objects.update(state=state)

    with refused(IllegalTransition):
        cancel(order, as_ana, now)

    assert level_of(mug, mitte) == (10, 1)
    assert not Refund.objects.exists()
    assert kinds() == []


def test_what_was_handed_over_stays_with_the_shopper(ana, mitte, mug, bowl, as_ana, at_desk, now):
    order = make_order((mug, 1, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state="ready")
    pickup = order.fulfilments.get()
    hand_over_pickup(
        proof=prove_by_document(pickup_id=pickup.pk),
        collected_by="",
        pieces={order.lines.get(variant=mug).pk: None},
        tenders=(),
        session_id=None,
        by=at_desk,
        now=now,
    )

    cancel(order, as_ana, now)

    pickup.refresh_from_db()
    assert (order.state, pickup.state) == (Order.COMPLETED, "collected")
    assert Refund.objects.get().amount == 2000
    assert (level_of(mug, mitte), level_of(bowl, mitte)) == ((9, 0), (10, 0))
    assert kinds() == ["pickup.collected", "order.completed", "order.partly_cancelled", "stock.state_changed"]


def test_an_order_that_left_cannot_be_cancelled(ana, mug, as_ana, now):
    order = make_order((mug, 1, 1290), store=make_warehouse(), customer=ana, kind=Fulfilment.SHIP, state="shipped")

    with refused(IllegalTransition):
        cancel(order, as_ana, now)

    assert not Refund.objects.exists()


def test_every_fulfilment_is_cancelled_at_once(ana, mitte, mug, bowl, as_ana, now):
    order = make_order((mug, 1, 1290), store=mitte, customer=ana)
    warehouse = make_warehouse()
    make_stock(bowl, warehouse)
    line = order.lines.create(
        position=2, variant=bowl, sku="BOWL", name="Bowl", quantity=3, unit_price=2000, line_total=6000
    )
    make_fulfilment(order, [line], store=warehouse, kind=Fulfilment.SHIP)
    Order.objects.update(items_total=7290, shipping_total=490, grand_total=7780)
    pay_order(order, 6490)

    cancel(order, as_ana, now)

    assert order.state == Order.CANCELLED
    assert set(order.fulfilments.values_list("state", flat=True)) == {"cancelled"}
    assert sum(Refund.objects.values_list("amount", flat=True)) == 7780
    assert (level_of(mug, mitte), level_of(bowl, warehouse)) == ((10, 0), (10, 0))
    assert kinds() == ["order.cancelled"]


def test_is_done_once(ana, mitte, mug, as_ana, now):
    order = make_order((mug, 1, 1290), store=mitte, customer=ana)
    cancel(order, as_ana, now)

    with refused(IllegalTransition):
        cancel(order, as_ana, now)

    assert Refund.objects.count() == 1


def test_needs_an_order(as_ana, now, db):
    with refused(NotFound):
        cancel_order(number="nothing", reason="shopper", by=as_ana, now=now)
