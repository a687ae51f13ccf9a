"""Merges the anonymous cart at sign-in."""

from typing import Any

from allauth.account.signals import user_logged_in, user_signed_up
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Customer
from carts.channels.cookie import token_in_cookie
from carts.services.carts import hash_of
from carts.services.merging import merge_token_cart
from core.actors import APP, WEB, Actor

TOKEN_HEADER = "X-Cart-Token"  # noqa: S105 - the name of a header
SESSION_KEY = "cart_token"


@receiver(user_signed_up)
def remember_cart(request: HttpRequest, user: Customer, **_more: Any) -> None:
    """Keep the token until the address is verified: the sign-in may then come in a request without it."""
    if token := _token_of(request):
        request.session[SESSION_KEY] = token


@receiver(user_logged_in)
def bring_cart_along(request: HttpRequest, user: Customer, **_more: Any) -> None:
    """Merge the anonymous cart whose token came with the sign-in, or with the sign-up before it."""
    token = _token_of(request) or request.session.get(SESSION_KEY)
    if token:
        channel = APP if request.path.startswith("/_allauth/app/") else WEB
        merge_token_cart(
            token_hash=hash_of(token),
            customer_id=user.pk,
            by=Actor(channel=channel, customer_id=user.pk),
            now=timezone.now(),
        )


def _token_of(request: HttpRequest) -> str:
    return request.headers.get(TOKEN_HEADER) or token_in_cookie(request)
