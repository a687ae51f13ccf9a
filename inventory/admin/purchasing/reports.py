"""Pages beside the list of stock levels: what needs a look, and what to order."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import admin_actor
from core.admin.report_pages import ReportPage
from core.errors import Malformed, Refusal
from core.texts.spelling import in_ascii_digits
from core.web.api.problems import text_of
from inventory.channels.proposals import reason_of
from inventory.models import Location, StockDocument
from inventory.queries.purchasing.proposals import PURCHASE, TRANSFER, UNSUPPLIED, list_proposals
from inventory.queries.stock_alerts import KINDS, NEVER_SOLD_AFTER_DAYS, list_stock_alerts
from inventory.services.purchasing.proposals import order_proposals

MOST_SHOWN = 200
PERMISSION_TO_ORDER, PERMISSION_TO_LOOK = "inventory.purchase", "inventory.correct_stock"
_ALERTS = {
    "out": _("Out of stock"),
    "low": _("Low stock"),
    "oversold": _("Sold below the books"),
    "never_sold": _("Never sold"),
    "overdue": _("Overdue documents"),
}
_KINDS = {
    PURCHASE: _("Buy from the supplier"),
    TRANSFER: _("Fetch from another place"),
    UNSUPPLIED: _("Nobody supplies it"),
}


def _places(request: HttpRequest, permission: str) -> list[Location]:
    active = Location.objects.filter(is_active=True).order_by("code")
    return [place for place in active if request.user.has_perm(permission, place)]


def _place(places: list[Location], values: Mapping[str, Any]) -> Location | None:
    """Return the chosen place, the first without a choice; None for a shop without places."""
    wanted = values.get("place")
    chosen = next((place for place in places if wanted in (None, "", place.code)), None)
    if chosen is None and wanted:
        raise PermissionDenied
    return chosen


def _alerts(request: HttpRequest) -> dict[str, Any]:
    places = _places(request, PERMISSION_TO_LOOK)
    place, now = _place(places, request.GET), timezone.now()
    kind = request.GET.get("kind", "")
    rows = list_stock_alerts(
        location_id=place.pk if place else 0,
        kind=kind if kind in KINDS else "",
        after=("", ""),
        limit=MOST_SHOWN + 1,
        now=now,
        long_ago=now - timedelta(days=NEVER_SOLD_AFTER_DAYS),
    )
    for row in rows:
        document_id = row["document_id"]
        row["title"] = _ALERTS[row["kind"]]
        row["document"] = document_id and StockDocument(pk=document_id, kind=row["document_kind"]).number
    return {
        "places": places,
        "place": place,
        "kind": kind,
        "kinds": [(code, _ALERTS[code]) for code in KINDS],
        "rows": rows[:MOST_SHOWN],
        "has_more": len(rows) > MOST_SHOWN,
    }


def _proposals(request: HttpRequest) -> dict[str, Any] | HttpResponseBase:
    places = _places(request, PERMISSION_TO_ORDER)
    place = _place(places, request.POST if request.method == "POST" else request.GET)
    problem = ""
    if place and request.method == "POST":
        try:
            return _ordered(request, place)
        except Refusal as refusal:
            problem = text_of(refusal)
    found = list_proposals(location_id=place.pk if place else 0, now=timezone.now(), limit=MOST_SHOWN + 1)
    return {
        "places": places,
        "place": place,
        "problem": problem,
        "rows": [(one, _KINDS[one.kind], reason_of(one)) for one in found[:MOST_SHOWN]],
        "has_more": len(found) > MOST_SHOWN,
    }


def _ordered(request: HttpRequest, place: Location) -> HttpResponseBase:
    """Order what was ticked, in the units that were typed. Raises Refusal."""
    ticked = request.POST.getlist("variant")
    chosen = [int(each) for each in ticked if each.isascii() and each.isdigit() and len(each) < 19]
    wanted = {variant_id: _units(request.POST.get(f"units-{variant_id}", "")) for variant_id in chosen}
    made = order_proposals(location_id=place.pk, wanted=wanted, by=admin_actor(request), now=timezone.now())
    messages.success(
        request, gettext("Planned: %s. Look them over, and send them.") % ", ".join(one.number for one in made)
    )
    return HttpResponseRedirect(reverse("admin:inventory_stockdocument_changelist") + "?state__exact=draft")


def _units(text: str) -> int | None:
    """Return the typed units, None for an empty field. Raises Malformed."""
    written = in_ascii_digits(text).strip()
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) < 8):
        raise Malformed(gettext("Choose at least one article, and at least one unit of each."), field="lines")
    return int(written)


PAGES = (
    ReportPage(
        name="alerts",
        title=_("What needs a look"),
        template="inventory/stock_alerts.html",
        may=PERMISSION_TO_LOOK,
        show=_alerts,
    ),
    ReportPage(
        name="proposals",
        title=_("What to order"),
        template="inventory/proposals.html",
        may=PERMISSION_TO_ORDER,
        show=_proposals,
    ),
)
