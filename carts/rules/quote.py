"""
Prices a cart in one pure function. All amounts in minor units of one currency.

docs/pricing.md describes the order of the calculation and every rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from carts.rules.context import PricingContext
from carts.rules.goods import Item, SortedItems
from carts.rules.promotions import AppliedPromotion, PromotionRule, apply_promotions
from carts.rules.taxes import NOTHING, Taxed, TaxLine, TaxPlace, TaxTable, Treatment, is_exempt_at, tax_amounts
from core.money import split


@dataclass(frozen=True, slots=True)
class ShippingConfig:
    """The flat price of shipping, and the value of goods from which it is free (None: never)."""

    amount: int = 0
    free_from: int | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """Items, by their ids, that are supplied at one place: shipped to it, or handed over there."""

    items: frozenset[int]
    place: TaxPlace
    is_shipped: bool = False


@dataclass(frozen=True, slots=True)
class TaxConfig:
    """The shop's taxes on a day. tax_number_country: of the buyer's confirmed tax number, empty without one."""

    table: TaxTable
    day: date
    shop_country: str
    tax_number_country: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """grand = items - discount + shipping + tax; tax is what is added on top, 0 if prices include it."""

    items: int
    discount: int = 0
    shipping: int = 0
    tax: int = 0

    @property
    def grand(self) -> int:
        return self.items - self.discount + self.shipping + self.tax


class Discount(NamedTuple):
    """What one promotion takes off. target: "items", or "shipping" for the shipping price it saves (in no total)."""

    promotion_id: int
    name: Mapping[str, str]
    amount: int
    target: str = "items"


class QuotedLine(NamedTuple):
    """A line with the discount of each promotion, including its share of discounts on the whole cart."""

    id: int
    value: int
    discounts: tuple[Discount, ...] = ()
    taxed: Taxed = NOTHING
    tax_rate: int = 0

    @property
    def discount(self) -> int:
        return sum(discount.amount for discount in self.discounts)

    @property
    def total(self) -> int:
        return self.value - self.discount


@dataclass(frozen=True, slots=True)
class QuotedVoucher:
    """
    A voucher of the cart with its discount. problem: why it cannot be used, or has no effect on this cart.

    blocks: checkout refuses the cart as long as it holds this voucher. budget_left: None without a budget.
    """

    id: int
    code: str
    promotion_id: int
    amount: int = 0
    problem: str = ""
    blocks: bool = False
    budget_left: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a cart costs, in total and line by line. stored_value: what of the total buys gift cards."""

    totals: Totals
    lines: Mapping[int, QuotedLine] = field(default_factory=dict)
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    shipping_taxed: Taxed = NOTHING
    vouchers: tuple[QuotedVoucher, ...] = ()
    stored_value: int = 0


@dataclass(frozen=True, slots=True)
class _Due:
    """The tax and the tax rate of each item, by its id; the tax lines; and the tax of shipping."""

    by_item: Mapping[int, Taxed]
    rates: Mapping[int, int]
    lines: tuple[TaxLine, ...]
    shipping: Taxed


_NO_TAXES = _Due({}, {}, (), NOTHING)


def shipping_price(*, value: int, config: ShippingConfig) -> int:
    """
    Return the price of shipping goods of this value before promotions.

    What promotions leave of the value does not matter: an offer would otherwise make a cart dearer that loses its free
    shipping by it.
    """
    return 0 if config.free_from is not None and value >= config.free_from else config.amount


def quote(
    items: Sequence[Item],
    *,
    currency: str,
    context: PricingContext,
    supplies: Sequence[Supply] = (),
    shipping: ShippingConfig | None = None,
    promotions: Sequence[PromotionRule] = (),
    taxes: TaxConfig | None = None,
) -> Quote:
    """
    Return what items cost; their order in the cart does not matter.

    supplies: where each item is supplied; an item in none of them is not taxed. shipping: the shipping rate; free
    without one. promotions: all that are current. taxes: None if the shop has none.
    """
    config = shipping or ShippingConfig()
    shipped = frozenset().union(*(supply.items for supply in supplies if supply.is_shipped))
    values = {item.id: item.quantity * item.unit_price for item in items}
    full_shipping = shipping_price(value=sum(values[item_id] for item_id in shipped), config=config) if shipped else 0
    applied: list[AppliedPromotion] = []
    if promotions:

        def price(tried: Sequence[AppliedPromotion]) -> int:
            return sum(_left(values, tried).values()) + _shipping(full_shipping, tried)[0]

        applied = apply_promotions(
            SortedItems(items), promotions=promotions, context=context, currency=currency, price=price
        )
    left = _left(values, applied)
    shipping_amount, off_shipping = _shipping(full_shipping, applied)
    discounts = _discounts(applied, off_shipping)
    due = _taxes(items, left, shipping_amount, supplies, taxes) if taxes is not None else _NO_TAXES
    items_total, discounted = sum(values.values()), sum(left.values())
    added = sum(tax.added for tax in due.by_item.values()) + due.shipping.added
    return Quote(
        totals=Totals(items=items_total, discount=items_total - discounted, shipping=shipping_amount, tax=added),
        lines={
            item.id: QuotedLine(
                item.id,
                values[item.id],
                _of_line(item.id, applied) if applied else (),
                due.by_item.get(item.id, NOTHING),
                due.rates.get(item.id, 0),
            )
            for item in items
        },
        discounts=discounts,
        taxes=due.lines,
        shipping_taxed=due.shipping,
        stored_value=sum(left[item.id] for item in items if item.is_stored_value),
    )


def _left(values: Mapping[int, int], applied: Sequence[AppliedPromotion]) -> dict[int, int]:
    left = dict(values)
    for application in applied:
        for item_id, amount in application.savings.items():
            left[item_id] -= amount
    return left


def _shipping(price: int, applied: Sequence[AppliedPromotion]) -> tuple[int, list[Discount]]:
    """Return the price of shipping that promotions leave, and what each takes off it."""
    discounts = []
    for promotion in (application.promotion for application in applied if application.promotion.reward.lowers_shipping):
        left = promotion.reward.shipping_left(price)
        if left < price:
            discounts.append(Discount(promotion.id, promotion.name, price - left, "shipping"))
            price = left
    return price, discounts


def _discounts(applied: Sequence[AppliedPromotion], off_shipping: Sequence[Discount]) -> tuple[Discount, ...]:
    off_goods = (
        Discount(application.promotion.id, application.promotion.name, application.amount)
        for application in applied
        if application.savings
    )
    return (*off_goods, *off_shipping)


def _of_line(item_id: int, applied: Sequence[AppliedPromotion]) -> tuple[Discount, ...]:
    return tuple(
        Discount(application.promotion.id, application.promotion.name, application.savings[item_id])
        for application in applied
        if item_id in application.savings
    )


def _taxes(
    items: Sequence[Item], left: Mapping[int, int], shipping_amount: int, supplies: Sequence[Supply], config: TaxConfig
) -> "_Due":
    treatments = _treatments(items, supplies, config)
    # A fixed order, whatever the cart's, so that rounding favours the same lines.
    ordered = [item for item in SortedItems(items) if item.id in treatments]
    amounts: list[tuple[int, Treatment | None]] = [(left[item.id], treatments[item.id]) for item in ordered]
    if shipping_amount:
        shipped = frozenset().union(*(supply.items for supply in supplies if supply.is_shipped))
        shipped_items = [item for item in ordered if item.id in shipped]
        if shipped_items:
            # Goods that promotions left nothing of, or that cost nothing, bear shipping all the same.
            weights = [left[item.id] for item in shipped_items]
            if not any(weights):
                weights = [item.value or item.quantity for item in shipped_items]
            shares = split(shipping_amount, weights)
            amounts += [(share, treatments[item.id]) for item, share in zip(shipped_items, shares, strict=True)]
    taxed, lines = tax_amounts(amounts)
    by_id = {item.id: item_tax for item, item_tax in zip(ordered, taxed, strict=False)}
    of_shipping = taxed[len(ordered) :]
    rates = {item_id: 0 if treatment.is_exempt else treatment.basis_points for item_id, treatment in treatments.items()}
    shipping_taxed = Taxed(sum(share.tax for share in of_shipping), sum(share.added for share in of_shipping))
    return _Due(by_id, rates, tuple(lines), shipping_taxed)


def _treatments(items: Sequence[Item], supplies: Sequence[Supply], config: TaxConfig) -> dict[int, Treatment]:
    known: dict[tuple[TaxPlace, bool, int | None, bool | None], Treatment | None] = {}
    treatments: dict[int, Treatment] = {}
    supply_of = {item_id: supply for supply in supplies for item_id in supply.items}
    for item in items:
        supply = supply_of.get(item.id)
        # A gift card buys goods of any rate: it is taxed when it pays for them, not when it is sold (2016/1065/EU).
        if supply is None or item.is_stored_value:
            continue
        key = (supply.place, supply.is_shipped, item.tax_category, item.is_tax_included)
        if key not in known:
            known[key] = _treatment(supply, item, config)
        treatment = known[key]
        if treatment is not None:
            treatments[item.id] = treatment
    return treatments


def _treatment(supply: Supply, item: Item, config: TaxConfig) -> Treatment | None:
    zone = config.table.zone_of(supply.place)
    if zone is None:
        return None
    is_exempt = is_exempt_at(
        supply.place,
        is_shipped=supply.is_shipped,
        tax_number_country=config.tax_number_country,
        shop_country=config.shop_country,
    )
    treatment = config.table.treatment(zone=zone, category_id=item.tax_category, day=config.day, is_exempt=is_exempt)
    if item.is_tax_included is None or item.is_tax_included == treatment.is_included:
        return treatment
    return treatment._replace(is_included=item.is_tax_included)
