"""What is due besides the price of goods: deposits, and the tax of goods, deposits and charges where supplied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from carts.rules.deposits import Deposit, Deposits
from carts.rules.goods import Item, SortedItems
from carts.rules.taxes import (
    NOTHING,
    BasisPoints,
    Taxed,
    TaxLine,
    TaxPlace,
    TaxTable,
    Treatment,
    is_exempt_at,
    tax_amounts,
)
from core.money import split


@dataclass(frozen=True, slots=True)
class Supply:
    """
    Items, by their ids, that are supplied at one place: shipped to it, or handed over there.

    method: the code of the delivery method of what is shipped; empty for the cheapest.
    """

    items: frozenset[int]
    place: TaxPlace
    is_shipped: bool = False
    method: str = ""


@dataclass(frozen=True, slots=True)
class TaxConfig:
    """The shop's taxes on a day. tax_number_country: of the buyer's confirmed tax number, empty without one."""

    table: TaxTable
    day: date
    shop_country: str
    tax_number_country: str = ""


class Charge(NamedTuple):
    """
    What is charged besides goods: for shipping, or a fee. items: the goods it is for, by their ids.

    tax_category: the id of its own; None where it has the rates of its goods.
    """

    amount: int
    tax_category: int | None
    items: frozenset[int]


@dataclass(frozen=True, slots=True)
class Due:
    """The tax and the tax rate of each item, by its id; the tax lines; and the tax of each charge, in their order."""

    by_item: Mapping[int, Taxed]
    rates: Mapping[int, BasisPoints]
    lines: tuple[TaxLine, ...]
    charges: tuple[Taxed, ...]


def deposits_due(
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


def taxes_due(
    items: Sequence[Item],
    left: Mapping[int, int],
    charges: Sequence[Charge],
    supplies: Sequence[Supply],
    config: TaxConfig,
    deposits: Mapping[int, Deposit],
) -> Due:
    """
    Return the taxes of items, their deposits, and charges.

    left: what promotions left of each item. deposits: on one unit of each item that bears one.
    """
    treatments = _treatments(items, supplies, config)
    # A fixed order, whatever the cart's, so that rounding favours the same lines.
    ordered = [item for item in SortedItems(items) if item.id in treatments]
    taxable = [(item.id, left[item.id]) for item in ordered]
    taxable += [
        (item.id, item.quantity * deposits[item.id].amount)
        for item in ordered
        if item.id in deposits and deposits[item.id].bears_tax
    ]
    amounts: list[tuple[int, Treatment | None]] = [(amount, treatments[item_id]) for item_id, amount in taxable]
    ends = []
    for charge in charges:
        of_charge = treatments
        if charge.tax_category is not None:
            # Its share is taxed where the goods go that it is for, in the way of that place.
            alike = [item._replace(tax_category=charge.tax_category, is_tax_included=None) for item in ordered]
            of_charge = _treatments(alike, supplies, config)
        amounts += [(share, of_charge[item_id]) for item_id, share in _shares_of(charge, ordered, left)]
        ends.append(len(amounts))
    taxed, lines = tax_amounts(amounts)
    by_id: dict[int, Taxed] = {}
    for (item_id, _amount), of_amount in zip(taxable, taxed, strict=False):
        by_id[item_id] = by_id[item_id].plus(of_amount) if item_id in by_id else of_amount
    rates = {item_id: 0 if treatment.is_exempt else treatment.basis_points for item_id, treatment in treatments.items()}
    begins = [len(taxable), *ends]
    sums = tuple(together(taxed[begin:end]) for begin, end in zip(begins, ends, strict=False))
    return Due(by_id, rates, tuple(lines), sums)


def untaxed(charges: Sequence[Charge]) -> Due:
    """Return what is due in a shop without taxes."""
    return Due({}, {}, (), (NOTHING,) * len(charges))


def together(shares: Sequence[Taxed]) -> Taxed:
    """Return the tax of several charges, or of the shares of one."""
    return Taxed(sum(share.tax for share in shares), sum(share.added for share in shares)) if shares else NOTHING


def _shares_of(charge: Charge, ordered: Sequence[Item], left: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return the items that a charge is for, by their ids, with their shares of it."""
    if not charge.amount:
        return []
    bearing = [item for item in ordered if item.id in charge.items]
    if not bearing:
        return []
    # Goods that promotions left nothing of, or that cost nothing, bear charges all the same.
    weights = [left[item.id] for item in bearing]
    if not any(weights):
        weights = [item.value or item.quantity for item in bearing]
    return list(zip((item.id for item in bearing), split(charge.amount, weights), strict=True))


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
