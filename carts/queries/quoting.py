"""Prices a cart now, for its buyer and the channel they use."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from carts.queries.carts import CartView
from carts.queries.pricing_config import PricingConfig, pricing_config_at
from carts.queries.reduced import reduced_variants
from carts.queries.vouchers import vouchers_by_ids
from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.promotions import explain_promotions
from carts.rules.quote import Quote, QuotedVoucher, Supply, TaxConfig, quote
from carts.rules.quoted_vouchers import amounts_of, beyond_budget, promotions_of, with_amounts, with_unmet_conditions
from carts.rules.taxes import TaxPlace
from carts.rules.vouchers import BUDGET, objection_to
from core.actors import Actor
from core.data import sql
from core.days import shop_day

# A person with an ordered cart has bought before; this cart does not count, since it is just being ordered.
_BUYER = """
WITH person AS (
    SELECT id FROM accounts_customer WHERE id = %(customer)s OR merged_into_id = %(customer)s
)
SELECT EXISTS (SELECT FROM carts_cart WHERE customer_id IN (SELECT id FROM person) AND state = 'ordered'
               AND id <> %(cart)s) AS has_bought,
       (SELECT count(*) FROM carts_cart WHERE customer_id IN (SELECT id FROM person) AND state = 'ordered'
        AND id <> %(cart)s) AS purchases,
       (SELECT array_agg(segment.code) FROM accounts_segmentmembership AS membership
        JOIN accounts_segment AS segment ON segment.id = membership.segment_id
        WHERE membership.customer_id IN (SELECT id FROM person) AND membership.since <= %(now)s
          AND (membership.until IS NULL OR membership.until > %(now)s)) AS segments
"""


def quote_cart(cart: CartView, *, by: Actor, now: datetime, supplies: Sequence[Supply] | None = None) -> Quote:
    """
    Return what a cart costs.

    by: gives the channel. supplies: the place of supply of each line, for an order. None while nothing is chosen: then
    all lines are supplied at the till's store, or in the shop's own country, nothing is shipped, and only tax that is
    added on top of prices is computed.
    """
    config = pricing_config_at(cart.config_version)
    is_order = supplies is not None
    if supplies is None:
        supplies = [supply_of(cart, place_at(cart, by.store_code))]
    adds_tax = config.adds_tax or any(line.is_tax_included is False for line in cart.lines)
    needs_tax = config.taxes is not None and (is_order or adds_tax or cart.tax_number_country != "")
    vouchers = _vouchers(cart, now)
    context = pricing_context_of(cart, config, by, now, frozenset())
    items = items_of(cart, config, now)

    def price(unlocked: Sequence[QuotedVoucher]) -> Quote:
        return quote(
            items,
            currency=cart.currency,
            context=context._replace(vouchers=promotions_of(unlocked)),
            supplies=supplies,
            shipping=config.shipping.get(cart.currency),
            promotions=config.promotions,
            taxes=_tax_config(cart, config, now) if needs_tax else None,
        )

    quoted = price(vouchers)
    if not vouchers:
        return quoted
    counted = with_amounts(vouchers, quoted)
    beyond = beyond_budget(counted)
    if beyond:
        # Checkout would refuse such a voucher, so the cart shows what it costs without it.
        vouchers = [replace(each, problem=BUDGET, blocks=True) if each.id in beyond else each for each in vouchers]
        quoted = price(vouchers)
        counted = with_amounts(vouchers, quoted)
    unlocked = context._replace(vouchers=promotions_of(vouchers))
    verdicts = explain_promotions(
        items, promotions=config.promotions, context=unlocked, currency=cart.currency, amounts=amounts_of(quoted)
    )
    return replace(quoted, vouchers=with_unmet_conditions(counted, verdicts))


def items_of(cart: CartView, config: PricingConfig, now: datetime) -> list[Item]:
    """Return the lines of a cart for the rules; a promotion that leaves out reduced goods costs one statement."""
    items = [line.item for line in cart.lines]
    if not config.asks_about_reductions or not items:
        return items
    variants = [item.variant_id for item in items]
    reduced = reduced_variants(variants, currency=cart.currency, now=now)
    return [item._replace(is_reduced=item.variant_id in reduced) for item in items]


def supply_of(cart: CartView, place: TaxPlace, *, is_shipped: bool = False) -> Supply:
    """Return one supply of all lines of a cart at one place."""
    return Supply(frozenset(line.id for line in cart.lines), place, is_shipped)


def place_at(cart: CartView, store_code: str = "") -> TaxPlace:
    """Return the place of a store, for taxes; without a store, the shop's own country."""
    return pricing_config_at(cart.config_version).places.get(store_code) or TaxPlace(settings.SHOP_COUNTRY)


def _vouchers(cart: CartView, now: datetime) -> list[QuotedVoucher]:
    if not cart.voucher_ids:
        return []
    return [
        QuotedVoucher(
            facts.id,
            facts.code,
            facts.promotion_id,
            problem=problem,
            blocks=problem != "",
            budget_left=facts.budget_left,
        )
        for facts in vouchers_by_ids(cart.voucher_ids, customer_id=cart.customer_id)
        for problem in [objection_to(facts, now=now) or ""]
    ]


def pricing_context_of(
    cart: CartView, config: PricingConfig, by: Actor, now: datetime, unlocked: frozenset[int]
) -> PricingContext:
    """Return buyer and channel; reads the buyer, in one statement, if a promotion needs it. unlocked: by vouchers."""
    if cart.customer_id is None or not config.asks_about_buyer:
        return PricingContext(now=now, channel=by.channel, store=by.store_code, vouchers=unlocked)
    buyer = sql.fetch_one(_BUYER, {"customer": cart.customer_id, "cart": cart.id, "now": now}) or {}
    return PricingContext(
        now=now,
        channel=by.channel,
        store=by.store_code,
        is_known=True,
        has_bought=buyer["has_bought"],
        purchases=buyer["purchases"],
        segments=frozenset(buyer["segments"] or ()),
        vouchers=unlocked,
    )


def _tax_config(cart: CartView, config: PricingConfig, now: datetime) -> TaxConfig:
    assert config.taxes is not None
    return TaxConfig(config.taxes, shop_day(now), settings.SHOP_COUNTRY, cart.tax_number_country)
