"""The signed cookie that holds the token of a browser's anonymous cart; no script can read it."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NAME = "cart"
SALT = "carts.channels.cookie"
LIFETIME = timedelta(days=365)


def token_in_cookie(request: HttpRequest) -> str:
    """Return the token in the cookie; empty if there is none or it is forged."""
    return str(request.get_signed_cookie(NAME, default="", salt=SALT))


def set_cart_cookie(response: HttpResponse, token: str) -> None:
    """Store the token in the cookie."""
    response.set_signed_cookie(
        NAME, token, salt=SALT, max_age=LIFETIME, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )


def forget_token(response: HttpResponse) -> None:
    """Delete the cookie of a token whose cart was merged."""
    response.delete_cookie(NAME, samesite="Lax")
