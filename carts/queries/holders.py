"""Who may change a cart."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound

_HOLDER = """
SELECT cart.state, cart.token_hash, COALESCE(target.customer_id, cart.customer_id) AS customer_id
FROM carts_cart AS cart LEFT JOIN carts_cart AS target ON target.id = cart.merged_into_id
WHERE cart.id = %(cart)s
"""


@dataclass(frozen=True, slots=True)
class CartHolder:
    """Who may change a cart: the person (of the cart it was merged into, if it was), or its token's holder."""

    state: str
    token_hash: str
    customer_id: int | None


def holder_of(cart_id: int) -> CartHolder:
    """Return who holds a cart, in one statement. Raises NotFound."""
    row = sql.fetch_one(_HOLDER, {"cart": cart_id})
    if row is None:
        raise NotFound(_("There is no such cart."))
    return CartHolder(**row)
