"""The return policies under which a cart's goods are sold: from the cached configuration, unasked."""

from collections.abc import Mapping
from typing import Any

from carts.queries.carts import CartView
from carts.queries.pricing_config import current_pricing_config, pricing_config_at
from core.actors import TILL, Actor
from inventory.rules.return_policies import terms_for


def return_policies_of(cart: CartView, *, by: Actor) -> Mapping[int, dict[str, Any]]:
    """
    Return the terms of a cart's lines as an order keeps them, by the line's id; lines without a policy are left out.

    by: who sells: a till in its store, or the shop at a distance. Gift cards are under no policy: they come back as
    long as nothing was paid with them.
    """
    policies = pricing_config_at(cart.config_version).return_policies
    if not policies:
        return {}
    found = {}
    for line in cart.lines:
        if line.is_stored_value:
            continue
        terms = terms_for(policies, category_path=line.category_path, store_id=by.store_id)
        if terms is not None:
            found[line.id] = terms.kept_on_line(currency=cart.currency, is_distant=by.channel != TILL)
    return found


def return_policy_in_category(category_path: str, *, currency: str) -> dict[str, Any] | None:
    """Return the terms of goods of a category that are bought at a distance; None without a policy. One statement."""
    terms = terms_for(current_pricing_config().return_policies, category_path=category_path, store_id=None)
    return terms.kept_on_line(currency=currency, is_distant=True) if terms is not None else None
