"""Keeps what one unit costs everybody by promotions."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core.data import sql

_END = """
UPDATE inventory_offeredprice AS kept SET until = %(now)s
FROM unnest(%(variants)s::bigint[], %(amounts)s::bigint[]) AS priced(id, amount)
WHERE kept.variant_id = priced.id AND kept.currency = %(currency)s AND kept.until IS NULL
  AND kept.amount IS DISTINCT FROM priced.amount
"""
_BEGIN = """
INSERT INTO inventory_offeredprice (variant_id, currency, amount, since)
SELECT priced.id, %(currency)s, priced.amount, %(now)s
FROM unnest(%(variants)s::bigint[], %(amounts)s::bigint[]) AS priced(id, amount)
WHERE priced.amount IS NOT NULL
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def record_offered_prices(prices: Mapping[int, int | None], *, currency: str, now: datetime) -> None:
    """Record what one unit of each variant costs by promotions now, in minor units; None if they take nothing off."""
    parameters = {"variants": list(prices), "amounts": list(prices.values()), "currency": currency, "now": now}
    sql.execute(_END, parameters)
    sql.execute(_BEGIN, parameters)
