"""Gift cards that are sold: loaded when they are paid, shown once, and voided when their purchase is refunded."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.queries.balances import GiftCard, cards_issued_for
from accounts.services.balances.gift_cards import issue_gift_card, show_gift_card_code, void_gift_card
from core.actors import Actor
from core.data import sql
from core.errors import NotFound, Refusal
from orders.models import Order, Payment
from orders.queries.balances_due import balance_due_in

_LINES = """
SELECT line.id, line.quantity - line.quantity_cancelled - line.quantity_returned AS units, line.quantity,
       line.unit_price
FROM orders_orderline AS line
JOIN inventory_variant AS variant ON variant.id = line.variant_id
JOIN inventory_product AS product ON product.id = variant.product_id AND product.kind = 'gift_card'
WHERE line.order_id = %(order)s ORDER BY line.position
"""
# What was given back to a gift card that had ended, for whoever paid with it.
_REFUNDS = """
SELECT refund.key::text AS key FROM orders_refund AS refund
JOIN orders_payment AS payment ON payment.id = refund.payment_id
WHERE payment.order_id = %(order)s AND payment.method = 'gift_card' AND refund.state = 'done' ORDER BY refund.id
"""


class GiftCardUsed(Refusal):
    """A card of this purchase has been used to pay already, so the purchase cannot be refunded."""

    code = "gift_card_used"


@transaction.atomic(savepoint=False)
def issue_sold_gift_cards(*, order_id: int, by: Actor, now: datetime) -> int:
    """
    Load a card for each gift card that an order sold, once the whole order is paid; safe to repeat.

    One statement for an order without gift cards; otherwise it locks the order. Return how many were loaded.
    """
    if not sql.fetch_all(_LINES, {"order": order_id}):
        return 0
    order = Order.objects.locked().get(pk=order_id)
    if order.state not in (Order.PLACED, Order.COMPLETED) or not _is_paid(order):
        return 0
    issued = 0
    for line, cards in _sold(order):
        for unit in range(len(cards), line["units"]):
            issue_gift_card(
                amount=line["unit_price"],
                currency=order.currency,
                issued_for=_reference(order, line["id"], unit),
                by=by,
                now=now,
                customer_id=order.customer_id,
            )
            issued += 1
    return issued


@transaction.atomic
def show_sold_gift_card(*, order_number: str, card_id: int, now: datetime) -> str:
    """
    Return the code of a card that this order bought or was refunded to, this once.

    The caller has checked who owns the order. Raises NotFound, CodeShownAlready, CodeCannotBeShown.
    """
    order = Order.objects.filter(number=order_number).first()
    if order is None or card_id not in {card.id for card in gift_cards_of(order_id=order.pk, number=order.number)}:
        raise NotFound(_("There is no such gift card."))
    return show_gift_card_code(card_id=card_id, now=now)


def withdraw_gift_cards(*, order: Order, units: Mapping[int, int], by: Actor, now: datetime) -> dict[int, int]:
    """
    Void the cards of units that are to be refunded; the caller holds the order's lock and counts the units afterwards.

    units: how many of each order line, by its id. Return how many units of a line stay with their buyer, by its id:
    their card has paid for something, so its purchase is not paid back. Locks the cards.
    """
    used: dict[int, int] = {}
    for line, card in _going_back(order, units):
        if _is_used(line, card):
            used[line["id"]] = used.get(line["id"], 0) + 1
        else:
            void_gift_card(card_id=card.id, reference=f"refund of {order.number}", by=by, now=now)
    return used


def used_gift_cards(*, order: Order, units: Mapping[int, int]) -> set[int]:
    """Return the lines, by id, whose cards have paid for something, of units that are to come back."""
    return {line["id"] for line, card in _going_back(order, units) if _is_used(line, card)}


def _going_back(order: Order, units: Mapping[int, int]) -> Iterator[tuple[sql.Row, GiftCard]]:
    for line, cards in _sold(order):
        live = [card for card in cards if card.state != "closed"]
        stays = line["units"] - units.get(line["id"], 0)
        for card in live[max(stays, 0) :]:
            yield line, card


def _is_used(line: sql.Row, card: GiftCard) -> bool:
    return card.amount != line["unit_price"] or card.free != card.amount


def gift_cards_of(*, order_id: int, number: str) -> list[GiftCard]:
    """
    Return the cards that were loaded for an order, including voided ones, and those that its refunds went to.

    A refund goes to a new card where the one that had paid has ended since. Two statements if there are none.
    """
    sold = [card for _line, cards in _sold(Order(pk=order_id, number=number)) for card in cards]
    refunds = [row["key"] for row in sql.fetch_all(_REFUNDS, {"order": order_id})]
    return [*sold, *(cards_issued_for(refunds) if refunds else [])]


def _sold(order: Order) -> list[tuple[sql.Row, list[GiftCard]]]:
    """Return the order's gift card lines with the cards that were loaded for them."""
    lines = sql.fetch_all(_LINES, {"order": order.pk})
    if not lines:
        return []
    references = {line["id"]: _references(order, line) for line in lines}
    cards = cards_issued_for([reference for of_line in references.values() for reference in of_line])
    return [(line, [card for card in cards if card.issued_for in references[line["id"]]]) for line in lines]


def _references(order: Order, line: sql.Row) -> Sequence[str]:
    return [_reference(order, line["id"], unit) for unit in range(line["quantity"])]


def _reference(order: Order, line_id: int, unit: int) -> str:
    return f"{order.number}/{line_id}/{unit + 1}"


def _is_paid(order: Order) -> bool:
    open_states = (Payment.PENDING, Payment.NEEDS_ACTION, Payment.AUTHORISED, Payment.CAPTURING)
    return not balance_due_in(order.pk) and not order.payments.filter(state__in=open_states).exists()
