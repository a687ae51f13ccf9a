"""What a cart costs: worked examples, and properties of every cart."""

import itertools
import random
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.rules.conditions.channel import OnChannel
from carts.rules.conditions.first_purchase import FirstPurchase
from carts.rules.conditions.minimum_quantity import MinimumQuantity
from carts.rules.conditions.minimum_value import MinimumValue
from carts.rules.conditions.segment import InSegment
from carts.rules.conditions.store import InStore
from carts.rules.context import PricingContext
from carts.rules.deposits import Deposit
from carts.rules.gifts import GiftGoods
from carts.rules.goods import Goods, Item, paths_of
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig, Supply, TaxConfig, quote
from carts.rules.rewards.amount import AmountOff
from carts.rules.rewards.any_for_price import AnyForPrice
from carts.rules.rewards.bundle import BundlePart, BundlePrice
from carts.rules.rewards.buy_and_get import BuyAndGet
from carts.rules.rewards.buy_these_get_those import BuyTheseGetThose
from carts.rules.rewards.cheapest_free import CheapestFree
from carts.rules.rewards.fixed_price import FixedPrice
from carts.rules.rewards.free_shipping import FreeShipping
from carts.rules.rewards.gift import GiftOfGoods
from carts.rules.rewards.percent import PercentOff
from carts.rules.rewards.shipping_percent import PercentOffShipping
from carts.rules.rewards.tiered_percent import PercentTier, TieredPercent
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONTEXT = PricingContext(now=NOW)
MUGS = Goods(variants=frozenset({1}))
KITCHEN = Goods(categories=frozenset({"home/kitchen"}))
GERMANY = TaxPlace("DE", postcode="10119")


def mugs(quantity=1, price=1290, **fields):
    return Item(1, 1, quantity, price, **fields)


def lamps(quantity=1, price=4900, **fields):
    return Item(2, 2, quantity, price, **fields)


def promotion(reward, *conditions, number=1, **fields):
    return PromotionRule(number, {"en": f"Offer {number}"}, reward, conditions, **fields)


def priced(*items, promotions=(), context=CONTEXT, currency="EUR", **how):
    return quote(items, promotions=promotions, context=context, currency=currency, **how)


def discounts_of(quoted):
    return {line.id: line.discount for line in quoted.lines.values()}


@pytest.mark.parametrize(
    ("reward", "items", "saved"),
    [
        (PercentOff(1000), [mugs(3), lamps()], {1: 387, 2: 490}),
        (PercentOff(1000, MUGS), [mugs(3), lamps()], {1: 387, 2: 0}),
        (PercentOff(2500), [mugs(1, 2)], {1: 1}),  # Half a cent is a cent.
        (PercentOff(2500), [mugs(1, 1)], {1: 0}),
        (PercentOff(3333, is_order_level=True), [mugs(1, 5), lamps(1, 5)], {1: 2, 2: 1}),  # 3.33 of 10, shared out.
        (AmountOff(1000), [mugs(), lamps()], {1: 208, 2: 792}),
        (AmountOff(1000), [mugs(1, 300)], {1: 300}),
        (AmountOff(100, is_each=True), [mugs(3), lamps()], {1: 300, 2: 100}),
        (FixedPrice(999, MUGS), [mugs(3), lamps()], {1: 873, 2: 0}),
        (FixedPrice(1500, MUGS), [mugs(3)], {1: 0}),
        # A set bears its saving together: 12.90, by the values of two mugs and a lamp.
        (BuyAndGet(2, 1), [mugs(2), lamps()], {1: 445, 2: 845}),
        (BuyAndGet(2, 1), [mugs(7), lamps(2)], {1: 2730, 2: 1140}),
        (BuyAndGet(1, 5), [mugs(4)], {1: 3870}),  # All that follow the one that was bought, up to five.
        (BuyAndGet(1, 1, MUGS, basis_points=5000), [mugs(3), lamps()], {1: 645, 2: 0}),
        (BuyAndGet(2, 1), [mugs(2)], {1: 0}),
        (CheapestFree(3), [mugs(2), lamps()], {1: 445, 2: 845}),
        (CheapestFree(3), [mugs(), lamps()], {1: 0, 2: 0}),
        (
            BundlePrice((BundlePart(2, MUGS), BundlePart(1, Goods(variants=frozenset({2})))), 6000),
            [mugs(5), lamps(2)],
            {1: 1021, 2: 1939},  # Twice 74.80 for 60.00: 29.60, by the value of four mugs and two lamps.
        ),
        (BundlePrice((BundlePart(2, MUGS), BundlePart(1, Goods())), 9000), [mugs(2), lamps()], {1: 0, 2: 0}),
    ],
)
def test_what_each_reward_takes_off(reward, items, saved):
    quoted = priced(*items, promotions=[promotion(reward)])

    assert discounts_of(quoted) == saved
    assert quoted.totals.discount == sum(saved.values())


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        (MinimumValue(7480), CONTEXT, True),
        (MinimumValue(7481), CONTEXT, False),
        (MinimumValue(2581, KITCHEN), CONTEXT, False),
        (MinimumQuantity(3), CONTEXT, True),
        (MinimumQuantity(3, MUGS), CONTEXT, False),
        (FirstPurchase(), CONTEXT, False),
        (FirstPurchase(), PricingContext(now=NOW, is_known=True), True),
        (FirstPurchase(), PricingContext(now=NOW, is_known=True, has_bought=True), False),
        (InSegment(frozenset({"vip", "staff"})), PricingContext(now=NOW, segments=frozenset({"vip"})), True),
        (InSegment(frozenset({"vip"})), CONTEXT, False),
        (OnChannel(frozenset({"app"})), PricingContext(now=NOW, channel="app"), True),
        (OnChannel(frozenset({"app"})), CONTEXT, False),
        (InStore(frozenset({"ber-mitte"})), PricingContext(now=NOW, store="ber-mitte"), True),
        (InStore(frozenset({"ber-mitte"})), CONTEXT, False),
    ],
)
def test_when_each_condition_holds(condition, context, holds):
    items = [mugs(2, categories=paths_of("home/kitchen")), lamps()]

    quoted = priced(*items, promotions=[promotion(PercentOff(1000), condition)], context=context)

    assert bool(quoted.discounts) == holds


def test_goods_are_chosen_by_category_product_or_variant():
    items = [mugs(categories=paths_of("home/kitchen/cups"), product_id=7), lamps(product_id=8)]

    assert [item.id for item in KITCHEN.among(items)] == [1]
    assert [item.id for item in Goods(products=frozenset({8})).among(items)] == [2]
    assert [item.id for item in Goods(variants=frozenset({1})).among(items)] == [1]


def test_promotions_on_lines_apply_before_those_on_the_cart_and_each_by_priority():
    promotions = [
        promotion(PercentOff(1000, is_order_level=True), number=1, priority=1),
        promotion(PercentOff(5000), number=2, priority=9),
        promotion(AmountOff(100, is_each=True), number=3, priority=5),
    ]

    quoted = priced(mugs(1, 1100), promotions=promotions)

    assert [(discount.promotion_id, discount.amount) for discount in quoted.discounts] == [(3, 100), (2, 500), (1, 50)]
    assert quoted.totals.grand == 450


@pytest.mark.parametrize(("exclusive", "winner"), [(2000, 3), (1900, 1), (1901, 3)])
def test_an_exclusive_promotion_applies_alone_and_only_if_it_is_cheaper(exclusive, winner):
    promotions = [
        promotion(PercentOff(1000), number=1),
        promotion(PercentOff(1000), number=2),
        promotion(PercentOff(exclusive), number=3, is_exclusive=True),
    ]

    quoted = priced(mugs(1, 10_000), promotions=promotions)

    assert quoted.discounts[0].promotion_id == winner


def test_a_promotion_needs_its_time_its_currency_and_its_code():
    late = promotion(PercentOff(1000), starts_at=NOW + timedelta(seconds=1))
    over = promotion(PercentOff(1000), ends_at=NOW)
    dollars = promotion(AmountOff(100), currency="USD")
    coded = promotion(PercentOff(1000), needs_voucher=True)

    assert priced(mugs(), promotions=[late, over, dollars, coded]).totals.discount == 0
    assert (
        priced(mugs(), promotions=[coded], context=PricingContext(now=NOW, vouchers=frozenset({1}))).totals.discount
        == 129
    )


@pytest.mark.parametrize(
    ("promotions", "shipping", "saved"),
    [
        ([], 490, None),
        ([promotion(FreeShipping())], 0, 490),
        ([promotion(FreeShipping(), MinimumValue(5000))], 490, None),
    ],
)
def test_shipping_is_free_from_a_value_or_by_a_promotion(promotions, shipping, saved):
    config, supplies = ShippingConfig(490, free_from=3870), [Supply(frozenset({1}), GERMANY, is_shipped=True)]

    quoted = priced(mugs(2), promotions=promotions, shipping=config, supplies=supplies)

    assert quoted.totals.shipping == shipping
    assert [discount.amount for discount in quoted.discounts if discount.target == "shipping"] == (
        [saved] if saved else []
    )
    # What promotions leave of the value does not matter.
    enough = priced(mugs(3), promotions=[promotion(AmountOff(1))], shipping=config, supplies=supplies)
    assert enough.totals.shipping == 0


# --- Any cart, any promotions ---------------------------------------------------------------------

sets_of_goods = st.builds(
    Goods,
    variants=st.frozensets(st.integers(1, 8), max_size=3),
    categories=st.frozensets(st.sampled_from(["a", "a/b", "c"]), max_size=1),
)
percent = st.integers(1, 10_000)
amounts = st.integers(1, 500_000)
rewards = st.one_of(
    st.builds(PercentOff, percent, sets_of_goods, st.booleans()),
    st.builds(AmountOff, amounts, sets_of_goods, st.booleans()),
    st.builds(FixedPrice, st.integers(0, 500_000), sets_of_goods),
    st.builds(BuyAndGet, st.integers(1, 3), st.integers(1, 3), sets_of_goods, percent),
    st.builds(CheapestFree, st.integers(1, 4), sets_of_goods),
    st.builds(
        BundlePrice,
        st.lists(st.builds(BundlePart, st.integers(1, 3), sets_of_goods), min_size=2, max_size=3).map(tuple),
        st.integers(0, 500_000),
    ),
    st.just(FreeShipping()),
)
promotions_of_any_kind = st.lists(
    st.builds(
        lambda reward, priority, lone, least: (reward, priority, lone, least),
        rewards, st.integers(1, 3), st.booleans(), st.integers(0, 100_000),
    ),
    max_size=5,
).map(
    lambda drawn: [
        promotion(reward, MinimumValue(least), number=number, priority=priority, is_exclusive=lone)
        for number, (reward, priority, lone, least) in enumerate(drawn, 1)
    ]
)  # fmt: skip
carts = st.lists(
    st.tuples(
        st.integers(1, 99),
        st.one_of(st.integers(0, 9), st.integers(0, 10**7)),
        st.sampled_from(["", "a", "a/b", "c"]),
        st.sampled_from([None, 1, 2]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=8,
)
zones = st.lists(st.booleans(), min_size=3, max_size=3)


@given(
    carts, promotions_of_any_kind, zones, st.sampled_from(["JPY", "EUR", "KWD"]), st.sampled_from(["", "XB"]), st.data()
)
def test_totals_add_up_to_the_unit_whatever_the_cart_and_the_promotions(
    cart, promotions, included, currency, number, data
):
    items = [
        Item(place, place, quantity, price, categories=paths_of(path), tax_category=tax)
        for place, (quantity, price, path, tax, _where) in enumerate(cart, 1)
    ]
    places = [TaxPlace("XA"), TaxPlace("XB"), TaxPlace("XC")]
    table = TaxTable(
        [Zone(1, "XA", is_included=included[0]), Zone(2, "XB", is_included=included[1])],
        [
            Rate(zone, category, rate, date(2020, 1, 1))
            for zone, category, rate in [(1, 1, 1900), (1, 2, 725), (2, 1, 2100)]
        ],
        standard=1,
    )
    supplies = [
        Supply(
            frozenset(place for place, line in enumerate(cart, 1) if line[4] == where), places[where],
            is_shipped=where != 2,
        )
        for where in range(3)
    ]  # fmt: skip

    def price_of(some):
        return quote(
            some, currency=currency, context=CONTEXT, supplies=supplies, shipping=ShippingConfig(490, 10**6),
            promotions=promotions, taxes=TaxConfig(table, NOW.date(), "XA", number),
        )  # fmt: skip

    quoted = price_of(items)
    totals, lines = quoted.totals, quoted.lines.values()

    assert totals.items == sum(item.value for item in items)
    assert totals.discount == sum(line.discount for line in lines)
    assert all(0 <= line.total <= line.value and discount.amount > 0 for line in lines for discount in line.discounts)
    assert all(line.total >= 0 for line in lines)
    assert totals.grand == totals.items - totals.discount + totals.shipping + totals.tax >= 0
    assert totals.tax == sum(line.taxed.added for line in lines) + quoted.shipping_taxed.added
    assert sum(tax.tax for tax in quoted.taxes) == sum(line.taxed.tax for line in lines) + quoted.shipping_taxed.tax
    untaxed = sum(line.total for line, item in zip(lines, cart, strict=True) if item[4] == 2)
    sent = sum(tax.base + tax.tax for tax in quoted.taxes) + untaxed
    assert sent == totals.grand
    assert sum(discount.amount for discount in quoted.discounts if discount.target == "items") == totals.discount
    assert price_of(data.draw(st.permutations(items))) == quoted


A_HUNDRED_LINES = [
    Item(
        number, number, dice.randint(1, 9), dice.randint(100, 9999), categories=paths_of(f"home/shelf-{number % 9}"),
        deposit=number % 3 or None,
    )
    for dice in [random.Random(1)]
    for number in range(100)
]  # fmt: skip
TIERS = (PercentTier(1000, 500), PercentTier(9000, 1000))
FOUR_KINDS = [
    lambda chosen: PercentOff(1000, chosen),
    lambda chosen: BuyAndGet(2, 1, chosen),
    lambda chosen: AmountOff(50, chosen, is_each=True),
    lambda chosen: PercentOff(500, chosen, is_order_level=True),
]
ALL_KINDS = [
    *FOUR_KINDS,
    lambda chosen: PercentOff(1000, chosen, most=500, units=5),
    lambda chosen: FixedPrice(900, chosen),
    lambda chosen: CheapestFree(3, chosen),
    lambda chosen: AnyForPrice(3, 2000, chosen),
    lambda chosen: BundlePrice((BundlePart(1, chosen), BundlePart(2, chosen)), 2500),
    lambda chosen: BuyTheseGetThose(1, 1, chosen, chosen),
    lambda chosen: AmountOff(500, chosen),
    lambda chosen: TieredPercent(TIERS, chosen),
    lambda chosen: PercentOffShipping(500),
    lambda chosen: GiftOfGoods(7),
]


@pytest.mark.parametrize(
    ("kinds", "most"), [(FOUR_KINDS, 39_000), (ALL_KINDS, 64_000)], ids=["four kinds", "all kinds"]
)
def test_a_hundred_promotions_on_a_hundred_lines_take_few_calls(kinds, most):
    promotions = [
        promotion(
            kinds[number % len(kinds)](Goods(categories=frozenset({f"home/shelf-{number % 9}"}))),
            MinimumValue(1000),
            number=number,
            is_exclusive=number % 10 == 0,
        )
        for number in range(100)
    ]
    beside = {
        "shipping": ShippingConfig(490),
        "supplies": [Supply(frozenset(range(100)), TaxPlace("DE"), is_shipped=True)],
        "deposits": {(1, "DE", "EUR"): Deposit(25), (2, "DE", "EUR"): Deposit(8)},
        "gifts": {7: GiftGoods(7, "BAG", "bag", {"en": "Bag"}, unit_price=700, available=3)},
    }

    steps = itertools.count()
    sys.setprofile(lambda *_event: next(steps))
    priced(*A_HUNDRED_LINES, promotions=promotions, **beside)
    sys.setprofile(None)

    assert next(steps) < most
