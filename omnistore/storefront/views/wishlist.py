"""The wish list of a signed-in visitor."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from carts.queries.wishlists import OwnView, own_view, wishlist_of
from carts.services.wishlists import forget_saved, move_saved_to_cart, save_for_later
from core.actors import WEB
from core.errors import NotFound, Refusal
from core.web.api.base import PageQuery, next_cursor, page_of
from omnistore.storefront.pages import framed_visitor, page, private_page, query_of, way_back
from omnistore.storefront.views.account import members_only
from omnistore.storefront.visitors import visitor_of

SHOWN = 24


@require_safe
@page
@members_only
def wishlist(request: HttpRequest) -> HttpResponse:
    """The products that the visitor saved on any device, newest first."""
    requested = page_of(query_of(PageQuery, request) | {"limit": SHOWN})
    visitor = visitor_of(request)
    items = wishlist_of(
        customer_ids=list(visitor.owner.customer_ids), page=requested, by=visitor.actor, now=timezone.now()
    )
    cursor = next_cursor(requested, items, key=lambda item: [item["id"]])
    context = {
        "title": _("Wish list"),
        "items": items[: requested.limit],
        "next": f"?cursor={cursor}" if cursor else "",
    }
    return private_page(request, "storefront/wishlist.html", context)


@require_POST
@page
def save(request: HttpRequest) -> HttpResponse:
    """Add a product to the wish list; anonymous visitors sign in first."""
    visitor = visitor_of(request)
    back = way_back(request, otherwise="wishlist")
    if visitor.customer is None:
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': back})}")
    try:
        sku = request.POST.get("sku", "")
        save_for_later(customer_id=visitor.owner.customer_ids[0], sku=sku[:64], by=visitor.actor, now=timezone.now())
        messages.success(request, _("Added to your wish list."))
    except NotFound as refusal:
        messages.error(request, str(refusal))
    return redirect(back)


@require_POST
@page
@members_only
def take(request: HttpRequest) -> HttpResponse:
    """Move a product from the wish list to the cart; an unavailable one stays on the list."""
    visitor = visitor_of(request)
    sku = request.POST.get("sku", "")[:64]
    try:
        move_saved_to_cart(owner=visitor.owner, sku=sku, by=visitor.actor, now=timezone.now())
        messages.success(request, _("Added to your cart."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("wishlist")


@require_POST
@page
@members_only
def forget(request: HttpRequest) -> HttpResponse:
    """Remove a product from the wish list; it may be gone already."""
    customer_ids = list(visitor_of(request).owner.customer_ids)
    try:
        forget_saved(customer_ids=customer_ids, sku=request.POST.get("sku", "")[:64])
    except NotFound:
        pass
    messages.success(request, _("Removed from your wish list."))
    return redirect(way_back(request, otherwise="wishlist"))


def own_part_for(request: HttpRequest, sku: str) -> str:
    """Render a variant's personal part: the button that saves it, and a price only for this visitor."""
    visitor = framed_visitor(request)
    own = OwnView()
    if sku and visitor.customer is not None:
        own = own_view(customer_ids=visitor.owner.customer_ids, sku=sku, channel=WEB, now=timezone.now())
    context = {
        "own_price": own.price,
        "sku": sku,
        "path": request.get_full_path(),
        "is_member": visitor.customer is not None,
        "is_saved": own.is_saved,
    }
    return render_to_string("storefront/heart.html", context, request) if sku else ""
