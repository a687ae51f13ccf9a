"""Lists of products: found, filtered, ordered and paged."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from django.conf import settings

from core.data import sql
from core.texts.languages import active_language

NEWEST, PRICE, PRICE_DOWN, NAME, RELEVANCE = "newest", "price", "-price", "name", "relevance"
ORDERINGS = (NEWEST, PRICE, PRICE_DOWN, NAME, RELEVANCE)
# Ranking is useless for a word that half the catalogue contains, so at most this many matches are ranked.
MOST_RANKED = 1000
# A literal for the planner, which assumes that an unknown limit is a tenth of the table, and then plans each list anew.
LONGEST_PAGE = 101
MOST_COUNTED = 5_000


@dataclass(frozen=True, slots=True)
class ProductSearch:
    """
    Which products are searched for; a field with its default value does not limit.

    query: what search_query() made of the words. category: a slug, its subtree included. store: a code; stock then
    means stock in that store. in_stock: only available products. min_price, max_price: minor units, of a product's
    cheapest variant.
    """

    query: str = ""
    category: str = ""
    brand: str = ""
    store: str = ""
    in_stock: bool = False
    min_price: int | None = None
    max_price: int | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """
    The choices among the products found.

    categories: rows of slug, name, path and products, of every category with matches in its subtree, by path. brands:
    name and products, most first. lowest, highest: of the prices of the cheapest variants, minor units, None if nothing
    was found.
    """

    categories: Sequence[sql.Row]
    brands: Sequence[tuple[str, int]]
    lowest: int | None
    highest: int | None


@dataclass(frozen=True, slots=True)
class _Order:
    """key: the expression a list is ordered by, the id breaking ties; cast: its type, for the key of the last row."""

    key: str
    cast: str
    descending: bool = False


def search_query(words: str) -> str:
    """
    Return the search for words as people type them, in PostgreSQL's notation.

    Case, accents and letter forms do not count; a word that is not in the catalogue is replaced by the most similar
    ones.
    """
    row = sql.fetch_one("SELECT inventory_query(%(words)s::text)::text AS query", {"words": words})
    assert row is not None
    return str(row["query"])


def list_products(
    search: ProductSearch, *, ordering: str, limit: int, after: Sequence[Any] | None = None
) -> list[sql.Row]:
    """
    Return products on sale in settings.SHOP_CURRENCY, in one statement.

    Rows: id, slug, name, brand, category, lowest, highest (minor units), variants, sku (of the only variant), file and
    alt of the first picture, in_stock, and key, by which the list is ordered. after: key and id of the last row seen.
    """
    statement = _list_statement(
        ordering, _limits(search), after is not None, active_language() if ordering == NAME else ""
    )
    key, last_id = after or (None, None)
    parameters = _parameters(search) | {"limit": limit, "after_key": key, "after_id": last_id}
    return sql.fetch_all(statement, parameters, prepared=_one_plan_is_best(search))


def facets_of(search: ProductSearch) -> Facets:
    """
    Return the facets of a search, in one statement.

    Only words and category count: brands and prices are being chosen, and stock changes too fast to be counted. At most
    MOST_COUNTED matches are counted.
    """
    statement = _facets_statement(_limits(search) & {"query", "category"})
    rows = sql.fetch_all(statement, _parameters(search), prepared=_one_plan_is_best(search))
    brands: dict[str, int] = {}
    own: dict[str, int] = {}
    for row in rows:
        if row["products"]:
            brands[row["brand"]] = brands.get(row["brand"], 0) + row["products"]
            own[row["path"] or ""] = own.get(row["path"] or "", 0) + row["products"]
    return Facets(
        categories=_with_subtrees({row["path"]: row for row in rows if row["path"]}, own),
        brands=sorted(
            ((name, products) for name, products in brands.items() if name), key=lambda brand: (-brand[1], brand)
        ),
        lowest=rows[0]["lowest"] if rows else None,
        highest=rows[0]["highest"] if rows else None,
    )


def _with_subtrees(categories: dict[str, sql.Row], own: dict[str, int]) -> list[sql.Row]:
    """Return every category with the number of products in its subtree; those without any are left out."""
    totals: dict[str, int] = {}
    for path, products in own.items():
        steps = path.split("/")
        for depth in range(1, len(steps) + 1):
            above = "/".join(steps[:depth])
            totals[above] = totals.get(above, 0) + products
    return [
        {"slug": row["slug"], "name": row["name"], "path": path, "products": totals[path]}
        for path, row in sorted(categories.items())
        if path in totals
    ]


def _limits(search: ProductSearch) -> frozenset[str]:
    """Return the names of the fields that limit this search."""
    return frozenset(field.name for field in fields(search) if getattr(search, field.name) not in ("", None, False))


def _one_plan_is_best(search: ProductSearch) -> bool:
    """
    Return whether one plan suits a list whatever its parameters.

    A word in all products and a word in none need different plans, and so do brands, prices and stores. PostgreSQL does
    not know the number of products of a category when it plans.
    """
    return _limits(search) <= {"category"}


def _parameters(search: ProductSearch) -> dict[str, Any]:
    return {
        "currency": settings.SHOP_CURRENCY,
        "query": search.query,
        "category": search.category,
        "brand": search.brand,
        "store": search.store,
        "min_price": search.min_price,
        "max_price": search.max_price,
    }


# The statements are built from these constants only, one for each set of filters in use, so that PostgreSQL plans each
# for exactly what it does; values are always sent as parameters. OFFSET 0 keeps PostgreSQL from reading the
# stock of the whole shop for the products of one page, which it thinks is cheaper because of the OR.
_CONDITIONS = {
    "query": "product.search_vector @@ %(query)s::tsquery",
    "category": """product.category_id IN (
        SELECT category.id FROM inventory_category AS category
        JOIN inventory_category AS root ON starts_with(category.path || '/', root.path || '/')
        WHERE root.slug = %(category)s)""",
    "brand": "product.brand = %(brand)s",
    "min_price": "price.lowest >= %(min_price)s::bigint",
    "max_price": "price.lowest <= %(max_price)s::bigint",
    "in_stock": """(product.kind = 'gift_card' OR EXISTS (
        SELECT FROM inventory_variant AS variant JOIN inventory_stocklevel AS level ON level.variant_id = variant.id
        JOIN inventory_location AS location ON location.id = level.location_id
        WHERE variant.product_id = product.id AND variant.is_active AND location.is_active
          AND level.on_hand - level.reserved - level.safety > 0 OFFSET 0))""",
    "in_stock_in_store": """product.id IN (
        SELECT variant.product_id FROM inventory_variant AS variant
        JOIN inventory_stocklevel AS level ON level.variant_id = variant.id
        WHERE level.location_id = (SELECT id FROM inventory_location WHERE code = %(store)s AND is_active)
          AND variant.is_active AND level.on_hand - level.reserved - level.safety > 0)""",
}

_LIST = """
WITH page AS (
    SELECT id, lowest, highest, key FROM (
        SELECT product.id, price.lowest, price.highest, {key} AS key
        FROM inventory_product AS product
        JOIN inventory_pricerange AS price ON price.product_id = product.id AND price.currency = %(currency)s
        WHERE product.state = 'published' {conditions}
        {most}
    ) AS matching
    {after}
    ORDER BY key {direction}, id {direction} LIMIT {longest}
)
SELECT page.id, page.lowest, page.highest, page.key, product.slug, product.name, product.brand,
       category.slug AS category, picture.file, picture.alt, variant.variants, variant.sku,
       product.kind = 'gift_card' OR EXISTS (
           SELECT FROM inventory_variant AS variant
           JOIN inventory_stocklevel AS level ON level.variant_id = variant.id
           JOIN inventory_location AS location ON location.id = level.location_id
           WHERE variant.product_id = page.id AND variant.is_active AND location.is_active {in_store}
             AND level.on_hand - level.reserved - level.safety > 0) AS in_stock
FROM (SELECT * FROM page ORDER BY key {direction}, id {direction} LIMIT %(limit)s) AS page
JOIN inventory_product AS product ON product.id = page.id
LEFT JOIN inventory_category AS category ON category.id = product.category_id
LEFT JOIN LATERAL (
    SELECT count(*) AS variants, CASE WHEN count(*) = 1 THEN min(sku) END AS sku
    FROM inventory_variant WHERE product_id = page.id AND is_active
) AS variant ON true
LEFT JOIN LATERAL (
    SELECT file, alt FROM inventory_media WHERE product_id = page.id ORDER BY position, id LIMIT 1
) AS picture ON true
ORDER BY page.key {direction}, page.id {direction}
"""

_ORDERS = {
    NEWEST: _Order("product.published_at", "timestamptz", descending=True),
    PRICE: _Order("price.lowest", "bigint"),
    PRICE_DOWN: _Order("price.lowest", "bigint", descending=True),
    NAME: _Order("""inventory_sort_name(product.name, '{language}') COLLATE "C" """, "text"),
    RELEVANCE: _Order("ts_rank(product.search_vector, %(query)s::tsquery)::float8", "float8", descending=True),
}

_FACETS_OF_ALL = """
WITH shelf AS (
    SELECT category_id, brand, count(*)::int AS products
    FROM inventory_product WHERE state = 'published' GROUP BY category_id, brand
)
SELECT shelf.brand, shelf.products, category.slug, category.name, category.path,
       (SELECT min(lowest) FROM inventory_pricerange WHERE currency = %(currency)s) AS lowest,
       (SELECT max(lowest) FROM inventory_pricerange WHERE currency = %(currency)s) AS highest
FROM shelf FULL JOIN inventory_category AS category ON category.id = shelf.category_id
"""
_EDGE = f"""
    SELECT price.lowest
    FROM inventory_pricerange AS price JOIN inventory_product AS product ON product.id = price.product_id
    WHERE price.currency = %(currency)s AND product.state = 'published' AND {_CONDITIONS["category"]}
    ORDER BY price.lowest {{direction}} LIMIT 1
"""
_FACETS = """
WITH matching AS MATERIALIZED (
    SELECT product.category_id, product.brand, price.lowest
    FROM inventory_product AS product
    JOIN inventory_pricerange AS price ON price.product_id = product.id AND price.currency = %(currency)s
    WHERE product.state = 'published' {conditions}
    LIMIT {most}
), shelf AS (
    SELECT category_id, brand, count(*)::int AS products FROM matching GROUP BY category_id, brand
)
SELECT shelf.brand, shelf.products, category.slug, category.name, category.path,
       (SELECT min(lowest) FROM matching) AS lowest, (SELECT max(lowest) FROM matching) AS highest
FROM shelf FULL JOIN inventory_category AS category ON category.id = shelf.category_id
"""


# The products of a category are counted along its index; its lowest and highest price are at the ends of theirs.
_FACETS_OF_CATEGORY = f"""
WITH shelf AS (
    SELECT category_id, brand, count(*)::int AS products
    FROM inventory_product AS product WHERE state = 'published' AND {_CONDITIONS["category"]}
    GROUP BY category_id, brand
)
SELECT shelf.brand, shelf.products, category.slug, category.name, category.path, least.lowest, most.lowest AS highest
FROM shelf FULL JOIN inventory_category AS category ON category.id = shelf.category_id
LEFT JOIN ({_EDGE.format(direction="")}) AS least ON true
LEFT JOIN ({_EDGE.format(direction="DESC")}) AS most ON true
"""


@cache
def _list_statement(ordering: str, limits: frozenset[str], is_later_page: bool, language: str) -> str:
    order = _ORDERS[ordering]
    names = sorted(limits & {"query", "category", "brand", "min_price", "max_price"})
    if "in_stock" in limits:
        names.append("in_stock_in_store" if "store" in limits else "in_stock")
    after = f"(key, id) {'<' if order.descending else '>'} (%(after_key)s::{order.cast}, %(after_id)s::bigint)"
    return _LIST.format(
        key=order.key.format(language=language),
        conditions=" ".join(f"AND {_CONDITIONS[name]}" for name in names),
        most=f"LIMIT {MOST_RANKED}" if ordering == RELEVANCE else "",
        after=f"WHERE {after}" if is_later_page else "",
        longest=LONGEST_PAGE,
        direction="DESC" if order.descending else "ASC",
        in_store="AND location.code = %(store)s" if "store" in limits else "",
    )


@cache
def _facets_statement(limits: frozenset[str]) -> str:
    if limits == {"category"}:
        return _FACETS_OF_CATEGORY
    conditions = " ".join(f"AND {_CONDITIONS[name]}" for name in sorted(limits))
    return _FACETS.format(conditions=conditions, most=MOST_COUNTED) if limits else _FACETS_OF_ALL
