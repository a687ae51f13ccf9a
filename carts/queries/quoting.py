"""Prices a cart now, for its buyer and the channel they use."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from accounts.queries.purchases import purchases
from accounts.queries.records import RECORDS_OF_PERSON
from carts.queries.carts import CartView
from carts.queries.delivery import carriage_of
from carts.queries.gifts import Taken, gift_goods
from carts.queries.pricing_config import PricingConfig, pricing_config_at, with_former_promotions
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
from core.days import day_in, shop_day

# This cart does not count as a purchase, since it is just being ordered.
_BUYER = """
WITH person AS ({records}),
bought AS (
    SELECT count(*)::int AS times FROM {purchases} AS purchase
    WHERE customer_id IN (SELECT id FROM person) AND cart_id IS DISTINCT FROM %(cart)s
)
SELECT (SELECT times > 0 FROM bought) AS has_bought, (SELECT times FROM bought) AS purchases,
       (SELECT array_agg(segment.code) FROM accounts_segmentmembership AS membership
        JOIN accounts_segment AS segment ON segment.id = membership.segment_id
        WHERE membership.customer_id IN (SELECT id FROM person) AND membership.since <= %(now)s
          AND (membership.until IS NULL OR membership.until > %(now)s)) AS segments
"""


def quote_cart(
    cart: CartView,
    *,
    by: Actor,
    now: datetime,
    supplies: Sequence[Supply] | None = None,
    taken: Taken | None = None,
) -> Quote:
    """
    Return what a cart costs.

    by: gives the channel. supplies: the place of supply of each line, for an order. None while nothing is chosen: then
    all lines are supplied at the till's store, or in the shop's own country, nothing is shipped, and only tax that is
    added on top of prices is computed. taken: what each location of an order supplies, for the gifts that come along.
    """
    return quote_ways(cart, by=by, now=now, ways=[supplies], taken=taken)[0]


def quote_ways(
    cart: CartView,
    *,
    by: Actor,
    now: datetime,
    ways: Sequence[Sequence[Supply] | None],
    taken: Taken | None = None,
) -> list[Quote]:
    """Return what a cart costs in each of several ways, in as many statements as one takes. ways: as `supplies`."""
    config = pricing_config_at(cart.config_version)
    if cart.sold_at is not None:
        config = with_former_promotions(config, cart.sold_at)
    priced = _Priced(cart, config, by, now, taken)
    return [priced.quote(supplies) for supplies in ways]


class _Priced:
    """A cart with all that pricing it reads, read once. taken: as for quote_cart."""

    def __init__(self, cart: CartView, config: PricingConfig, by: Actor, now: datetime, taken: Taken | None) -> None:
        self.cart, self.config, self.by, self.now = cart, config, by, now
        self.vouchers = _vouchers(cart, now)
        self.context = pricing_context_of(cart, config, by, now, frozenset())
        self.items = items_of(cart, config, now)
        self.gifts = gift_goods(cart, config, now=now, taken=taken) if config.gives else None

    def quote(self, supplies: Sequence[Supply] | None) -> Quote:
        """Return what the cart costs with its vouchers."""
        vouchers = self.vouchers
        quoted = self._price(supplies, vouchers)
        if not vouchers:
            return quoted
        counted = with_amounts(vouchers, quoted)
        beyond = beyond_budget(counted)
        if beyond:
            # Checkout would refuse such a voucher, so the cart shows what it costs without it.
            vouchers = [replace(each, problem=BUDGET, blocks=True) if each.id in beyond else each for each in vouchers]
            quoted = self._price(supplies, vouchers)
            counted = with_amounts(vouchers, quoted)
        verdicts = explain_promotions(
            self.items,
            promotions=self.config.promotions,
            context=self.context._replace(vouchers=promotions_of(vouchers)),
            currency=self.cart.currency,
            amounts=amounts_of(quoted),
        )
        return replace(quoted, vouchers=with_unmet_conditions(counted, verdicts))

    def _price(self, supplies: Sequence[Supply] | None, unlocked: Sequence[QuotedVoucher]) -> Quote:
        cart, config = self.cart, self.config
        is_order = supplies is not None
        if supplies is None:
            supplies = [supply_of(cart, place_at(cart, self.by.store_code))]
        adds_tax = config.adds_tax or any(line.is_tax_included is False for line in cart.lines)
        needs_tax = config.taxes is not None and (is_order or adds_tax or cart.tax_number_country != "")
        return quote(
            self.items,
            currency=cart.currency,
            context=self.context._replace(vouchers=promotions_of(unlocked)),
            supplies=supplies,
            shipping=config.shipping.get(cart.currency),
            promotions=config.promotions,
            taxes=_tax_config(cart, config, self.by, self.now) if needs_tax else None,
            deposits=config.deposits,
            gifts=self.gifts,
            fees=config.fees,
            carriage=carriage_of(self.items, supplies, config, currency=cart.currency),
        )


def items_of(cart: CartView, config: PricingConfig, now: datetime) -> list[Item]:
    """Return the lines of a cart for the rules; a promotion that leaves out reduced goods costs one statement."""
    items = [line.item for line in cart.lines]
    if not config.asks_about_reductions or not items:
        return items
    variants = [item.variant_id for item in items]
    reduced = reduced_variants(variants, currency=cart.currency, now=now)
    return [item._replace(is_reduced=item.variant_id in reduced) for item in items]


def supply_of(cart: CartView, place: TaxPlace, *, is_shipped: bool = False, method: str = "") -> Supply:
    """Return one supply of all goods of a cart at one place; a gift card is supplied nowhere. method: its code."""
    return Supply(frozenset(line.id for line in cart.lines if not line.is_stored_value), place, is_shipped, method)


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
    statement = _BUYER.format(records=RECORDS_OF_PERSON, purchases=purchases())
    buyer = sql.fetch_one(statement, {"customer": cart.customer_id, "cart": cart.id, "now": now}) or {}
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


def _tax_config(cart: CartView, config: PricingConfig, by: Actor, now: datetime) -> TaxConfig:
    """Return the taxes of the day: the store's where staff sell, the shop's elsewhere."""
    assert config.taxes is not None
    store = config.stores.get(by.store_id) if by.store_id else None
    day = day_in(store.time_zone, now) if store else shop_day(now)
    return TaxConfig(config.taxes, day, settings.SHOP_COUNTRY, cart.tax_number_country)
