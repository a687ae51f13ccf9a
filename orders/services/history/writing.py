"""Writes customers, products, orders, payments and journal entries from the staging table."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.services.customers.customer_import import Contact, make_contacts
from core import journal
from core.actors import Actor
from core.data import sql
from core.data.imports import Options
from core.data.imports.columns import with_defaults
from core.data.imports.sessions import write_in_sessions
from core.data.imports.staging import execute_sorting
from inventory.services.product_import import NewProduct, make_products
from orders.events import OrderImported
from orders.models import Order, OrderLine, Payment
from orders.services.history.accounting import NEW_CUSTOMERS, ImportSource
from orders.services.history.returns import write_returns

PEOPLE_AT_ONCE = 1000
PRODUCTS_AT_ONCE = 1000

_FIND_CUSTOMERS = """
UPDATE import_orders SET customer_id = customer.id FROM accounts_customer AS customer
WHERE customer.external_id = import_orders.customer AND import_orders.customer <> '' AND NOT import_orders.there
"""
_MONTHS = """
SELECT DISTINCT date_trunc('month', placed_at AT TIME ZONE 'UTC')::date AS month FROM import_orders
WHERE NOT there ORDER BY 1
"""
_PIECES = """
SELECT DISTINCT piece FROM import_orders WHERE NOT there AND is_return = %(is_return)s ORDER BY piece
"""

# The customer's newest order is the one with the highest id, so ids must follow time.
_NUMBER_ORDERS = """
UPDATE import_orders SET id = numbered.id FROM (
    SELECT ordinal, nextval(pg_get_serial_sequence('orders_order', 'id')) AS id FROM (
        SELECT ordinal FROM import_orders WHERE NOT there AND NOT is_return ORDER BY ordinal
    ) AS waiting
) AS numbered
WHERE numbered.ordinal = import_orders.ordinal
"""
# A slash would end the number in an address. Numbers in files have no tilde (profiles.py), so none is taken twice.
_NUMBER = "%(prefix)s::text || '-' || replace(staged.invoice, '/', '~')"
_WRITE_ORDERS = f"""
INSERT INTO orders_order (
    id, number, customer_id, state, channel, store_id, currency, items_total, grand_total, contact_email, external_id,
    placed_at, closed_at, :columns)
SELECT staged.id, {_NUMBER}, staged.customer_id, 'completed', staged.channel,
    location.id, staged.currency, staged.total, staged.total, staged.email, staged.external_id,
    staged.placed_at, staged.placed_at, :defaults
FROM import_orders AS staged LEFT JOIN inventory_location AS location ON location.code = staged.store
WHERE staged.piece = %(piece)s AND NOT staged.is_return AND NOT staged.there
ORDER BY staged.ordinal
"""
_WRITE_LINES = """
INSERT INTO orders_orderline (
    order_id, position, variant_id, sku, name, quantity, quantity_fulfilled, unit_price, line_total, :columns)
SELECT made.id, row_number() OVER (PARTITION BY made.id ORDER BY line.line), variant.id, line.sku,
    coalesce(nullif(line.name, ''), line.sku), line.quantity, line.quantity, line.unit_price,
    line.quantity * line.unit_price, :defaults
FROM import_orders AS made
JOIN import_rows AS line ON line.invoice = made.invoice AND NOT line.is_return AND line.reason = ''
LEFT JOIN inventory_variant AS variant ON upper(variant.sku) = upper(line.sku) AND NOT line.is_charge
WHERE made.piece = %(piece)s AND NOT made.is_return AND NOT made.there
"""
_WRITE_PAYMENTS = """
INSERT INTO orders_payment (order_id, method, amount, state, captured_at, :columns)
SELECT id, 'imported', total, 'captured', placed_at, :defaults FROM import_orders
WHERE piece = %(piece)s AND NOT is_return AND NOT there AND total > 0
"""
_WRITTEN = f"""
SELECT id, {_NUMBER} AS number, customer_id, channel, store, total, currency, lines, country, placed_at
FROM import_orders AS staged WHERE piece = %(piece)s AND NOT is_return AND NOT there ORDER BY ordinal
"""

_GROWN_BY_ORDERS = (
    "accounts_customer",
    "inventory_product",
    "inventory_variant",
    "inventory_price",
    "orders_order",
    "orders_orderline",
    "orders_payment",
)
_GROWN_BY_RETURNS = ("orders_return", "orders_returnline", "orders_refund", "core_journal")


def write_history(*, source: ImportSource, publish: bool, sessions: int, options: Options) -> None:
    """
    Write what decide() has accepted, batch by batch, each in its own transaction.

    A repeated run skips what an interrupted one has written. publish: show new products to shoppers. sessions: how many
    connections write orders at once.
    """
    progress = options.progress
    _make_customers()
    _make_products(publish=publish, now=options.now)
    execute_sorting(_FIND_CUSTOMERS, {})
    execute_sorting(_NUMBER_ORDERS, {})
    sql.execute("ANALYZE import_orders", {})
    for row in sql.fetch_all(_MONTHS, {}):
        journal.ensure_months(row["month"], row["month"])

    write_in_sessions(
        _pieces(is_return=False),
        lambda piece: _write_piece(source, piece),
        sessions=sessions,
        show=lambda part: progress.show("Writing orders", part),
    )
    _analyze(_GROWN_BY_ORDERS)
    # Returns come after all orders, so that each can find its order, and in order of time, because the first takes the
    # units.
    write_in_sessions(
        _pieces(is_return=True),
        lambda piece: write_returns(source=source, piece=piece),
        sessions=1,
        show=lambda part: progress.show("Writing returns", part),
    )
    _analyze(_GROWN_BY_RETURNS)


def _analyze(tables: Sequence[str]) -> None:
    # Without fresh statistics, tables that grew this much would be planned as the small ones they were.
    for table in tables:
        sql.execute(f"ANALYZE {table}", {})


def _pieces(*, is_return: bool) -> list[int]:
    return [row["piece"] for row in sql.fetch_all(_PIECES, {"is_return": is_return})]


@transaction.atomic
def _write_piece(source: ImportSource, piece: int) -> None:
    chosen = {"prefix": source.prefix, "piece": piece}
    sql.execute(with_defaults(_WRITE_ORDERS, Order), chosen)
    sql.execute(with_defaults(_WRITE_LINES, OrderLine), {"piece": piece})
    sql.execute(with_defaults(_WRITE_PAYMENTS, Payment), {"piece": piece})
    journal.publish(
        *(
            OrderImported(
                by=Actor(channel=row["channel"], customer_id=row["customer_id"], store_code=row["store"]),
                occurred_at=row["placed_at"],
                customer_id=row["customer_id"],
                ref=row["number"],
                order_id=row["id"],
                total=row["total"],
                currency=row["currency"],
                lines=row["lines"],
                country=row["country"],
            )
            for row in sql.fetch_all(_WRITTEN, chosen)
        )
    )


def _make_customers() -> None:
    unknown = sql.fetch_all(NEW_CUSTOMERS, {})
    for start in range(0, len(unknown), PEOPLE_AT_ONCE):
        make_contacts(
            contacts=[
                Contact(external_id=row["customer"], joined_at=row["known_since"], email=row["email"])
                for row in unknown[start : start + PEOPLE_AT_ONCE]
            ]
        )


def _make_products(*, publish: bool, now: datetime) -> None:
    unknown = sql.fetch_all("SELECT * FROM import_products ORDER BY sku", {})
    for start in range(0, len(unknown), PRODUCTS_AT_ONCE):
        make_products(
            drafts=[
                NewProduct(sku=row["sku"], name=row["name"] or "", amount=row["amount"], currency=row["currency"])
                for row in unknown[start : start + PRODUCTS_AT_ONCE]
            ],
            publish=publish,
            now=now,
        )
