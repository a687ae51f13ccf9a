"""Prices a hypothetical cart, to show what it would cost a customer at a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from carts.queries.carts import CartLineView, CartView
from carts.queries.pricing_config import pricing_config_at
from carts.queries.quoting import items_of, place_at, pricing_context_of, quote_cart, supply_of
from carts.rules.promotions import PromotionRule, PromotionVerdict, explain_promotions
from carts.rules.quote import Quote
from carts.rules.taxes import TaxPlace
from core.actors import Actor
from core.data import sql
from inventory.queries.price_lists import SEGMENTS, STEPS
from inventory.rules.price_lists import PriceContext, parse_price_tiers, price_of

_LINES = f"""
SELECT line.place AS id, line.quantity, variant.id AS variant_id, variant.sku, variant.deposit_id,
       product.id AS product_id, product.kind,
       product.name, product.slug, product.tax_category_id, category.path AS category_path, price.amount AS unit_price,
       price.floor,
       buyer.segments, {STEPS.format(currency="%(currency)s", segments="buyer.segments")} AS steps
FROM (SELECT {SEGMENTS.format(person="%(customer)s::bigint")} AS segments) AS buyer
CROSS JOIN unnest(%(skus)s::text[], %(quantities)s::int[]) WITH ORDINALITY AS line(sku, quantity, place)
JOIN inventory_variant AS variant ON upper(variant.sku) = upper(line.sku)
JOIN inventory_product AS product ON product.id = variant.product_id
JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
LEFT JOIN inventory_category AS category ON category.id = product.category_id
ORDER BY line.place
"""
_BUYER = """
SELECT (SELECT value FROM carts_configversion) AS config_version,
       (SELECT country FROM accounts_taxnumber
        WHERE customer_id = %(customer)s::bigint AND confirmed_until > %(now)s::timestamptz) AS tax_number_country,
       (SELECT array_agg(id) FROM carts_voucher WHERE code = ANY(%(codes)s::text[])) AS voucher_ids
"""


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """
    A hypothetical cart: units by SKU, the customer, voucher codes, the moment, the channel, and the place of supply.

    sent_to: None for goods that are handed over in the store, or else in the shop's own country.
    """

    units: Mapping[str, int]
    now: datetime
    channel: str = "web"
    store: str = ""
    customer_id: int | None = None
    codes: Sequence[str] = ()
    sent_to: TaxPlace | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The price of the hypothetical cart and the verdict on each promotion. unknown: SKUs without a price."""

    cart: CartView
    quote: Quote
    verdicts: Sequence[tuple[PromotionRule, PromotionVerdict]]
    unknown: Sequence[str]


def preview_cart(request: PreviewRequest) -> Preview:
    """Return the price of a hypothetical cart, by the calculation of every cart; nothing is written."""
    cart = _cart(request)
    by = Actor(channel=request.channel, store_code=request.store)
    place = request.sent_to or place_at(cart, request.store)
    supplies = [supply_of(cart, place, is_shipped=request.sent_to is not None)]
    quoted = quote_cart(cart, by=by, now=request.now, supplies=supplies)
    unlocked = frozenset(voucher.promotion_id for voucher in quoted.vouchers if not voucher.blocks)
    config = pricing_config_at(cart.config_version)
    context = pricing_context_of(cart, config, by, request.now, unlocked)
    amounts = {discount.promotion_id: discount.amount for discount in quoted.discounts}
    verdicts = explain_promotions(
        items_of(cart, config, request.now),
        promotions=config.promotions,
        context=context,
        currency=cart.currency,
        amounts=amounts,
    )
    known = {line.sku.upper() for line in cart.lines}
    return Preview(cart, quoted, verdicts, [sku for sku in request.units if sku.upper() not in known])


def _cart(request: PreviewRequest) -> CartView:
    currency = settings.SHOP_CURRENCY
    buyer = sql.fetch_one(
        _BUYER,
        {"customer": request.customer_id, "codes": list(request.codes), "currency": currency, "now": request.now},
    )
    assert buyer is not None
    rows = sql.fetch_all(
        _LINES,
        {
            "skus": list(request.units),
            "quantities": list(request.units.values()),
            "currency": currency,
            "customer": request.customer_id,
            "now": request.now,
        },
    )
    return CartView(
        id=0,
        version=0,
        currency=currency,
        state="imagined",
        customer_id=request.customer_id,
        changed_at=request.now,
        merge_report=[],
        lines=[_line(row, request) for row in rows],
        config_version=buyer["config_version"],
        tax_number_country=buyer["tax_number_country"] or "",
        voucher_ids=buyer["voucher_ids"] or (),
    )


def _line(row: sql.Row, request: PreviewRequest) -> CartLineView:
    context = PriceContext(request.now, request.channel, request.store, frozenset(row["segments"] or ()))
    price = price_of(row["unit_price"], parse_price_tiers(row["steps"]), quantity=row["quantity"], context=context)
    assert price is not None, "the statement reads only variants with a price"
    return CartLineView(
        id=row["id"],
        variant_id=row["variant_id"],
        sku=row["sku"],
        slug=row["slug"],
        name=row["name"],
        attributes={},
        picture=None,
        quantity=row["quantity"],
        unit_price=price.amount,
        unit_price_when_added=price.amount,
        added_channel="",
        added_store=None,
        added_store_name=None,
        added_at=request.now,
        problems=[],
        product_id=row["product_id"],
        kind=row["kind"],
        category_path=row["category_path"] or "",
        tax_category=row["tax_category_id"],
        step=price.step,
        floor=row["floor"] or 0,
        deposit=row["deposit_id"],
    )
