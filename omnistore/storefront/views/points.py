"""The visitor's points: available, pending and expiring ones, and their entries."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import BalanceEntry
from accounts.models.balances import POINTS
from accounts.queries.balances import entries_of
from accounts.queries.loyalty import loyalty_of, programme_of
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.views.account import members_only
from omnistore.storefront.visitors import visitor_of

PAGE = 20
LARGEST_ID = 2**63 - 1


@require_safe
@page
@members_only
def points(request: HttpRequest) -> HttpResponse:
    """Show the visitor's points and tier, and a page of their entries."""
    visitor = visitor_of(request)
    assert visitor.customer is not None
    before = request.GET.get("before", "")
    last_seen = int(before) if before.isascii() and before.isdigit() and int(before) <= LARGEST_ID else None
    person_ids = visitor.owner.customer_ids
    entries = entries_of(person_ids=person_ids, kinds=[POINTS], before=last_seen, limit=PAGE + 1)
    loyalty = loyalty_of(customer_id=visitor.customer.pk)
    programme = programme_of(settings.SHOP_CURRENCY)
    for entry in entries:
        is_of_order = entry["kind"] in (BalanceEntry.EARNED, BalanceEntry.TAKEN_BACK)
        entry["order"] = entry["reference"].partition("#")[0] if is_of_order else ""
    context = {
        "title": _("My points"),
        "loyalty": loyalty,
        "worth": loyalty.available * programme.point_value,
        "programme": programme,
        "entries": entries[:PAGE],
        "causes": dict(BalanceEntry.ENTRY_KINDS),
        "older": entries[PAGE - 1]["id"] if len(entries) > PAGE else None,
    }
    return private_page(request, "storefront/points.html", context)
