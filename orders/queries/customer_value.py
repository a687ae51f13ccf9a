"""What a person has bought so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.data import sql

_VALUE = """
SELECT currency, count(*)::int AS orders, sum(grand_total)::bigint AS spent, max(placed_at) AS last_order_at
FROM orders_order
WHERE customer_id = ANY(%(customers)s::bigint[]) AND state IN ('placed', 'completed')
GROUP BY currency ORDER BY spent DESC
"""


@dataclass(frozen=True, slots=True)
class BoughtSoFar:
    """The placed and completed orders of one currency; spent: their total in minor units, returns included."""

    currency: str
    orders: int
    spent: int
    last_order_at: datetime


def bought_so_far(*, customer_ids: Sequence[int]) -> list[BoughtSoFar]:
    """
    Return what a person has bought, by all the ids of their records, the currency with the highest spending first.
    """
    return [BoughtSoFar(**row) for row in sql.fetch_all(_VALUE, {"customers": list(customer_ids)})]
