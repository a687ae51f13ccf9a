"""The till's home page: the pending work of a store, which stays up to date."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.rules import roles
from core.errors import Refusal
from omnistore.till.views.base import NoStore, TillView, at_work
from orders.queries.fulfilment.desk import NowInStore, now_in_store
from orders.services.fulfilment.pickups.hand_over import MOST_WRONG_CODES

LEAVING_WITHIN = timedelta(days=1)


class Now(TillView):
    """The part of the home page that changes."""

    right = roles.HAND_OVER

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the present work."""
        return self.page("till/parts/now.html", now_for(self))


def home_for(request: HttpRequest) -> dict[str, Any]:
    """Return the context for the back office's first page above the tables; empty for people without a store."""
    view = Now()
    view.setup(request)
    try:
        view.staff = at_work(request, right=roles.HAND_OVER, needs_store=True)
    except NoStore:
        return {"needs_store": True}
    except Refusal:
        return {}
    return view.frame() | now_for(view)


def now_for(view: TillView) -> dict[str, Any]:
    """Return the pending work of a store."""
    now = timezone.now()
    waiting: NowInStore = now_in_store(
        store_id=view.store.id, now=now, soon=now + LEAVING_WITHIN, most_wrong=MOST_WRONG_CODES
    )
    return {"waiting": waiting, "now": now}
