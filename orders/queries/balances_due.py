"""The balance due of an order."""

from typing import NamedTuple

from core.data import sql

_OPEN_MONEY = """
SELECT (SELECT coalesce(sum(amount), 0)::bigint FROM orders_balancedueentry WHERE order_id = %(order)s) AS due,
       EXISTS (SELECT FROM orders_payment
               WHERE order_id = %(order)s AND state IN ('authorised', 'capturing')) AS is_authorised
"""
# What gift cards cost that nobody cancelled, less the money that came in: balances cannot pay the difference.
_ONLY_MONEY = """
SELECT greatest(0, (
    SELECT coalesce(sum((line.line_total + line.tax_added) * (line.quantity - line.quantity_cancelled) / line.quantity),
                    0)
    FROM orders_orderline AS line JOIN inventory_variant AS variant ON variant.id = line.variant_id
    JOIN inventory_product AS product ON product.id = variant.product_id AND product.kind = 'gift_card'
    WHERE line.order_id = %(order)s
) - (
    SELECT coalesce(sum(amount - refunded), 0) FROM orders_payment
    WHERE order_id = %(order)s AND hold_key IS NULL AND state IN ('captured', 'authorised', 'capturing', 'held')
))::bigint AS amount
"""


class OpenAmounts(NamedTuple):
    """The money of an order that is not captured yet. due: in minor units. is_authorised: some of it is authorised."""

    due: int
    is_authorised: bool


def open_amounts_of(order_id: int) -> OpenAmounts:
    """Return the money of an order that is not captured yet; it stays so while the caller holds the order's lock."""
    row = sql.fetch_one(_OPEN_MONEY, {"order": order_id})
    assert row is not None
    return OpenAmounts(**row)


def balance_due_in(order_id: int) -> int:
    """Return the balance due of an order, in minor units; it stays so while the caller holds the order's lock."""
    return open_amounts_of(order_id).due


def only_money_in(order_id: int) -> int:
    """Return how much of the balance due buys gift cards, which no gift card, credit or points can pay."""
    row = sql.fetch_one(_ONLY_MONEY, {"order": order_id})
    assert row is not None
    return int(row["amount"])
