"""Cancels what has not left yet: the stock is released, and what was paid for it is refunded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from carts.services.vouchers import give_vouchers_back
from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.journal import publish
from core.states.moving import move
from core.states.transitions import IllegalTransition
from inventory.services.held_stock import await_put_away
from inventory.services.reservations import release_reservations
from orders.events import OrderCancelled, OrderCompleted, OrderPartlyCancelled
from orders.events.about import about_order
from orders.models import BalanceDueEntry, Fulfilment, FulfilmentLine, Order, Payment
from orders.queries.balances_due import balance_due_in
from orders.queries.scopes import check_served
from orders.rules.cash import CashRule
from orders.rules.lifecycle import PAYMENT, check_fulfilment_move, check_order_move, may_be_cancelled
from orders.rules.refunds import spread_refund
from orders.services.fulfilment.charges import charges_by_law, note_charges_back, shipping_without
from orders.services.fulfilment.pieces import Pieces, part_from_collected, shares_of, take_apart, waiting_in
from orders.services.fulfilment.sold_lines import lacking_of, sold_lines_of, value_requests_anew, without, worth_of
from orders.services.payments.gift_cards import GiftCardUsed, withdraw_gift_cards
from orders.services.payments.refunding.refunds import ask_refund, lock_exchanged_for, tenders_of

# Gift cards that are in no fulfilment end with the last one: nobody will come to pay for them.
_WAITING = """
SELECT order_line_id, sum(quantity)::int AS quantity, array_remove(array_agg(reservation_id), NULL) AS reservations
FROM orders_fulfilmentline
WHERE fulfilment_id = ANY(%(fulfilments)s::bigint[]) AND handed_over_at IS NULL
GROUP BY order_line_id
UNION ALL
SELECT line.id, line.quantity - line.quantity_fulfilled - line.quantity_cancelled, '{}'::uuid[]
FROM orders_orderline AS line
WHERE line.order_id = %(order)s AND line.quantity > line.quantity_fulfilled + line.quantity_cancelled
  AND NOT EXISTS (SELECT FROM orders_fulfilmentline WHERE order_line_id = line.id)
  AND NOT EXISTS (SELECT FROM orders_fulfilment WHERE order_id = %(order)s AND id <> ALL(%(fulfilments)s::bigint[])
                  AND state IN ('pending', 'placed', 'accepted', 'picking', 'ready'))
"""
_END = """
UPDATE orders_fulfilment
SET state = %(state)s::text, finished_at = %(now)s::timestamptz, reject_reason = %(reason)s::text
WHERE id = ANY(%(fulfilments)s::bigint[])
"""
_CANCEL_UNITS = """
UPDATE orders_orderline AS line SET quantity_cancelled = line.quantity_cancelled + given.quantity
FROM unnest(%(lines)s::bigint[], %(quantities)s::int[]) AS given(line_id, quantity)
WHERE line.id = given.line_id
"""
# Units that were not refunded because the card they loaded has paid for something: the buyer has had them.
_KEEP_UNITS = """
UPDATE orders_orderline AS line SET quantity_fulfilled = line.quantity_fulfilled + given.quantity
FROM unnest(%(lines)s::bigint[], %(quantities)s::int[]) AS given(line_id, quantity)
WHERE line.id = given.line_id
"""
# Nothing is left to hand over: the order's last state follows from what happened to its lines.
_CLOSE = """
UPDATE orders_order AS orders
SET state = CASE WHEN sums.fulfilled > 0 THEN 'completed' ELSE 'cancelled' END, closed_at = %(now)s::timestamptz,
    cancel_reason = CASE WHEN sums.fulfilled > 0 THEN '' ELSE %(reason)s::text END
FROM (SELECT sum(quantity_fulfilled) AS fulfilled, sum(quantity_cancelled) AS cancelled, sum(quantity) AS quantity
      FROM orders_orderline WHERE order_id = %(order)s) AS sums
WHERE orders.id = %(order)s AND orders.state = 'placed' AND sums.quantity = sums.fulfilled + sums.cancelled
RETURNING orders.state
"""


class PaymentBeingTaken(Refusal):
    """A capture of this order is under way, and its outcome is not known yet."""

    code = "payment_being_taken"


@dataclass(frozen=True, slots=True)
class Undone:
    """
    The result of a cancellation: minor units to refund, and the reservations to release last in the transaction.

    cancelled: units by the order line's id; kept: units that stay with the buyer, because their gift card was used.
    fulfilments: those that ended, each with what was cancelled of it alone. picked_ids: the reservations whose goods
    have to be put away.
    """

    refund: int
    reservation_ids: list[UUID]
    cancelled: Mapping[int, int]
    kept: int
    fulfilments: Sequence[Fulfilment]
    picked_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class CancellationPreview:
    """
    What cancelling an order would do, in minor units.

    refund: what would be refunded; at_desk: how much of it a store pays out. not_due: what would no longer be due.
    units: what would end, by the order line's id; also gifts that are no longer earned, and cards not yet loaded.
    """

    units: Mapping[int, int]
    refund: int
    at_desk: int
    not_due: int


def preview_cancellation(*, number: str, by: Actor, pieces: Pieces | None = None) -> CancellationPreview:
    """
    Return what cancelling an order, or some pieces of it, would do now, without doing it.

    Raises NotFound, TooManyPieces, and IllegalTransition where cancel_order would.
    """
    order = Order.objects.filter(number=number).first()
    fulfilments = _cancellable(order, by)
    assert order is not None
    units: Counter[int] = Counter()
    if pieces is not None:
        shares = shares_of(fulfilments, _with_unearned_gifts(order, fulfilments, pieces))
        fulfilments = [share.fulfilment for share in shares if share.is_all]
        units.update(
            {part.order_line_id: count for share in shares if not share.is_all for part, count in share.pieces}
        )
    ids = [fulfilment.pk for fulfilment in fulfilments]
    units.update({row["order_line_id"]: row["quantity"] for row in _waiting(order, ids)})
    owed = sum(_value_of(order, fulfilments, units))

    payments = list(order.payments.all())
    authorised = sum(payment.amount for payment in payments if payment.state == Payment.AUTHORISED)
    not_due = min(owed, balance_due_in(order.pk) + authorised)
    spread = spread_refund(owed - not_due, tenders_of(payments))
    at_desk = sum(spread.get(payment.pk, 0) for payment in payments if payment.is_given_back_by_hand)
    return CancellationPreview(units, sum(spread.values()), at_desk, not_due)


@transaction.atomic(savepoint=False)
def cancel_order(
    *, number: str, reason: str, by: Actor, now: datetime, as_credit: bool = False, pieces: Pieces | None = None
) -> None:
    """
    Cancel everything of an order that has not left yet, or some pieces of it, and refund what was paid for it.

    Gifts that the goods which stay do not earn are cancelled with the others. Goods that were handed over or shipped
    stay with the shopper, and so do gift cards that are loaded; an order with no goods left is cancelled. pieces: units
    by the order line's id; all that waits without it. reason: a short code. as_credit: refund as store credit instead
    of money. Locks the order, then balances, then the stock rows last. Raises NotFound, AnotherStoresOrder,
    CreditNeedsCustomer, TooManyPieces, GiftCardUsed if nothing else could be cancelled, and IllegalTransition if
    everything has left, or the order is closed or still waits for its payment.
    """
    order = Order.objects.locked().filter(number=number).first()
    fulfilments = _cancellable(order, by)
    assert order is not None
    check_served(number, by=by)
    if pieces is not None:
        fulfilments = take_apart(fulfilments, _with_unearned_gifts(order, fulfilments, pieces))
    undone = cancel_fulfilments(
        order=order, fulfilments=fulfilments, to="cancelled", reason=reason, as_credit=as_credit, by=by, now=now
    )
    if undone.kept and not any(undone.cancelled.values()):
        raise GiftCardUsed(_("The gift card of this order was used already, so its purchase cannot be paid back."))
    publish_partly_cancelled(order, undone, reason=reason, by=by, now=now)
    release_undone(undone, reason=reason, by=by, now=now)


def cancel_fulfilments(
    *,
    order: Order,
    fulfilments: Sequence[Fulfilment],
    to: str,
    reason: str,
    by: Actor,
    now: datetime,
    note: str = "",
    as_credit: bool = False,
) -> Undone:
    """
    End fulfilments of an order whose lock the caller holds: their open units are cancelled and refunded.

    Of a pickup that was collected in part, the rest ends in a fulfilment of its own. to: cancelled or expired. note:
    the store's reason as text. A gift card that has paid for something stays with its buyer, and stops nothing else.
    Closes the order if nothing is left to hand over, and then publishes OrderCancelled or OrderCompleted. The caller
    publishes its own event and releases the reservations. Raises IllegalTransition.
    """
    for fulfilment in fulfilments:
        check_fulfilment_move(kind=fulfilment.kind, present=fulfilment.state, to=to, by=by)
    # Orders are locked before the balances of gift cards.
    lock_exchanged_for(order.pk)
    fulfilments = part_from_collected(fulfilments, now=now)
    picked_ids = picked_reservations(fulfilments, reason)
    ids = [fulfilment.pk for fulfilment in fulfilments]
    waiting = _waiting(order, ids)
    units = {row["order_line_id"]: row["quantity"] for row in waiting}
    kept = withdraw_gift_cards(order=order, units=units, by=by, now=now)
    cancelled = {line_id: quantity - kept.get(line_id, 0) for line_id, quantity in units.items()}
    owed, by_law = _value_of(order, fulfilments, cancelled)
    note_charges_back(order, by_law)

    sql.execute(_END, {"fulfilments": ids, "state": to, "reason": note, "now": now})
    sql.execute(_CANCEL_UNITS, {"lines": list(cancelled), "quantities": list(cancelled.values())})
    if kept:
        sql.execute(_KEEP_UNITS, {"lines": list(kept), "quantities": list(kept.values())})
    value_requests_anew(order)
    refund = _give_back(order, owed + by_law, reason=reason, as_credit=as_credit, by=by, now=now)
    if close_if_done(order=order, reason=reason, by=by, now=now) == Order.CANCELLED:
        publish(_cancelled(order, reason, refund, by, now))
    return Undone(
        refund,
        [reservation for row in waiting for reservation in row["reservations"]],
        cancelled=cancelled,
        kept=sum(kept.values()),
        fulfilments=fulfilments,
        picked_ids=picked_ids,
    )


def picked_reservations(fulfilments: Sequence[Fulfilment], reason: str) -> list[UUID]:
    """
    Return the reservations of goods that somebody has taken from the shelf, or was about to.

    What a store rejects while it picks was not found; what it rejects at the desk lies there.
    """
    states = {"ready"} if reason == "rejected" else {"picking", "ready"}
    ids = [fulfilment.pk for fulfilment in fulfilments if fulfilment.state_of_goods in states]
    waiting = FulfilmentLine.objects.filter(fulfilment__in=ids, handed_over_at=None, reservation__isnull=False)
    return list(waiting.values_list("reservation_id", flat=True)) if ids else []


def release_undone(undone: Undone, *, reason: str, by: Actor, now: datetime) -> None:
    """Release the stock of goods that were cancelled; what was picked is sold again once it is put away."""
    release_reservations(ids=undone.reservation_ids, by=by, now=now, reason=reason)
    await_put_away(reservation_ids=undone.picked_ids, reason=reason, by=by, now=now)


def publish_partly_cancelled(order: Order, undone: Undone, *, reason: str, by: Actor, now: datetime) -> None:
    """Tell which goods of an order were cancelled, unless it was cancelled as a whole, which has been told."""
    if order.state != Order.CANCELLED:
        publish(
            OrderPartlyCancelled(
                **about_order(order, by, now),
                reason=reason,
                refund=undone.refund,
                line_units={str(line_id): count for line_id, count in undone.cancelled.items() if count},
            )
        )


def close_if_done(*, order: Order, by: Actor, now: datetime, reason: str = "") -> str:
    """
    Close a placed order with nothing left to hand over; publish OrderCompleted if any goods were handed over.

    The caller holds the order's lock. reason: why it was cancelled, if it was. Return the order's state afterwards.
    """
    row = sql.fetch_one(_CLOSE, {"order": order.pk, "reason": reason, "now": now})
    if row is not None:
        order.state, order.closed_at = row["state"], now
        if order.state == Order.CANCELLED and order.cart_id is not None:
            give_vouchers_back(cart_id=order.cart_id, now=now)
        if order.state == Order.COMPLETED:
            publish(
                OrderCompleted(
                    **about_order(order, by, now),
                )
            )
    return order.state


def _with_unearned_gifts(order: Order, fulfilments: Sequence[Fulfilment], pieces: Pieces) -> Pieces:
    """Add the gifts that still wait if the goods that stay no longer earn them."""
    lines = sold_lines_of(order)
    if lacking_of(order, without(lines, pieces, returned=False)) <= lacking_of(order, lines):
        return pieces
    gifts = {line.id for line in lines if line.gift_value}
    waiting: Counter[int] = Counter()
    for part in waiting_in(fulfilments):
        waiting[part.order_line_id] += part.quantity
    return {**pieces, **{line_id: units for line_id, units in waiting.items() if line_id in gifts}}


def _cancellable(order: Order | None, by: Actor) -> list[Fulfilment]:
    if order is None:
        raise NotFound(_("There is no such order."))
    check_order_move(present=order.state, to=Order.CANCELLED, by=by)
    fulfilments = [
        fulfilment
        for fulfilment in order.fulfilments.order_by("pk")
        if may_be_cancelled(kind=fulfilment.kind, state=fulfilment.state, by=by)
    ]
    if not fulfilments and not _waiting(order, []):
        raise IllegalTransition(_("The whole order has left already."), state=order.state, wanted="cancelled")
    return fulfilments


def _waiting(order: Order, fulfilment_ids: Sequence[int]) -> list[sql.Row]:
    """Return the units that end with some fulfilments, by line, with their reservations."""
    return sql.fetch_all(_WAITING, {"order": order.pk, "fulfilments": list(fulfilment_ids)})


def _value_of(order: Order, fulfilments: Sequence[Fulfilment], units: Mapping[int, int]) -> tuple[int, int]:
    """
    Return what was to be paid for some units, and what of the order's charges goes back by law with the last of them.

    The first with shipping if nothing of the order ships any more, and with fees if nothing of it has left.
    """
    lines = sold_lines_of(order)
    value = worth_of(order, lines, units, returned=False).refund
    parcels = [fulfilment.pk for fulfilment in fulfilments if fulfilment.kind == Fulfilment.SHIP]
    if parcels:
        value += shipping_without(order, parcels=parcels)
    if any(line.quantity > line.gone + units.get(line.id, 0) for line in lines):
        return value, 0
    if any(line.returned for line in lines):
        return value, charges_by_law(order, parcels=parcels)
    return value + order.fee_total + order.fee_tax_added, 0


def give_shipping_back(order: Order, *, by: Actor, now: datetime) -> int:
    """
    Refund the shipping of an order whose lock the caller holds, if nothing of it ships any more.

    For a parcel that has just become a pickup. Return what is refunded, in minor units. Raises PaymentBeingTaken.
    """
    owed = shipping_without(order, parcels=[])
    return _give_back(order, owed, reason="changed", as_credit=False, by=by, now=now) if owed else 0


def _give_back(order: Order, owed: int, *, reason: str, as_credit: bool, by: Actor, now: datetime) -> int:
    """
    Reduce the balance due by what is owed back, then authorised payments, and refund the rest.

    Return what is refunded. Raises PaymentBeingTaken.
    """
    if order.payments.filter(state=Payment.CAPTURING).exists():
        raise PaymentBeingTaken(_("A payment of this order is being captured. Try again in a minute."))
    not_due = min(owed, balance_due_in(order.pk))
    if not_due:
        BalanceDueEntry.objects.create(order=order, kind=BalanceDueEntry.CANCELLED, amount=-not_due, occurred_at=now)
        owed -= not_due
    for payment in order.payments.filter(state=Payment.AUTHORISED).order_by("pk"):
        taken = min(owed, payment.amount)
        if taken == payment.amount:
            move(PAYMENT, payment, Payment.VOIDED, by=THE_SYSTEM)
        else:
            payment.amount -= taken
            payment.rounding = CashRule(payment.coin).rounded(payment.amount) - payment.amount
            payment.save(update_fields=["amount", "rounding"])
        owed -= taken
    return ask_refund(order_id=order.pk, amount=owed, reason=reason, as_credit=as_credit, by=by, now=now)


def _cancelled(order: Order, reason: str, refund: int, by: Actor, now: datetime) -> OrderCancelled:
    return OrderCancelled(
        **about_order(order, by, now),
        reason=reason,
        refund=refund,
    )
