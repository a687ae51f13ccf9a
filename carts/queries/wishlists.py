"""Reading the wish list."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from core import sql
from core.api import Page
from core.errors import Malformed

_ITEMS = """
SELECT item.id, variant.sku, variant.attributes, product.slug, product.name,
       picture.file AS picture, price.amount AS unit_price, %(currency)s AS currency,
       variant.is_active AND product.state = 'published' AS is_on_sale, item.added_channel, item.added_at
FROM carts_wishlistitem AS item
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

_IS_SAVED = """
SELECT item.id FROM carts_wishlistitem AS item JOIN inventory_variant AS variant ON variant.id = item.variant_id
WHERE item.customer_id = ANY(%(customers)s::bigint[]) AND variant.sku = %(sku)s LIMIT 1
"""


def is_saved(*, customer_ids: Sequence[int], sku: str) -> bool:
    """Tell whether a variant is on a person's wish list, in one statement."""
    return sql.fetch_one(_IS_SAVED, {"customers": list(customer_ids), "sku": sku}) is not None


def wishlist_of(*, customer_ids: list[int], page: Page) -> list[sql.Row]:
    """Return a page of what a person saved for later, the newest first, with today's prices in minor units."""
    after = page.after[0] if page.after else None
    if after is not None and not isinstance(after, int):
        raise Malformed(_("This cursor is not one of ours; begin again without it."), field="cursor")
    return sql.fetch_all(
        _ITEMS,
        {
            "customers": customer_ids,
            "currency": settings.SHOP_CURRENCY,
            "after": after,
            "limit": page.fetch,
        },
    )
