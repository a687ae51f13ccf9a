"""What waits to be put away: scanned or counted, it is sold again."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.rules import roles
from core.errors import Refusal
from core.idempotency import do_once
from inventory.queries.put_away import units_to_put_away
from inventory.services.held_stock import confirm_put_away
from omnistore.till.paging import next_address, page_asked
from omnistore.till.views.base import TillView, claim_of_form
from omnistore.till.views.returns import sku_of

PAGE = 50


class PutAway(TillView):
    """The goods of pickups that ended, and others that came back, until they are on the shelf."""

    right = roles.HAND_OVER
    tab = "pickups"

    def get(self, request: HttpRequest) -> HttpResponse:
        """List what waits, in walking order."""
        return self._shown()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirm that one scanned unit, or the units of a row, are on the shelf."""
        try:
            sku, units = self._meant(request)
            store_id, by = self.store.id, self.actor

            def confirm() -> dict[str, Any]:
                confirm_put_away(location_id=store_id, sku=sku, units=units, by=by, now=timezone.now())
                return {}

            do_once(claim_of_form(request, f"put away {sku} {units}"), confirm, status=200)
        except Refusal as refusal:
            return self._shown(error=str(refusal), status=refusal.status)
        return HttpResponseRedirect(f"{reverse('admin:till_put_away')}?{urlencode({'done': sku})}")

    def _meant(self, request: HttpRequest) -> tuple[str, int]:
        scanned = request.POST.get("scanned", "").strip()[:200]
        if scanned:
            return sku_of(scanned), 1
        try:
            return request.POST.get("sku", "")[:64], int(request.POST.get("units", "")[:9])
        except ValueError:
            raise Refusal(_("Enter how many pieces are on the shelf.")) from None

    def _shown(self, *, error: str = "", status: int = 200) -> HttpResponse:
        page = page_asked(self.request, PAGE)
        rows = units_to_put_away(location_id=self.store.id, after=page.key(str, str) or ("", ""), limit=page.fetch)
        context = {
            "title": _("To put away"),
            "rows": rows[:PAGE],
            "next": next_address(self.request, page, rows, key=lambda row: [row["path"], row["sku"]]),
            "key": uuid.uuid4(),
            "done": self.request.GET.get("done", "")[:64],
            "error": error,
        }
        return self.page("till/put_away.html", context, status)
