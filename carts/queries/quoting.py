"""Prices a cart now, for its buyer and the channel they use."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from carts.queries.carts import CartView
from carts.queries.pricing_config import PricingConfig, pricing_config_at
from carts.queries.vouchers import vouchers_by_ids
from carts.rules.context import PricingContext
from carts.rules.quote import Quote, QuotedVoucher, Supply, TaxConfig, quote
from carts.rules.taxes import TaxPlace
from carts.rules.vouchers import amounts_by_voucher, objection_to
from core.actors import Actor
from core.data import sql
from core.days import day_in, shop_day
from core.errors import Refusal

# A person with an ordered cart has bought before; this cart does not count, since it is just being ordered.
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


class PlaceNotServed(Refusal):
    """
    The shop does not send goods to this place, or does not know its taxes.

    `country` is that of the place, `countries` lists those that are served; null if only this part of it is not.
    """

    code = "place_not_served"


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
    unlocked = frozenset(voucher.promotion_id for voucher in vouchers if not voucher.problem)
    quoted = quote(
        [line.item for line in cart.lines],
        currency=cart.currency,
        context=pricing_context_of(cart, config, by, now, unlocked),
        supplies=supplies,
        shipping=config.shipping.get(cart.currency),
        promotions=config.promotions,
        taxes=_tax_config(cart, config, by, now) if needs_tax else None,
    )
    return replace(quoted, vouchers=_with_amounts(vouchers, quoted)) if vouchers else quoted


def supply_of(cart: CartView, place: TaxPlace, *, is_shipped: bool = False) -> Supply:
    """Return one supply of all lines of a cart at one place."""
    return Supply(frozenset(line.id for line in cart.lines), place, is_shipped)


def place_at(cart: CartView, store_code: str = "") -> TaxPlace:
    """Return the place of a store, for taxes; without a store, the shop's own country."""
    return pricing_config_at(cart.config_version).places.get(store_code) or TaxPlace(settings.SHOP_COUNTRY)


def countries_served(cart: CartView) -> frozenset[str] | None:
    """
    Return the countries to which the shop sends goods; None for all of them.

    Those of SHIPS_TO, if it names any, as far as the shop's taxes know them: nothing is sent untaxed by oversight.
    """
    taxes = pricing_config_at(cart.config_version).taxes
    named = frozenset(settings.SHIPS_TO)
    taxed = frozenset(zone.country for zone in taxes.zones) if taxes else None
    if taxed is None:
        return named or None
    return taxed & named if named else taxed


def check_served(cart: CartView, place: TaxPlace) -> None:
    """Check that goods can be sent to a place and taxed there. Raises PlaceNotServed."""
    countries = countries_served(cart)
    taxes = pricing_config_at(cart.config_version).taxes
    if (countries is None or place.country in countries) and (taxes is None or taxes.zone_of(place) is not None):
        return
    raise PlaceNotServed(
        _("We do not deliver there. Choose another address, or pickup in a store."),
        country=place.country,
        countries=None if countries is None else sorted(countries),
    )


def _vouchers(cart: CartView, now: datetime) -> list[QuotedVoucher]:
    if not cart.voucher_ids:
        return []
    return [
        QuotedVoucher(facts.id, facts.code, facts.promotion_id, problem=objection_to(facts, now=now) or "")
        for facts in vouchers_by_ids(cart.voucher_ids, customer_id=cart.customer_id)
    ]


def _with_amounts(vouchers: Sequence[QuotedVoucher], quoted: Quote) -> tuple[QuotedVoucher, ...]:
    amounts = {discount.promotion_id: discount.amount for discount in quoted.discounts}
    used = amounts_by_voucher(
        {voucher.id: voucher.promotion_id for voucher in vouchers if not voucher.problem}, amounts
    )
    return tuple(replace(voucher, amount=used.get(voucher.id, 0)) for voucher in vouchers)


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
        segments=frozenset(buyer["segments"] or ()),
        vouchers=unlocked,
    )


def _tax_config(cart: CartView, config: PricingConfig, by: Actor, now: datetime) -> TaxConfig:
    """Return the taxes of the day: the store's where staff sell, the shop's elsewhere."""
    assert config.taxes is not None
    store = config.stores.get(by.store_id) if by.store_id else None
    day = day_in(store.time_zone, now) if store else shop_day(now)
    return TaxConfig(config.taxes, day, settings.SHOP_COUNTRY, cart.tax_number_country)
