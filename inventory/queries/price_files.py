"""Exports prices, a few thousand at a time."""

from collections.abc import Iterator, Sequence

from core.data import sql
from core.money import format_minor

COLUMNS = ("sku", "price_list", "min_quantity", "price", "currency")
ROWS_AT_ONCE = 5_000

_ORDINARY = """
SELECT price.id, variant.sku, '' AS price_list, NULL AS min_quantity, price.amount, price.currency
FROM inventory_price AS price JOIN inventory_variant AS variant ON variant.id = price.variant_id
WHERE price.id > %(after)s ORDER BY price.id LIMIT %(limit)s
"""
_OF_LISTS = """
SELECT step.id, variant.sku, list.code AS price_list, step.min_quantity, step.amount, list.currency
FROM inventory_listprice AS step JOIN inventory_pricelist AS list ON list.id = step.price_list_id
JOIN inventory_variant AS variant ON variant.id = step.variant_id
WHERE step.id > %(after)s AND (%(code)s = '' OR list.code = %(code)s) ORDER BY step.id LIMIT %(limit)s
"""


def exported_prices(*, price_list: str = "") -> Iterator[Sequence[object]]:
    """
    Yield every price as a row of COLUMNS that the importer reads: the ordinary ones, then those of lists.

    price_list: a list's code, to export only its prices. Amounts in major units.
    """
    if not price_list:
        yield from _rows(_ORDINARY, "")
    yield from _rows(_OF_LISTS, price_list)


def _rows(statement: str, code: str) -> Iterator[Sequence[object]]:
    after = 0
    while rows := sql.fetch_all(statement, {"after": after, "limit": ROWS_AT_ONCE, "code": code}):
        for row in rows:
            amount = format_minor(row["amount"], row["currency"])
            yield row["sku"], row["price_list"], row["min_quantity"], amount, row["currency"]
        after = rows[-1]["id"]
