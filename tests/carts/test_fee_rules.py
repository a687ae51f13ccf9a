"""Fees on an order as a whole, by the pure calculation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.rules.conditions.minimum_value import MinimumValue
from carts.rules.context import PricingContext
from carts.rules.fees import Fee
from carts.rules.goods import Item
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig, Supply, TaxConfig, quote
from carts.rules.rewards.amount import AmountOff
from carts.rules.rewards.percent import PercentOff
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STANDARD, REDUCED, SERVICES = 1, 2, 3
HANDLING = Fee(1, {"en": "Handling"}, "EUR", 200, NOW - timedelta(days=1))
SMALL_ORDER = Fee(2, {"en": "Small order"}, "EUR", 300, NOW - timedelta(days=1), below=2000)


def item(number, price, quantity=1, **fields):
    return Item(number, number, quantity, price, **fields)


def taxes(*, is_included=True):
    rates = [
        Rate(1, STANDARD, 1900, NOW.date()),
        Rate(1, REDUCED, 700, NOW.date()),
        Rate(1, SERVICES, 1000, NOW.date()),
        Rate(2, STANDARD, 2000, NOW.date()),
    ]
    zones = [Zone(1, "DE", is_included=is_included), Zone(2, "AT", is_included=is_included)]
    return TaxConfig(TaxTable(zones, rates, STANDARD), NOW.date(), "DE")


def priced(items, *fees, offers=(), austrian=(), channel="web", now=NOW, currency="EUR", tax=None, shipping=None):
    ids = {each.id for each in items if not each.is_stored_value}
    supplies = [
        Supply(frozenset(ids - set(austrian)), TaxPlace("DE"), is_shipped=shipping is not None),
        Supply(frozenset(ids & set(austrian)), TaxPlace("AT")),
    ]
    return quote(
        items, currency=currency, context=PricingContext(now=now, channel=channel), supplies=supplies, fees=fees,
        promotions=offers, taxes=tax, shipping=shipping,
    )  # fmt: skip


def fee_of(*args, **how):
    return priced(*args, **how).totals.fees


def test_it_stands_in_the_total_and_in_a_list_of_its_own():
    quoted = priced([item(1, 1000)], HANDLING, SMALL_ORDER)

    assert [(each.fee.name["en"], each.amount) for each in quoted.fees] == [("Handling", 200), ("Small order", 300)]
    assert (quoted.totals.items, quoted.totals.fees, quoted.totals.grand) == (1000, 500, 1500)
    assert quoted.lines[1].total == 1000


@pytest.mark.parametrize(
    ("value", "fee"),
    [(0, 300), (1, 300), (1699, 300), (1700, 300), (1701, 299), (1999, 1), (2000, 0), (2001, 0), (9000, 0)],
)
def test_on_a_small_order_it_is_at_most_what_the_order_lacks(value, fee):
    assert fee_of([item(1, value)], SMALL_ORDER) == fee


def test_an_order_that_one_article_makes_large_never_costs_less_than_without_it():
    assert priced([item(1, 1999)], SMALL_ORDER).totals.grand == 2000
    assert priced([item(1, 1999), item(2, 1)], SMALL_ORDER).totals.grand == 2000


def test_two_on_small_orders_are_together_at_most_what_the_order_lacks():
    larger = replace(SMALL_ORDER, id=3, below=2500)

    assert fee_of([item(1, 1000)], SMALL_ORDER, SMALL_ORDER, larger) == 900
    assert [fee_of([item(1, value)], SMALL_ORDER, SMALL_ORDER) for value in (1900, 2000)] == [100, 0]
    assert fee_of([item(1, 1990)], SMALL_ORDER, larger) == 10 + 300
    assert fee_of([item(1, 2400)], SMALL_ORDER, larger) == 100


def test_no_offer_lowers_it_and_none_counts_it():
    everything = PromotionRule(1, {"en": "All"}, PercentOff(10_000), ())
    from_12 = PromotionRule(2, {"en": "From 12"}, AmountOff(100), (MinimumValue(1200),))

    assert priced([item(1, 1000)], HANDLING, offers=[everything]).totals.grand == 200
    assert priced([item(1, 1000)], HANDLING, offers=[from_12]).totals.discount == 0


def test_what_an_offer_takes_off_makes_no_order_small():
    half = PromotionRule(1, {"en": "Half"}, PercentOff(5000), ())

    assert fee_of([item(1, 2000)], SMALL_ORDER, offers=[half]) == 0


def test_it_makes_no_goods_dear_enough_for_free_shipping():
    quoted = priced([item(1, 4900)], HANDLING, shipping=ShippingConfig(490, 5000))

    assert (quoted.totals.shipping, quoted.totals.grand) == (490, 5590)


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"channel": "till"}, {"channel": "web"}),
        ({"currency": "SEK"}, {}),
        ({"country": "AT"}, {}),
        ({"starts_at": NOW + timedelta(seconds=1)}, {}),
        ({"ends_at": NOW}, {}),
    ],
)
def test_it_is_charged_only_where_and_while_the_shop_says(changes, how):
    assert fee_of([item(1, 1000)], replace(HANDLING, **changes), **how) == 0


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"channel": "till"}, {"channel": "till"}),
        ({"country": "AT"}, {"austrian": [1]}),
        ({"country": "DE"}, {}),
        ({"starts_at": NOW}, {}),
        ({"ends_at": NOW + timedelta(seconds=1)}, {}),
    ],
)
def test_it_is_charged_there_and_then(changes, how):
    assert fee_of([item(1, 1000)], replace(HANDLING, **changes), **how) == 200


def test_gift_cards_are_no_goods():
    card = item(1, 2500, is_stored_value=True)

    assert fee_of([card], HANDLING, SMALL_ORDER) == 0
    assert fee_of([card, item(2, 1000)], SMALL_ORDER) == 300


class TestTaxes:
    GOODS = (item(1, 3000), item(2, 1000, tax_category=REDUCED))

    def test_it_has_the_rates_of_its_goods_by_their_value(self):
        quoted = priced(self.GOODS, HANDLING, tax=taxes())

        assert {line.basis_points: line.base + line.tax for line in quoted.taxes} == {1900: 3150, 700: 1050}
        # 19 % in 31.50 is 5.03, of which 24 cents lie on the fee; 7 % in 10.50 is 69 cents, of which 3.
        assert (quoted.fees_taxed.tax, quoted.fees_taxed.added) == (27, 0)

    def test_it_may_have_a_category_of_its_own(self):
        quoted = priced(self.GOODS, replace(HANDLING, tax_category=SERVICES), tax=taxes())

        assert {line.basis_points: line.base + line.tax for line in quoted.taxes} == {1900: 3000, 1000: 200, 700: 1000}
        assert quoted.fees_taxed.tax == 18

    def test_on_top_of_it_where_prices_exclude_tax(self):
        quoted = priced([item(1, 1000)], HANDLING, tax=taxes(is_included=False))

        assert (quoted.totals.tax, quoted.fees_taxed, quoted.totals.grand) == (228, (38, 38, ()), 1428)

    def test_a_fee_of_one_country_is_taxed_there(self):
        quoted = priced(self.GOODS, replace(HANDLING, country="AT"), austrian=[2], tax=taxes())

        assert {(line.zone_id, line.basis_points): line.base + line.tax for line in quoted.taxes} == {
            (2, 2000): 1200, (1, 1900): 3000,
        }  # fmt: skip

    def test_it_is_taxed_beside_shipping(self):
        quoted = priced([item(1, 1000)], HANDLING, tax=taxes(), shipping=ShippingConfig(490))

        [line] = quoted.taxes
        assert line.base + line.tax == quoted.totals.grand == 1690
        assert (quoted.shipping_taxed.tax, quoted.fees_taxed.tax, quoted.lines[1].taxed.tax) == (78, 32, 160)

    def test_goods_that_cost_nothing_bear_it_all_the_same(self):
        free = PromotionRule(1, {"en": "Free"}, PercentOff(10_000), ())

        quoted = priced([item(1, 1000)], HANDLING, offers=[free], tax=taxes())

        assert [(line.basis_points, line.base + line.tax) for line in quoted.taxes] == [(1900, 200)]


prices = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 3)), min_size=1, max_size=4)
fees = st.lists(
    st.builds(
        replace, st.just(HANDLING), amount=st.integers(1, 2000), below=st.one_of(st.none(), st.integers(1, 4000)),
        tax_category=st.sampled_from([None, SERVICES]),
    ),
    min_size=1, max_size=3,
)  # fmt: skip
offers = st.lists(st.sampled_from([PercentOff(1000), PercentOff(10_000), AmountOff(700)]), max_size=2).map(
    lambda rewards: [PromotionRule(number, {}, reward, ()) for number, reward in enumerate(rewards, 1)]
)
bounded = settings(max_examples=150, deadline=None, derandomize=True)


@bounded
@given(prices, fees, offers, st.integers(0, 3000))
def test_more_goods_never_cost_less_and_never_more_than_their_price(drawn, charged, given_offers, price):
    cart = [item(number, cost, quantity) for number, (cost, quantity) in enumerate(drawn, 1)]
    more = [*cart, item(9, price)]

    before, after = priced(cart, *charged), priced(more, *charged)
    with_offers = [priced(goods, *charged, offers=given_offers).totals.grand for goods in (cart, more)]

    assert before.totals.grand <= after.totals.grand <= before.totals.grand + price
    assert with_offers[0] <= before.totals.grand
    assert with_offers[1] <= with_offers[0] + price + len(given_offers)


@bounded
@given(prices, fees, st.booleans())
def test_its_taxes_add_up_to_the_order(drawn, charged, is_included):
    cart = [item(number, cost, quantity) for number, (cost, quantity) in enumerate(drawn, 1)]

    quoted = priced(cart, *charged, tax=taxes(is_included=is_included))

    assert sum(line.base + line.tax for line in quoted.taxes) == quoted.totals.grand
    of_lines = sum(line.taxed.tax for line in quoted.lines.values())
    assert sum(line.tax for line in quoted.taxes) == of_lines + quoted.fees_taxed.tax
    assert sum(each.amount for each in quoted.fees) == quoted.totals.fees
