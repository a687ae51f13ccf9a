"""
Refunds, to the tenders the money came from.

The refund is written and committed with its cause, and counted on its payment from then on; the provider is called
outside any transaction, under the refund's own key; then the outcome is written. What no provider can refund (cash, a
card at the terminal) waits until staff pay it out. What came from a gift card, credit or points, and what the customer
takes as credit, is written in our own database at once.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import BalanceEntry
from accounts.queries.balances import balances_held_for
from accounts.services.balances.balances import balance_for, change_balance
from accounts.services.balances.gift_cards import give_back_to_card
from accounts.services.balances.loyalty import give_points_back
from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import Refusal
from core.ids import new_id
from core.journal import publish
from core.network import about_to_call
from core.sweeping import Sweep, go_through
from orders.events import RefundDone, RefundFailed, RefundToNewCard
from orders.models import Order, Payment, Refund
from orders.providers.base import APPROVED
from orders.rules.cash import CashRule, refund_rounding
from orders.rules.checkout import GIFT_CARD
from orders.rules.refunds import ANY, RefundableTender, RefundPart, plan_refund, points_back
from orders.services.payments.gateway import UNKNOWN, refund

logger = logging.getLogger(__name__)

SETTLED_AT_ONCE = 200

_WRITE = """
WITH given AS (
    SELECT * FROM unnest(%(payments)s::bigint[], %(amounts)s::bigint[], %(keys)s::uuid[], %(roundings)s::bigint[],
                         %(coins)s::bigint[])
        AS given(payment_id, amount, key, rounding, coin)
), counted AS (
    UPDATE orders_payment AS payment SET refunded = payment.refunded + given.amount
    FROM given WHERE payment.id = given.payment_id
    RETURNING payment.id, payment.method, payment.hold_key, payment.points, payment.amount AS paid, payment.refunded,
              given.amount, given.key, given.rounding, given.coin
), refund AS (
    INSERT INTO orders_refund (
        payment_id, key, amount, rounding, coin, state, reason, provider_ref, goes_to, asked_at, for_return_id)
    SELECT id, key, amount, rounding, coin, 'pending', %(reason)s, '',
           CASE WHEN %(as_credit)s::bool AND hold_key IS NULL THEN 'credit' ELSE 'original' END, %(now)s,
           %(for_return)s::bigint
    FROM counted
    RETURNING id, payment_id, goes_to
)
SELECT refund.id AS refund_id, refund.goes_to, counted.* FROM refund JOIN counted ON counted.id = refund.payment_id
ORDER BY refund.id
"""
REFUNDING = Sweep("orders.settle_refunds", gettext_lazy("Give money back"))
_PENDING = f"""
SELECT refund.id, refund.key, refund.amount + refund.rounding AS amount, payment.provider, charge.key AS charge_key,
       charge.provider_ref AS charge_ref
FROM orders_refund AS refund JOIN orders_payment AS payment ON payment.id = refund.payment_id
LEFT JOIN orders_paymentattempt AS charge ON charge.payment_id = payment.id AND charge.outcome = 'approved'
WHERE refund.state = 'pending' AND payment.provider <> '' AND refund.goes_to = 'original'
  AND CASE WHEN %(refund)s::bigint IS NULL THEN {REFUNDING.leaves_out("refund.id")}
           ELSE refund.id = %(refund)s::bigint END
ORDER BY refund.id LIMIT %(limit)s
"""
# Whoever learns the outcome first writes it; a failed refund frees its amount on the payment just once.
_SETTLE = """
WITH refund AS (
    UPDATE orders_refund
    SET state = %(state)s::text, provider_ref = %(ref)s, till_session_id = %(session)s::bigint,
        rounding = coalesce(%(rounding)s::bigint, rounding), coin = coalesce(%(coin)s::bigint, coin),
        done_at = CASE WHEN %(state)s::text = 'done' THEN %(now)s::timestamptz END
    WHERE id = %(refund)s AND state = ANY(%(from_states)s::text[])
    RETURNING id, payment_id, amount
), freed AS (
    UPDATE orders_payment AS payment SET refunded = payment.refunded - refund.amount
    FROM refund WHERE payment.id = refund.payment_id AND %(state)s::text = 'failed'
)
SELECT refund.id, refund.amount, orders.id AS order_id, orders.number, orders.customer_id, orders.currency
FROM refund
JOIN orders_payment AS payment ON payment.id = refund.payment_id
JOIN orders_order AS orders ON orders.id = payment.order_id
"""


class CashOut(NamedTuple):
    """Cash that leaves a drawer: of which session, how it was rounded, and to which coin."""

    session_id: int | None = None
    rounding: int = 0
    coin: int = 1


NO_CASH_OUT = CashOut()


class CreditNeedsCustomer(Refusal):
    """Only a customer with a record can be given credit."""

    code = "credit_needs_customer"


class RefundDoesNotFit(Refusal):
    """The parts of a refund do not come to its amount, or one is more than was paid that way and not refunded yet."""

    code = "refund_does_not_fit"


def ask_refund(
    *, order_id: int, amount: int, reason: str, now: datetime, by: Actor = THE_SYSTEM, as_credit: bool = False
) -> int:
    """
    Write refunds of an order's captured payments, as far as they have money left.

    amount: minor units. as_credit: refund as store credit instead of money; what came from a balance goes back to it
    all the same. The caller holds the order's lock and commits this with its cause; locks balances. Return how much is
    refunded. Raises CreditNeedsCustomer.
    """
    part = RefundPart(Refund.CREDIT if as_credit else ANY)
    return ask_refund_in_parts(order_id=order_id, amount=amount, parts=[part], reason=reason, by=by, now=now)


def ask_refund_in_parts(
    *,
    order_id: int,
    amount: int,
    parts: Sequence[RefundPart],
    reason: str,
    by: Actor,
    now: datetime,
    return_id: int | None = None,
) -> int:
    """
    Write refunds of an order's captured payments, to the tenders that the parts name, never over what they have left.

    amount: minor units; capped at what the order's tenders have left. return_id: the goods it is for. Locks and
    conditions as for ask_refund. Return how much is refunded. Raises RefundDoesNotFit, CreditNeedsCustomer.
    """
    payments = Payment.objects.filter(order_id=order_id, state=Payment.CAPTURED)
    tenders = tenders_of(payments)
    amount = min(amount, sum(tender.left for tender in tenders))
    plan = plan_refund(amount, parts, tenders, methods_first=settings.REFUND_ORDER)
    if plan.missing:
        raise RefundDoesNotFit(
            _("The parts must come to the refund, and each to no more than was paid that way."),
            missing=plan.missing,
            amount=amount,
        )
    context = {"reason": reason, "now": now, "for_return": return_id}
    for spread, as_credit in ((plan.to_tenders, False), (plan.to_credit, True)):
        if spread:
            _write(payments, spread, context, as_credit=as_credit, by=by, now=now)
    return amount


def _write(
    payments: Iterable[Payment],
    spread: Mapping[int, int],
    context: Mapping[str, Any],
    *,
    as_credit: bool,
    by: Actor,
    now: datetime,
) -> None:
    steps = _in_steps(payments, spread, as_credit=as_credit)
    written = sql.fetch_all(
        _WRITE,
        {
            **context,
            "payments": list(spread),
            "amounts": list(spread.values()),
            "keys": [new_id() for _payment in spread],
            "roundings": [steps.get(payment_id, NO_CASH_OUT).rounding for payment_id in spread],
            "coins": [steps.get(payment_id, NO_CASH_OUT).coin for payment_id in spread],
            "as_credit": as_credit,
        },
    )
    for row in written:
        if row["hold_key"] is not None or row["goes_to"] == Refund.CREDIT:
            _give_back(row, by=by, now=now)


def tenders_of(payments: Iterable[Payment]) -> list[RefundableTender]:
    """Return an order's refundable tenders: what was captured and not refunded yet."""
    return [
        RefundableTender(
            payment.pk,
            payment.amount - payment.refunded,
            at_desk=payment.is_given_back_by_hand,
            method=payment.method,
        )
        for payment in payments
        if payment.state == Payment.CAPTURED
    ]


def refund_payments(*, order_id: int, reason: str, now: datetime, by: Actor = THE_SYSTEM) -> int:
    """
    Write refunds of everything that was captured for an order; safe to repeat.

    The caller holds the order's lock. Return how much is refunded, in minor units.
    """
    captured = Payment.objects.filter(order_id=order_id, state=Payment.CAPTURED)
    left = sum(payment.amount - payment.refunded for payment in captured)
    return ask_refund(order_id=order_id, amount=left, reason=reason, by=by, now=now)


def settle_refunds(*, now: datetime, refund_id: int | None = None) -> int:
    """
    Ask the providers for every refund that is not confirmed yet, and write their answers. Return how many were settled.

    refund_id: only this one. Network calls, outside transactions. Two calls with the same refund key refund once, so a
    refund whose answer was lost is simply requested again.
    """
    about_to_call("a payment provider")
    rows = sql.fetch_all(_PENDING, {"refund": refund_id, "now": now, "limit": SETTLED_AT_ONCE})
    settled: list[int] = []
    go_through(REFUNDING, rows, lambda row: _ask_provider(row, settled, now), ref=lambda row: row["id"], now=now)
    return len(settled)


def _ask_provider(row: sql.Row, settled: list[int], now: datetime) -> bool:
    """Ask for one refund and write the answer. Return whether there was one; settled: gets those written here."""
    if not row["amount"]:
        # Rounded to nothing: the provider has paid it back with the refunds before.
        if write_outcome(row["id"], Refund.DONE, by=THE_SYSTEM, now=now):
            settled.append(row["id"])
        return True
    if row["charge_key"] is None:
        logger.warning("refund %s waits: its payment has no charge", row["key"])
        return False
    answer = refund(**{name: row[name] for name in ("provider", "charge_key", "charge_ref", "key", "amount")})
    if answer.outcome == UNKNOWN:
        logger.warning("refund %s waits for %s: %s", row["key"], row["provider"], answer.detail)
        return False
    state = Refund.DONE if answer.outcome == APPROVED else Refund.FAILED
    if write_outcome(row["id"], state, ref=answer.ref, by=THE_SYSTEM, now=now):
        settled.append(row["id"])
    return True


def note_failed_refund(*, refund_id: int, by: Actor, now: datetime) -> bool:
    """
    Record that a provider could not refund the money after all, even if it had confirmed before.

    Its amount can be refunded another way, once. Return False if that was known.
    """
    return write_outcome(refund_id, Refund.FAILED, from_states=(Refund.PENDING, Refund.DONE), by=by, now=now)


def _in_steps(payments: Iterable[Payment], spread: Mapping[int, int], *, as_credit: bool) -> dict[int, CashOut]:
    """Return how refunds are rounded, by payment, whose provider takes multiples of a step only."""
    steps = {}
    for payment in payments:
        if payment.coin == 1 or not payment.provider or payment.pk not in spread or as_credit:
            continue
        before = payment.refunds.exclude(state=Refund.FAILED).aggregate(sum=Sum("rounding"))["sum"] or 0
        amount = spread[payment.pk]
        is_last = payment.refunded + amount == payment.amount
        rest = payment.amount + payment.rounding - payment.refunded - before if is_last else None
        rounding = refund_rounding(amount, CashRule(payment.coin), carried=before, rest=rest)
        steps[payment.pk] = CashOut(rounding=rounding, coin=payment.coin)
    return steps


def give_credit(refund: Refund, *, by: Actor, now: datetime) -> None:
    """Add the money of a refund to its customer's store credit, once; locks the balance."""
    balance_id = _credit_of(refund.payment_id, now=now)
    change_balance(
        balance_id=balance_id, kind=BalanceEntry.GIVEN_BACK, amount=refund.amount, reference=str(refund.key), by=by,
        now=now,
    )  # fmt: skip
    settle_by_hand(refund, ref="", by=by, now=now)


def settle_by_hand(refund: Refund, *, ref: str, by: Actor, now: datetime) -> None:
    """Record that a refund was paid back without its provider. ref: what it is found by elsewhere."""
    write_outcome(refund.pk, Refund.DONE, ref=ref, by=by, now=now)


def _give_back(row: sql.Row, *, by: Actor, now: datetime) -> None:
    """Refund to the gift card, credit or points that had paid, or to the customer's credit."""
    reference = str(row["key"])
    if row["hold_key"] is None:
        balance_id = _credit_of(row["id"], now=now)
        change_balance(
            balance_id=balance_id, kind=BalanceEntry.GIVEN_BACK, amount=row["amount"], reference=reference, by=by,
            now=now,
        )  # fmt: skip
    elif row["method"] == GIFT_CARD:
        (balance_id,) = balances_held_for(row["hold_key"])
        card_id = give_back_to_card(card_id=balance_id, amount=row["amount"], reference=reference, by=by, now=now)
        if card_id != balance_id:
            _announce_new_card(row, by=by, now=now)
    elif row["points"] is not None:
        before = row["refunded"] - row["amount"]
        units = points_back(row["points"], amount=row["paid"], refunded_before=before, refunded_now=row["amount"])
        if units:
            (balance_id, *_others) = balances_held_for(row["hold_key"])
            give_points_back(
                spent_for=str(row["hold_key"]), balance_id=balance_id, points=units, reference=reference, by=by, now=now
            )
    else:
        change_balance(
            balance_id=balances_held_for(row["hold_key"])[0],
            kind=BalanceEntry.GIVEN_BACK,
            amount=row["amount"],
            reference=reference,
            by=by,
            now=now,
        )
    write_outcome(row["refund_id"], Refund.DONE, by=by, now=now)


def _announce_new_card(row: sql.Row, *, by: Actor, now: datetime) -> None:
    """Publish that the card that had paid has ended, so that the money lies on a new one, whose code is to be shown."""
    order = Order.objects.only("number", "customer_id", "currency").get(payments=row["id"])
    publish(
        RefundToNewCard(
            by=by,
            occurred_at=now,
            customer_id=order.customer_id,
            ref=order.number,
            order_id=order.pk,
            refund=row["amount"],
            currency=order.currency,
        )
    )


def _credit_of(payment_id: int, *, now: datetime) -> int:
    order = Order.objects.only("customer_id", "currency").get(payments=payment_id)
    if order.customer_id is None:
        raise CreditNeedsCustomer(_("Store credit needs a customer, and this order has none."))
    return balance_for(customer_id=order.customer_id, kind=Refund.CREDIT, currency=order.currency, now=now)


@transaction.atomic(savepoint=False)
def write_outcome(
    refund_id: int,
    state: str,
    *,
    by: Actor,
    now: datetime,
    ref: str = "",
    cash: CashOut | None = None,
    from_states: Sequence[str] = (Refund.PENDING,),
) -> bool:
    """
    Write what became of a refund, if it is still in one of from_states, and publish it. Return whether it was.

    cash: where staff paid it out. ref: what it is found by at the provider. One that failed frees its amount.
    """
    outcome = {
        "state": state,
        "ref": ref,
        "session": cash and cash.session_id,
        "rounding": cash and cash.rounding,
        "coin": cash and cash.coin,
        "from_states": list(from_states),
    }
    row = sql.fetch_one(_SETTLE, outcome | {"refund": refund_id, "now": now})
    if row is None:
        return False
    event = RefundDone if state == Refund.DONE else RefundFailed
    publish(
        event(
            by=by,
            occurred_at=now,
            customer_id=row["customer_id"],
            ref=row["number"],
            order_id=row["order_id"],
            refund_id=row["id"],
            amount=row["amount"],
            currency=row["currency"],
        )
    )
    return True
