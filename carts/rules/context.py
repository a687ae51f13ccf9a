"""Who buys, when and where, as the calculation of prices knows it."""

from datetime import datetime
from typing import NamedTuple


class PricingContext(NamedTuple):
    """
    Who buys, when, and on which channel. store: the code of the store they buy in, empty outside of stores.

    segments: the codes of the customer's segments. has_bought: whether they ordered anything before, and
    purchases: how often. vouchers: the ids
    of the promotions that the cart's vouchers unlock.
    """

    now: datetime
    channel: str = "web"
    store: str = ""
    is_known: bool = False
    has_bought: bool = False
    purchases: int = 0
    segments: frozenset[str] = frozenset()
    vouchers: frozenset[int] = frozenset()
