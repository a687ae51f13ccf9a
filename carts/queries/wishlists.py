"""Reads wish lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from core.actors import Actor
from core.data import sql
from core.texts.spelling import plain_text
from core.web.api.base import Page
from inventory.queries.price_lists import SEGMENTS, STEPS
from inventory.rules.price_lists import PriceContext, parse_price_tiers, price_of

_ITEMS = f"""
SELECT item.id, variant.sku, variant.attributes, product.slug, product.name,
       picture.file AS picture, price.amount AS unit_price, %(currency)s AS currency,
       buyer.segments, {STEPS.format(currency="%(currency)s", segments="buyer.segments")} AS steps,
       variant.is_active AND product.state = 'published' AS is_on_sale, item.added_channel, item.added_at
FROM (SELECT {SEGMENTS.format(person="%(customer)s::bigint")} AS segments) AS buyer
CROSS JOIN carts_wishlistitem AS item
JOIN inventory_variant AS variant ON variant.id = item.variant_id
JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
LEFT JOIN LATERAL (
    SELECT media.file FROM inventory_media AS media
    WHERE media.product_id = product.id AND (media.variant_id = variant.id OR media.variant_id IS NULL)
    ORDER BY media.variant_id NULLS LAST, media.position, media.id LIMIT 1
) AS picture ON true
WHERE item.customer_id = ANY(%(customers)s::bigint[]) AND (%(after)s::bigint IS NULL OR item.id < %(after)s::bigint)
ORDER BY item.id DESC LIMIT %(limit)s
"""

_OWN = f"""
SELECT price.amount AS base, buyer.segments,
       {STEPS.format(currency="%(currency)s", segments="buyer.segments")} AS steps,
       EXISTS (SELECT FROM carts_wishlistitem AS item
               WHERE item.customer_id = ANY(%(customers)s::bigint[]) AND item.variant_id = variant.id) AS is_saved
FROM (SELECT {SEGMENTS.format(person="%(customer)s::bigint")} AS segments) AS buyer
CROSS JOIN inventory_variant AS variant
LEFT JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
WHERE upper(variant.sku) = upper(%(sku)s)
"""


@dataclass(frozen=True, slots=True)
class OwnView:
    """A variant as one person sees it. price: of one unit, in minor units, if it differs from the public price."""

    is_saved: bool = False
    price: int | None = None


def own_view(*, customer_ids: Sequence[int], sku: str, channel: str, now: datetime) -> OwnView:
    """Return whether a variant is on a person's wish list, and their own price of it, in one statement."""
    row = sql.fetch_one(
        _OWN,
        {
            "customers": list(customer_ids),
            "customer": customer_ids[0],
            "sku": plain_text(sku),
            "currency": settings.SHOP_CURRENCY,
            "now": now,
        },
    )
    if row is None:
        return OwnView()
    steps = parse_price_tiers(row["steps"])
    own, public = (
        price_of(row["base"], steps, quantity=1, context=PriceContext(now, channel, segments=frozenset(segments or ())))
        for segments in (row["segments"], ())
    )
    is_special = own is not None and public is not None and own.amount != public.amount
    return OwnView(row["is_saved"], own.amount if own is not None and is_special else None)


def wishlist_of(*, customer_ids: list[int], page: Page, by: Actor, now: datetime) -> list[sql.Row]:
    """Return a page of a person's wish list, newest first, with today's prices in minor units."""
    after = page.last_id()
    rows = sql.fetch_all(
        _ITEMS,
        {
            "customers": customer_ids,
            "customer": customer_ids[0],
            "now": now,
            "currency": settings.SHOP_CURRENCY,
            "after": after,
            "limit": page.fetch,
        },
    )
    for row in rows:
        context = PriceContext(now, by.channel, by.store_code, frozenset(row.pop("segments") or ()))
        price = price_of(row["unit_price"], parse_price_tiers(row.pop("steps")), quantity=1, context=context)
        row["unit_price"] = price.amount if price else None
    return rows
