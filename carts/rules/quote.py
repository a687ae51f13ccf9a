"""
Prices a cart in one pure function. All amounts in minor units of one currency.

docs/pricing.md describes the order of the calculation and every rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from carts.rules.context import PricingContext
from carts.rules.deposits import NO_DEPOSIT, Deposit, Deposits
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
    """
    grand = items - discount + deposit + shipping + tax; tax is what is added on top, 0 if prices include it.

    deposit: on containers, which no promotion lowers or counts.
    """

    items: int
    discount: int = 0
    shipping: int = 0
    tax: int = 0
    deposit: int = 0

    @property
    def grand(self) -> int:
        return self.items - self.discount + self.deposit + self.shipping + self.tax


class Discount(NamedTuple):
    """What one promotion takes off. target: "items", or "shipping" for the shipping price it saves (in no total)."""

    promotion_id: int
    name: Mapping[str, str]
    amount: int
    target: str = "items"


class QuotedLine(NamedTuple):
    """
    A line with the discount of each promotion, including its share of discounts on the whole cart.

    deposit: of one unit, and deposits: of all of them, beside the line's total. taxed: with that of its deposits.
    """

    id: int
    value: int
    discounts: tuple[Discount, ...] = ()
    taxed: Taxed = NOTHING
    tax_rate: int = 0
    deposit: Deposit = NO_DEPOSIT
    deposits: int = 0

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
    deposits: Deposits | None = None,
) -> Quote:
    """
    Return what items cost; their order in the cart does not matter.

    supplies: where each item is supplied; an item in none of them bears neither tax nor deposit. shipping: the shipping
    rate; free without one. promotions: all that are current. taxes, deposits: None if the shop has none.
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
    charged = _deposits(items, supplies, deposits, currency) if deposits else {}
    due = _taxes(items, left, shipping_amount, supplies, taxes, charged) if taxes is not None else _NO_TAXES
    items_total, discounted = sum(values.values()), sum(left.values())
    return Quote(
        totals=Totals(
            items=items_total,
            discount=items_total - discounted,
            shipping=shipping_amount,
            tax=sum(tax.added for tax in due.by_item.values()) + due.shipping.added,
            deposit=sum(item.quantity * charged[item.id].amount for item in items if item.id in charged),
        ),
        lines={item.id: _line(item, applied, due, charged.get(item.id, NO_DEPOSIT)) for item in items},
        discounts=discounts,
        taxes=due.lines,
        shipping_taxed=due.shipping,
        stored_value=sum(left[item.id] for item in items if item.is_stored_value),
    )


def _line(item: Item, applied: Sequence[AppliedPromotion], due: _Due, deposit: Deposit) -> QuotedLine:
    return QuotedLine(
        item.id,
        item.value,
        _of_line(item.id, applied) if applied else (),
        due.by_item.get(item.id, NOTHING),
        due.rates.get(item.id, 0),
        deposit,
        item.quantity * deposit.amount,
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


def _deposits(
    items: Sequence[Item], supplies: Sequence[Supply], deposits: Deposits, currency: str
) -> dict[int, Deposit]:
    """Return the deposit on one unit of each item that bears one where it is supplied."""
    country_of = {item_id: supply.place.country for supply in supplies for item_id in supply.items}
    found = {
        item.id: deposits.get((item.deposit, country_of[item.id], currency))
        for item in items
        if item.deposit is not None and item.id in country_of
    }
    return {item_id: deposit for item_id, deposit in found.items() if deposit is not None}


def _taxes(
    items: Sequence[Item],
    left: Mapping[int, int],
    shipping_amount: int,
    supplies: Sequence[Supply],
    config: TaxConfig,
    deposits: Mapping[int, Deposit],
) -> "_Due":
    treatments = _treatments(items, supplies, config)
    # A fixed order, whatever the cart's, so that rounding favours the same lines.
    ordered = [item for item in SortedItems(items) if item.id in treatments]
    taxable = [(item.id, left[item.id]) for item in ordered]
    taxable += [
        (item.id, item.quantity * deposits[item.id].amount)
        for item in ordered
        if item.id in deposits and deposits[item.id].bears_tax
    ]
    shared = _shipping_shares(ordered, left, shipping_amount, supplies)
    taxed, lines = tax_amounts(
        [(amount, treatments[item_id]) for item_id, amount in taxable]
        + [(share, treatments[item_id]) for item_id, share in shared]
    )
    by_id: dict[int, Taxed] = {}
    for (item_id, _amount), of_amount in zip(taxable, taxed, strict=False):
        by_id[item_id] = by_id[item_id].plus(of_amount) if item_id in by_id else of_amount
    of_shipping = taxed[len(taxable) :]
    rates = {item_id: 0 if treatment.is_exempt else treatment.basis_points for item_id, treatment in treatments.items()}
    shipping_taxed = Taxed(sum(share.tax for share in of_shipping), sum(share.added for share in of_shipping))
    return _Due(by_id, rates, tuple(lines), shipping_taxed)


def _shipping_shares(
    ordered: Sequence[Item], left: Mapping[int, int], amount: int, supplies: Sequence[Supply]
) -> list[tuple[int, int]]:
    """Return the shipped items, by their ids, with their shares of the price of shipping."""
    if not amount:
        return []
    shipped = frozenset().union(*(supply.items for supply in supplies if supply.is_shipped))
    shipped_items = [item for item in ordered if item.id in shipped]
    if not shipped_items:
        return []
    # Goods that promotions left nothing of, or that cost nothing, bear shipping all the same.
    weights = [left[item.id] for item in shipped_items]
    if not any(weights):
        weights = [item.value or item.quantity for item in shipped_items]
    return list(zip((item.id for item in shipped_items), split(amount, weights), strict=True))


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
