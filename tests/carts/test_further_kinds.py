"""The kinds of promotions that limit, grade and combine: what each takes off, and how the back office asks for it."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from carts.models import Promotion
from carts.rules.conditions.nth_purchase import NthPurchase
from carts.rules.context import PricingContext
from carts.rules.goods import Goods, Item, paths_of
from carts.rules.kinds.fields import has_amount, text_of
from carts.rules.kinds.parsing import PromotionNotValid
from carts.rules.promotions import PromotionRule
from carts.rules.quote import ShippingConfig, Supply, quote
from carts.rules.rewards import parse_reward
from carts.rules.rewards.amount import AmountOff
from carts.rules.rewards.any_for_price import AnyForPrice
from carts.rules.rewards.buy_these_get_those import BuyTheseGetThose
from carts.rules.rewards.fixed_price import FixedPrice
from carts.rules.rewards.percent import PercentOff
from carts.rules.rewards.shipping_amount import AmountOffShipping
from carts.rules.rewards.shipping_percent import PercentOffShipping
from carts.rules.rewards.tiered_amount import AmountTier, TieredAmount
from carts.rules.rewards.tiered_percent import PercentTier, TieredPercent
from carts.rules.taxes import TaxPlace
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.pricing import make_offer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CUPS, PLATES = Goods(categories=frozenset({"cups"})), Goods(categories=frozenset({"plates"}))
EVERYTHING_ELSE = Goods()
TIERS = (PercentTier(0, 1000), PercentTier(2000, 1500))


def cups(quantity, price=1000, number=1, **fields):
    return Item(number, number, quantity, price, categories=paths_of("cups"), **fields)


def plates(quantity, price=500, number=2, **fields):
    return Item(number, number, quantity, price, categories=paths_of("plates"), **fields)


def priced(items, *rewards, **context):
    offers = [
        PromotionRule(number, {"en": f"Offer {number}"}, reward, context.pop("conditions", ()))
        for number, reward in enumerate(rewards, 1)
    ]
    supply = Supply(frozenset(item.id for item in items), TaxPlace("DE"), is_shipped=True)
    return quote(
        items, currency="EUR", context=PricingContext(NOW, **context), promotions=offers, supplies=[supply],
        shipping=ShippingConfig(1000),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("items", "reward", "saved"),
    [
        ([cups(4, 800)], AnyForPrice(3, 2000), [400]),
        ([cups(3, 600)], AnyForPrice(3, 2000), [0]),
        ([cups(2), plates(1)], AnyForPrice(3, 2000), [400, 100]),
        ([cups(7)], AnyForPrice(3, 2000, CUPS), [2000]),
        ([cups(4), plates(1)], BuyTheseGetThose(2, 1, CUPS, PLATES), [400, 100]),
        ([cups(1), plates(1)], BuyTheseGetThose(2, 1, CUPS, PLATES), [0, 0]),
        ([cups(4), plates(3)], BuyTheseGetThose(2, 1, CUPS, PLATES), [800, 200]),
        ([cups(4), plates(3)], BuyTheseGetThose(2, 1, CUPS, PLATES, times=1), [400, 100]),
        ([cups(2), plates(1)], BuyTheseGetThose(2, 1, CUPS, PLATES, basis_points=5000), [200, 50]),
        # A unit that could be either is bought only if there is no other.
        ([cups(1), plates(1)], BuyTheseGetThose(1, 1, EVERYTHING_ELSE, CUPS), [667, 333]),
        ([cups(2)], BuyTheseGetThose(1, 1, EVERYTHING_ELSE, CUPS), [1000]),
        ([cups(3), plates(2)], PercentOff(5000, most=1000), [750, 250]),
        ([cups(3), plates(2)], PercentOff(5000, most=3000), [1500, 500]),
        ([cups(3), plates(2)], PercentOff(5000, is_order_level=True, most=1000), [750, 250]),
        ([cups(3), plates(2)], PercentOff(5000, units=4), [1500, 250]),
        ([cups(3), plates(2)], PercentOff(5000, units=1, is_order_level=True), [500, 0]),
        ([cups(3), plates(2)], AmountOff(700, is_each=True, units=4), [2100, 500]),
        ([cups(3), plates(2)], FixedPrice(300, units=2), [1400, 0]),
        ([cups(1)], TieredPercent(TIERS), [100]),
        ([cups(2)], TieredPercent(TIERS[::-1]), [300]),
        ([cups(1), plates(3)], TieredPercent((PercentTier(1001, 5000), PercentTier(9999, 9000)), CUPS), [0, 0]),
        ([cups(2)], TieredAmount((AmountTier(1000, 100), AmountTier(2000, 300))), [300]),
        ([cups(1), plates(1)], PercentOff(1000, Goods(price_from=501)), [100, 0]),
        ([cups(1), plates(1)], PercentOff(1000, Goods(price_from=500, price_to=999)), [0, 50]),
        ([cups(1, is_reduced=True), plates(1)], PercentOff(1000, Goods(without_reduced=True)), [0, 50]),
        ([cups(1, floor=950), plates(1)], PercentOff(1000), [50, 50]),
        ([cups(2, floor=950), plates(1)], AnyForPrice(3, 1000), [100, 500]),
        ([cups(1, floor=1200)], PercentOff(1000), [0]),
    ],
)  # fmt: skip
def test_what_each_kind_takes_off(items, reward, saved):
    quoted = priced(items, reward)

    assert [quoted.lines[item.id].discount for item in items] == saved


def test_no_promotion_together_with_others_goes_below_the_floor():
    quoted = priced([cups(2, floor=700)], PercentOff(2000), AmountOff(500, is_each=True), AnyForPrice(2, 10))

    assert quoted.lines[1].total == 1400


@pytest.mark.parametrize(
    ("rewards", "shipping", "saved"),
    [
        ([PercentOffShipping(2000)], 800, [200]),
        ([AmountOffShipping(200)], 800, [200]),
        ([AmountOffShipping(2000)], 0, [1000]),
        ([PercentOffShipping(5000), AmountOffShipping(200)], 300, [500, 200]),
        ([PercentOffShipping(10_000), AmountOffShipping(200)], 0, [1000]),
    ],
)
def test_a_part_of_shipping_is_taken_off(rewards, shipping, saved):
    quoted = priced([cups(1)], *rewards)

    assert (quoted.totals.shipping, quoted.totals.discount) == (shipping, 0)
    assert [discount.amount for discount in quoted.discounts if discount.target == "shipping"] == saved


@pytest.mark.parametrize(("known", "purchases", "given"), [(True, 2, True), (True, 1, False), (False, 2, False)])
def test_the_purchase_of_a_number_is_counted_for_known_customers(known, purchases, given):
    context = {"conditions": (NthPurchase(3),), "is_known": known, "purchases": purchases}

    assert bool(priced([cups(1)], PercentOff(1000), **context).discounts) == given


def test_earlier_orders_of_a_customer_count(ana, mug):
    make_offer({"kind": "percent", "basis_points": 1000}, {"kind": "nth_purchase", "number": 2})
    phone = Api(ana)
    first = phone.add("MUG")
    phone.check_out(first, fulfilments=[{"kind": "pickup", "store": "high-street"}])

    second = phone.add("MUG")

    assert (first["totals"]["grand"]["amount"], second["totals"]["grand"]["amount"]) == ("12.90", "11.61")


def test_amounts_are_found_in_parts_and_goods_too():
    assert has_amount(TieredPercent(TIERS)) and has_amount(PercentOff(1, most=5))
    assert has_amount(PercentOff(1, Goods(price_to=5)))
    assert not has_amount(PercentOff(1)) and not has_amount(BuyTheseGetThose(1, 1, CUPS))


def test_the_text_of_a_reward_is_the_same_whatever_the_order_of_its_parts_and_sets():
    assert text_of(TieredPercent(TIERS)) == text_of(TieredPercent(TIERS[::-1]))
    assert text_of(Goods(categories=frozenset({"a", "b"}))) == text_of(Goods(categories=frozenset({"b", "a"})))
    assert text_of(PercentOff(1)) != text_of(PercentOff(2))


@pytest.mark.parametrize(
    ("reward", "wrong"),
    [
        ({"kind": "buy_these_get_those", "buy": 1, "get": 1}, "reward.bought"),
        ({"kind": "percent", "basis_points": 1, "most": 0}, "reward.most"),
        ({"kind": "percent", "basis_points": 1, "goods": {"price_from": "1"}}, "reward.goods.price_from"),
        ({"kind": "tiered_percent", "tiers": [{"value": 0, "basis_points": 1}]}, "reward.tiers"),
    ],
)
def test_what_is_missing_or_wrong_is_named(reward, wrong):
    with pytest.raises(PromotionNotValid) as refusal:
        parse_reward(reward)

    assert refusal.value.details == {"field": wrong}


FORM = {
    "name_en": "Offer", "priority": "5", "starts_at_0": "2026-01-01", "starts_at_1": "00:00", "is_active": "on",
}  # fmt: skip
TWO_TIERS = '[{"value": 0, "basis_points": 500}, {"value": 2000, "basis_points": 1000}]'
TWO_AMOUNTS = '[{"value": 0, "amount": 50}, {"value": 2000, "amount": 100}]'


@pytest.fixture
def office(db):
    return signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))


@pytest.mark.parametrize(
    ("fields", "reward"),
    [
        (
            {"kind": "any_for_price", "reward_quantity": "3", "reward_amount": "20.00", "currency": "EUR"},
            {"kind": "any_for_price", "quantity": 3, "amount": 2000},
        ),
        (
            {
                "kind": "buy_these_get_those", "reward_buy": "2", "reward_get": "1", "reward_times": "1",
                "reward_bought": '{"categories": ["cups"]}',
            },
            {
                "kind": "buy_these_get_those", "buy": 2, "get": 1, "times": 1, "bought": {"categories": ["cups"]},
            },
        ),
        (
            {"kind": "percent", "reward_basis_points": "15", "reward_most": "50.00", "currency": "EUR"},
            {"kind": "percent", "basis_points": 1500, "most": 5000},
        ),
        (
            {"kind": "percent", "reward_basis_points": "15", "reward_units": "1"},
            {"kind": "percent", "basis_points": 1500, "units": 1},
        ),
        (
            {"kind": "tiered_percent", "reward_tiers": TWO_TIERS, "currency": "EUR"},
            {"kind": "tiered_percent", "tiers": [
                {"value": 0, "basis_points": 500}, {"value": 2000, "basis_points": 1000},
            ]},
        ),
        (
            {"kind": "tiered_amount", "reward_amount_tiers": TWO_AMOUNTS, "currency": "EUR"},
            {"kind": "tiered_amount", "amount_tiers": [{"value": 0, "amount": 50}, {"value": 2000, "amount": 100}]},
        ),
        (
            {"kind": "shipping_percent", "reward_basis_points": "20"},
            {"kind": "shipping_percent", "basis_points": 2000},
        ),
        (
            {"kind": "shipping_amount", "reward_amount": "2.00", "currency": "EUR"},
            {"kind": "shipping_amount", "amount": 200},
        ),
        (
            {
                "kind": "percent", "reward_basis_points": "10", "price_from": "15.00", "price_to": "20.00",
                "without_reduced": "on", "currency": "EUR",
            },
            {
                "kind": "percent", "basis_points": 1000,
                "goods": {"price_from": 1500, "price_to": 2000, "without_reduced": True},
            },
        ),
    ],
)  # fmt: skip
def test_staff_enter_each_kind_and_find_it_again_and_the_preview_shows_it(office, mug, fields, reward):
    saved = office.post(reverse("admin:carts_promotion_add"), {**FORM, **fields})

    assert saved.status_code == 302, saved.context["adminform"].form.errors
    promotion = Promotion.objects.get()
    assert promotion.reward == reward
    page = office.get(reverse("admin:carts_promotion_change", args=[promotion.pk]))
    form = page.context["adminform"].form
    shown = {name: form[name].value() for name in fields if form[name].value() not in (None, False)}
    again = office.post(page.request["PATH_INFO"], {**FORM, **shown})
    assert again.status_code == 302, again.context["adminform"].form.errors
    assert Promotion.objects.get().reward == reward
    preview = office.get(
        reverse("admin:carts_promotion_preview"), {"lines": "MUG 3", "channel": "web", "country": "DE"}
    )
    assert [name for name, *_verdict in preview.context["verdicts"]] == ["Offer"]


def test_a_price_of_the_range_needs_the_form_of_an_amount_and_a_currency(office):
    wrong = office.post(
        reverse("admin:carts_promotion_add"),
        {**FORM, "kind": "percent", "reward_basis_points": "10", "price_from": "cheap", "currency": "EUR"},
    )
    without = office.post(
        reverse("admin:carts_promotion_add"),
        {**FORM, "kind": "percent", "reward_basis_points": "10", "price_from": "5.00"},
    )

    assert "price_from" in wrong.context["adminform"].form.errors
    assert without.context["adminform"].form.errors and not Promotion.objects.exists()
