"""What became of a refund, and how balances get theirs: written once, by whoever learns it first."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import BalanceEntry
from accounts.queries.balances import balances_held_for
from accounts.services.balances.balances import balance_for, change_balance
from accounts.services.balances.gift_cards import give_back_to_card
from accounts.services.balances.loyalty import give_points_back
from core.actors import Actor
from core.data import sql
from core.errors import Refusal
from core.journal import publish
from orders.events import RefundDone, RefundFailed, RefundToNewCard
from orders.events.about import about_order
from orders.models import Order, Refund
from orders.rules.checkout import GIFT_CARD
from orders.rules.refunds import points_back

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


def note_failed_refund(*, refund_id: int, by: Actor, now: datetime) -> bool:
    """
    Record that a provider could not refund the money after all, even if it had confirmed before.

    Its amount can be refunded another way, once. Return False if that was known.
    """
    return write_outcome(refund_id, Refund.FAILED, from_states=(Refund.PENDING, Refund.DONE), by=by, now=now)


def give_credit(refund: Refund, *, by: Actor, now: datetime) -> None:
    """Add the money of a refund to its customer's store credit, once; locks the balance."""
    balance_id = _credit_of(refund.payment_id, now=now)
    change_balance(
        balance_id=balance_id, kind=BalanceEntry.GIVEN_BACK, amount=refund.amount, reference=str(refund.key), by=by,
        now=now,
    )  # fmt: skip
    settle_by_hand(refund, ref="", by=by, now=now)


def settle_in_goods(refund_id: int, *, now: datetime) -> None:
    """Record that a refund pays for goods in exchange; nobody is told of money, because none moves."""
    _settle(refund_id, Refund.DONE, now=now)


def settle_by_hand(refund: Refund, *, ref: str, by: Actor, now: datetime) -> None:
    """Record that a refund was paid back without its provider. ref: what it is found by elsewhere."""
    write_outcome(refund.pk, Refund.DONE, ref=ref, by=by, now=now)


def give_back_to_balance(row: sql.Row, *, by: Actor, now: datetime) -> None:
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
            **about_order(order, by, now),
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
    row = _settle(refund_id, state, now=now, ref=ref, cash=cash, from_states=from_states)
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


def _settle(
    refund_id: int,
    state: str,
    *,
    now: datetime,
    ref: str = "",
    cash: CashOut | None = None,
    from_states: Sequence[str] = (Refund.PENDING,),
) -> sql.Row | None:
    outcome = {
        "state": state,
        "ref": ref,
        "session": cash and cash.session_id,
        "rounding": cash and cash.rounding,
        "coin": cash and cash.coin,
        "from_states": list(from_states),
    }
    return sql.fetch_one(_SETTLE, outcome | {"refund": refund_id, "now": now})
