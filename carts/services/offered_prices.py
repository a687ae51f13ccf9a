"""Records what promotions make one unit cost everybody, since a later reduction is announced from that price."""

from datetime import datetime, timedelta

from django.conf import settings

from carts.queries.parity import batches
from carts.queries.pricing_config import PricingConfig, current_pricing_config
from carts.rules.context import PricingContext
from carts.rules.goods import Item, paths_of
from carts.rules.kinds.condition import Condition
from carts.rules.promotions import PromotionRule
from carts.rules.quote import quote
from core.data import sql
from inventory.services.offered_prices import record_offered_prices

PRODUCTS_AT_ONCE = 250
_GOODS = """
SELECT variant.id, product.id AS product_id, product.tax_category_id, category.path, price.floor,
       inventory_public_amount(variant.id, price.currency, price.amount, %(now)s) AS amount
FROM inventory_variant AS variant JOIN inventory_product AS product ON product.id = variant.product_id
JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
LEFT JOIN inventory_category AS category ON category.id = product.category_id
WHERE variant.id = ANY(%(variants)s::bigint[])
"""
# The task runs every ten minutes; a run that is late still looks back to the one before.
LOOKS_BACK = timedelta(minutes=30)
_NEWEST = """
SELECT greatest(max(since), max(until)) AS known FROM inventory_offeredprice
WHERE since > %(since)s OR until > %(since)s
"""
_HAS_CURRENT = "SELECT 1 AS has FROM inventory_offeredprice WHERE until IS NULL LIMIT 1"


def note_offered_prices(*, now: datetime) -> int:
    """
    Record what one unit of everything on sale costs everybody by promotions; return for how many variants it is less.

    Counts promotions without a code and without a condition on the buyer or the channel. What began and ended since the
    run before is recorded at its own moments, so that no promotion is too short to be a prior price.
    """
    config = current_pricing_config()
    return [_note_at(moment, config) for moment in _moments(config, now)][-1]


def _moments(config: PricingConfig, now: datetime) -> list[datetime]:
    """Return when public prices may have changed since they were recorded, and the present, in their order."""
    row = sql.fetch_one(_NEWEST, {"since": now - LOOKS_BACK})
    known = (row and row["known"]) or now - LOOKS_BACK
    turns = {turn for each in config.promotions if _is_public(each) for turn in (each.starts_at, each.ends_at) if turn}
    return sorted({now, *(turn for turn in turns if known < turn < now)})


def _note_at(now: datetime, config: PricingConfig) -> int:
    public = _public_promotions(config, now)
    if not public and sql.fetch_one(_HAS_CURRENT, {}) is None:
        return 0
    currency, found = settings.SHOP_CURRENCY, 0
    for rows in batches(currency=currency, products=PRODUCTS_AT_ONCE):
        parameters = {"variants": [row["id"] for row in rows], "currency": currency, "now": now}
        prices = {row["id"]: _offered(row, public, currency, now) for row in sql.fetch_all(_GOODS, parameters)}
        record_offered_prices(prices, currency=currency, now=now)
        found += sum(price is not None for price in prices.values())
    return found


def _public_promotions(config: PricingConfig, now: datetime) -> list[PromotionRule]:
    context = PricingContext(now=now)
    return [promotion for promotion in config.promotions if promotion.is_open(context) and _is_public(promotion)]


def _is_public(promotion: PromotionRule) -> bool:
    return not promotion.needs_voucher and all(condition.about == Condition.GOODS for condition in promotion.conditions)


def _offered(row: sql.Row, public: list[PromotionRule], currency: str, now: datetime) -> int | None:
    item = Item(
        row["id"],
        row["id"],
        1,
        row["amount"],
        row["product_id"],
        paths_of(row["path"] or ""),
        row["tax_category_id"],
        floor=row["floor"] or 0,
    )
    totals = quote([item], currency=currency, context=PricingContext(now=now), promotions=public).totals
    return totals.grand if totals.discount else None
