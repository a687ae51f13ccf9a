"""Imports prices from a CSV file: ordinary ones, and those of price lists; one row is one price."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.actors import THE_SYSTEM, Actor
from core.currencies import PLACES
from core.data import sql
from core.data.csv_files import unescaped
from core.data.imports import (
    REFUSE_LATER_DUPLICATES,
    Cells,
    Column,
    Options,
    Plan,
    RowRefused,
    execute_sorting,
    run_import,
)
from core.data.imports.cells import amount, required_text, text, whole
from core.data.imports.columns import with_defaults
from core.journal import publish
from core.texts.spelling import plain_text
from inventory.events import CatalogueChanged
from inventory.models import ListPrice, Price
from inventory.services.imported_skus import imported_sku
from inventory.services.price_lists import LARGEST_QUANTITY, publish_list_change

REQUIRED = ("sku", "price", "currency")
OPTIONAL = ("price_list", "min_quantity")

_STAGING = (
    Column("key", "text"),
    Column("sku", "text"),
    Column("price_list", "text"),
    Column("min_quantity", "integer"),
    Column("amount", "bigint"),
    Column("currency", "text"),
    Column("variant_id", "bigint"),
    Column("price_list_id", "bigint"),
)
_FIND_VARIANT = """
UPDATE import_rows SET variant_id = variant.id FROM inventory_variant AS variant
WHERE upper(variant.sku) = upper(import_rows.sku) AND import_rows.reason = ''
"""
_FIND_LIST = """
UPDATE import_rows SET price_list_id = list.id FROM inventory_pricelist AS list
WHERE list.code = import_rows.price_list AND import_rows.reason = ''
"""
_REFUSE_UNKNOWN = """
UPDATE import_rows SET
    reason = CASE WHEN variant_id IS NULL THEN 'unknown_sku' ELSE 'unknown_price_list' END,
    detail = CASE WHEN variant_id IS NULL THEN sku ELSE price_list END
WHERE reason = '' AND (variant_id IS NULL OR (price_list_id IS NULL AND price_list <> ''))
"""
_REFUSE_OTHER_CURRENCY = """
UPDATE import_rows SET reason = 'other_currency', detail = list.currency FROM inventory_pricelist AS list
WHERE list.id = import_rows.price_list_id AND list.currency <> import_rows.currency AND import_rows.reason = ''
"""
_DECIDE = """
UPDATE import_rows SET action = CASE
    WHEN present.amount IS NULL THEN 'create' WHEN present.amount = staged.amount THEN 'same' ELSE 'update' END
FROM import_rows AS staged LEFT JOIN LATERAL (
    SELECT amount FROM inventory_price AS price
    WHERE staged.price_list = '' AND price.variant_id = staged.variant_id AND price.currency = staged.currency
    UNION ALL
    SELECT amount FROM inventory_listprice AS step
    WHERE step.price_list_id = staged.price_list_id AND step.variant_id = staged.variant_id
      AND step.min_quantity = staged.min_quantity
) AS present ON true
WHERE staged.line = import_rows.line AND staged.reason = ''
"""
_CHECK = (REFUSE_LATER_DUPLICATES, _FIND_VARIANT, _FIND_LIST, _REFUSE_UNKNOWN, _REFUSE_OTHER_CURRENCY, _DECIDE)

_PIECE = "staged.reason = '' AND staged.action <> 'same' AND staged.line BETWEEN %(first)s AND %(last)s"
# The order is fixed, so that two imports of the same prices wait for each other instead of deadlocking.
_LOCK = f"""
SELECT FROM inventory_variant AS variant JOIN import_rows AS staged ON staged.variant_id = variant.id
WHERE {_PIECE} ORDER BY variant.id FOR NO KEY UPDATE OF variant
"""
_SET_PRICES = f"""
INSERT INTO inventory_price (variant_id, currency, amount, updated_at, :columns)
SELECT variant_id, currency, amount, %(now)s::timestamptz, :defaults
FROM import_rows AS staged WHERE {_PIECE} AND staged.price_list = '' ORDER BY variant_id
ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount, updated_at = excluded.updated_at
WHERE inventory_price.amount <> excluded.amount
"""
_SET_LIST_PRICES = f"""
INSERT INTO inventory_listprice (price_list_id, variant_id, min_quantity, amount, updated_at, :columns)
SELECT price_list_id, variant_id, min_quantity, amount, %(now)s::timestamptz, :defaults
FROM import_rows AS staged WHERE {_PIECE} AND staged.price_list <> '' ORDER BY variant_id, price_list_id, min_quantity
ON CONFLICT (variant_id, price_list_id, min_quantity) DO UPDATE
SET amount = excluded.amount, updated_at = excluded.updated_at WHERE inventory_listprice.amount <> excluded.amount
"""
_CHANGED_LISTS = """
SELECT price_list_id AS id, price_list AS code, count(*) AS prices FROM import_rows
WHERE reason = '' AND action <> 'same' AND price_list <> '' GROUP BY price_list_id, price_list ORDER BY price_list_id
"""


def import_prices(*, path: Path, options: Options, by: Actor = THE_SYSTEM) -> dict[str, Any]:
    """
    Set prices from a CSV file, and return the figures of the run.

    A row without a price list is an ordinary price, matched by SKU and currency; a row with one is a price of that
    list, matched by SKU, list and quantity. No price is removed. Locks the variants of one piece of the file at a time,
    in pk order. Raises UnusableFile and ImportRunning.
    """

    def write(first: int, last: int) -> None:
        piece = {"first": first, "last": last, "now": options.now}
        sql.fetch_all(_LOCK, piece)
        sql.execute(with_defaults(_SET_PRICES, Price), piece)
        sql.execute(with_defaults(_SET_LIST_PRICES, ListPrice), piece)

    def finish() -> None:
        publish(CatalogueChanged(by=by, occurred_at=options.now, ref="prices", product_id=None, change="edited"))
        for row in sql.fetch_all(_CHANGED_LISTS, {}):
            publish_list_change(price_list_id=row["id"], code=row["code"], prices=row["prices"], by=by, now=options.now)

    plan = Plan(
        required=REQUIRED,
        optional=OPTIONAL,
        staging=_STAGING,
        read=_read,
        check=_check,
        write=write,
        finish=finish,
        identify=_identify,
        numbers=("min_quantity", "price"),
    )
    return run_import(plan, path, options)


def _read(cells: Cells) -> Sequence[Any]:
    sku, price_list, min_quantity, currency = _place(cells)
    if not 1 <= min_quantity <= LARGEST_QUANTITY:
        raise RowRefused("quantity_not_valid", f"{min_quantity}")
    if min_quantity > 1 and not price_list:
        raise RowRefused("quantity_needs_price_list", f"{min_quantity}")
    if currency not in PLACES:
        raise RowRefused("unknown_currency", currency)
    price = amount(cells, "price", currency)
    return (
        _key(sku, price_list, min_quantity, currency),
        *(sku, price_list, min_quantity, price, currency, None, None),
    )


def _identify(cells: Cells) -> dict[str, Any]:
    return {"key": _key(*_place(cells))}


def _place(cells: Cells) -> tuple[str, str, int, str]:
    """Read what a price is found by."""
    # A file of the shop's own has an apostrophe before what a spreadsheet would run.
    sku = imported_sku(cells | {"sku": unescaped(cells["sku"].strip())})
    price_list = plain_text(unescaped(text(cells, "price_list", longest=41)))
    min_quantity = whole(cells, "min_quantity") if text(cells, "min_quantity", longest=20) else 1
    return sku, price_list, min_quantity, required_text(cells, "currency", longest=3).upper()


def _key(sku: str, price_list: str, min_quantity: int, currency: str) -> str:
    return "\n".join((sku.upper(), price_list, str(min_quantity), "" if price_list else currency))


def _check() -> None:
    for statement in _CHECK:
        execute_sorting(statement, {})
