"""The balance due of an order."""

from typing import NamedTuple

from core.data import sql

_OPEN_MONEY = """
SELECT (SELECT coalesce(sum(amount), 0)::bigint FROM orders_balancedueentry WHERE order_id = %(order)s) AS due,
       EXISTS (SELECT FROM orders_payment
               WHERE order_id = %(order)s AND state IN ('authorised', 'capturing')) AS is_authorised
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
