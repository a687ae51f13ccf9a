"""
The numbers of a register's receipts: each confirmed sale takes the next one, and none is missing.

A sale that is confirmed when it is written gets its number in the statement that writes it
(orders/services/placing/order_insert.py), which locks the register's counter until the commit; sales of one register
follow each other anyway. number_sale is for those that first waited for a payment; a late sale whose number is printed
already has it at once.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.data import sql
from core.errors import Refusal

# The counter's upsert as parts of a statement: `sale` has the register, and %(sequence)s is what a till has printed
# already. A number that is not the next one writes no receipt, and the refusal takes back what the counter did.
NUMBERED = """
counted AS (
    INSERT INTO orders_registercounter AS counter (store_id, register, last)
    SELECT sale.store_id, sale.register, 1 FROM sale
    ON CONFLICT (store_id, register) DO UPDATE SET last = counter.last + 1
    WHERE %(sequence)s::int IS NULL OR counter.last + 1 = %(sequence)s::int
    RETURNING store_id, register, last
)"""
_WAITS = """
SELECT orders.id FROM orders_order AS orders
WHERE orders.id = %(order)s AND orders.till_session_id IS NOT NULL AND orders.state IN ('placed', 'completed')
  AND NOT EXISTS (SELECT FROM orders_registerreceipt WHERE order_id = orders.id)
FOR UPDATE OF orders
"""
_NUMBER = f"""
WITH sale AS (
    SELECT orders.id, session.store_id, session.register FROM orders_order AS orders
    JOIN orders_tillsession AS session ON session.id = orders.till_session_id
    WHERE orders.id = %(order)s AND NOT EXISTS (SELECT FROM orders_registerreceipt WHERE order_id = orders.id)
), {NUMBERED}
INSERT INTO orders_registerreceipt (order_id, store_id, register, sequence, numbered_at)
SELECT sale.id, counted.store_id, counted.register, counted.last, %(now)s FROM sale, counted
"""
_LAST = """
SELECT coalesce((SELECT max(sequence) FROM orders_registerreceipt AS receipt
                 WHERE (receipt.store_id, receipt.register) = (session.store_id, session.register)), 0) AS last
FROM orders_tillsession AS session WHERE session.id = %(session)s
"""


class SequenceNotNext(Refusal):
    """A till printed a number that is not the next one of its register; `expected` is."""

    code = "register_sequence_not_next"


@transaction.atomic(savepoint=False)
def number_sale(*, order_id: int, now: datetime) -> None:
    """
    Give a confirmed sale the next number of its register; safe to repeat, one statement for other orders.

    Locks the order, then the register's counter.
    """
    if sql.fetch_one(_WAITS, {"order": order_id}) is not None:
        sql.execute(_NUMBER, {"order": order_id, "sequence": None, "now": now})


def last_number(*, session_id: int) -> int:
    """Return the number of the last receipt of a session's register; 0 for none."""
    row = sql.fetch_one(_LAST, {"session": session_id})
    return int(row["last"]) if row else 0


def not_next(*, session_id: int) -> SequenceNotNext:
    """Return the refusal of a number that is not the next one of a session's register."""
    expected = last_number(session_id=session_id) + 1
    return SequenceNotNext(
        _(
            "The next receipt of this register has the number %(expected)s. Send its sales in their order, or this one "
            "without a number."
        )
        % {"expected": expected},
        expected=expected,
    )
