"""Makes the code by which a till opens a shopper's cart, and deletes codes that have expired."""

import secrets
from datetime import datetime

from django.db import InternalError

from carts.rules.cart_codes import CODE_LENGTH, LETTERS, code_expires_at
from core.data import sql
from core.web.api.problems import sqlstate_of

READ_ONLY = "25006"
# Another request may have made this period's code, or another cart may have the same code: either way no row.
_MAKE = """
INSERT INTO carts_cartcode (cart_id, code, expires_at) VALUES (%(cart)s, %(code)s, %(expires_at)s)
ON CONFLICT DO NOTHING RETURNING code
"""
_PRESENT = "SELECT code FROM carts_cartcode WHERE cart_id = %(cart)s AND expires_at = %(expires_at)s"


def new_code() -> str:
    """Return a random code; one of a million million, so that nobody guesses one."""
    return "".join(secrets.choice(LETTERS) for _letter in range(CODE_LENGTH))


def make_cart_code(*, cart_id: int, now: datetime) -> str | None:
    """
    Return the cart's code of this period, made now unless another request made it. It expires at code_expires_at(now).

    Returns None while the database only reads: the cart is shown without a code.
    """
    expires_at = code_expires_at(now)
    try:
        while True:
            made = sql.fetch_one(_MAKE, {"cart": cart_id, "code": new_code(), "expires_at": expires_at})
            row = made or sql.fetch_one(_PRESENT, {"cart": cart_id, "expires_at": expires_at})
            if row is not None:
                return str(row["code"])
    except InternalError as error:
        if sqlstate_of(error) == READ_ONLY:
            return None
        raise


def forget_expired_codes(*, now: datetime) -> int:
    """Delete expired codes. Return how many."""
    return sql.execute("DELETE FROM carts_cartcode WHERE expires_at <= %(now)s", {"now": now})
