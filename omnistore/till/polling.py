"""Lists that stay up to date: their page polls every few seconds, and gets only what is new."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language

from omnistore.till.views.base import TillView, is_htmx

# Ages are shown in minutes, so a page is outdated after one.
MINUTE = "%Y-%m-%dT%H:%M"


def only_if_new(view: TillView, seen: object, template: str, part: str, context: Mapping[str, Any]) -> HttpResponse:
    """
    Answer with a page; its script gets the part that changes, or nothing (204) if it shows the same already.

    seen: everything that the part shows, with a repr that differs if the content does. part: its element polls
    {{ news }}.
    """
    content = f"{timezone.now():{MINUTE}} {get_language()} {seen!r}"
    mark = hashlib.sha256(content.encode()).hexdigest()[:16]
    if is_htmx(view.request) and view.request.GET.get("seen") == mark:
        return HttpResponse(status=204)
    full_context = {**context, "news": _news(view.request, mark)}
    return view.page(part if is_htmx(view.request) else template, full_context)


def _news(request: HttpRequest, mark: str) -> str:
    parameters = {name: str(value) for name, value in request.GET.items() if name != "seen"}
    return f"?{urlencode({**parameters, 'seen': mark})}"
