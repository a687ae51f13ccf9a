"""Brings carts that were opened under another currency of the shop to the present one."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from carts.rules.merging import REASONS, REVALUED
from core.data import sql

_REVALUE = """
WITH stale AS (
    SELECT id FROM carts_cart WHERE state = 'open' AND currency <> %(currency)s ORDER BY id FOR UPDATE
), line AS (
    UPDATE carts_cartline AS line SET unit_price_when_added = price.amount
    FROM stale, inventory_price AS price
    WHERE line.cart_id = stale.id AND price.variant_id = line.variant_id AND price.currency = %(currency)s
)
UPDATE carts_cart AS cart
SET currency = %(currency)s, version = cart.version + 1, changed_at = %(now)s, merge_report = coalesce((
    SELECT jsonb_agg(jsonb_build_object(
        'sku', variant.sku, 'action', %(action)s::text, 'quantity', held.quantity, 'reason', %(reason)s::text)
        ORDER BY held.id)
    FROM carts_cartline AS held JOIN inventory_variant AS variant ON variant.id = held.variant_id
    WHERE held.cart_id = cart.id), '[]')
FROM stale WHERE cart.id = stale.id
"""


@transaction.atomic(durable=True)
def revalue_carts(*, now: datetime) -> int:
    """
    Give open carts of another currency the shop's own, and their lines its prices; each cart says so.

    An article without a price in the shop's currency stays in the cart and cannot be ordered. Locks those carts. Return
    how many there were.
    """
    report = {"action": REVALUED, "reason": REASONS[REVALUED]}
    return sql.execute(_REVALUE, {"currency": settings.SHOP_CURRENCY, "now": now} | report)
