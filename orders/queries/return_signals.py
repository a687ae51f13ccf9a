"""What staff may want to know before they take goods back. It tells, and never refuses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.queries.records import RECORDS_OF_PERSON
from core.data import sql

YEAR = timedelta(days=365)
# Below so many pieces a share says little; from half of them on it does.
FEWEST_UNITS, HIGH_SHARE = 6, 0.5
MOST_WITHOUT_RECEIPT = 1
LONG_AFTER = timedelta(days=60)

_SIGNALS = f"""
WITH person AS ({RECORDS_OF_PERSON})
SELECT (SELECT coalesce(sum(line.quantity_fulfilled), 0)::int
        FROM orders_orderline AS line JOIN orders_order AS orders ON orders.id = line.order_id
        WHERE orders.customer_id IN (SELECT id FROM person) AND orders.placed_at > %(since)s) AS bought,
       (SELECT coalesce(sum(line.quantity_returned), 0)::int
        FROM orders_orderline AS line JOIN orders_order AS orders ON orders.id = line.order_id
        WHERE orders.customer_id IN (SELECT id FROM person) AND orders.placed_at > %(since)s) AS returned,
       (SELECT count(*)::int FROM orders_return AS goods
        WHERE goods.customer_id IN (SELECT id FROM person) AND goods.order_id IS NULL
          AND goods.external_id = '' AND goods.received_at > %(since)s) AS without_receipt,
       (SELECT max(part.handed_over_at)
        FROM orders_fulfilmentline AS part JOIN orders_fulfilment AS fulfilment ON fulfilment.id = part.fulfilment_id
        WHERE fulfilment.order_id = %(order)s::bigint) AS handed_over_at
"""


@dataclass(frozen=True, slots=True)
class ReturnSignals:
    """
    What is unusual, in the last year; zero for what is not.

    returned, bought: pieces, if the buyer gave back most of many. without_receipt: returns without one, if there were
    several. days: since the goods of the order were handed over, if that is long ago.
    """

    bought: int = 0
    returned: int = 0
    without_receipt: int = 0
    days: int = 0

    @property
    def any(self) -> bool:
        return bool(self.returned or self.without_receipt or self.days)


def return_signals(*, customer_id: int | None, order_id: int | None, now: datetime) -> ReturnSignals:
    """Return the signals about a buyer, by all their records, and about an order's age; in one statement."""
    row = sql.fetch_one(_SIGNALS, {"customer": customer_id, "order": order_id, "since": now - YEAR})
    assert row is not None
    is_high = row["bought"] >= FEWEST_UNITS and row["returned"] >= row["bought"] * HIGH_SHARE
    age = now - row["handed_over_at"] if row["handed_over_at"] else timedelta()
    return ReturnSignals(
        bought=row["bought"] if is_high else 0,
        returned=row["returned"] if is_high else 0,
        without_receipt=row["without_receipt"] if row["without_receipt"] > MOST_WITHOUT_RECEIPT else 0,
        days=age.days if age > LONG_AFTER else 0,
    )
