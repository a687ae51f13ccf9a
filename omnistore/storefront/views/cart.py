"""The visitor's one open cart, live on all their devices."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from carts.channels.cookie import forget_token, set_cart_cookie
from carts.channels.output import cart_code_json
from carts.channels.views import stream_address
from carts.queries.carts import CartView
from carts.queries.quoting import quote_cart
from carts.queries.terms.return_policies import return_policies_of
from carts.rules.merging import ADDED, RAISED, REVALUED
from carts.rules.quote import Quote
from carts.services.carts import (
    LARGEST_QUANTITY,
    change_quantity,
    empty_cart,
    hash_of,
    put_into_cart,
    remove_line,
)
from carts.services.merging import merge_token_cart
from carts.services.vouchers import add_voucher, remove_voucher
from carts.services.wishlists import move_line_to_wishlist
from core.errors import Malformed, Refusal
from core.texts.formats import number_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from core.web.api.problems import text_of
from omnistore.storefront.pages import page, private_page, way_back
from omnistore.storefront.views.account import members_only
from omnistore.storefront.visitors import Visitor, visitor_of
from orders.queries.accrual import accrual_cart

MOST_CHOICES = 10
LARGEST_ID = 2**63 - 1


@require_safe
@page
def cart(request: HttpRequest) -> HttpResponse:
    """Show the cart with each line's problems and the code for the till."""
    visitor = visitor_of(request)
    is_left_behind = bring_cart_along(visitor)
    now = timezone.now()
    open_cart = visitor.cart(now=now)
    has_lines = open_cart is not None and bool(open_cart.lines)
    quote = quote_cart(open_cart, by=visitor.actor, now=now) if open_cart and has_lines else None
    context = {
        "title": _("Cart"),
        "cart": open_cart if has_lines else None,
        "quote": quote,
        "earns": points_for(visitor, open_cart, [(quote, 0)], now)[0] if open_cart and quote else 0,
        "handover": cart_code_json(open_cart, now=now) if open_cart and has_lines else None,
        "merged": merged_of(open_cart),
        "return_policies": return_policies_of(open_cart, by=visitor.actor) if open_cart else {},
        "quantities": range(1, MOST_CHOICES + 1),
        "has_blocking": any(problem.blocks for line in open_cart.lines for problem in line.problems)
        if open_cart
        else False,
    }
    response = private_page(request, "storefront/cart.html", context)
    if is_left_behind:
        forget_token(response)
    return response


def points_for(visitor: Visitor, cart: CartView, quotes: Sequence[tuple[Quote, int]], now: datetime) -> Sequence[int]:
    """
    Return the points that a cart earns at each quote, in one statement; none for anonymous visitors.

    quotes: each with the amount of it paid by points, in minor units.
    """
    if visitor.customer is None:
        return [0 for _quote in quotes]
    earning = accrual_cart(cart, customer_id=visitor.customer.pk, now=now)
    return [earning.points(quote, by_points=by_points) for quote, by_points in quotes]


@require_POST
@page
def add(request: HttpRequest) -> HttpResponse:
    """Add a variant to the cart and return to the previous page."""
    visitor = visitor_of(request)
    response = redirect(way_back(request, otherwise="cart"))
    try:
        quantity = _quantity_of(request)
        _owner, token = put_into_cart(
            owner=visitor.owner,
            sku=request.POST.get("sku", ""),
            quantity=quantity,
            by=visitor.actor,
            now=timezone.now(),
        )
        if token:
            set_cart_cookie(response, token)
        messages.success(request, _("Added to your cart."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return response


@require_POST
@page
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """Set a line's quantity, or remove the line."""
    visitor = visitor_of(request)
    known_id = line_id if line_id <= LARGEST_ID else 0
    try:
        if "remove" in request.POST:
            remove_line(owner=visitor.owner, line_id=known_id, by=visitor.actor, now=timezone.now())
            messages.success(request, _("Removed from the cart."))
        else:
            change_quantity(
                owner=visitor.owner,
                line_id=known_id,
                quantity=_quantity_of(request),
                by=visitor.actor,
                now=timezone.now(),
                version=_version_of(request),
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, str(refusal))
    return redirect("cart")


@require_POST
@page
@members_only
def save(request: HttpRequest, line_id: int) -> HttpResponse:
    """Move a line to the wish list."""
    visitor = visitor_of(request)
    move_line_to_wishlist(
        owner=visitor.owner,
        customer_id=visitor.owner.customer_ids[0],
        line_id=line_id if line_id <= LARGEST_ID else 0,
        by=visitor.actor,
        now=timezone.now(),
        version=None,
    )
    messages.success(request, _("Added to your wish list."))
    return redirect("cart")


@require_POST
@page
def empty(request: HttpRequest) -> HttpResponse:
    """Remove all lines."""
    visitor = visitor_of(request)
    empty_cart(owner=visitor.owner, by=visitor.actor, now=timezone.now())
    messages.success(request, _("Your cart is empty now."))
    return redirect("cart")


@require_POST
@page
def voucher(request: HttpRequest) -> HttpResponse:
    """Add a voucher to the cart, or remove it."""
    visitor = visitor_of(request)
    code, now = request.POST.get("code", "")[:60], timezone.now()
    try:
        if "remove" in request.POST:
            remove_voucher(owner=visitor.owner, code=code, now=now)
            messages.success(request, _("Removed from the cart."))
        else:
            add_voucher(owner=visitor.owner, code=code, now=now)
            messages.success(request, _("The voucher was added to your cart."))
    except Refusal as refusal:
        messages.error(request, text_of(refusal))
    return redirect("cart")


@require_safe
@page
def stream(request: HttpRequest) -> HttpResponse:
    """Redirect to the event stream of this cart."""
    return HttpResponse(
        status=307, headers={"Location": stream_address(visitor_of(request).owner), "Cache-Control": "no-store"}
    )


def bring_cart_along(visitor: Visitor) -> bool:
    """Merge a signed-in visitor's anonymous cart. Return whether its token can be deleted."""
    if visitor.customer is None or not visitor.token:
        return False
    merge_token_cart(
        token_hash=hash_of(visitor.token), customer_id=visitor.customer.pk, by=visitor.actor, now=timezone.now()
    )
    return True


def merged_of(cart: CartView | None) -> list[str]:
    """Return the result of the merge at sign-in, one sentence per line; nothing after the next change."""
    if cart is None:
        return []
    language = active_language()
    names = {line.sku: in_language(line.name) for line in cart.lines}
    sentences = {
        ADDED: _("%(name)s was added from this device: %(quantity)s in your cart."),
        RAISED: _("%(name)s: this device had more, so your cart now holds %(quantity)s."),
        REVALUED: _("%(name)s has a new price, because we sell in another currency now."),
    }
    unchanged = _("%(name)s was already in your cart: the quantity stays at %(quantity)s.")
    return [
        sentences.get(part["action"], unchanged)
        % {"name": names.get(part["sku"], part["sku"]), "quantity": number_text(part["quantity"], language)}
        for part in cart.merge_report
    ]


def _quantity_of(request: HttpRequest) -> int:
    text = request.POST.get("quantity", "1")
    if not (text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= LARGEST_QUANTITY):
        raise Malformed(_("Enter a quantity from 1 to %(most)d.") % {"most": LARGEST_QUANTITY}, field="quantity")
    return int(text)


def _version_of(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
