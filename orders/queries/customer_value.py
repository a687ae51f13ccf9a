"""What a person has bought so far, and kept and paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.data import sql
from orders.queries.purchases import PURCHASES

_VALUE = f"""
SELECT currency, count(*)::int AS orders, sum(kept)::bigint AS spent, max(placed_at) AS last_order_at
FROM ({PURCHASES}) AS purchase
WHERE customer_id = ANY(%(customers)s::bigint[])
GROUP BY currency ORDER BY spent DESC
"""


@dataclass(frozen=True, slots=True)
class BoughtSoFar:
    """
    The purchases of one currency. spent: what was paid for them and not given back, in minor units.

    What is returned, cancelled, or still to be paid does not count.
    """

    currency: str
    orders: int
    spent: int
    last_order_at: datetime


def bought_so_far(*, customer_ids: Sequence[int]) -> list[BoughtSoFar]:
    """
    Return what a person has bought, by all the ids of their records, the currency with the highest spending first.
    """
    return [BoughtSoFar(**row) for row in sql.fetch_all(_VALUE, {"customers": list(customer_ids)})]
