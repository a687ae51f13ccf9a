"""Deposits in the calculation: beside the price, out of the reach of promotions, and taxed as the country says."""

from datetime import UTC, datetime

import pytest

from carts.rules.conditions.minimum_value import MinimumValue
from carts.rules.context import PricingContext
from carts.rules.deposits import Deposit
from carts.rules.goods import Item
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig, Supply, TaxConfig, quote
from carts.rules.rewards.percent import PercentOff
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOTTLE, CRATE = 1, 2
DEPOSITS = {
    (BOTTLE, "DE", "EUR"): Deposit(25),
    (CRATE, "DE", "EUR"): Deposit(310),
    (BOTTLE, "AT", "EUR"): Deposit(25, bears_tax=False),
}
COLA = Item(1, 1, 6, 119, deposit=BOTTLE)
BREAD = Item(2, 2, 1, 300, tax_category=2)


def taxes_of(country="DE", *, is_included=True):
    table = TaxTable(
        [Zone(1, country, is_included=is_included)], [Rate(1, 1, 1900, NOW.date()), Rate(1, 2, 700, NOW.date())], 1
    )
    return TaxConfig(table, NOW.date(), "DE")


def priced(*items, country="DE", offers=(), taxes=None, currency="EUR", shipping=None):
    supply = Supply(frozenset(item.id for item in items), TaxPlace(country), is_shipped=shipping is not None)
    return quote(
        items, currency=currency, context=PricingContext(now=NOW), supplies=[supply], promotions=offers, taxes=taxes,
        deposits=DEPOSITS, shipping=shipping,
    )  # fmt: skip


def offer(reward, *conditions):
    return PromotionRule(1, {"en": "Offer"}, reward, conditions)


def test_is_added_to_the_total_for_each_unit_and_is_no_part_of_the_line():
    quoted = priced(COLA, BREAD)

    assert (quoted.totals.items, quoted.totals.deposit, quoted.totals.grand) == (1014, 150, 1164)
    assert (quoted.lines[1].total, quoted.lines[1].deposit.amount, quoted.lines[1].deposits) == (714, 25, 150)
    assert (quoted.lines[2].total, quoted.lines[2].deposits) == (300, 0)


def test_no_discount_touches_it():
    assert priced(COLA, offers=[offer(PercentOff(10_000))]).totals.grand == 150
    assert priced(COLA, offers=[offer(PercentOff(5000, is_order_level=True))]).totals.grand == 507


def test_no_threshold_counts_it():
    at_the_value_with_deposit = [offer(PercentOff(1000), MinimumValue(714 + 150))]

    assert priced(COLA, offers=at_the_value_with_deposit).totals.discount == 0
    assert priced(COLA, shipping=ShippingConfig(490, 714 + 150)).totals.shipping == 490
    assert priced(COLA, shipping=ShippingConfig(490, 714)).totals.shipping == 0


def test_is_taxed_with_its_goods_where_the_country_says_so():
    """As in Germany: 6 bottles at 1.19 with 0.25 each, 19 % of 8.64 contained."""
    quoted = priced(COLA, BREAD, taxes=taxes_of())

    assert [(line.basis_points, line.base, line.tax) for line in quoted.taxes] == [(1900, 726, 138), (700, 280, 20)]
    assert quoted.lines[1].taxed.tax == 138
    assert quoted.totals.grand == 1164


def test_bears_no_tax_where_the_country_leaves_it_out():
    """As deposits on one-way bottles in Austria: 19 % of 7.14 contained, and 1.50 beside it."""
    quoted = priced(COLA, country="AT", taxes=taxes_of("AT"))

    assert [(line.base, line.tax) for line in quoted.taxes] == [(600, 114)]
    assert (quoted.totals.deposit, quoted.totals.grand) == (150, 864)


def test_tax_on_top_is_added_to_a_taxed_deposit_alone():
    taxed = priced(COLA, taxes=taxes_of(is_included=False))
    left_out = priced(COLA, country="AT", taxes=taxes_of("AT", is_included=False))

    assert (taxed.totals.tax, taxed.totals.grand) == (164, 714 + 150 + 164)
    assert (left_out.totals.tax, left_out.totals.grand) == (136, 714 + 150 + 136)


@pytest.mark.parametrize(("country", "currency"), [("FR", "EUR"), ("DE", "CHF")])
def test_is_not_charged_where_it_has_no_amount(country, currency):
    assert priced(COLA, country=country, currency=currency).totals.deposit == 0


def test_goods_that_are_supplied_nowhere_yet_bear_none():
    alone = quote([COLA], currency="EUR", context=PricingContext(now=NOW), deposits=DEPOSITS)

    assert alone.totals.deposit == 0
