"""The goods that promotions may add to a cart, with what is left of them."""

from collections.abc import Mapping
from datetime import datetime

from carts.queries.carts import CartView
from carts.queries.pricing_config import PricingConfig
from carts.rules.context import PricingContext
from carts.rules.gifts import GiftGoods
from core.data import sql

# Goods with a deposit are no gift: the deposit would have to be paid, and a promotion would make the cart dearer.
_GOODS = """
SELECT variant.id, variant.sku, product.slug, product.name, price.amount,
       (SELECT media.file FROM inventory_media AS media
        WHERE media.product_id = product.id AND (media.variant_id = variant.id OR media.variant_id IS NULL)
        ORDER BY media.variant_id NULLS LAST, media.position, media.id LIMIT 1) AS picture,
       (SELECT jsonb_object_agg(level.location_id, level.on_hand - level.reserved - level.safety)
        FROM inventory_stocklevel AS level JOIN inventory_location AS location ON location.id = level.location_id
        WHERE level.variant_id = variant.id AND location.is_active AND (location.ships OR location.offers_pickup)
          AND level.on_hand - level.reserved - level.safety > 0) AS stock
FROM inventory_variant AS variant
JOIN inventory_product AS product ON product.id = variant.product_id
JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
WHERE variant.id = ANY(%(variants)s::bigint[]) AND variant.is_active AND variant.deposit_id IS NULL
  AND product.state = 'published' AND product.kind = 'goods' AND price.amount > 0
"""

Taken = Mapping[int, Mapping[int, int]]


def gift_goods(
    cart: CartView, config: PricingConfig, *, now: datetime, taken: Taken | None = None
) -> dict[int, GiftGoods]:
    """
    Return the variants on sale that open promotions may give, by their ids; in one statement if there are any.

    taken: for an order, the units by variant that each of its locations supplies already: a gift comes along with goods
    that are bought, and opens no parcel of its own. Without it the cart's own units count, at any location.
    """
    context = PricingContext(now=now, vouchers=frozenset(promotion.id for promotion in config.promotions))
    gifts = (promotion.reward.gift for promotion in config.promotions if promotion.is_open(context))
    variants = list({gift.variant_id for gift in gifts if gift is not None})
    if not variants or not cart.lines:
        return {}
    rows = sql.fetch_all(_GOODS, {"variants": variants, "currency": cart.currency})
    return {row["id"]: _goods(row, cart, taken) for row in rows}


def _goods(row: sql.Row, cart: CartView, taken: Taken | None) -> GiftGoods:
    stock = {int(location): int(units) for location, units in (row["stock"] or {}).items()}
    if taken is None:
        places: dict[int, int] = {}
        bought = sum(line.quantity for line in cart.lines if line.variant_id == row["id"])
        available = sum(stock.values()) - bought
    else:
        places = {location: stock.get(location, 0) - units.get(row["id"], 0) for location, units in taken.items()}
        available = max(places.values(), default=0)
    return GiftGoods(
        variant_id=row["id"],
        sku=row["sku"],
        slug=row["slug"],
        name=row["name"],
        unit_price=row["amount"],
        available=available,
        picture=row["picture"],
        places=places,
    )
