"""The visitor's own page, and where signing in leads."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.queries.addresses import list_addresses
from accounts.services.addresses import MOST_ADDRESSES
from omnistore.storefront.pages import View, page, private_page
from omnistore.storefront.visitors import visitor_of


def members_only(view: View) -> View:
    """Lead visitors who have not signed in to the sign-in, and back here afterwards."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if visitor_of(request).customer is None:
            return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@page
@members_only
def account(request: HttpRequest) -> HttpResponse:
    """Who the shop takes the visitor for, and the ways to his things."""
    visitor = visitor_of(request)
    context = {
        "title": _("My account"),
        "addresses": list_addresses(person_ids=visitor.owner.customer_ids, limit=MOST_ADDRESSES),
    }
    return private_page(request, "storefront/account.html", context)


@require_safe
@page
def welcome(request: HttpRequest) -> HttpResponse:
    """Go on after signing in: to the cart, if one came along, else to the first page."""
    visitor = visitor_of(request)
    found = visitor.cart() if visitor.customer else None
    return redirect("cart" if found and found.merge_report else "home")
