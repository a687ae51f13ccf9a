"""What every variant costs behind each door, by the way on which each of them really comes to its price."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from carts.queries.carts import CartLineView, CartView
from carts.queries.pricing_config import PricingConfig, pricing_config_at
from carts.rules.conditions import ABOUT_DOOR, PricingContext
from carts.rules.parity import ChannelPrice
from carts.rules.quote import quote
from core.actors import APP, TILL, WEB, Actor
from core.data import sql
from inventory.rules.price_lists import DEVIATION

# Whole products, so that what a product begins at can be compared.
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
# Every till is like every other, but for those of stores that a list or an offer names.
_STORES = """
SELECT id, code FROM inventory_location AS store
WHERE kind = 'store' AND is_active AND (
    id = (SELECT min(id) FROM inventory_location WHERE kind = 'store' AND is_active)
    OR EXISTS (SELECT FROM inventory_pricelist WHERE store_id = store.id AND is_active)
    OR EXISTS (SELECT FROM carts_promotion AS offer, jsonb_array_elements(offer.conditions) AS condition
               WHERE offer.is_active AND condition->>'kind' = 'store' AND condition->'stores' ? store.code))
ORDER BY id
"""
_REGISTERED = """
SELECT (SELECT array_agg(id) FROM inventory_pricelist
        WHERE (channel <> '' OR store_id IS NOT NULL) AND reason <> '' AND ends_at IS NOT NULL) AS lists,
       (SELECT array_agg(id) FROM carts_promotion WHERE door_reason <> '' AND ends_at IS NOT NULL) AS offers
"""
_OPEN = "SELECT differences FROM carts_paritycheck WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Registered:
    """The price lists and offers of one door for which somebody answers, with a reason and an end."""

    lists: frozenset[int]
    promotions: frozenset[int]


def batches(*, currency: str, products: int) -> Iterator[list[sql.Row]]:
    """Yield everything on sale in a currency with what is kept of its price, so many whole products at a time."""
    after = 0
    while True:
        parameters = {"after": after, "limit": products, "currency": currency}
        reached = sql.fetch_one(_NEXT, parameters)
        if reached is None or reached["last"] is None:
            return
        yield sql.fetch_all(_BATCH, parameters)
        after = reached["last"]


def channels() -> dict[str, Actor]:
    """Return the doors to compare, by name: web, app, and the tills that could differ."""
    tills = {
        f"{TILL}:{row['code']}": Actor(TILL, store_id=row["id"], store_code=row["code"])
        for row in sql.fetch_all(_STORES, {})
    }
    return {WEB: Actor(WEB), APP: Actor(APP), **tills}


def registered() -> Registered:
    """Return the deviations that somebody answers for."""
    row = sql.fetch_one(_REGISTERED, {})
    assert row is not None
    return Registered(frozenset(row["lists"] or ()), frozenset(row["offers"] or ()))


def charges_of(cart: CartView, *, by: Actor, now: datetime, known: Registered) -> Mapping[int, ChannelPrice]:
    """Return what one unit of each line costs behind a door if it is bought alone, offers included, by variant."""
    config = pricing_config_at(cart.terms_stamp)
    context = PricingContext(now=now, channel=by.channel, store=by.store_code)
    bound = {
        promotion.id
        for promotion in config.promotions
        if any(isinstance(each, ABOUT_DOOR) for each in promotion.conditions)
    }
    return {line.variant_id: _charge(line, cart.currency, config, context, known, bound) for line in cart.lines}


def count_differences() -> float:
    """Return how many differences the last parity check found."""
    row = sql.fetch_one(_OPEN, {})
    return float(row["differences"]) if row else 0.0


def public_prices(cart: CartView) -> dict[int, int]:
    """Return what lists of products should show of each line of a web cart, by variant; not of a deviation's."""
    return {
        line.variant_id: line.single_price
        for line in cart.lines
        if line.single_price is not None and not (line.step and line.step.kind == DEVIATION)
    }


def listed_otherwise(rows: Sequence[sql.Row], public: Mapping[int, int]) -> list[sql.Row]:
    """Return those rows of a batch whose kept price, or whose product's range, is not what everybody is charged."""
    by_product: dict[int, list[sql.Row]] = {}
    for row in rows:
        by_product.setdefault(row["product_id"], []).append(row)
    found = []
    for of_product in by_product.values():
        if any(row["id"] not in public for row in of_product):
            continue
        wrong = [row for row in of_product if row["listed"] != public[row["id"]]]
        amounts = [public[row["id"]] for row in of_product]
        if not wrong and (of_product[0]["lowest"], of_product[0]["highest"]) != (min(amounts), max(amounts)):
            wrong = [{**of_product[0], "listed": of_product[0]["lowest"]}]
        found += wrong
    return found


def _charge(
    line: CartLineView,
    currency: str,
    config: PricingConfig,
    context: PricingContext,
    known: Registered,
    bound: set[int],
) -> ChannelPrice:
    if line.unit_price is None:
        return ChannelPrice(None)
    is_registered = line.step is not None and line.step.list_id in known.lists
    amount = line.unit_price
    if config.promotions:
        found = quote([line.item], currency=currency, context=context, promotions=config.promotions)
        amount = found.totals.grand
        given = {discount.offer_id for discount in found.discounts}
        is_registered = is_registered or bool(given & bound & known.promotions)
    return ChannelPrice(amount, is_registered)
