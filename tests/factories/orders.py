"""Orders as checkout leaves them: rows, reserved stock and payments that agree with each other."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Customer
from core.actors import Actor
from core.ids import new_id
from inventory.models import Location, StockLevel, Variant
from inventory.services.reservations import ReservationRequest, new_reservation_id, reserve_stock
from orders.models import (
    BalanceDueEntry,
    Fulfilment,
    FulfilmentLine,
    Order,
    OrderLine,
    Payment,
    PaymentAttempt,
    Return,
    TillSession,
)
from orders.providers.sandbox.provider import SandboxProvider
from orders.queries.orders import get_order
from tests.factories.inventory import make_stock
from tests.factories.states import make_in

_numbers = itertools.count(500001)
PLACED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # A Monday.


def make_order(
    *lines: tuple[Variant, int, int],
    store: Location,
    customer: Customer | None = None,
    kind: str = Fulfilment.PICKUP,
    state: str = "placed",
    paid: str = "test",
    shipping: int = 0,
    placed_at: datetime = PLACED_AT,
    **fields: Any,
) -> Order:
    """
    A placed order with one fulfilment.

    lines: variant, quantity and unit price in minor units; the store gets ten units of each if it has none. paid: the
    method; pay_in_store leaves it due, and an empty one leaves it to the test. state: the fulfilment's.
    """
    items = sum(quantity * price for _variant, quantity, price in lines)
    order = make_in(
        Order,
        **{
            "number": str(next(_numbers)),
            "customer": customer,
            "state": Order.PLACED,
            "channel": "web",
            "currency": "EUR",
            "items_total": items,
            "shipping_total": shipping,
            "grand_total": items + shipping,
            "contact_email": customer.email if customer else "guest@example.com",
            "placed_at": placed_at,
        }
        | fields,
    )
    order_lines = [
        OrderLine.objects.create(
            order=order,
            position=position,
            variant=variant,
            sku=variant.sku,
            name=variant.sku,
            quantity=quantity,
            unit_price=price,
            line_total=quantity * price,
        )
        for position, (variant, quantity, price) in enumerate(lines, 1)
    ]
    make_fulfilment(order, order_lines, store=store, kind=kind, state=state)
    if order.grand_total and paid:
        if paid == "pay_in_store":
            owe(order, order.grand_total)
        else:
            pay_order(order, order.grand_total, method=paid)
    return order


def make_fulfilment(
    order: Order, lines: Sequence[OrderLine], *, store: Location, kind: str = Fulfilment.PICKUP, state: str = "placed"
) -> Fulfilment:
    """Lines of an order that leave a location, with their units reserved there."""
    fulfilment = make_in(
        Fulfilment,
        order=order,
        kind=kind,
        location=store,
        state=state,
        promised_at=order.placed_at + timedelta(hours=2),
        ready_at=order.placed_at + timedelta(hours=1) if state == "ready" else None,
        expires_at=order.placed_at + timedelta(days=7) if state == "ready" else None,
    )
    for line in lines:
        assert line.variant is not None
        if not StockLevel.objects.filter(variant=line.variant, location=store).exists():
            make_stock(line.variant, store)
        request = ReservationRequest(line.variant_id, store.pk, line.quantity, line.sku, new_reservation_id())
        reserve_stock(requests=[request], by=Actor(channel="web"), now=order.placed_at)
        FulfilmentLine.objects.create(
            fulfilment=fulfilment, order_line=line, quantity=line.quantity, reservation_id=request.reservation_id
        )
    return fulfilment


def owe(order: Order, amount: int) -> BalanceDueEntry:
    """An amount that is to be paid in the store."""
    return BalanceDueEntry.objects.create(
        order=order, kind=BalanceDueEntry.PLACED, amount=amount, occurred_at=order.placed_at
    )


def due() -> int:
    """What all orders owe; a test that asks has one."""
    return sum(BalanceDueEntry.objects.values_list("amount", flat=True))


def money_of(order: Order) -> list[tuple[str, int, str]]:
    """Method, amount and state of what was paid for an order and what it owes, sorted."""
    return sorted((one.method, one.amount, one.state) for one in get_order(order.number).payments)


def pay_order(order: Order, amount: int, *, method: str = "test", **fields: Any) -> Payment:
    """A captured payment of an order; test ones by the test provider."""
    payment = make_in(
        Payment,
        **{
            "order": order,
            "method": method,
            "provider": "test" if method == "test" else "",
            "amount": amount,
            "tendered": amount if method == "cash" else None,
            "state": Payment.CAPTURED,
            "captured_at": order.placed_at,
        }
        | fields,
    )
    if payment.provider:
        _charge(payment)
    return payment


def make_till_session(store: Location, staff: Customer, **fields: Any) -> TillSession:
    """A register that was opened with 100.00 in it; with closed_at it was closed since."""
    end = {name: fields.pop(name) for name in ("closed_at", "counted", "expected") if name in fields}
    session = TillSession.objects.create(
        **{
            "store": store,
            "register": f"till-{next(_numbers)}",
            "currency": "EUR",
            "opening_float": 10_000,
            "opened_by": staff,
            "opened_at": PLACED_AT,
        }
        | fields
    )
    if end:
        TillSession.objects.filter(pk=session.pk).update(**end)
        session.refresh_from_db()
    return session


def _charge(payment: Payment) -> None:
    key = new_id()
    answer = SandboxProvider().charge(key=key, amount=payment.amount, currency="EUR", payment_method="approve")
    make_in(
        PaymentAttempt,
        payment=payment,
        key=key,
        outcome="approved",
        provider_ref=answer.ref,
        asked_at=payment.order.placed_at,
        answered_at=payment.order.placed_at,
    )


def make_return(
    order: Order, *, number: str = "R-1", amount: int = 1290, state: str = "requested", **fields: Any
) -> Return:
    """A return of an order, without lines."""
    values = {
        "number": number, "customer": order.customer, "method": "store", "refund_to": "original", "channel": "app",
        "amount": amount, "currency": order.currency, "requested_at": order.placed_at,
    } | fields  # fmt: skip
    return make_in(Return, order=order, state=state, **values)
