"""Gifts in the calculation: added while their promotion holds and they are in stock, and counted by nothing."""

from datetime import UTC, datetime

import pytest

from carts.rules.conditions.minimum_quantity import MinimumQuantity
from carts.rules.conditions.minimum_value import MinimumValue
from carts.rules.context import PricingContext
from carts.rules.gifts import GiftGoods
from carts.rules.goods import Item
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig, Supply, TaxConfig, quote
from carts.rules.quoted_vouchers import amounts_of
from carts.rules.rewards.buy_and_get import BuyAndGet
from carts.rules.rewards.gift import GiftOfGoods
from carts.rules.rewards.percent import PercentOff
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BAG = 7
MUG, LAMP = Item(1, 1, 2, 1000), Item(2, 2, 1, 4000)


def offer(reward, *conditions, number=1, **fields):
    return PromotionRule(number, {"en": f"Offer {number}"}, reward, conditions, **fields)


def priced(*items, offers, available=5, vouchers=(), shipping=None, taxes=None):
    bags = GiftGoods(BAG, "BAG", "bag", {"en": "Bag"}, unit_price=700, available=available)
    supply = Supply(frozenset(item.id for item in items), TaxPlace("DE"), is_shipped=shipping is not None)
    return quote(
        items, currency="EUR", context=PricingContext(now=NOW, vouchers=frozenset(vouchers)), promotions=offers,
        supplies=[supply], shipping=shipping, taxes=taxes, gifts={BAG: bags},
    )  # fmt: skip


def given(quoted):
    return [(gift.promotion_id, gift.quantity, gift.is_given) for gift in quoted.gifts]


def test_comes_by_itself_while_its_condition_holds_and_goes_when_it_does_not():
    bag = offer(GiftOfGoods(BAG), MinimumValue(5000))

    assert given(priced(MUG, LAMP, offers=[bag])) == [(1, 1, True)]
    assert given(priced(LAMP, offers=[bag])) == []


def test_costs_nothing_and_is_shown_with_its_value():
    quoted = priced(MUG, offers=[offer(GiftOfGoods(BAG, 2))])

    assert (quoted.totals.items, quoted.totals.discount, quoted.totals.grand) == (2000 + 1400, 1400, 2000)
    assert [(discount.promotion_id, discount.amount) for discount in quoted.discounts] == [(1, 1400)]
    assert (quoted.lines[-1].value, quoted.lines[-1].discount, quoted.lines[-1].total) == (1400, 1400, 0)


def test_what_has_run_out_is_named_and_not_given():
    quoted = priced(MUG, offers=[offer(GiftOfGoods(BAG, 2))], available=1)

    assert given(quoted) == [(1, 2, False)]
    assert (quoted.totals.items, quoted.totals.discount, quoted.discounts) == (2000, 0, ())
    assert set(quoted.lines) == {1}


def test_two_promotions_never_give_the_same_unit():
    both = [offer(GiftOfGoods(BAG), number=1), offer(GiftOfGoods(BAG), number=2)]

    assert given(priced(MUG, offers=both, available=2)) == [(1, 1, True), (2, 1, True)]
    assert given(priced(MUG, offers=both, available=1)) == [(1, 1, True), (2, 1, False)]


def test_a_variant_that_is_not_on_sale_is_no_gift():
    assert given(priced(MUG, offers=[offer(GiftOfGoods(8))])) == []


@pytest.mark.parametrize(
    "counting",
    [
        offer(PercentOff(1000), MinimumQuantity(3), number=2),
        offer(PercentOff(1000), MinimumValue(2700), number=2),
        offer(BuyAndGet(2, 1), number=2),
    ],
    ids=["number", "value", "sets"],
)
def test_no_other_promotion_counts_it(counting):
    quoted = priced(MUG, offers=[offer(GiftOfGoods(BAG)), counting])

    assert quoted.totals.grand == 2000


def test_free_shipping_does_not_count_it():
    quoted = priced(MUG, offers=[offer(GiftOfGoods(BAG))], shipping=ShippingConfig(490, 2700))

    assert quoted.totals.shipping == 490


def test_it_bears_no_tax():
    table = TaxTable([Zone(1, "DE")], [Rate(1, 1, 1900, NOW.date())], 1)

    quoted = priced(MUG, offers=[offer(GiftOfGoods(BAG))], taxes=TaxConfig(table, NOW.date(), "DE"))

    assert [(line.base, line.tax) for line in quoted.taxes] == [(1681, 319)]
    assert quoted.lines[-1].taxed.tax == 0


def test_a_voucher_for_a_gift_gives_its_value():
    coded = offer(GiftOfGoods(BAG), needs_voucher=True)

    assert amounts_of(priced(MUG, offers=[coded], vouchers=[1])) == {1: 700}
    assert amounts_of(priced(MUG, offers=[coded], vouchers=[1], available=0)) == {}


def test_an_exclusive_gift_comes_only_where_nothing_else_saves_money():
    alone = offer(GiftOfGoods(BAG), is_exclusive=True)

    assert given(priced(MUG, offers=[alone])) == [(1, 1, True)]
    cheaper = priced(MUG, offers=[alone, offer(PercentOff(100), number=2)])
    assert (given(cheaper), cheaper.totals.grand) == ([], 1980)
