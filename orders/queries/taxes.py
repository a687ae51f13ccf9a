"""Taxes of a period's orders, by store, country and rate; they add up with the orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from carts.rules.taxes import BasisPoints, joined
from core.data import sql
from core.days import instants_of

# Failed orders are left out. What was cancelled or returned of the others is shown beside what was sold, by the
# units' share of their line, as it was refunded; and so is what was given back of the price of units that were kept.
# All of an order is undone whose shipping and fees went back with its last goods. A tax on top of others has them in
# its base (also). A country is that of the place of supply: of the zone, which is where a line's goods are sent, or
# of the place that hands them over.
_REPORT = """
WITH chosen AS (
    SELECT orders.id, orders.currency, coalesce(store.code, '') AS store
    FROM orders_order AS orders LEFT JOIN inventory_location AS store ON store.id = orders.store_id
    WHERE orders.state IN ('placed', 'completed')
      AND orders.placed_at >= %(since)s AND orders.placed_at < %(until)s
      AND (orders.placed_at AT TIME ZONE coalesce(store.time_zone, %(zone)s))::date BETWEEN %(first)s AND %(last)s
      AND (%(store)s::text IS NULL OR coalesce(store.code, '') = %(store)s::text)
), sold AS (
    SELECT chosen.store, chosen.currency, zone.country, tax.rate, tax.rate_finer AS finer, tax.levy,
           count(DISTINCT chosen.id) AS orders, sum(tax.base)::bigint AS base, sum(tax.tax)::bigint AS tax
    FROM chosen JOIN orders_ordertax AS tax ON tax.order_id = chosen.id
    JOIN carts_taxzone AS zone ON zone.id = tax.zone_id
    GROUP BY chosen.store, chosen.currency, zone.country, tax.rate, tax.rate_finer, tax.levy
), whole AS (
    SELECT chosen.* FROM chosen
    WHERE EXISTS (SELECT FROM orders_return AS goods WHERE goods.order_id = chosen.id AND goods.charges_back > 0
                  AND goods.state IN ('refunded', 'closed'))
), parts AS (
    SELECT chosen.store, chosen.currency, supplied.country, due.rate, due.finer, due.levy,
           sum(paid.gross * gone.units / line.quantity + gone.reduced
               - untaxed.amount * gone.units / line.quantity - untaxed.amount * gone.reduced / nullif(paid.gross, 0)
               )::bigint AS gross,
           sum(due.tax * gone.units / line.quantity + due.tax * gone.reduced / nullif(paid.gross, 0))::bigint AS tax
    FROM chosen JOIN orders_orderline AS line ON line.order_id = chosen.id
    CROSS JOIN LATERAL (SELECT line.line_total + line.tax_added
        + CASE WHEN line.is_deposit_taxed THEN line.deposit * line.quantity ELSE 0 END AS gross) AS paid
    CROSS JOIN LATERAL (
        SELECT line.quantity_cancelled + line.quantity_returned AS units, (
            SELECT coalesce(sum(given.amount - given.amount
                * greatest(0, line.quantity_cancelled + line.quantity_returned - line.quantity + given.units)
                / given.units), 0)::bigint
            FROM orders_pricereduction AS given WHERE given.order_line_id = line.id) AS reduced) AS gone
    CROSS JOIN LATERAL (
        SELECT line.tax_rate AS rate, line.tax_rate_finer AS finer, '' AS levy, line.tax_amount AS tax, 0 AS also
        WHERE line.levies IS NULL
        UNION ALL
        SELECT (levy ->> 1)::int, (levy ->> 2)::int, levy ->> 0, (levy ->> 3)::bigint, (levy ->> 4)::bigint
        FROM jsonb_array_elements(line.levies) AS levy
    ) AS due
    CROSS JOIN LATERAL (SELECT line.tax_amount - due.tax - due.also AS amount) AS untaxed
    CROSS JOIN LATERAL (
        SELECT CASE WHEN part.kind = 'ship' THEN part.address ->> 'country_code' ELSE place.country_code END AS country
        FROM orders_fulfilmentline AS goods
        JOIN orders_fulfilment AS part ON part.id = goods.fulfilment_id
        JOIN inventory_location AS place ON place.id = part.location_id
        WHERE goods.order_line_id = line.id ORDER BY part.id LIMIT 1
    ) AS supplied
    WHERE (gone.units > 0 OR gone.reduced > 0) AND chosen.id NOT IN (SELECT id FROM whole)
    GROUP BY chosen.store, chosen.currency, supplied.country, due.rate, due.finer, due.levy
    UNION ALL
    SELECT whole.store, whole.currency, zone.country, tax.rate, tax.rate_finer, tax.levy,
           sum(tax.base + tax.tax)::bigint, sum(tax.tax)::bigint
    FROM whole JOIN orders_ordertax AS tax ON tax.order_id = whole.id
    JOIN carts_taxzone AS zone ON zone.id = tax.zone_id
    GROUP BY whole.store, whole.currency, zone.country, tax.rate, tax.rate_finer, tax.levy
), undone AS (
    SELECT store, currency, country, rate, finer, levy, sum(gross)::bigint AS gross, sum(tax)::bigint AS tax
    FROM parts GROUP BY store, currency, country, rate, finer, levy
)
SELECT sold.*, coalesce(undone.gross - undone.tax, 0)::bigint AS undone_base,
       coalesce(undone.tax, 0)::bigint AS undone_tax
FROM sold LEFT JOIN undone USING (store, currency, country, rate, finer, levy)
ORDER BY sold.store, sold.currency, sold.country, sold.rate DESC, finer DESC, levy
"""


@dataclass(frozen=True, slots=True)
class TaxReportRow:
    """
    One rate (basis points) of one tax in one country of supply, sold in one store; store is empty for what was sold
    outside stores. Amounts in minor units.

    base and tax: of everything sold. undone_base, undone_tax: of what was cancelled or returned of it since.
    """

    store: str
    currency: str
    country: str
    rate: BasisPoints
    levy: str
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
    Return the taxes of all orders placed from the first to the last day, both included.

    An order of a store belongs to the day that it was there, as its receipt says; any other to the shop's own day.
    store: the code of one store, empty for what was sold outside stores, None for everything.
    """
    since, until = instants_of(first, last)
    rows = sql.fetch_all(
        _REPORT,
        {
            "since": since,
            "until": until,
            "first": first,
            "last": last,
            "zone": settings.SHOP_TIME_ZONE,
            "store": store,
        },
    )
    return [TaxReportRow(**{**row, "rate": joined(row["rate"], finer)}) for row in rows for finer in [row.pop("finer")]]
