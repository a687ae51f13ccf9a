"""The demo's mailbox: the messages that the shop would have sent, as a page and as JSON."""

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.web.api.base import answer
from omnistore.engagement.models import MailboxMessage

SHOWN = 100
# Six digits are a sign-in code, eight a pickup code; digits after # or / are an order's number.
_CODE = re.compile(r"(?<![\w#+.,/-])(\d{8}|\d{6})(?![\w-]|[.,]\d)", re.ASCII)


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the latest messages, optionally of one recipient or medium; only a demo shop has this page."""
    if not settings.DEMO:
        raise Http404
    filters = {name: request.GET[name] for name in ("recipient", "medium") if request.GET.get(name)}
    if any("\x00" in value for value in filters.values()):
        raise Http404
    rows = MailboxMessage.objects.filter(**filters).order_by("-id")[:SHOWN]
    messages = [_shown(row) for row in rows]
    if request.GET.get("format") == "json" or not request.accepts("text/html"):
        return answer({"results": messages})
    response = render(request, "engagement/mailbox.html", {"messages": messages, "filters": filters})
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept, Accept-Language, Cookie"
    return response


def _shown(row: MailboxMessage) -> dict[str, Any]:
    code = _CODE.search(row.body)
    return {
        "id": str(row.pk),
        "medium": row.medium,
        "recipient": row.recipient,
        "subject": row.subject,
        "body": row.body,
        "created_at": row.created_at,
        "code": code[1] if code else None,
    }
