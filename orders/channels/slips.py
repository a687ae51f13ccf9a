"""Slips as pages, for the web shop, the till and the back office."""

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import override

from orders.queries.documents.slips import Slip


def slip_response(slip: Slip) -> HttpResponse:
    """Answer with a slip as a page for 80 mm and A4, in its own language; never cached."""
    with override(slip.language):
        page = render_to_string("orders/slip.html", {"slip": slip})
    return HttpResponse(page, headers={"Cache-Control": "private, no-store"})
