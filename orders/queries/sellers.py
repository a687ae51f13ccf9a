"""What the receipts of a store still lack by law."""

from dataclasses import dataclass

from core.data import sql

_LACKS = """
SELECT EXISTS (SELECT FROM orders_seller WHERE location_id = %(store)s AND since <= now()) AS has_seller,
       (SELECT array_agg(session.register ORDER BY session.register) FROM orders_tillsession AS session
        WHERE session.store_id = %(store)s AND session.closed_at IS NULL AND session.rescues_id IS NULL
          AND NOT EXISTS (SELECT FROM orders_cashregister AS known
                          WHERE known.store_id = session.store_id AND known.name = session.register)) AS registers
"""


_LACKED = """
SELECT EXISTS (SELECT FROM orders_seller WHERE location_id = %(store)s AND since <= now()) AS seller,
       EXISTS (SELECT FROM orders_cashregister WHERE store_id = %(store)s AND name = %(register)s) AS serial_number
"""


@dataclass(frozen=True, slots=True)
class ReceiptGaps:
    """has_seller: whether a legal entity sells here. registers: the open ones without a serial number."""

    has_seller: bool
    registers: list[str]


def receipt_gaps(*, store_id: int) -> ReceiptGaps:
    """Return what the receipts of a store lack, in one statement."""
    row = sql.fetch_one(_LACKS, {"store": store_id})
    assert row is not None
    return ReceiptGaps(row["has_seller"], row["registers"] or [])


def receipt_lacks(*, store_id: int, register: str) -> list[str]:
    """Return what the receipts of a register lack, in one statement: `seller`, `serial_number`, both or neither."""
    known = sql.fetch_one(_LACKED, {"store": store_id, "register": register})
    assert known is not None
    return [name for name, is_known in known.items() if not is_known]
