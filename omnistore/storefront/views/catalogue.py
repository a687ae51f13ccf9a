"""Home, categories and search."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from core.money import format_minor
from core.texts.translated import in_language
from core.web.api.base import next_cursor, page_of
from inventory.channels.lists import FoundProducts, ProductListQuery, find_products
from inventory.queries.catalogue import NAME, NEWEST, PRICE, PRICE_DOWN, RELEVANCE, ProductSearch, list_products
from inventory.queries.products import category_tiles, category_trail
from omnistore.storefront.pages import GOODS_SHEET, page, query_of, shared_page

SHOWN_AT_HOME = 8
SHOWN_IN_LIST = 24


@require_safe
@page
def home(request: HttpRequest) -> HttpResponse:
    """The shop's home page: new products and the categories."""

    def build() -> Mapping[str, Any]:
        return {
            "title": settings.SHOP_NAME,
            "description": _("Order online, collect in a store near you, or have it delivered."),
            "tiles": category_tiles(),
            "products": list_products(ProductSearch(), ordering=NEWEST, limit=SHOWN_AT_HOME),
        }

    return shared_page(request, "storefront/home.html", build, sheets=[GOODS_SHEET])


@require_safe
@page
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A category with everything below it."""

    def build() -> Mapping[str, Any]:
        trail = category_trail(slug)
        if not trail:
            raise NotFound(_("There is no such category."))
        context = _list(request, {"category": slug})
        path = "/".join(step["slug"] for step in trail)
        return {
            **context,
            "title": in_language(trail[-1]["name"]),
            "trail": trail[:-1],
            "chips": [row for row in context["facets"].categories if row["path"].rpartition("/")[0] == path]
            if context["facets"]
            else [],
        }

    return shared_page(request, "storefront/list.html", build, sheets=[GOODS_SHEET])


@require_safe
@page
def search(request: HttpRequest) -> HttpResponse:
    """The results of a search, which tolerates typing errors."""
    words = request.GET.get("q", "").strip()

    def build() -> Mapping[str, Any]:
        context = _list(request, {})
        title = _("Search: %(words)s") % {"words": words} if words else _("All products")
        chips = [row for row in context["facets"].categories if "/" in row["path"]][:12] if context["facets"] else []
        return {**context, "title": title, "words": words, "is_search": True, "chips": chips if words else []}

    return shared_page(request, "storefront/list.html", build, sheets=[GOODS_SHEET])


def _list(request: HttpRequest, fixed: Mapping[str, Any]) -> dict[str, Any]:
    query = query_of(ProductListQuery, request) | dict(fixed) | {"limit": SHOWN_IN_LIST}
    requested = page_of(query)
    results = find_products(query, requested)
    again = request.GET.copy()
    again.pop("cursor", None)
    cursor = next_cursor(requested, results.rows, key=results.key_of)
    following = again.copy()
    following["cursor"] = cursor
    return {
        "products": results.rows[: requested.limit],
        "next": f"?{following.urlencode()}" if cursor else "",
        "first": f"?{again.urlencode()}" if requested.after else "",
        "facets": results.facets,
        "query": query,
        "orderings": _orderings(results, has_words=bool(query.get("q"))),
        "is_filtered": any(query.get(name) for name in ("brand", "in_stock", "min_price", "max_price")),
        "price_hint": _price_hint(results),
    }


def _orderings(results: FoundProducts, *, has_words: bool) -> list[tuple[str, str, bool]]:
    names: list[tuple[str, Callable[[], str]]] = [
        (NEWEST, lambda: _("Newest first")),
        (PRICE, lambda: _("Price, low to high")),
        (PRICE_DOWN, lambda: _("Price, high to low")),
        (NAME, lambda: _("Name")),
    ]
    if has_words:
        names.insert(0, (RELEVANCE, lambda: _("Best match")))
    return [(value, name(), value == results.ordering) for value, name in names]


def _price_hint(results: FoundProducts) -> tuple[str, str]:
    if results.facets is None or results.facets.lowest is None or results.facets.highest is None:
        return "", ""
    currency = settings.SHOP_CURRENCY
    return format_minor(results.facets.lowest, currency), format_minor(results.facets.highest, currency)
