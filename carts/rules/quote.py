"""
Prices a cart in one pure function. All amounts in minor units of one currency.

docs/pricing.md describes the order of the calculation and every rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from carts.rules.context import PricingContext
from carts.rules.deposits import NO_DEPOSIT, Deposit, Deposits
from carts.rules.due import Charge, Due, deposits_due, taxes_due, together, untaxed
from carts.rules.due import Supply as Supply
from carts.rules.due import TaxConfig as TaxConfig
from carts.rules.fees import Fee, QuotedFee, fees_of
from carts.rules.gifts import GiftGoods, QuotedGift, earning, gifts_of
from carts.rules.goods import Item, SortedItems
from carts.rules.promotions import AppliedPromotion, PromotionRule, apply_promotions
from carts.rules.taxes import NOTHING, BasisPoints, Taxed, TaxLine
from core.money import split


@dataclass(frozen=True, slots=True)
class ShippingConfig:
    """
    The flat price of shipping, and the value of goods from which it is free (None: never).

    tax_category: the id of its own; None where it has the rates of its goods.
    """

    amount: int = 0
    free_from: int | None = None
    tax_category: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """
    grand = items - discount + deposit + shipping + fees + tax; tax is what is added on top, 0 if prices include it.

    deposit: on containers, which no promotion lowers or counts; nor does any count fees, which are on the order.
    """

    items: int
    discount: int = 0
    shipping: int = 0
    tax: int = 0
    deposit: int = 0
    fees: int = 0

    @property
    def grand(self) -> int:
        return self.items - self.discount + self.deposit + self.shipping + self.fees + self.tax


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
    tax_rate: BasisPoints = 0
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
    """
    What a cart costs, in total and line by line. stored_value: what of the total buys gift cards.

    gifts: with their value in items and discount, and with a line each if they are given.
    """

    totals: Totals
    lines: Mapping[int, QuotedLine] = field(default_factory=dict)
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    shipping_taxed: Taxed = NOTHING
    vouchers: tuple[QuotedVoucher, ...] = ()
    stored_value: int = 0
    gifts: tuple[QuotedGift, ...] = ()
    fees: tuple[QuotedFee, ...] = ()
    fees_taxed: Taxed = NOTHING


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
    gifts: Mapping[int, GiftGoods] | None = None,
    fees: Sequence[Fee] = (),
    carriage: Sequence[Charge] | None = None,
) -> Quote:
    """
    Return what items cost; their order in the cart does not matter.

    supplies: where each item is supplied; an item in none of them bears neither tax nor deposit. shipping: the shipping
    rate; free without one. carriage: instead of it, what each parcel costs by its delivery method. promotions: all that
    are current. taxes, deposits: None if the shop has none. gifts: the variants that promotions may give, by their ids.
    fees: of the shop, on the order as a whole.
    """
    values = {item.id: item.quantity * item.unit_price for item in items}
    sent = [_flat(values, supplies, shipping or ShippingConfig())] if carriage is None else carriage
    full_shipping = sum(charge.amount for charge in sent)
    applied: list[AppliedPromotion] = []
    if promotions:

        def price(tried: Sequence[AppliedPromotion]) -> tuple[int, int]:
            cost = _shipping(full_shipping, tried)[0] - sum(application.amount for application in tried)
            # A gift lowers no price: a voucher for one never makes a cart dearer. It decides where all else is equal.
            return cost, -sum(gift.value for gift in gifts_of(tried, gifts or {}))

        applied = apply_promotions(
            SortedItems(items), promotions=promotions, context=context, currency=currency, price=price
        )
    left = _left(values, applied)
    shipping_amount, off_shipping = _shipping(full_shipping, applied)
    given = earning(gifts_of(applied, gifts), applied, items) if gifts else ()
    discounts = _discounts(applied, off_shipping, given)
    charged = deposits_due(items, supplies, deposits, currency) if deposits else {}
    on_order = _fees(items, fees, supplies, currency, context) if fees else ()
    charges = _after_offers(sent, shipping_amount)
    charges += [Charge(each.amount, each.fee.tax_category, each.items) for each in on_order]
    due = taxes_due(items, left, charges, supplies, taxes, charged) if taxes else untaxed(charges)
    off_lines = _by_line(applied)
    lines = {
        item.id: _line(item, off_lines.get(item.id, ()), due, charged.get(item.id, NO_DEPOSIT)) for item in items
    } | {gift.line_id: _gift_line(gift) for gift in given if gift.is_given}
    return Quote(
        totals=_totals(lines, sum(left.values()), shipping_amount, on_order, due),
        lines=lines,
        discounts=discounts,
        taxes=due.lines,
        shipping_taxed=together(due.charges[: len(sent)]),
        stored_value=sum(left[item.id] for item in items if item.is_stored_value),
        gifts=tuple(given),
        fees=on_order,
        fees_taxed=together(due.charges[len(sent) :]),
    )


def _fees(
    items: Sequence[Item], fees: Sequence[Fee], supplies: Sequence[Supply], currency: str, context: PricingContext
) -> tuple[QuotedFee, ...]:
    countries = {item_id: supply.place.country for supply in supplies for item_id in supply.items}
    return fees_of(items, fees, countries=countries, currency=currency, context=context)


def _flat(values: Mapping[int, int], supplies: Sequence[Supply], config: ShippingConfig) -> Charge:
    """Return the charge of the flat price for all that is shipped."""
    shipped = frozenset().union(*(supply.items for supply in supplies if supply.is_shipped))
    amount = shipping_price(value=sum(values[item_id] for item_id in shipped), config=config) if shipped else 0
    return Charge(amount, config.tax_category, shipped)


def _after_offers(sent: Sequence[Charge], left: int) -> list[Charge]:
    """Return the charges for shipping with what promotions leave of them, shared out by what each of them was."""
    amounts = [charge.amount for charge in sent]
    shares = split(left, amounts) if any(amounts) and len(sent) > 1 else [left] * len(sent)
    return [charge._replace(amount=share) for charge, share in zip(sent, shares, strict=True)]


def _totals(lines: Mapping[int, QuotedLine], left: int, shipping: int, fees: Sequence[QuotedFee], due: Due) -> Totals:
    """Return the totals. left: what promotions leave of all goods; shipping: of shipping."""
    items = sum([line.value for line in lines.values()])
    return Totals(
        items=items,
        discount=items - left,
        shipping=shipping,
        tax=sum([line.taxed.added for line in lines.values()]) + sum([taxed.added for taxed in due.charges]),
        deposit=sum([line.deposits for line in lines.values()]),
        fees=sum([fee.amount for fee in fees]),
    )


def _line(item: Item, discounts: Sequence[Discount], due: Due, deposit: Deposit) -> QuotedLine:
    return QuotedLine(
        item.id,
        item.value,
        tuple(discounts),
        due.by_item.get(item.id, NOTHING),
        due.rates.get(item.id, 0),
        deposit,
        item.quantity * deposit.amount,
    )


def _gift_line(gift: QuotedGift) -> QuotedLine:
    """Return the line of a gift: its promotion takes off all of its price, so that nothing is left to be taxed."""
    return QuotedLine(gift.line_id, gift.value, (Discount(gift.promotion_id, gift.promotion, gift.value),))


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


def _discounts(
    applied: Sequence[AppliedPromotion], off_shipping: Sequence[Discount], given: Sequence[QuotedGift]
) -> tuple[Discount, ...]:
    off_goods = (
        Discount(application.promotion.id, application.promotion.name, application.amount)
        for application in applied
        if application.savings
    )
    gifts = (Discount(gift.promotion_id, gift.promotion, gift.value) for gift in given if gift.is_given)
    return (*off_goods, *off_shipping, *gifts)


def _by_line(applied: Sequence[AppliedPromotion]) -> dict[int, list[Discount]]:
    """Return the discount of each promotion on each item, by its id."""
    found: dict[int, list[Discount]] = {}
    for promotion, savings in applied:
        for item_id, amount in savings.items():
            found.setdefault(item_id, []).append(Discount(promotion.id, promotion.name, amount))
    return found
