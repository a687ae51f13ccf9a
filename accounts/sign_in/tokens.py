"""The access tokens issued at sign-in."""

import hmac
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from allauth.headless.tokens.strategies.jwt import internal as allauth_jwt
from django.utils.crypto import salted_hmac

from accounts.models import Customer

# About two megabytes; a shopper's token is verified once, not for each of their requests.
TOKENS_REMEMBERED = 4096
USED = "used_refresh_tokens"
SECONDS_TO_REPEAT = 60


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The claims of a token with a verified signature. expires: seconds since 1970."""

    customer_id: int
    session_key: str | None
    password_mark: str
    expires: float

    def was_issued_under(self, encoded_password: str) -> bool:
        """Return whether the password is still the one under which the token was issued."""
        return hmac.compare_digest(self.password_mark, password_mark(encoded_password))


class TokenStrategy(JWTTokenStrategy):
    """
    Issues access tokens that become invalid when the password changes, and refresh tokens that can be used once.

    A refresh token that comes back long after its use was copied: nobody knows which of the two is the thief, so the
    session ends for both. Within a minute it is only refused, because an app sends it again when an answer was lost.
    """

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """Return new tokens for a refresh token, or None if it is not valid."""
        claims = allauth_jwt.decode_token(refresh_token, "refresh")
        tokens: tuple[str, str] | None = super().refresh_token(refresh_token)
        session = allauth_jwt.get_token_session(claims) if claims else None
        if claims is None or session is None:
            return tokens
        since = time.time() - SECONDS_TO_REPEAT
        lately_used = {token: used_at for token, used_at in session.get(USED, {}).items() if used_at > since}
        if tokens is not None:
            session[USED] = lately_used | {claims["jti"]: time.time()}
            session.save()
        elif claims["jti"] not in lately_used:
            session.flush()
        return tokens

    def get_claims(self, user: Customer) -> dict[str, Any]:
        """Return the claims of a token beside the owner and the session."""
        return {"pwd": password_mark(user.password)}


@lru_cache(TOKENS_REMEMBERED)
def password_mark(encoded_password: str) -> str:
    """Return the mark of a password that an access token carries; another password has another mark."""
    return salted_hmac("accounts.access-token", encoded_password).hexdigest()[:16]


def read_access_token(token: str) -> AccessToken | None:
    """
    Return the claims of a token of this shop, or None for one that is forged, broken or expired.

    The signature is verified once and cached; the expiry is checked each time. The caller checks in the database
    whether the session still exists.
    """
    try:
        token_claims = _verified(token)
    except ValueError:
        return None
    return token_claims if token_claims.expires > time.time() else None


@lru_cache(TOKENS_REMEMBERED)
def _verified(token: str) -> AccessToken:
    """Verify a token. Raises ValueError, so that refused tokens take no room in the cache."""
    claims = allauth_jwt.decode_token(token, "access")
    if claims is None or not claims["sub"].isdecimal():
        raise ValueError
    return AccessToken(
        customer_id=int(claims["sub"]),
        session_key=allauth_jwt.session_key_from_sid(claims["sid"]),
        password_mark=str(claims.get("pwd", "")),
        expires=float(claims["exp"]),
    )
