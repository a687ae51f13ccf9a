"""What a cart costs now, for the buyer it belongs to, on the door he stands at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from carts.queries.carts import CartView
from carts.queries.pricing_config import PricingConfig, pricing_config_at
from carts.queries.vouchers import vouchers_by_ids
from carts.rules.conditions import PricingContext
from carts.rules.quote import Quote, QuotedVoucher, Supply, TaxConfig, quote
from carts.rules.taxes import TaxPlace
from carts.rules.vouchers import amounts_by_voucher, objection_to
from core.actors import Actor
from core.data import sql

# Whoever's cart was ordered once has bought; this cart does not count, which is being ordered just now.
_BUYER = """
WITH person AS (
    SELECT id FROM accounts_customer WHERE id = %(customer)s OR merged_into_id = %(customer)s
)
SELECT EXISTS (SELECT FROM carts_cart WHERE customer_id IN (SELECT id FROM person) AND state = 'ordered'
               AND id <> %(cart)s) AS has_bought,
       (SELECT array_agg(segment.code) FROM accounts_segmentmembership AS membership
        JOIN accounts_segment AS segment ON segment.id = membership.segment_id
        WHERE membership.customer_id IN (SELECT id FROM person) AND membership.since <= %(now)s
          AND (membership.until IS NULL OR membership.until > %(now)s)) AS segments
"""


def quote_cart(cart: CartView, *, by: Actor, now: datetime, supplies: Sequence[Supply] | None = None) -> Quote:
    """
    Return what a cart costs.

    by: at which door. supplies: which lines are supplied where, for an order; None while nothing is chosen: then all of
    it where the till stands, or in the shop's own country, with nothing sent, and with the tax that comes on top only.
    """
    config = pricing_config_at(cart.terms_stamp)
    is_order = supplies is not None
    if supplies is None:
        supplies = [supply_of(cart, place_at(cart, by.store_code))]
    adds_tax = config.adds_tax or any(line.is_tax_included is False for line in cart.lines)
    needs_tax = config.taxes is not None and (is_order or adds_tax or cart.tax_number_country != "")
    vouchers = _vouchers(cart, now)
    opened = frozenset(voucher.promotion_id for voucher in vouchers if not voucher.problem)
    found = quote(
        [line.item for line in cart.lines],
        currency=cart.currency,
        context=pricing_context_of(cart, config, by, now, opened),
        supplies=supplies,
        shipping=config.shipping.get(cart.currency),
        promotions=config.promotions,
        taxes=_tax_terms(cart, config, now) if needs_tax else None,
    )
    return replace(found, vouchers=_with_amounts(vouchers, found)) if vouchers else found


def supply_of(cart: CartView, place: TaxPlace, *, is_shipped: bool = False) -> Supply:
    """Return the supply of all of a cart at one place."""
    return Supply(frozenset(line.id for line in cart.lines), place, is_shipped)


def place_at(cart: CartView, store_code: str = "") -> TaxPlace:
    """Return where a store stands, for taxes; without one, the shop's own country."""
    return pricing_config_at(cart.terms_stamp).places.get(store_code) or TaxPlace(settings.SHOP_COUNTRY)


def _vouchers(cart: CartView, now: datetime) -> list[QuotedVoucher]:
    if not cart.voucher_ids:
        return []
    return [
        QuotedVoucher(facts.id, facts.code, facts.promotion_id, problem=objection_to(facts, now=now) or "")
        for facts in vouchers_by_ids(cart.voucher_ids, customer_id=cart.customer_id)
    ]


def _with_amounts(vouchers: Sequence[QuotedVoucher], found: Quote) -> tuple[QuotedVoucher, ...]:
    amounts = {discount.offer_id: discount.amount for discount in found.discounts}
    used = amounts_by_voucher(
        {voucher.id: voucher.promotion_id for voucher in vouchers if not voucher.problem}, amounts
    )
    return tuple(replace(voucher, amount=used.get(voucher.id, 0)) for voucher in vouchers)


def pricing_context_of(
    cart: CartView, config: PricingConfig, by: Actor, now: datetime, opened: frozenset[int]
) -> PricingContext:
    """Return who buys at which door; asks about the buyer, in one statement, if an offer does. opened: by vouchers."""
    if cart.customer_id is None or not config.asks_about_buyer:
        return PricingContext(now=now, channel=by.channel, store=by.store_code, vouchers=opened)
    buyer = sql.fetch_one(_BUYER, {"customer": cart.customer_id, "cart": cart.id, "now": now}) or {}
    return PricingContext(
        now=now,
        channel=by.channel,
        store=by.store_code,
        is_known=True,
        has_bought=buyer["has_bought"],
        segments=frozenset(buyer["segments"] or ()),
        vouchers=opened,
    )


def _tax_terms(cart: CartView, config: PricingConfig, now: datetime) -> TaxConfig:
    assert config.taxes is not None
    day = now.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE)).date()
    return TaxConfig(config.taxes, day, settings.SHOP_COUNTRY, cart.tax_number_country)
