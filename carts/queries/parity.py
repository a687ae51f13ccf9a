"""The price of every variant on each channel, computed the way that channel computes it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from carts.queries.carts import CartLineView, CartView
from carts.queries.pricing_config import PricingConfig, pricing_config_at
from carts.rules.context import PricingContext
from carts.rules.kinds.condition import Condition
from carts.rules.parity import ChannelPrice
from carts.rules.quote import quote
from core.actors import APP, TILL, WEB, Actor
from core.data import sql
from inventory.rules.price_lists import DEVIATION

# Batches hold whole products, so that a product's lowest price can be compared.
_BATCH = """
SELECT variant.product_id, variant.id, variant.sku, kept.amount AS listed,
       range.lowest, range.highest, %(currency)s AS currency
FROM (
    SELECT id FROM inventory_product WHERE id > %(after)s AND state = 'published' ORDER BY id LIMIT %(limit)s
) AS product
JOIN inventory_variant AS variant ON variant.product_id = product.id AND variant.is_active
JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
LEFT JOIN inventory_pricerange AS range ON range.product_id = product.id AND range.currency = %(currency)s
LEFT JOIN LATERAL (
    SELECT amount FROM inventory_pricehistory AS former
    WHERE former.variant_id = variant.id AND former.currency = %(currency)s ORDER BY since DESC, id DESC LIMIT 1
) AS kept ON true
ORDER BY variant.product_id, variant.id
"""
_NEXT = """
SELECT max(id) AS last FROM (
    SELECT id FROM inventory_product WHERE id > %(after)s AND state = 'published' ORDER BY id LIMIT %(limit)s
) AS product
"""
# One till stands for all others, except for stores that a price list or promotion names.
_STORES = """
SELECT id, code FROM inventory_location AS store
WHERE kind = 'store' AND is_active AND (
    id = (SELECT min(id) FROM inventory_location WHERE kind = 'store' AND is_active)
    OR EXISTS (SELECT FROM inventory_pricelist WHERE store_id = store.id AND is_active)
    OR EXISTS (SELECT FROM carts_promotion AS promotion, jsonb_array_elements(promotion.conditions) AS condition
               WHERE promotion.is_active AND condition->'stores' ? store.code))
ORDER BY id
"""
_REGISTERED = """
SELECT (SELECT array_agg(id) FROM inventory_pricelist
        WHERE (channel <> '' OR store_id IS NOT NULL) AND reason <> '' AND ends_at IS NOT NULL) AS lists,
       (SELECT array_agg(id) FROM carts_promotion WHERE door_reason <> '' AND ends_at IS NOT NULL) AS promotions
"""
_OPEN = "SELECT differences FROM carts_paritycheck WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Registered:
    """The price lists and promotions of single channels or stores, which have a reason and an end."""

    lists: frozenset[int]
    promotions: frozenset[int]


def batches(*, currency: str, products: int) -> Iterator[list[sql.Row]]:
    """Yield the variants on sale in a currency with the price that lists show, in batches of so many whole products."""
    after = 0
    while True:
        parameters = {"after": after, "limit": products, "currency": currency}
        reached = sql.fetch_one(_NEXT, parameters)
        if reached is None or reached["last"] is None:
            return
        yield sql.fetch_all(_BATCH, parameters)
        after = reached["last"]


def channels() -> dict[str, Actor]:
    """Return the channels to compare, by name: web, app, and the tills that could differ."""
    tills = {
        f"{TILL}:{row['code']}": Actor(TILL, store_id=row["id"], store_code=row["code"])
        for row in sql.fetch_all(_STORES, {})
    }
    return {WEB: Actor(WEB), APP: Actor(APP), **tills}


def registered() -> Registered:
    """Return the deviations that have a registered reason and an end."""
    row = sql.fetch_one(_REGISTERED, {})
    assert row is not None
    return Registered(frozenset(row["lists"] or ()), frozenset(row["promotions"] or ()))


def charges_of(cart: CartView, *, by: Actor, now: datetime, known: Registered) -> Mapping[int, ChannelPrice]:
    """Return the price of one unit of each line, bought alone on a channel with its promotions, by variant."""
    config = pricing_config_at(cart.config_version)
    context = PricingContext(now=now, channel=by.channel, store=by.store_code)
    of_channels = {
        promotion.id
        for promotion in config.promotions
        if any(condition.about == Condition.CHANNEL for condition in promotion.conditions)
    }
    return {line.variant_id: _charge(line, cart.currency, config, context, known, of_channels) for line in cart.lines}


def count_differences() -> float:
    """Return how many differences the last parity check found."""
    row = sql.fetch_one(_OPEN, {})
    return float(row["differences"]) if row else 0.0


def public_prices(cart: CartView) -> dict[int, int]:
    """Return the prices that product lists should show for the lines of a web cart, by variant; no deviations."""
    return {
        line.variant_id: line.single_price
        for line in cart.lines
        if line.single_price is not None and not (line.step and line.step.kind == DEVIATION)
    }


def listed_otherwise(rows: Sequence[sql.Row], public: Mapping[int, int]) -> list[sql.Row]:
    """Return the rows of a batch whose stored price, or product's price range, is not the public price."""
    by_product: dict[int, list[sql.Row]] = {}
    for row in rows:
        by_product.setdefault(row["product_id"], []).append(row)
    differing = []
    for variants in by_product.values():
        if any(row["id"] not in public for row in variants):
            continue
        wrong = [row for row in variants if row["listed"] != public[row["id"]]]
        amounts = [public[row["id"]] for row in variants]
        if not wrong and (variants[0]["lowest"], variants[0]["highest"]) != (min(amounts), max(amounts)):
            wrong = [{**variants[0], "listed": variants[0]["lowest"]}]
        differing += wrong
    return differing


def _charge(
    line: CartLineView,
    currency: str,
    config: PricingConfig,
    context: PricingContext,
    known: Registered,
    of_channels: set[int],
) -> ChannelPrice:
    if line.unit_price is None:
        return ChannelPrice(None)
    is_registered = line.step is not None and line.step.list_id in known.lists
    amount = line.unit_price
    if config.promotions:
        quoted = quote([line.item], currency=currency, context=context, promotions=config.promotions)
        amount = quoted.totals.grand
        applied = {discount.promotion_id for discount in quoted.discounts}
        is_registered = is_registered or bool(applied & of_channels & known.promotions)
    return ChannelPrice(amount, is_registered)
