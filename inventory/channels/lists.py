"""Which products a list shows: read from the query parameters of any channel, found, and paged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from core.data import sql
from core.errors import Malformed
from core.money import MoneyError, parse_money
from core.web.api.base import Page, PageQuery
from inventory.queries.catalogue import (
    NAME,
    NEWEST,
    ORDERINGS,
    PRICE,
    PRICE_DOWN,
    RELEVANCE,
    Facets,
    ProductSearch,
    facets_of,
    list_products,
    search_query,
)

NOTHING_FOUND = ""


class ProductListQuery(PageQuery):
    """
    Which products. q: words, with typing errors allowed. category: a slug, with its subcategories. store: a store's
    code; stock then means stock there. min_price, max_price: in the shop's currency, of a product's cheapest variant.
    """

    q = serializers.CharField(required=False, max_length=200, allow_blank=True)
    category = serializers.SlugField(required=False, max_length=80)
    brand = serializers.CharField(required=False, max_length=120)
    store = serializers.SlugField(required=False, max_length=40)
    in_stock = serializers.BooleanField(default=False)
    min_price = serializers.CharField(required=False, max_length=20)
    max_price = serializers.CharField(required=False, max_length=20)
    ordering = serializers.ChoiceField(ORDERINGS, required=False)


@dataclass(frozen=True, slots=True)
class FoundProducts:
    """
    A page of products, with one row more if there is a next page.

    facets: None if nothing can match, and on every page but the first.
    """

    rows: Sequence[sql.Row]
    ordering: str
    facets: Facets | None

    def key_of(self, row: sql.Row) -> list[Any]:
        """Return the parts of the cursor after a row."""
        return [self.ordering, row["key"], row["id"]]


def find_products(query: Mapping[str, Any], page: Page) -> FoundProducts:
    """
    Return the page of products that a checked ProductListQuery requests, in three statements at most.

    Raises Malformed for an invalid amount and for the cursor of another list.
    """
    search = _search_of(query)
    ordering = query.get("ordering") or (RELEVANCE if search.query else NEWEST)
    if ordering == RELEVANCE and not search.query:
        ordering = NEWEST
    after = _key_of(page.after, ordering)
    if query.get("q") and search.query == NOTHING_FOUND:
        return FoundProducts([], ordering, None)
    rows = list_products(search, ordering=ordering, limit=page.fetch, after=after)
    return FoundProducts(rows, ordering, None if after else facets_of(search))


def store_key_of(after: list[Any] | None, *, is_near: bool) -> tuple[float | None, str] | None:
    """Parse the cursor of a list of stores. Raises Malformed for a cursor of another list, or a forged one."""
    match after:
        case None:
            return None
        case [float(key), str(code)] if is_near:
            return key, code
        case [None, str(code)] if not is_near:
            return None, code
    raise Malformed(_("This cursor belongs to another list. Start again without it."), field="cursor")


def _search_of(query: Mapping[str, Any]) -> ProductSearch:
    words = query.get("q", "").strip()
    return ProductSearch(
        query=search_query(words) if words else "",
        category=query.get("category", ""),
        brand=query.get("brand", ""),
        store=query.get("store", ""),
        in_stock=query["in_stock"],
        min_price=_minor(query, "min_price"),
        max_price=_minor(query, "max_price"),
    )


def _minor(query: Mapping[str, Any], name: str) -> int | None:
    if name not in query:
        return None
    try:
        return parse_money(query[name], settings.SHOP_CURRENCY).amount
    except MoneyError as error:
        raise Malformed(_("This is not an amount of money: %s") % error, field=name) from error


_KEY_READERS: dict[str, Callable[[Any], Any]] = {
    NEWEST: datetime.fromisoformat,
    PRICE: int,
    PRICE_DOWN: int,
    NAME: str,
    RELEVANCE: float,
}


def _key_of(after: list[Any] | None, ordering: str) -> tuple[Any, int] | None:
    """Parse the cursor of a list in this order. Raises Malformed for one of another order, or a forged one."""
    if after is None:
        return None
    try:
        made_for, key, last_id = after
        if made_for == ordering:
            return _KEY_READERS[ordering](key), int(last_id)
    except (ValueError, TypeError, OverflowError):
        pass
    raise Malformed(_("This cursor belongs to another list. Start again without it."), field="cursor")
