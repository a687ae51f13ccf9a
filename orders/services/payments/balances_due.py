"""
The balance due of an order, and the payments that settle it: at the desk, at a till, on its page or in the app.

An amount stays due until it is paid. Only one payment that needs a provider may be under way at a time (the table's
constraint backs up the order's lock), so two devices never pay the same balance twice.
"""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, Refusal
from core.ids import new_id
from core.journal import publish
from core.money import money_json
from orders.events import BalancePaid
from orders.events.about import about_order
from orders.models import BalanceDueEntry, Order, Payment, PaymentAttempt
from orders.providers.base import APPROVED, DECLINED
from orders.queries.balances_due import balance_due_in, only_money_in, open_amounts_of
from orders.queries.views import DUE, OrderView
from orders.rules.checkout import (
    BALANCES,
    CASH,
    PAY_IN_STORE,
    PICKUP,
    PaymentNotPossible,
    PlannedTender,
    Tender,
)
from orders.services.payments.gateway import ChargeRequest, chargeable, needs_provider, provider_of
from orders.services.payments.outcomes import RecordedResult
from orders.services.payments.refunding.refunds import ask_refund, refund_payments
from orders.services.payments.tenders import (
    cash_terms_for,
    hold_tenders,
    plan_payment,
    release_held_tenders,
    spend_held_tenders,
)
from orders.services.registers.till_sessions import take_open_session

UNDER_WAY = (Payment.PENDING, Payment.NEEDS_ACTION)


class NothingDue(Refusal):
    """Nothing is due for this order."""

    code = "nothing_due"


class PaymentDue(Refusal):
    """The goods are not paid yet; `due` is what must be paid before they leave."""

    code = "payment_due"


class PaymentNotTaken(Refusal):
    """The money for these goods is only authorised; capture it before they leave."""

    code = "payment_not_taken"


class PaymentUnderWay(Refusal):
    """The provider is being asked for a payment of this order right now; a second one could pay it twice."""

    code = "payment_under_way"


class PaymentStillWaits(PaymentUnderWay):
    """The payment under way waits for its shopper: it may be ended, so that another one can begin."""


def begin_balance_payment(
    order: Order,
    tenders: Sequence[Tender],
    *,
    session_id: int | None,
    by: Actor,
    now: datetime,
) -> list[ChargeRequest]:
    """
    Write the payments of the balance due, or of a part of it; the caller holds the order's lock and makes the charges.

    tenders: amounts that add up to less pay a part. Without charges, everything is paid at once. Locks the session,
    then balances. Raises NothingDue, PaymentUnderWay, PaymentStillWaits, PaymentNotPossible, Malformed,
    BalanceNotEnough, SessionNotOpen.
    """
    _check_none_under_way(order)
    owed = balance_due_in(order.pk)
    if order.state != Order.PLACED or not owed:
        raise NothingDue(_("Nothing is due on this order."))
    planned = _planned(order, tenders, owed=owed, store_id=by.store_id, may_be_part=True)
    planned = [chargeable(tender, order.currency) if needs_provider(tender) else tender for tender in planned]
    at_provider = [tender for tender in planned if needs_provider(tender)]
    if len(at_provider) > 1:
        raise Malformed(_("One card at a time: pay with the first one, then with the next."), field="payments")
    return _write(order, planned, session_id=session_id, by=by, now=now, at_provider=at_provider)


def take_at_desk(order: Order, tenders: Sequence[Tender], *, session_id: int | None, by: Actor, now: datetime) -> None:
    """
    Take the whole balance due when the goods are handed over; the caller holds the order's lock.

    No provider is called: a card was taken at the terminal. Raises as begin_balance_payment does.
    """
    _check_none_under_way(order)
    planned = _planned(order, tenders, owed=balance_due_in(order.pk), store_id=by.store_id)
    _write(order, planned, session_id=session_id, by=by, now=now)


def settle_balance_payments(*, order_id: int, written: Sequence[RecordedResult], by: Actor, now: datetime) -> None:
    """
    Apply the outcomes of a balance payment; the caller holds the order's lock.

    Money reduces the balance due. Money that exceeds it is refunded.
    """
    new = [result for result in written if result.is_new]
    order = Order.objects.select_related(None).get(pk=order_id)
    paid = sum(result.amount for result in new if result.outcome == APPROVED)
    if paid:
        paid += _spend_what_was_held(order, by=by, now=now)
        surplus = _take_off_due(order, paid, by=by, now=now)
        if order.state in (Order.FAILED, Order.CANCELLED):
            refund_payments(order_id=order_id, reason="paid_too_late", by=by, now=now)
        elif surplus:
            ask_refund(order_id=order_id, amount=surplus, reason="paid_too_much", by=by, now=now)
    elif any(result.outcome == DECLINED for result in new):
        release_held_tenders(order_id=order_id, now=now)


def open_charges(order: Order) -> list[ChargeRequest]:
    """Return the charges of a balance payment that are not answered yet, so that they can be asked for again."""
    attempts = PaymentAttempt.objects.filter(
        payment__order=order,
        payment__pays_balance=True,
        outcome__in=(PaymentAttempt.ASKED, PaymentAttempt.NEEDS_ACTION),
    ).select_related("payment")
    return [_charge_of(attempt, order) for attempt in attempts]


def is_payment_under_way(order: OrderView) -> bool:
    """Return whether a provider or the shopper still has to act on a payment."""
    return any(payment.state in UNDER_WAY for payment in order.payments)


def balance_due_of(order: OrderView) -> int:
    """Return the balance due of a confirmed order, in minor units."""
    if order.state != Order.PLACED:
        return 0
    return sum(payment.amount for payment in order.payments if payment.state == DUE)


def balance_due_before_goods_go(order: Order) -> int:
    """
    Return the balance due of an order, in minor units; the caller holds its lock.

    Raises PaymentNotTaken while money is only authorised (see orders.services.payments.authorisations).
    """
    money = open_amounts_of(order.pk)
    if money.is_authorised:
        raise PaymentNotTaken(
            _("The payment of this order has not been taken yet. Try again in a minute."), order=order.number
        )
    return money.due


def payment_due(owed: int, currency: str) -> PaymentDue:
    """Make the refusal for goods that are not paid."""
    amount = money_json(owed, currency)
    return PaymentDue(_("%(amount)s %(currency)s must be paid before the goods are handed over.") % amount, due=amount)


def _planned(
    order: Order, tenders: Sequence[Tender], *, owed: int, store_id: int | None, may_be_part: bool = False
) -> list[PlannedTender]:
    if any(tender.method == PAY_IN_STORE for tender in tenders):
        raise PaymentNotPossible(_("Payment is already due in the store: pay now, or there."), method=PAY_IN_STORE)
    return plan_payment(
        tenders,
        owed=owed,
        kinds={PICKUP},
        customer_id=order.customer_id,
        currency=order.currency,
        cash=cash_terms_for(tenders, store_id=store_id, currency=order.currency, order_id=order.pk),
        may_be_part=may_be_part,
        only_money=only_money_in(order.pk) if any(tender.method in BALANCES for tender in tenders) else 0,
    )


def _write(
    order: Order,
    planned: Sequence[PlannedTender],
    *,
    session_id: int | None,
    by: Actor,
    now: datetime,
    at_provider: Sequence[PlannedTender] = (),
) -> list[ChargeRequest]:
    if any(tender.method == CASH for tender in planned):
        take_open_session(session_id=session_id, store_id=by.store_id)
    charges = [_write_one(order, tender, at_provider, session_id=session_id, now=now) for tender in planned]
    hold_tenders(planned, number=order.number, waits=bool(at_provider), by=by, now=now)
    if not at_provider:
        _take_off_due(order, sum(tender.amount for tender in planned), by=by, now=now)
    return [charge for charge in charges if charge is not None]


def _write_one(
    order: Order, tender: PlannedTender, at_provider: Sequence[PlannedTender], *, session_id: int | None, now: datetime
) -> ChargeRequest | None:
    is_asked, is_cash = tender in at_provider, tender.method == CASH
    state = Payment.PENDING if is_asked else Payment.HELD if at_provider else Payment.CAPTURED
    payment = Payment.objects.create(
        order=order,
        pays_balance=True,
        method=tender.method,
        provider=provider_of(tender) if is_asked else "",
        amount=tender.amount,
        tendered=tender.tendered if is_cash else None,
        rounding=tender.rounding,
        coin=tender.coin,
        hold_key=tender.hold_key,
        points=tender.points,
        state=state,
        captured_at=now if state == Payment.CAPTURED else None,
        till_session_id=session_id if is_cash else None,
    )
    if not is_asked:
        return None
    attempt = PaymentAttempt.objects.create(
        payment=payment,
        key=new_id(),
        payment_method=tender.payment_method,
        customer_ref=tender.customer_ref,
        saves_card=tender.saves_card,
        asked_at=now,
    )
    return _charge_of(attempt, order)


def _charge_of(attempt: PaymentAttempt, order: Order) -> ChargeRequest:
    payment = attempt.payment
    return ChargeRequest(
        attempt.key,
        payment.provider,
        payment.amount + payment.rounding,
        order.currency,
        attempt.payment_method,
        customer_ref=attempt.customer_ref,
        saves_card=attempt.saves_card,
    )


def _spend_what_was_held(order: Order, *, by: Actor, now: datetime) -> int:
    """Spend the balances and cash that were held beside a card payment that was approved. Return their amount."""
    held = sum(order.payments.filter(state=Payment.HELD).values_list("amount", flat=True))
    if not held or spend_held_tenders(order_id=order.pk, number=order.number, by=by, now=now):
        return held
    # The hold had expired and the balance was spent elsewhere: that part is still due.
    release_held_tenders(order_id=order.pk, now=now)
    return 0


def _take_off_due(order: Order, paid: int, *, by: Actor, now: datetime) -> int:
    """Reduce the balance due by a payment. Return how much of the payment exceeded it."""
    taken = min(paid, balance_due_in(order.pk))
    if taken:
        BalanceDueEntry.objects.create(order=order, kind=BalanceDueEntry.PAID, amount=-taken, occurred_at=now)
    publish(
        BalancePaid(
            **about_order(order, by, now),
            amount=paid,
            currency=order.currency,
        )
    )
    return paid - taken


def _check_none_under_way(order: Order) -> None:
    states = set(order.payments.filter(pays_balance=True, state__in=UNDER_WAY).values_list("state", flat=True))
    if states == {Payment.NEEDS_ACTION}:
        raise PaymentStillWaits(_("A payment of this order is waiting for confirmation. Cancel or confirm it first."))
    if states:
        raise PaymentUnderWay(_("A payment of this order is in progress. Wait a minute, then check the order again."))
