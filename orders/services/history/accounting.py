"""
Decides which lines of a history are imported, and totals them, in the staging table, before anything is written.

import_orders has one row for each order and each return of the file, ordered by time. problem: why it is refused.
there: the shop has it already. piece: the batch that is written in one transaction. import_products has the products to
create.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.data import sql
from core.data.imports import drop_staging, execute_sorting, refused_by_reason
from orders.services.history.profiles import Profile

LARGEST_TOTAL = 10**15  # minor units

_CREATE_ORDERS = """
CREATE UNLOGGED TABLE import_orders (
    ordinal integer PRIMARY KEY, piece integer, invoice text, is_return boolean, external_id text,
    placed_at timestamptz, customer text, email text, currency text, channel text, store text, country text,
    lines integer, total bigint, value numeric, problem text DEFAULT '', there boolean DEFAULT false, id bigint,
    customer_id bigint)
"""
# The old system booked stock that was found as an invoice of no value without a customer.
_FILL_ORDERS = """
WITH found AS (
    SELECT row_number() OVER (ORDER BY min(placed_at), min(line)) AS ordinal, invoice, is_return,
        %(source)s::text || ':' || invoice AS external_id, min(placed_at) AS placed_at, max(customer) AS customer,
        max(email) AS email, max(currency) AS currency, max(channel) AS channel, max(store) AS store,
        max(country) AS country, count(*) AS lines, sum(quantity * unit_price) AS total,
        sum(quantity * price) AS value,
        CASE
            WHEN min(customer) <> max(customer) OR min(email) <> max(email) OR min(currency) <> max(currency)
                OR min(channel) <> max(channel) OR min(store) <> max(store) THEN 'differs_within_order'
            WHEN abs(sum(quantity * unit_price)) > %(largest)s::bigint THEN 'total_too_large'
            WHEN NOT is_return AND sum(quantity * unit_price) < 0 THEN 'negative_total'
            WHEN %(writes_off_unpaid)s::bool AND NOT is_return AND max(unit_price) = 0 AND max(customer) = ''
                THEN 'stock_adjustment'
            ELSE '' END AS problem
    FROM import_rows WHERE reason = '' GROUP BY invoice, is_return
)
INSERT INTO import_orders (
    ordinal, piece, invoice, is_return, external_id, placed_at, customer, email, currency, channel, store, country,
    lines, total, value, problem)
SELECT ordinal, sum(lines) OVER (PARTITION BY is_return ORDER BY ordinal) / %(rows)s::int, invoice, is_return,
    external_id, placed_at, customer, email, currency, channel, store, country, lines,
    CASE WHEN problem = 'total_too_large' THEN 0 ELSE total END, value, problem
FROM found
"""
_NAME_UNKNOWN_STORES = """
UPDATE import_orders SET problem = 'unknown_store'
WHERE problem = '' AND store <> '' AND NOT EXISTS (SELECT 1 FROM inventory_location WHERE code = import_orders.store)
"""
# One refused line excludes every line under its number.
_NAME_INCOMPLETE = """
UPDATE import_orders SET problem = 'order_incomplete'
WHERE problem = '' AND (
    EXISTS (SELECT 1 FROM import_rows WHERE invoice = import_orders.invoice AND reason <> '')
    OR EXISTS (
        SELECT 1 FROM import_orders AS other WHERE other.invoice = import_orders.invoice AND other.problem <> ''))
"""

# An order stored with other lines or another value than the file's is not the same order: a person must look at it.
_MARK_ORDERS_THERE = """
UPDATE import_orders SET there = true, id = CASE WHEN known.lines = import_orders.lines
    AND known.total = import_orders.total THEN known.id END
FROM (
    SELECT kept.id, kept.external_id, kept.items_total AS total, count(line.id) AS lines
    FROM orders_order AS kept LEFT JOIN orders_orderline AS line ON line.order_id = kept.id
    WHERE starts_with(kept.external_id, %(source)s::text || ':') GROUP BY kept.id
) AS known
WHERE known.external_id = import_orders.external_id AND NOT import_orders.is_return AND import_orders.problem = ''
"""
_MARK_RETURNS_THERE = """
UPDATE import_orders SET there = true, id = CASE WHEN known.lines = import_orders.lines
    AND known.total = -import_orders.total THEN known.id END
FROM (
    SELECT min(part.id) AS id, split_part(part.external_id, '~', 1) AS external_id, sum(part.lines) AS lines,
        sum(part.amount) AS total
    FROM (
        SELECT kept.id, kept.external_id, kept.amount, count(line.id) AS lines
        FROM orders_return AS kept LEFT JOIN orders_returnline AS line ON line.parent_id = kept.id
        WHERE starts_with(kept.external_id, %(source)s::text || ':') GROUP BY kept.id
    ) AS part GROUP BY 2
) AS known
WHERE known.external_id = import_orders.external_id AND import_orders.is_return AND import_orders.problem = ''
"""
_NAME_CHANGED = "UPDATE import_orders SET problem = 'differs_from_imported' WHERE there AND id IS NULL"
_REFUSE = """
UPDATE import_rows SET reason = import_orders.problem, detail = import_orders.external_id
FROM import_orders
WHERE import_orders.invoice = import_rows.invoice AND import_orders.is_return = import_rows.is_return
    AND import_orders.problem <> '' AND import_rows.reason = ''
"""

_FIGURES = """
SELECT
    coalesce(sum(lines) FILTER (WHERE NOT there), 0) AS imported,
    coalesce(sum(lines) FILTER (WHERE there), 0) AS already_there,
    coalesce(sum(value) FILTER (WHERE NOT there), 0) AS net_sum_imported,
    coalesce(sum(value) FILTER (WHERE there), 0) AS net_sum_already_there,
    count(*) FILTER (WHERE NOT there AND NOT is_return) AS orders,
    count(*) FILTER (WHERE NOT there AND is_return) AS returns
FROM import_orders
"""
_REFUSED_SUM = "SELECT coalesce(sum(quantity * price), 0) AS sum FROM import_rows WHERE reason <> ''"
NEW_CUSTOMERS = """
SELECT customer, min(placed_at) AS known_since, min(email) AS email FROM import_orders
WHERE customer <> '' AND NOT there
    AND NOT EXISTS (SELECT 1 FROM accounts_customer WHERE external_id = import_orders.customer)
GROUP BY customer ORDER BY min(ordinal)
"""
# A product gets its most frequent name and price: both change over the years, and mistakes are rare.
_NEW_PRODUCTS = """
CREATE UNLOGGED TABLE import_products AS
SELECT min(staged.sku) AS sku, mode() WITHIN GROUP (ORDER BY nullif(staged.name, '')) AS name,
    mode() WITHIN GROUP (ORDER BY nullif(staged.unit_price, 0)) AS amount, max(staged.currency) AS currency
FROM import_rows AS staged JOIN import_orders USING (invoice, is_return)
WHERE staged.reason = '' AND NOT staged.is_charge AND NOT import_orders.there
    AND NOT EXISTS (SELECT 1 FROM inventory_variant AS known WHERE upper(known.sku) = upper(staged.sku))
GROUP BY upper(staged.sku)
"""
_COUNT = "SELECT count(*) AS found FROM ({}) AS found"


@dataclass(frozen=True, kw_only=True)
class ImportSource:
    """The origin of a history. name: what its external ids begin with; prefix: what its order numbers begin with."""

    name: str
    prefix: str


def decide(*, profile: Profile, source: ImportSource, rows_per_transaction: int) -> None:
    """Gather the staged lines into orders and returns in import_orders, and refuse those that cannot be imported."""
    sql.execute("CREATE INDEX ON import_rows (invoice)", {})
    drop_staging("import_orders", "import_products")
    sql.execute(_CREATE_ORDERS, {})
    execute_sorting(
        _FILL_ORDERS,
        {
            "source": source.name,
            "rows": rows_per_transaction,
            "largest": LARGEST_TOTAL,
            "writes_off_unpaid": profile.writes_off_unpaid,
        },
    )
    sql.execute("CREATE INDEX ON import_orders (piece)", {})
    sql.execute("ANALYZE import_orders", {})
    execute_sorting(_NAME_UNKNOWN_STORES, {})
    if profile.whole_orders:
        execute_sorting(_NAME_INCOMPLETE, {})
    execute_sorting(_MARK_ORDERS_THERE, {"source": source.name})
    execute_sorting(_MARK_RETURNS_THERE, {"source": source.name})
    execute_sorting(_NAME_CHANGED, {})
    execute_sorting(_REFUSE, {})
    sql.execute("DELETE FROM import_orders WHERE problem <> ''", {})
    execute_sorting(_NEW_PRODUCTS, {})


def add_up(*, lines: int) -> dict[str, Any]:
    """
    Total every line of the file as imported, already stored, or refused.

    Sums are in the units in which the file gives prices. Call it before anything is written.
    """
    orders = sql.fetch_one(_FIGURES, {})
    refused_sum = sql.fetch_one(_REFUSED_SUM, {})
    assert orders is not None and refused_sum is not None
    refused = refused_by_reason()
    return {
        "lines": lines,
        "imported": int(orders["imported"]),
        "already_there": int(orders["already_there"]),
        "refused": sum(refused.values()),
        "customers": _count(NEW_CUSTOMERS),
        "orders": orders["orders"],
        "returns": orders["returns"],
        "products": _count("SELECT sku FROM import_products"),
        "net_sum_imported": _two_places(orders["net_sum_imported"]),
        "net_sum_already_there": _two_places(orders["net_sum_already_there"]),
        "net_sum_refused": _two_places(refused_sum["sum"]),
        "refused_by_reason": refused,
    }


def _count(statement: str) -> int:
    row = sql.fetch_one(_COUNT.format(statement), {})
    assert row is not None
    count: int = row["found"]
    return count


def _two_places(value: Decimal) -> Decimal:
    # Currencies with three decimals keep them; fractions of a minor unit in refused lines are rounded away.
    return Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
