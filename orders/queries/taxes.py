"""Taxes of a period's orders, by store and rate; they add up with the orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from core.data import sql

# Failed orders are left out. What was cancelled or returned of the others is shown beside what was sold, by the units'
# share of their line, as it was refunded.
_REPORT = """
WITH chosen AS (
    SELECT orders.id, orders.currency, coalesce(store.code, '') AS store
    FROM orders_order AS orders LEFT JOIN inventory_location AS store ON store.id = orders.store_id
    WHERE orders.state IN ('placed', 'completed')
      AND orders.placed_at >= %(since)s AND orders.placed_at < %(until)s
      AND (%(store)s::text IS NULL OR coalesce(store.code, '') = %(store)s::text)
), sold AS (
    SELECT chosen.store, chosen.currency, tax.rate, count(DISTINCT chosen.id) AS orders, sum(tax.base)::bigint AS base,
           sum(tax.tax)::bigint AS tax
    FROM chosen JOIN orders_ordertax AS tax ON tax.order_id = chosen.id
    GROUP BY chosen.store, chosen.currency, tax.rate
), undone AS (
    SELECT chosen.store, chosen.currency, line.tax_rate AS rate,
           sum((line.line_total + line.tax_added) * gone.units / line.quantity)::bigint AS gross,
           sum(line.tax_amount * gone.units / line.quantity)::bigint AS tax
    FROM chosen JOIN orders_orderline AS line ON line.order_id = chosen.id
    CROSS JOIN LATERAL (SELECT line.quantity_cancelled + line.quantity_returned AS units) AS gone
    WHERE gone.units > 0
    GROUP BY chosen.store, chosen.currency, line.tax_rate
)
SELECT sold.*, coalesce(undone.gross - undone.tax, 0)::bigint AS undone_base,
       coalesce(undone.tax, 0)::bigint AS undone_tax
FROM sold LEFT JOIN undone USING (store, currency, rate)
ORDER BY sold.store, sold.currency, sold.rate DESC
"""


@dataclass(frozen=True, slots=True)
class TaxReportRow:
    """
    One rate (basis points) in one store; store is empty for what was sold outside stores. Amounts in minor units.

    base and tax: of everything sold. undone_base, undone_tax: of what was cancelled or returned of it since.
    """

    store: str
    currency: str
    rate: int
    orders: int
    base: int
    tax: int
    undone_base: int
    undone_tax: int

    @property
    def gross(self) -> int:
        return self.base + self.tax


def tax_report(*, first: date, last: date, store: str | None = None) -> Sequence[TaxReportRow]:
    """
    Return the taxes of all orders placed from the first to the last day, both included, in the shop's time zone.

    store: the code of one store, empty for what was sold outside stores, None for everything.
    """
    rows = sql.fetch_all(
        _REPORT, {"since": _midnight(first), "until": _midnight(last + timedelta(days=1)), "store": store}
    )
    return [TaxReportRow(**row) for row in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings.SHOP_TIME_ZONE))
