"""
What a cart costs, as one pure function. All amounts in minor units of one currency.

The order of the calculation and every rounding are written down in docs/pricing.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from carts.rules.conditions import PricingContext
from carts.rules.goods import Item, by_price_descending
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
    """Some items, by their ids, that are supplied at one place; sent there, or handed over."""

    items: frozenset[int]
    place: TaxPlace
    is_shipped: bool = False


@dataclass(frozen=True, slots=True)
class TaxConfig:
    """The shop's taxes on a day. tax_number_country: of the buyer's checked tax number, empty without one."""

    table: TaxTable
    day: date
    shop_country: str
    tax_number_country: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """grand = items - discount + shipping + tax; tax is what is added on top, 0 while prices include it."""

    items: int
    discount: int = 0
    shipping: int = 0
    tax: int = 0

    @property
    def grand(self) -> int:
        return self.items - self.discount + self.shipping + self.tax


class Discount(NamedTuple):
    """What one offer takes off. target: "items", or "shipping" for what it spares there (in no total)."""

    offer_id: int
    name: Mapping[str, str]
    amount: int
    target: str = "items"


class QuotedLine(NamedTuple):
    """A line with what each offer takes off it, its share of offers on the whole cart included."""

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
    """A voucher of the cart with what it takes off. problem: why it cannot be used, empty if it can."""

    id: int
    code: str
    promotion_id: int
    amount: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a cart costs, whole and line by line."""

    totals: Totals
    lines: Mapping[int, QuotedLine] = field(default_factory=dict)
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    shipping_taxed: Taxed = NOTHING
    vouchers: tuple[QuotedVoucher, ...] = ()


@dataclass(frozen=True, slots=True)
class _Due:
    """The tax of each item and the rate it bears, by its id; the tax lines; and the tax of shipping."""

    by_item: Mapping[int, Taxed]
    rates: Mapping[int, int]
    lines: tuple[TaxLine, ...]
    shipping: Taxed


_NO_TAXES = _Due({}, {}, (), NOTHING)


def shipping_price(*, shipped: int, config: ShippingConfig) -> int:
    """Return what shipping goods of this value costs; nothing is shipped for 0."""
    if shipped == 0 or (config.free_from is not None and shipped >= config.free_from):
        return 0
    return config.amount


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
    Return what items cost; the order in which they lie in the cart changes nothing.

    supplies: where each item is supplied; an item in none of them is not taxed. shipping: what sending costs; nothing
    without. offers: all that are running. taxes: None where the shop has none.
    """
    config = shipping or ShippingConfig()
    shipped = frozenset().union(*(supply.items for supply in supplies if supply.is_shipped))
    values = {item.id: item.quantity * item.unit_price for item in items}
    given: list[AppliedPromotion] = []
    if promotions:

        def price(tried: Sequence[AppliedPromotion]) -> int:
            left = _left(values, tried)
            return sum(left.values()) + _shipping(left, shipped, config, tried)[0]

        given = apply_promotions(
            by_price_descending(items), promotions=promotions, context=context, currency=currency, price=price
        )
    left = _left(values, given)
    sending, spared = _shipping(left, shipped, config, given)
    discounts = _discounts(given, spared)
    due = _taxes(items, left, sending, supplies, taxes) if taxes is not None else _NO_TAXES
    items_total, goods = sum(values.values()), sum(left.values())
    added = sum(each.added for each in due.by_item.values()) + due.shipping.added
    return Quote(
        totals=Totals(items=items_total, discount=items_total - goods, shipping=sending, tax=added),
        lines={
            item.id: QuotedLine(
                item.id,
                values[item.id],
                _of_line(item.id, given) if given else (),
                due.by_item.get(item.id, NOTHING),
                due.rates.get(item.id, 0),
            )
            for item in items
        },
        discounts=discounts,
        taxes=due.lines,
        shipping_taxed=due.shipping,
    )


def _left(values: Mapping[int, int], given: Sequence[AppliedPromotion]) -> dict[int, int]:
    left = dict(values)
    for each in given:
        for item_id, amount in each.savings.items():
            left[item_id] -= amount
    return left


def _shipping(
    left: Mapping[int, int], shipped: frozenset[int], config: ShippingConfig, given: Sequence[AppliedPromotion]
) -> tuple[int, int]:
    """What sending costs, and what an offer spares there."""
    if not shipped or not config.amount:
        return 0, 0
    price = shipping_price(shipped=sum(left[item_id] for item_id in shipped), config=config)
    return (0, price) if any(each.frees_shipping for each in given) else (price, 0)


def _discounts(given: Sequence[AppliedPromotion], spared: int) -> tuple[Discount, ...]:
    shown = [Discount(each.promotion.id, each.promotion.name, each.amount) for each in given if each.savings]
    first = next((each.promotion for each in given if each.frees_shipping), None)
    if first is not None and spared:
        shown.append(Discount(first.id, first.name, spared, "shipping"))
    return tuple(shown)


def _of_line(item_id: int, given: Sequence[AppliedPromotion]) -> tuple[Discount, ...]:
    return tuple(
        Discount(each.promotion.id, each.promotion.name, each.savings[item_id])
        for each in given
        if item_id in each.savings
    )


def _taxes(
    items: Sequence[Item], left: Mapping[int, int], sending: int, supplies: Sequence[Supply], config: TaxConfig
) -> "_Due":
    treatments = _treatments(items, supplies, config)
    # In one order, whatever the cart's: shares that are equal go to the same lines then.
    ordered = [item for item in by_price_descending(items) if item.id in treatments]
    amounts: list[tuple[int, Treatment | None]] = [(left[item.id], treatments[item.id]) for item in ordered]
    if sending:
        sent = frozenset().union(*(supply.items for supply in supplies if supply.is_shipped))
        carried = [item for item in ordered if item.id in sent and left[item.id]]
        if carried:
            shares = split(sending, [left[item.id] for item in carried])
            amounts += [(share, treatments[item.id]) for item, share in zip(carried, shares, strict=True)]
    taxed, lines = tax_amounts(amounts)
    by_id = {item.id: each for item, each in zip(ordered, taxed, strict=False)}
    of_shipping = taxed[len(ordered) :]
    rates = {item_id: 0 if treatment.is_exempt else treatment.basis_points for item_id, treatment in treatments.items()}
    shipping_taxed = Taxed(sum(each.tax for each in of_shipping), sum(each.added for each in of_shipping))
    return _Due(by_id, rates, tuple(lines), shipping_taxed)


def _treatments(items: Sequence[Item], supplies: Sequence[Supply], config: TaxConfig) -> dict[int, Treatment]:
    known: dict[tuple[TaxPlace, int | None, bool | None], Treatment | None] = {}
    found: dict[int, Treatment] = {}
    place_of = {item_id: supply.place for supply in supplies for item_id in supply.items}
    for item in items:
        place = place_of.get(item.id)
        if place is None:
            continue
        key = (place, item.tax_category, item.is_tax_included)
        if key not in known:
            known[key] = _treatment(place, item, config)
        treatment = known[key]
        if treatment is not None:
            found[item.id] = treatment
    return found


def _treatment(place: TaxPlace, item: Item, config: TaxConfig) -> Treatment | None:
    zone = config.table.zone_of(place)
    if zone is None:
        return None
    is_exempt = is_exempt_at(place, tax_number_country=config.tax_number_country, shop_country=config.shop_country)
    found = config.table.treatment(zone=zone, category_id=item.tax_category, day=config.day, is_exempt=is_exempt)
    if item.is_tax_included is None or item.is_tax_included == found.is_included:
        return found
    return found._replace(is_included=item.is_tax_included)
