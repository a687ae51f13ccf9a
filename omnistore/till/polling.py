"""Lists that keep themselves up to date: their page asks every few seconds, and is told only what is new."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language

from omnistore.till.views.base import TillView, is_htmx

# Ages are shown in minutes, so what was shown is old after one.
MINUTE = "%Y-%m-%dT%H:%M"


def only_if_new(view: TillView, seen: object, template: str, part: str, context: Mapping[str, Any]) -> HttpResponse:
    """
    Answer with a page; to its script with the part that changes, or with nothing (204) if it shows the same already.

    seen: all that the part shows, with a repr that tells whether it is the same. part: its element asks again at
    {{ news }}.
    """
    told = f"{timezone.now():{MINUTE}} {get_language()} {seen!r}"
    mark = hashlib.sha256(told.encode()).hexdigest()[:16]
    if is_htmx(view.request) and view.request.GET.get("seen") == mark:
        return HttpResponse(status=204)
    given = {**context, "news": _news(view.request, mark)}
    return view.page(part if is_htmx(view.request) else template, given)


def _news(request: HttpRequest, mark: str) -> str:
    asked = {name: str(value) for name, value in request.GET.items() if name != "seen"}
    return f"?{urlencode({**asked, 'seen': mark})}"
