"""Finds a cart by the code that a shopper shows."""

from datetime import datetime

from carts.rules.cart_codes import plain_cart_code
from core.data import sql

_CART = "SELECT cart_id FROM carts_cartcode WHERE code = %(code)s AND expires_at > %(now)s"


def cart_id_of(text: str, *, now: datetime) -> int | None:
    """Return the id of the cart with this code, or None for one that is misspelt, invented or expired."""
    code = plain_cart_code(text)
    row = sql.fetch_one(_CART, {"code": code, "now": now}) if code else None
    return row["cart_id"] if row else None
