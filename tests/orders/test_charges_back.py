"""Shipping and fees go back exactly once, in whatever order goods are cancelled and returned."""

from datetime import timedelta
from itertools import permutations, product

import pytest

from core.actors import Actor
from core.data.invariants import find_breaches
from orders.models import Order, Refund, Return
from orders.services.documents.invoicing import invoice_if_complete
from orders.services.fulfilment.cancellation import cancel_order, preview_cancellation
from orders.services.fulfilment.shipping import note_delivery, send_parcel
from orders.services.returns.parcels import note_parcel_back
from orders.services.returns.receiving import Arrival, Piece, receive_return
from orders.services.returns.requests import LineToReturn, request_return
from tests.factories.documents import make_seller
from tests.factories.inventory import make_stock, make_variant, make_warehouse
from tests.factories.orders import make_fulfilment, make_order, pay_order
from tests.orders.test_pieces import hand_over
from tests.orders.test_return_policies import freeze

SHIPPING, FEE = 490, 200
GOODS = {"BOWL": 2000, "MUG": 1290, "LAMP": 4999}
IN_PARCELS = ("BOWL", "MUG")
ALL = sum(GOODS.values())


@pytest.fixture
def depot(mug, bowl):
    depot = make_warehouse()
    make_stock(mug, depot)
    make_stock(bowl, depot)
    return depot


@pytest.fixture
def order(ana, mitte, depot, mug, bowl):
    """A bowl and a mug in a parcel each, and a lamp to be collected."""
    order = make_order((bowl, 1, 2000), store=depot, customer=ana, kind="ship", paid="")
    lamp = make_variant(sku="LAMP", price=4999)
    make_stock(lamp, mitte)
    for position, (variant, store, kind) in enumerate([(mug, depot, "ship"), (lamp, mitte, "pickup")], 2):
        price = GOODS[variant.sku]
        line = order.lines.create(
            position=position, variant=variant, sku=variant.sku, name=variant.sku, quantity=1, unit_price=price,
            line_total=price,
        )  # fmt: skip
        make_fulfilment(order, [line], store=store, kind=kind, state="ready" if kind == "pickup" else "placed")
    Order.objects.update(
        items_total=ALL, shipping_total=SHIPPING, fee_total=FEE, grand_total=ALL + SHIPPING + FEE,
        fees=[{"name": {"en": "Handling"}, "amount": FEE}],
    )  # fmt: skip
    order.refresh_from_db()
    pay_order(order, order.grand_total)
    freeze(order, statutory_days=14)
    return order


@pytest.fixture
def act(order, depot, tess, as_ana, at_desk, now):
    """Let one article leave, come back, or be cancelled."""
    packer = Actor(channel="till", staff_id=tess.pk, store_id=depot.pk, store_code=depot.code)

    def leave(sku):
        part = order.fulfilments.get(lines__order_line__sku=sku)
        if part.kind == "pickup":
            hand_over(part, None, at_desk, now)
            return
        send_parcel(parcel_id=part.pk, tracking="", by=packer, now=now)
        note_delivery(parcel_id=part.pk, by=packer, now=now)

    def come_back(sku, *, days=1, **choice):
        piece = Piece(order.lines.get(sku=sku).pk, 1, "as_new", "changed_mind")
        receive_return(
            order_number=order.number, arrival=Arrival([piece], **choice), by=at_desk, now=now + timedelta(days=days)
        )

    def cancel(sku):
        pieces = {order.lines.get(sku=sku).pk: 1}
        expected = preview_cancellation(number=order.number, by=as_ana, pieces=pieces).refund
        before = refunded()
        cancel_order(number=order.number, reason="other", pieces=pieces, by=as_ana, now=now)
        assert refunded() - before == expected

    return {"leave": leave, "come_back": come_back, "cancel": cancel}


def refunded():
    return sum(Refund.objects.values_list("amount", flat=True))


@pytest.mark.parametrize("returned", [skus for skus in product([False, True], repeat=3) if any(skus)])
@pytest.mark.parametrize("turn", list(permutations(GOODS)))
def test_everything_goes_back_once_whatever_is_cancelled_or_returned_first(returned, turn, order, act):
    comes_back = dict(zip(GOODS, returned, strict=True))
    for sku in GOODS:
        if comes_back[sku]:
            act["leave"](sku)

    for sku in turn:
        act["come_back" if comes_back[sku] else "cancel"](sku)

    assert refunded() == ALL + SHIPPING + FEE
    assert find_breaches() == {}


@pytest.mark.parametrize("turn", list(permutations(GOODS)))
def test_nothing_goes_back_by_law_for_what_came_too_late_but_shipping_does_without_a_parcel(turn, order, act):
    act["leave"]("LAMP")

    for sku in turn:
        if sku == "LAMP":
            act["come_back"](sku, days=20)
        else:
            act["cancel"](sku)

    # Both parcels were cancelled, so nothing was shipped; the fee stays.
    assert refunded() == ALL + SHIPPING


@pytest.mark.parametrize("turn", list(permutations(IN_PARCELS)))
def test_shipping_stays_while_something_is_kept(turn, order, act):
    act["leave"]("BOWL")
    act["leave"]("LAMP")

    for sku in turn:
        act["come_back" if sku == "BOWL" else "cancel"](sku)

    assert refunded() == GOODS["BOWL"] + GOODS["MUG"]


def test_goods_taken_without_a_refund_bring_no_charges_back(order, act):
    act["leave"]("BOWL")
    act["come_back"]("BOWL", refund=())
    act["cancel"]("LAMP")
    act["cancel"]("MUG")

    assert refunded() == GOODS["LAMP"] + GOODS["MUG"]


def test_an_empty_parcel_is_no_return(order, act, depot, tess, as_ana, at_desk, now):
    for sku in GOODS:
        act["leave"](sku)
    lines = [LineToReturn(order.lines.get(sku="BOWL").pk, 1, "changed_mind")]
    asked = request_return(
        number=order.number, lines=lines, method="ship", refund_to="original", by=as_ana, now=now + timedelta(days=1)
    )
    note_parcel_back(number=asked.number, by=at_desk, now=now + timedelta(days=1))
    receive_return(
        order_number=order.number, arrival=Arrival([], number=asked.number), by=at_desk, now=now + timedelta(days=1)
    )
    assert Return.objects.get().state == Return.CLOSED

    for sku in GOODS:
        act["come_back"](sku)

    assert refunded() == ALL + SHIPPING + FEE


def test_the_invoice_of_what_was_returned_and_cancelled_is_nothing(order, act, now):
    make_seller()
    act["leave"]("BOWL")
    act["come_back"]("BOWL")
    act["cancel"]("LAMP")
    act["cancel"]("MUG")

    assert invoice_if_complete(order_id=order.pk, by=Actor(channel="system"), now=now) is None
    assert Return.objects.get().charges_back == SHIPPING + FEE
