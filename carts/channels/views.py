"""What all views of a cart share: the owner of the requested cart, and the response."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.sign_in.authentication import actor_of, person_ids
from carts.channels.output import cart_json, etag_of
from carts.queries.carts import CartView, cart_of_customer, cart_of_token
from carts.services.carts import Owner, VersionConflict, hash_of
from carts.services.merging import merge_token_cart
from core.actors import Actor
from core.errors import Malformed, NotFound
from core.web import logs
from core.web.api.base import ApiView, answer

TOKEN_HEADER, TOKEN_IN_META = "X-Cart-Token", "HTTP_X_CART_TOKEN"
TOKEN_PARAMETER = OpenApiParameter(
    TOKEN_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The token of an anonymous cart, as its first write returned it.",
)
VERSION_PARAMETER = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The cart's version as last seen; another version returns 409.",
)
STREAM_SALT = "carts.stream"  # signs the tickets that open a stream (omnistore/streams.py)
LARGEST_ID = 2**63 - 1


def owner_of(request: Request, *, now: datetime) -> Owner:
    """
    Return the owner of the requested cart: the signed-in person, else the holder of the token.

    If a signed-in person still sends a token, its cart is merged here, so that none is left behind.
    """
    token = request.META.get(TOKEN_IN_META, "")
    if not request.user.is_authenticated:
        return Owner(token_hash=hash_of(token) if token else "")
    ids = tuple(person_ids(request.user))
    if token:
        merge_token_cart(token_hash=hash_of(token), customer_id=ids[0], by=actor_of(request), now=now)
    return Owner(customer_ids=ids)


def cart_of(owner: Owner, *, by: Actor, now: datetime) -> CartView | None:
    """Return the owner's open cart with the prices of a channel; None if there is none."""
    if owner.customer_ids:
        return cart_of_customer(list(owner.customer_ids), by=by, now=now)
    return cart_of_token(owner.token_hash, by=by, now=now) if owner.token_hash else None


def version_of(request: Request) -> int | None:
    """Return the version in If-Match; None without one. Raises Malformed for anything that is not a version."""
    header = request.META.get("HTTP_IF_MATCH")
    if header is None or header.strip() == "*":
        return None
    matched = re.fullmatch(r'\s*(?:W/)?"?(\d{1,9})"?\s*', header)
    if matched is None:
        raise Malformed(_('If-Match takes the cart\'s version, like "7".'), field="If-Match")
    return int(matched[1])


def stream_address(owner: Owner) -> str:
    """
    Return the address of the stream of the owner's cart; it is valid for one minute.

    Raises NotFound for an owner without a cart.
    """
    if not owner.customer_ids and not owner.token_hash:
        raise NotFound(_("There is no cart yet. Add something to it first."))
    ticket = signing.dumps({"customers": owner.customer_ids, "token": owner.token_hash}, salt=STREAM_SALT)
    return f"{settings.LIVE_URL}/live/cart/?ticket={ticket}"


def parse_int(text: str) -> int:
    """Return an id from a URL; one that cannot exist becomes 0, which no row has."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if number <= LARGEST_ID else 0


class CartApiView(ApiView):
    """A view of the caller's open cart; a version conflict returns the current cart with the refusal."""

    permission_classes = [AllowAny]

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, VersionConflict):
            now = timezone.now()
            by = actor_of(self.request)
            exc.details["cart"] = cart_json(cart_of(self.owner(self.request, now=now), by=by, now=now), by=by, now=now)
        return super().handle_exception(exc)

    def owner(self, request: Request, *, now: datetime) -> Owner:
        """Return the owner of the cart that this view works on."""
        return owner_of(request, now=now)


def answer_cart(cart: CartView | None, *, by: Actor, now: datetime, status: int = 200, token: str = "") -> HttpResponse:
    """Return a response with the whole cart, its version as ETag. token: the secret of a new anonymous cart."""
    if cart is not None:
        logs.bind(cart=cart.id)
    data = cart_json(cart, by=by, now=now)
    if token:
        data["cart_token"] = token
    return answer(data, status=status, headers={"ETag": etag_of(cart)})
