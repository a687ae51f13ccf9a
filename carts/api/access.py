"""Whose cart a request means."""

import re
from datetime import datetime

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.authentication import actor_of, person_ids
from carts.queries.carts import CartView, cart_of_customer, cart_of_token
from carts.services.carts import Owner, hash_of
from carts.services.merging import merge_token_cart
from core.errors import Malformed

TOKEN_HEADER = "X-Cart-Token"  # noqa: S105 - the name of a header
TOKEN_PARAMETER = OpenApiParameter(
    TOKEN_HEADER, str, OpenApiParameter.HEADER, description="Opens the anonymous cart whose first write answered it."
)
VERSION_PARAMETER = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The cart's version as last seen; another answers 409."
)
LARGEST_ID = 2**63 - 1


def owner_of(request: Request, *, now: datetime) -> Owner:
    """
    Return whose cart the request means: the signed-in person's, else the token's.

    A signed-in person who still sends a token has its cart merged here, so that none is left behind.
    """
    token = request.headers.get(TOKEN_HEADER, "")
    if not request.user.is_authenticated:
        return Owner(token_hash=hash_of(token) if token else "")
    ids = tuple(person_ids(request.user))
    if token:
        merge_token_cart(token_hash=hash_of(token), customer_id=ids[0], by=actor_of(request), now=now)
    return Owner(customer_ids=ids)


def cart_of(owner: Owner) -> CartView | None:
    """Return the owner's open cart, None if there is none."""
    if owner.customer_ids:
        return cart_of_customer(list(owner.customer_ids))
    return cart_of_token(owner.token_hash) if owner.token_hash else None


def version_of(request: Request) -> int | None:
    """Return the version in If-Match, None without one. Raises Malformed for anything that is no version."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    matched = re.fullmatch(r'\s*(?:W/)?"?(\d{1,9})"?\s*', header)
    if matched is None:
        raise Malformed(_('If-Match takes the cart\'s version, like "7".'), field="If-Match")
    return int(matched[1])


def line_id_of(text: str) -> int:
    """Return a line id from an address; one that cannot exist becomes 0, which no line has."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if number <= LARGEST_ID else 0
