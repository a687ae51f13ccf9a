"""Four sentences that hold for any cart and any promotions, and the worked examples in which they did not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.rules.conditions.minimum_quantity import MinimumQuantity
from carts.rules.conditions.minimum_value import MinimumValue
from carts.rules.context import PricingContext
from carts.rules.delivery import DeliveryMethod, DeliveryRate, DeliveryTable, parcel_of
from carts.rules.deposits import Deposit
from carts.rules.due import Charge
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
from carts.rules.rewards.shipping_amount import AmountOffShipping
from carts.rules.rewards.shipping_percent import PercentOffShipping
from carts.rules.rewards.tiered_percent import PercentTier, TieredPercent
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GERMANY = TaxPlace("DE")
FLAT = ShippingConfig(490, 5900)
STANDARD, REDUCED = 1, 2
BOTTLE = 1
GIFTS = {7: GiftGoods(7, "BAG", "bag", {"en": "Bag"}, unit_price=700, available=2)}
DEPOSITS = {(BOTTLE, "DE", "EUR"): Deposit(25)}
A, B, C, L = (Goods(categories=frozenset({path})) for path in ("lab-a", "lab-b", "lab-c", "a"))


def item(number, price, quantity=1, path="", **fields):
    return Item(number, number, quantity, price, categories=paths_of(path), **fields)


def offer(reward, *conditions, number=1, **fields):
    return PromotionRule(number, {"en": f"Offer {number}"}, reward, conditions, **fields)


def german_taxes(*, is_included=True):
    rates = [Rate(1, STANDARD, 1900, NOW.date()), Rate(1, REDUCED, 700, NOW.date())]
    return TaxConfig(TaxTable([Zone(1, "DE", is_included=is_included)], rates, STANDARD), NOW.date(), "DE")


# Heavier parcels cost more, dearer ones less; what is shipped to Austria is a parcel of its own.
PARCEL = DeliveryTable(
    [
        DeliveryMethod(
            "parcel",
            {"en": "Parcel"},
            rates=[
                DeliveryRate(None, "EUR", 490, most_grams=2000), DeliveryRate(None, "EUR", 990),
                DeliveryRate(None, "EUR", 290, from_value=4000), DeliveryRate(None, "EUR", 0, from_value=9000),
            ],
        )
    ]
)  # fmt: skip


def carriage(items, shipped):
    """Return what each of two parcels costs: that of the lines with even numbers goes elsewhere."""
    parcels = [[each for each in items if each.id in shipped and each.id % 2 == odd] for odd in (0, 1)]
    return [
        Charge(PARCEL.choose("", parcel_of(goods), place=GERMANY, currency="EUR").amount, None, _ids(goods))
        for goods in parcels
        if goods
    ]


def _ids(goods):
    return frozenset(each.id for each in goods)


def priced(items, *offers, shipped=(), vouchers=(), shipping=FLAT, taxes=None, by_weight=False):
    ids = {each.id for each in items}
    supplies = [
        Supply(frozenset(ids & set(shipped)), GERMANY, is_shipped=True),
        Supply(frozenset(ids - set(shipped)), GERMANY),
    ]
    context = PricingContext(now=NOW, vouchers=frozenset(vouchers))
    return quote(
        items, currency="EUR", context=context, supplies=supplies, shipping=shipping, promotions=offers, taxes=taxes,
        deposits=DEPOSITS, gifts=GIFTS, carriage=carriage(items, shipped) if by_weight else None,
    )  # fmt: skip


def grand(*args, **how):
    return priced(*args, **how).totals.grand


# --- What went wrong, with its numbers ------------------------------------------------------------


def test_an_offer_never_takes_free_shipping_away():
    lamp = [item(1, 5900, path="lab-a")]
    automatic, voucher = offer(PercentOff(500, A)), offer(PercentOff(100), number=2, needs_voucher=True)

    assert grand(lamp, shipped=[1]) == 5900
    assert grand(lamp, automatic, shipped=[1]) == 5605
    assert grand(lamp, automatic, voucher, shipped=[1], vouchers=[2]) == 5549


@pytest.mark.parametrize(
    ("items", "reward", "total"),
    [
        ([item(1, 1000)], PercentOff(9900), 500),
        ([item(1, 1000)], PercentOff(10_000), 490),
        ([item(1, 2000)], AmountOff(5000), 490),
        ([item(1, 0)], PercentOff(100), 490),
    ],
)
def test_goods_that_cost_nothing_still_pay_their_shipping(items, reward, total):
    quoted = priced(items, offer(reward), shipped=[1], taxes=german_taxes())

    assert (quoted.totals.shipping, quoted.totals.grand) == (490, total)
    assert sum(line.base + line.tax for line in quoted.taxes) == total


def test_a_free_article_that_is_sent_pays_shipping_beside_one_that_is_collected():
    items = [item(1, 1000, path="lab-b", tax_category=REDUCED), item(2, 2000)]

    quoted = priced(items, offer(PercentOff(10_000, B)), shipped=[1], taxes=german_taxes())

    assert (quoted.totals.shipping, quoted.totals.grand) == (490, 2490)
    assert {line.basis_points: line.base + line.tax for line in quoted.taxes} == {1900: 2000, 700: 490}


@pytest.mark.parametrize("priorities", [(1, 2), (2, 1), (1, 1)])
@pytest.mark.parametrize(
    ("first", "total"), [(PercentOff(5000, C), 900), (FixedPrice(500, C), 1000)], ids=["half", "fixed"]
)
def test_a_free_unit_is_worth_what_earlier_offers_left_of_it_in_any_order(first, total, priorities):
    offers = [
        offer(first, number=1, priority=priorities[0]),
        offer(BuyAndGet(2, 1, C), number=2, priority=priorities[1]),
    ]

    assert grand([item(1, 900, 3, "lab-c")], *offers) == total


def test_a_set_that_saves_nothing_is_not_made():
    cart = [item(1, 900, path="a"), item(2, 300, path="a"), item(3, 800, path="b"), item(4, 200, path="b")]
    parts = (BundlePart(1, Goods(categories=frozenset("a"))), BundlePart(1, Goods(categories=frozenset("b"))))

    assert grand(cart, offer(BundlePrice(parts, 1000))) == 1500


def test_a_unit_is_counted_by_one_offer_only():
    pens = [item(1, 1000, 3)]

    both = priced(pens, offer(BuyAndGet(2, 1)), offer(CheapestFree(3), number=2))

    assert both.totals.grand == 2000
    assert len(both.discounts) == 1


def test_of_offers_that_want_the_same_units_those_that_save_most_are_taken():
    pens = [item(1, 2000, 2), item(2, 100)]
    pair = offer(BundlePrice((BundlePart(1, Goods()), BundlePart(1, Goods())), 2500), number=2, priority=9)

    assert grand(pens, offer(BuyAndGet(2, 1))) == 4000
    assert grand(pens, offer(BuyAndGet(2, 1)), pair) == 2600


def test_an_offer_may_make_one_of_its_alike_sets_and_leave_the_units_of_the_others_to_an_offer_that_saves_more():
    pens, lamp = item(1, 1000, 4), item(2, 5000, path="lab-b")
    pairs = offer(AnyForPrice(2, 1900, Goods(variants=frozenset({1}))))
    with_a_lamp = (BundlePart(2, Goods(variants=frozenset({1}))), BundlePart(1, B))

    quoted = priced([pens, lamp], pairs, offer(BundlePrice(with_a_lamp, 5500), number=2))

    assert [discount.amount for discount in quoted.discounts] == [100, 1500]
    assert [quoted.lines[each].discount for each in (1, 2)] == [100 + 429, 1071]


def test_a_voucher_that_would_cost_more_is_left_out():
    goods = [item(1, 1000, 2)]
    pair, coded = offer(FixedPrice(600)), offer(AmountOff(100, is_each=True), number=2, needs_voucher=True)

    assert grand(goods, pair, coded, vouchers=[2]) <= grand(goods, pair)


def test_the_cheapest_of_a_set_is_free_so_a_cheap_article_never_costs_a_dear_free_unit():
    lamps, pen = item(1, 1000, 3), item(2, 100)

    assert grand([lamps], offer(BuyAndGet(2, 1))) == 2000
    assert grand([lamps, pen], offer(BuyAndGet(2, 1))) == 2100
    assert grand([lamps, pen], offer(CheapestFree(3))) == 2100


# --- Any cart, any offers -------------------------------------------------------------------------

CATEGORIES = ["", "a", "a/b", "c"]
sets_of_goods = st.builds(
    Goods,
    variants=st.frozensets(st.integers(1, 6), max_size=2),
    categories=st.frozensets(st.sampled_from(CATEGORIES[1:]), max_size=1),
)
percent = st.sampled_from([500, 1000, 3333, 5000, 10_000])
amounts = st.integers(1, 3000)
parts_of_bundles = st.lists(st.builds(BundlePart, st.integers(1, 2), sets_of_goods), min_size=2, max_size=3).map(tuple)
unit_rewards = st.one_of(
    st.builds(PercentOff, percent, sets_of_goods),
    st.builds(AmountOff, amounts, sets_of_goods, st.just(True)),
    st.builds(FixedPrice, st.integers(0, 2000), sets_of_goods),
    st.builds(PercentOff, percent, sets_of_goods, most=amounts),
)
counting_rewards = st.one_of(
    st.builds(BuyAndGet, st.integers(1, 3), st.integers(1, 2), sets_of_goods, percent),
    st.builds(CheapestFree, st.integers(1, 4), sets_of_goods),
    st.builds(BundlePrice, parts_of_bundles, amounts),
    st.builds(AnyForPrice, st.integers(1, 3), amounts, sets_of_goods),
    st.builds(BuyTheseGetThose, st.integers(1, 2), st.integers(1, 2), sets_of_goods, sets_of_goods, percent),
)
cart_rewards = st.one_of(
    st.builds(PercentOff, percent, sets_of_goods, st.just(True)),
    st.builds(AmountOff, amounts, sets_of_goods),
    st.just(FreeShipping()),
    st.builds(PercentOffShipping, percent),
    st.builds(AmountOffShipping, amounts),
    st.builds(GiftOfGoods, st.integers(6, 7), st.integers(1, 3)),
    st.builds(TieredPercent, st.lists(st.builds(PercentTier, amounts, percent), min_size=2, max_size=3).map(tuple)),
)
conditions = st.one_of(
    st.builds(MinimumValue, st.integers(1, 9000), sets_of_goods),
    st.builds(MinimumQuantity, st.integers(1, 6), sets_of_goods),
)
offers_drawn = st.lists(
    st.tuples(
        st.one_of(unit_rewards, counting_rewards, cart_rewards),
        st.lists(conditions, max_size=1), st.integers(1, 2), st.sampled_from([False, False, True]), st.booleans(),
    ),
    min_size=1,
    max_size=4,
).map(
    lambda drawn: [
        offer(reward, *asked, number=number, priority=priority, is_exclusive=is_exclusive, needs_voucher=is_coded)
        for number, (reward, asked, priority, is_exclusive, is_coded) in enumerate(drawn, 1)
    ]
)  # fmt: skip
lines = st.tuples(
    st.one_of(st.integers(0, 9), st.integers(0, 3000)), st.integers(1, 4), st.sampled_from(CATEGORIES),
    st.sampled_from([None, None, BOTTLE]), st.sampled_from([0, 200, 900]),
)  # fmt: skip
carts = st.lists(lines, min_size=1, max_size=5).map(
    lambda drawn: [
        item(number, price, quantity, path, deposit=deposit, grams=grams)
        for number, (price, quantity, path, deposit, grams) in enumerate(drawn, 1)
    ]
)
shipped_lines = st.frozensets(st.integers(1, 6), max_size=6)
ALL_VOUCHERS = range(1, 9)
bounded = settings(max_examples=100, deadline=None, derandomize=True)


@bounded
@given(carts, offers_drawn, shipped_lines, st.booleans())
def test_a_cart_never_costs_more_with_offers_and_vouchers_than_without(cart, offers, shipped, by_weight):
    without = grand(cart, shipped=shipped, by_weight=by_weight)
    automatic = grand(cart, *offers, shipped=shipped, by_weight=by_weight)

    assert automatic <= without
    assert grand(cart, *offers, shipped=shipped, vouchers=ALL_VOUCHERS, by_weight=by_weight) <= automatic


@bounded
@given(carts, offers_drawn, shipped_lines, st.booleans(), st.data())
def test_one_more_article_adds_its_price_its_deposit_and_its_shipping_at_most(cart, offers, shipped, by_weight, data):
    """Sharing out may move one minor unit for each offer."""
    place = data.draw(st.integers(0, len(cart)))
    if place == len(cart):
        price, _quantity, path, deposit, grams = data.draw(lines)
        added = price + (25 if deposit else 0)
        more = [*cart, item(len(cart) + 1, price, 1, path, deposit=deposit, grams=grams)]
    else:
        added = cart[place].unit_price + (25 if cart[place].deposit else 0)
        more = [each._replace(quantity=each.quantity + (number == place)) for number, each in enumerate(cart)]
    before, after = (
        priced(goods, *offers, shipped=shipped, vouchers=ALL_VOUCHERS, by_weight=by_weight).totals.grand
        for goods in (cart, more)
    )
    sent, sent_then = (priced(goods, shipped=shipped, by_weight=by_weight).totals.shipping for goods in (cart, more))

    assert after <= before + added + max(sent_then - sent, 0) + len(offers)


@bounded
@given(carts, offers_drawn, shipped_lines, st.booleans(), st.data())
def test_the_order_of_lines_of_equal_priorities_and_of_parts_changes_no_amount(cart, offers, shipped, by_weight, data):
    numbers = data.draw(st.permutations(range(1, len(offers) + 1)))
    renumbered = [replace(each, id=number) for each, number in zip(offers, numbers, strict=True)]
    turned = [
        replace(each, reward=replace(each.reward, parts=each.reward.parts[::-1]))
        if isinstance(each.reward, BundlePrice)
        else each
        for each in renumbered
    ]
    shuffled = data.draw(st.permutations(cart))

    how = {"shipped": shipped, "vouchers": ALL_VOUCHERS, "by_weight": by_weight}
    one = priced(cart, *offers, **how)
    other = priced(shuffled, *data.draw(st.permutations(turned)), **how)

    assert other.totals == one.totals
    assert [other.lines[each.id].total for each in cart] == [one.lines[each.id].total for each in cart]
    assert sorted(gift.value for gift in other.gifts) == sorted(gift.value for gift in one.gifts)


@bounded
@given(st.lists(st.integers(100, 3000), min_size=2, max_size=9), st.integers(1, 3), st.integers(1, 2), percent)
def test_a_saving_lies_on_all_units_of_its_set_by_their_value(prices, buy, get, basis_points):
    cart = [item(number, price) for number, price in enumerate(sorted(prices, reverse=True), 1)]
    quoted = priced(cart, offer(BuyAndGet(buy, get, basis_points=basis_points)))

    for begin in range(0, len(cart), buy + get):
        one_set = cart[begin : begin + buy + get]
        values = [each.unit_price for each in one_set]
        saved = (2 * sum(values[buy:]) * basis_points + 10_000) // 20_000
        found = [quoted.lines[each.id].discount for each in one_set]
        assert sum(found) == saved
        assert all(abs(share - saved * value / sum(values)) < 1 for share, value in zip(found, values, strict=True))


@bounded
@given(carts, st.lists(counting_rewards, min_size=1, max_size=3))
def test_counting_offers_together_save_no_more_than_all_units_are_worth_and_no_less_than_any_alone(cart, rewards):
    offers = [offer(reward, number=number) for number, reward in enumerate(rewards, 1)]
    alone = [priced(cart, each).totals.discount for each in offers]

    together = priced(cart, *offers)

    assert max(alone) <= together.totals.discount <= sum(alone)
    assert all(0 <= line.total <= line.value for line in together.lines.values())
