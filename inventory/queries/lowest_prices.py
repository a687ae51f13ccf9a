"""The least that a unit has cost everybody of late: what goods are worth whose purchase nobody can show."""

from collections.abc import Collection
from datetime import datetime, timedelta

from core.data import sql

WITHIN = timedelta(days=30)

_LOWEST = """
SELECT variant.id, variant.sku, product.kind = 'goods' AS is_goods, least(price.amount,
    (SELECT min(former.amount) FROM inventory_pricehistory AS former
     WHERE former.variant_id = variant.id AND former.currency = %(currency)s AND former.since <= %(now)s
       AND coalesce((SELECT min(later.since) FROM inventory_pricehistory AS later
                     WHERE later.variant_id = former.variant_id AND later.currency = former.currency
                       AND later.since > former.since), 'infinity') > %(since)s),
    (SELECT min(offer.amount) FROM inventory_offeredprice AS offer
     WHERE offer.variant_id = variant.id AND offer.currency = %(currency)s
       AND (offer.until IS NULL OR offer.until > %(since)s))) AS amount
FROM inventory_variant AS variant
JOIN inventory_product AS product ON product.id = variant.product_id
LEFT JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
WHERE variant.sku = ANY(%(skus)s::text[])
"""


def lowest_prices(*, skus: Collection[str], currency: str, now: datetime) -> dict[str, sql.Row]:
    """
    Return by SKU a variant's id, whether it is goods, and the least amount of the last thirty days, in minor units.

    amount: None for a variant without a price. Unknown SKUs are left out.
    """
    given = {"skus": list(skus), "currency": currency, "now": now, "since": now - WITHIN}
    return {row["sku"]: row for row in sql.fetch_all(_LOWEST, given)}
