"""Refunds that staff pay out: cash from a drawer, a card at the store's terminal, what was paid in another system."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import NotFound, Refusal
from orders.models import Order, Payment, Refund
from orders.queries.cash import cash_still_held, cash_terms
from orders.queries.scopes import check_served
from orders.rules.cash import refund_rounding
from orders.services.payments.refunding.refund_outcomes import CashOut, write_outcome
from orders.services.payments.refunding.refunds import lock_exchanged_for
from orders.services.registers.till_sessions import hold_drawer, take_out_of_drawer


class RefundNotAtDesk(Refusal):
    """Staff cannot pay this refund out: it was paid already, or its provider pays it."""

    code = "refund_not_at_desk"


@transaction.atomic(savepoint=False)
def pay_out_refund(*, refund_id: int, session_id: int | None, by: Actor, now: datetime) -> str:
    """
    Record that staff paid a refund out at the desk.

    session_id: the open till session whose drawer the cash comes from; not needed for a card at the terminal. Locks the
    order, then the session. Return the order's number. Raises NotFound, AnotherStoresOrder, RefundNotAtDesk, and for
    cash SessionNotOpen, DrawerTooEmpty.
    """
    row = Refund.objects.select_related("payment__order", "for_return").filter(pk=refund_id).first()
    if row is None:
        raise NotFound(_("There is no such refund."))
    order = row.payment.order
    # Whoever took the goods back pays for them, whichever store sold them.
    if row.for_return is None or row.for_return.location_id != by.store_id:
        check_served(order.number, by=by)
    if _is_cash(row):
        Order.objects.locked().get(pk=order.pk)
    _pay_out(row, session_id=session_id, by=by, now=now)
    return order.number


def hold_drawer_for(order: Order, *, session_id: int | None, by: Actor) -> None:
    """
    Lock the session out of whose drawer a refund of this order will be paid, if it may have been paid in cash.

    Locks the orders of goods that were exchanged for it before; sessions are locked before balances. The caller holds
    the order's lock. Raises SessionNotOpen.
    """
    lock_exchanged_for(order.pk)
    may_be_cash = order.payments.filter(method__in=("cash", Refund.EXCHANGE), state=Payment.CAPTURED)
    if session_id is not None and may_be_cash.exists():
        hold_drawer(session_id=session_id, store_id=by.store_id)


def pay_out_return(*, return_id: int, session_id: int, by: Actor, now: datetime) -> None:
    """
    Record that staff paid out, with the goods, what of a return's refunds is paid at a desk.

    The caller holds the locks of the order and of the session. Raises DrawerTooEmpty.
    """
    waiting = Refund.objects.select_related("payment__order").filter(for_return=return_id, state=Refund.PENDING)
    for row in waiting.order_by("pk"):
        if row.goes_to == Refund.ORIGINAL and row.payment.is_given_back_by_hand:
            _pay_out(row, session_id=session_id, by=by, now=now)


def _is_cash(row: Refund) -> bool:
    return row.payment.method == "cash" or row.goes_to == Refund.CASH


def _pay_out(row: Refund, *, session_id: int | None, by: Actor, now: datetime) -> None:
    order, is_cash = row.payment.order, row.goes_to == Refund.CASH
    cash = None
    if _is_cash(row):
        rule = cash_terms(store_id=by.store_id, currency=order.currency).rule
        carried, rest = cash_still_held(order_id=order.pk, amount=row.amount)
        rounding = refund_rounding(row.amount, rule, carried=carried, rest=rest)
        take_out_of_drawer(session_id=session_id, store_id=by.store_id, amount=row.amount + rounding)
        cash = CashOut(session_id, rounding, rule.coin if rule.rounds_refunds else 1)
    if (row.payment.provider and not is_cash) or not write_outcome(row.pk, Refund.DONE, cash=cash, by=by, now=now):
        raise RefundNotAtDesk(_("This refund is not paid at the desk, or was already paid."), state=row.state)
