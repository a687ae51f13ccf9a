"""A cart that nobody has, to see what it would cost somebody at some moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from carts.queries.carts import CartLineView, CartView
from carts.queries.pricing_config import pricing_config_at
from carts.queries.quoting import place_at, pricing_context_of, quote_cart, supply_of
from carts.rules.promotions import PromotionRule, PromotionVerdict, explain_promotions
from carts.rules.quote import Quote
from carts.rules.taxes import TaxPlace
from core.actors import Actor
from core.data import sql
from inventory.queries.price_lists import SEGMENTS, STEPS
from inventory.rules.price_lists import PriceContext, parse_price_tiers, price_of

_LINES = f"""
SELECT given.place AS id, given.quantity, variant.id AS variant_id, variant.sku, product.id AS product_id, product.name,
       product.slug, product.tax_category_id, category.path AS category_path, price.amount AS unit_price,
       buyer.segments, {STEPS.format(currency="%(currency)s", segments="buyer.segments")} AS steps
FROM (SELECT {SEGMENTS.format(person="%(customer)s::bigint")} AS segments) AS buyer
CROSS JOIN unnest(%(skus)s::text[], %(quantities)s::int[]) WITH ORDINALITY AS given(sku, quantity, place)
JOIN inventory_variant AS variant ON variant.sku = given.sku
JOIN inventory_product AS product ON product.id = variant.product_id
JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
LEFT JOIN inventory_category AS category ON category.id = product.category_id
ORDER BY given.place
"""
_AROUND = """
SELECT (SELECT value FROM carts_termsstamp) AS stamp,
       (SELECT country FROM accounts_taxnumber WHERE customer_id = %(customer)s::bigint) AS tax_number_country,
       (SELECT array_agg(id) FROM carts_voucher WHERE code = ANY(%(codes)s::text[])) AS voucher_ids
"""


@dataclass(frozen=True, slots=True)
class Imagined:
    """
    What is imagined: units by SKU, for whom, with which codes, when, at which door, and where it is supplied.

    sent_to: None for goods that are handed over at the store, or in the shop's own country.
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
    """What the imagined cart costs, and what became of each offer. unknown: SKUs that have no price."""

    cart: CartView
    quote: Quote
    verdicts: Sequence[tuple[PromotionRule, PromotionVerdict]]
    unknown: Sequence[str]


def preview_cart(imagined: Imagined) -> Preview:
    """Return what an imagined cart would cost, by the same calculation as any cart; nothing is written."""
    cart = _cart(imagined)
    by = Actor(channel=imagined.channel, store_code=imagined.store)
    place = imagined.sent_to or place_at(cart, imagined.store)
    supplies = [supply_of(cart, place, is_shipped=imagined.sent_to is not None)]
    found = quote_cart(cart, by=by, now=imagined.now, supplies=supplies)
    opened = frozenset(voucher.promotion_id for voucher in found.vouchers if not voucher.problem)
    config = pricing_config_at(cart.terms_stamp)
    context = pricing_context_of(cart, config, by, imagined.now, opened)
    amounts = {discount.offer_id: discount.amount for discount in found.discounts}
    verdicts = explain_promotions(
        [line.item for line in cart.lines],
        promotions=config.promotions,
        context=context,
        currency=cart.currency,
        amounts=amounts,
    )
    known = {line.sku for line in cart.lines}
    return Preview(cart, found, verdicts, [sku for sku in imagined.units if sku not in known])


def _cart(imagined: Imagined) -> CartView:
    currency = settings.SHOP_CURRENCY
    around = sql.fetch_one(
        _AROUND, {"customer": imagined.customer_id, "codes": list(imagined.codes), "currency": currency}
    )
    assert around is not None
    rows = sql.fetch_all(
        _LINES,
        {
            "skus": list(imagined.units),
            "quantities": list(imagined.units.values()),
            "currency": currency,
            "customer": imagined.customer_id,
            "now": imagined.now,
        },
    )
    return CartView(
        id=0,
        version=0,
        currency=currency,
        state="imagined",
        customer_id=imagined.customer_id,
        changed_at=imagined.now,
        merge_report=[],
        lines=[_line(row, imagined) for row in rows],
        terms_stamp=around["stamp"],
        tax_number_country=around["tax_number_country"] or "",
        voucher_ids=around["voucher_ids"] or (),
    )


def _line(row: sql.Row, imagined: Imagined) -> CartLineView:
    context = PriceContext(imagined.now, imagined.channel, imagined.store, frozenset(row["segments"] or ()))
    found = price_of(row["unit_price"], parse_price_tiers(row["steps"]), quantity=row["quantity"], context=context)
    assert found is not None, "only what has a price is read"
    return CartLineView(
        id=row["id"],
        variant_id=row["variant_id"],
        sku=row["sku"],
        slug=row["slug"],
        name=row["name"],
        attributes={},
        picture=None,
        quantity=row["quantity"],
        unit_price=found.amount,
        unit_price_when_added=found.amount,
        added_channel="",
        added_store=None,
        added_store_name=None,
        added_at=imagined.now,
        problems=[],
        product_id=row["product_id"],
        category_path=row["category_path"] or "",
        tax_category=row["tax_category_id"],
        step=found.step,
    )
