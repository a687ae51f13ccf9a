"""The stores that people can visit."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.data import sql
from core.texts.translated import in_language
from core.web.api.base import PageQuery, next_cursor, page_of
from inventory.channels.lists import store_key_of
from inventory.queries.hours import hours_of
from inventory.queries.stores import get_store, list_stores
from inventory.rules.opening import is_open, next_opening
from omnistore.storefront.pages import page, query_of, shared_page
from omnistore.storefront.places import place_of, place_text, remember_place

STORES_SHOWN = 12
SHEET = "storefront/stores.css"
DAYS = range(7)


@require_safe
@page
def stores(request: HttpRequest) -> HttpResponse:
    """All stores, nearest first for visitors who gave their location."""
    place = place_text(request)
    response = shared_page(request, "storefront/stores.html", lambda: _list(request, place), sheets=[SHEET], vary=place)
    remember_place(request, response)
    return response


@require_safe
@page
def store(request: HttpRequest, code: str) -> HttpResponse:
    """A store with its address and opening hours."""

    def build() -> Mapping[str, Any]:
        row = get_store(code)
        notes = {date.fromisoformat(day): in_language(note or {}) for day, _o, _c, note in row["exceptions"] or ()}
        return {
            "title": in_language(row["name"]),
            "store": _shown(row),
            "week": [(day, hours_of(row).week.get(day, ())) for day in DAYS],
            "exceptions": [
                {"day": day, "spans": hours_of(row).on(day), "note": notes.get(day, "")}
                for day in sorted(hours_of(row).exceptions)
            ],
        }

    return shared_page(request, "storefront/store.html", build, sheets=[SHEET])


def _list(request: HttpRequest, place: str) -> Mapping[str, Any]:
    near = place_of(place)
    requested = page_of(query_of(PageQuery, request) | {"limit": STORES_SHOWN})
    after = store_key_of(requested.after, is_near=near is not None)
    rows = list_stores(near=near, radius_km=None, limit=requested.fetch, after=after)
    cursor = next_cursor(requested, rows, key=lambda row: [row.get("key"), row["code"]])
    return {
        "title": _("Stores"),
        "stores": [_shown(row) for row in rows[: requested.limit]],
        "place": place,
        "is_place_known": near is not None,
        "next": f"?cursor={cursor}" if cursor else "",
    }


def _shown(row: sql.Row) -> dict[str, Any]:
    hours, now = hours_of(row), timezone.now()
    return {**row, "is_open": is_open(hours, now), "opens_at": next_opening(hours, now)}
