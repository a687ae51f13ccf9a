"""Home, categories and search."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from core.money import format_minor
from core.translated import in_language
from core.web.api import next_cursor, page_of
from inventory.lists import FoundProducts, ProductListQuery, find_products
from inventory.queries.catalogue import NAME, NEWEST, PRICE, PRICE_DOWN, RELEVANCE, ProductSearch, list_products
from inventory.queries.products import category_tiles, category_trail
from omnistore.storefront.pages import GOODS_SHEET, page, query_of, shared_page

SHOWN_AT_HOME = 8
SHOWN_IN_LIST = 24


@require_safe
@page
def home(request: HttpRequest) -> HttpResponse:
    """The shop's first page: what is new, and the shelves."""

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
    """A shelf with everything below it."""

    def build() -> Mapping[str, Any]:
        trail = category_trail(slug)
        if not trail:
            raise NotFound(_("There is no such category."))
        found = _list(request, {"category": slug})
        path = "/".join(step["slug"] for step in trail)
        return {
            **found,
            "title": in_language(trail[-1]["name"]),
            "trail": trail[:-1],
            "chips": [row for row in found["facets"].categories if row["path"].rpartition("/")[0] == path]
            if found["facets"]
            else [],
        }

    return shared_page(request, "storefront/list.html", build, sheets=[GOODS_SHEET])


@require_safe
@page
def search(request: HttpRequest) -> HttpResponse:
    """What is found by words; typing errors are forgiven."""
    words = request.GET.get("q", "").strip()

    def build() -> Mapping[str, Any]:
        found = _list(request, {})
        title = _("Search: %(words)s") % {"words": words} if words else _("All products")
        chips = [row for row in found["facets"].categories if "/" in row["path"]][:12] if found["facets"] else []
        return {**found, "title": title, "words": words, "is_search": True, "chips": chips if words else []}

    return shared_page(request, "storefront/list.html", build, sheets=[GOODS_SHEET])


def _list(request: HttpRequest, fixed: Mapping[str, Any]) -> dict[str, Any]:
    query = query_of(ProductListQuery, request) | dict(fixed) | {"limit": SHOWN_IN_LIST}
    asked = page_of(query)
    found = find_products(query, asked)
    again = request.GET.copy()
    again.pop("cursor", None)
    cursor = next_cursor(asked, found.rows, key=found.key_of)
    following = again.copy()
    following["cursor"] = cursor
    return {
        "products": found.rows[: asked.limit],
        "next": f"?{following.urlencode()}" if cursor else "",
        "first": f"?{again.urlencode()}" if asked.after else "",
        "facets": found.facets,
        "query": query,
        "orderings": _orderings(found, has_words=bool(query.get("q"))),
        "is_filtered": any(query.get(name) for name in ("brand", "in_stock", "min_price", "max_price")),
        "price_hint": _price_hint(found),
    }


def _orderings(found: FoundProducts, *, has_words: bool) -> list[tuple[str, str, bool]]:
    names: list[tuple[str, Callable[[], str]]] = [
        (NEWEST, lambda: _("Newest first")),
        (PRICE, lambda: _("Price, low to high")),
        (PRICE_DOWN, lambda: _("Price, high to low")),
        (NAME, lambda: _("Name")),
    ]
    if has_words:
        names.insert(0, (RELEVANCE, lambda: _("Best match")))
    return [(value, name(), value == found.ordering) for value, name in names]


def _price_hint(found: FoundProducts) -> tuple[str, str]:
    if found.facets is None or found.facets.lowest is None or found.facets.highest is None:
        return "", ""
    currency = settings.SHOP_CURRENCY
    return format_minor(found.facets.lowest, currency), format_minor(found.facets.highest, currency)
