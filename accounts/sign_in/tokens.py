"""The access tokens that signing in hands out."""

import hmac
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from allauth.headless.tokens.strategies.jwt import internal as allauth_jwt
from django.utils.crypto import salted_hmac

from accounts.models import Customer

# About two megabytes; who is asked again and again while he shops has his token checked once.
TOKENS_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token says whose signature was checked. expires: seconds since 1970."""

    customer_id: int
    session_key: str | None
    password_mark: str
    expires: float

    def was_issued_under(self, encoded_password: str) -> bool:
        """Tell whether the password is still the one that the token was issued under."""
        return hmac.compare_digest(self.password_mark, password_mark(encoded_password))


class TokenStrategy(JWTTokenStrategy):
    """Access tokens that die with the password they were issued under."""

    def get_claims(self, user: Customer) -> dict[str, Any]:
        """Return what a token says about its owner beside who it is and in which session."""
        return {"pwd": password_mark(user.password)}


@lru_cache(TOKENS_REMEMBERED)
def password_mark(encoded_password: str) -> str:
    """Return what an access token carries of the password it was issued under; another password, another mark."""
    return salted_hmac("accounts.access-token", encoded_password).hexdigest()[:16]


def read_access_token(token: str) -> AccessToken | None:
    """
    Return what a token of ours says, or None for one that is forged, broken or no longer valid.

    The signature is checked once and remembered; how long the token is valid is looked at each time. Whether its
    session still lives is for the caller to ask the database.
    """
    try:
        found = _verified(token)
    except ValueError:
        return None
    return found if found.expires > time.time() else None


@lru_cache(TOKENS_REMEMBERED)
def _verified(token: str) -> AccessToken:
    """Raises ValueError, so that what is refused takes no room among what is remembered."""
    claims = allauth_jwt.decode_token(token, "access")
    if claims is None or not claims["sub"].isdecimal():
        raise ValueError
    return AccessToken(
        customer_id=int(claims["sub"]),
        session_key=allauth_jwt.session_key_from_sid(claims["sid"]),
        password_mark=str(claims.get("pwd", "")),
        expires=float(claims["exp"]),
    )
