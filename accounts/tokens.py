"""The access tokens that signing in hands out."""

import hmac
from typing import Any

from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy
from django.utils.crypto import salted_hmac

from accounts.models import Customer


def password_mark(encoded_password: str) -> str:
    """Return what an access token carries of the password it was issued under; another password, another mark."""
    return salted_hmac("accounts.access-token", encoded_password).hexdigest()[:16]


def bears_mark(claims: dict[str, Any], encoded_password: str) -> bool:
    """Tell whether a token with these claims was issued under this password."""
    return hmac.compare_digest(str(claims.get("pwd", "")), password_mark(encoded_password))


class TokenStrategy(JWTTokenStrategy):
    """Access tokens that die with the password they were issued under."""

    def get_claims(self, user: Customer) -> dict[str, Any]:
        """Return what a token says about its owner beside who it is and in which session."""
        return {"pwd": password_mark(user.password)}
