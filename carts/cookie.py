"""How a browser keeps the token of its anonymous cart: in a signed cookie that no script can read."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NAME = "cart"
SALT = "carts.cookie"
KEPT = timedelta(days=365)


def token_in_cookie(request: HttpRequest) -> str:
    """Return the token the browser keeps, empty if it has none or a forged one."""
    return str(request.get_signed_cookie(NAME, default="", salt=SALT))


def keep_token(response: HttpResponse, token: str) -> None:
    """Have the browser keep the token."""
    response.set_signed_cookie(
        NAME, token, salt=SALT, max_age=KEPT, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )


def forget_token(response: HttpResponse) -> None:
    """Have the browser forget a token whose cart was merged."""
    response.delete_cookie(NAME, samesite="Lax")
