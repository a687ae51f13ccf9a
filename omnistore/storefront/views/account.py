"""The visitor's account page, and the page after signing in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import BalanceEntry
from accounts.models.balances import CREDIT, POINTS
from accounts.queries.addresses import list_addresses
from accounts.queries.balances import entries_of, holdings_of
from accounts.services.customers.addresses import MOST_ADDRESSES
from omnistore.storefront.pages import View, page, private_page
from omnistore.storefront.visitors import visitor_of

MOST_ENTRIES = 10


def members_only(view: View) -> View:
    """Redirect visitors who have not signed in to the sign-in page, and back afterwards."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if visitor_of(request).customer is None:
            return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@page
@members_only
def account(request: HttpRequest) -> HttpResponse:
    """The visitor's account, with links to everything of theirs."""
    visitor = visitor_of(request)
    context = {
        "title": _("My account"),
        "addresses": list_addresses(person_ids=visitor.owner.customer_ids, limit=MOST_ADDRESSES),
        "held": holdings_of(person_ids=visitor.owner.customer_ids, currency=settings.SHOP_CURRENCY),
        "entries": entries_of(person_ids=visitor.owner.customer_ids, kinds=[CREDIT, POINTS], limit=MOST_ENTRIES),
        "causes": dict(BalanceEntry.ENTRY_KINDS),
    }
    return private_page(request, "storefront/account.html", context)


@require_safe
@page
def welcome(request: HttpRequest) -> HttpResponse:
    """Redirect after signing in: to the cart, if one was merged, else to the home page."""
    visitor = visitor_of(request)
    cart = visitor.cart(now=timezone.now()) if visitor.customer else None
    return redirect("cart" if cart and cart.merge_report else "home")
