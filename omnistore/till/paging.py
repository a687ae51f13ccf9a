"""Pagination of long lists with the API's cursors."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest

from core.web.api.base import Page, page_json, page_of


def page_asked(request: HttpRequest, limit: int) -> Page:
    """Return the page of a list that an address names. Raises Malformed."""
    return page_of({"limit": limit, **({"cursor": request.GET["cursor"]} if "cursor" in request.GET else {})})


def next_address(request: HttpRequest, page: Page, rows: Sequence[Any], *, key: Callable[[Any], list[Any]]) -> str:
    """Return the URL of the next page, empty on the last one. rows: up to page.fetch of them."""
    following = page_json(request, page, rows, key=key)["next"]
    return "" if following is None else f"?{following.partition('?')[2]}"
