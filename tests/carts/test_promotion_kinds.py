"""Kinds of rewards and conditions: found by their file, and used everywhere by what they declare."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import translation

from carts.admin.inputs import form_field_of
from carts.admin.kind_forms import condition_fields, condition_names, reward_choices, reward_fields
from carts.models import Promotion
from carts.rules import conditions, rewards
from carts.rules.conditions import condition_kinds, parse_conditions
from carts.rules.context import PricingContext
from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import ChosenGoods, Units, fields_of, has_amount
from carts.rules.kinds.finding import kinds_in
from carts.rules.kinds.parsing import PromotionNotValid
from carts.rules.promotions import PromotionRule
from carts.rules.quote import quote
from carts.rules.rewards import parse_reward, reward_kinds
from carts.rules.rewards.bundle import BundlePart, BundlePrice
from carts.rules.rewards.buy_and_get import BuyAndGet
from carts.rules.rewards.percent import PercentOff
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.pricing import make_offer, put_into_segment

CENTS_OFF_PAIRS = '''
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods
from carts.rules.kinds.fields import ChosenGoods, Money, Truth, Units
from carts.rules.kinds.reward import Reward


@dataclass(frozen=True, slots=True)
class OffPairs(Reward):
    """An amount off each full set of units of a line."""

    label: ClassVar[str] = "An amount off each set"
    position: ClassVar[int] = 15

    amount: Annotated[int, Money(label="amount")]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING
    set_of: Annotated[int, Units(label="units in a set", most=12)] = 2
    only_once: Annotated[bool, Truth("once per line")] = False

    def savings(self, items, left):
        sets = {item.id: item.quantity // self.set_of for item in self.goods.among(items)}
        return {
            item_id: min(left[item_id], self.amount * (min(1, count) if self.only_once else count))
            for item_id, count in sets.items()
        }
'''
FEW_LINES = '''
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import Units


@dataclass(frozen=True, slots=True)
class FewLines(Condition):
    """The cart has no more than so many lines."""

    label: ClassVar[str] = "up to so many lines"
    unmet: ClassVar[str] = "too many lines"
    refusal: ClassVar[str] = "This voucher is for small carts."
    position: ClassVar[int] = 25
    about: ClassVar[str] = Condition.GOODS

    lines: Annotated[int, Units(help="Lines, not units.")]

    def holds(self, items, context):
        return len(items) <= self.lines
'''


@pytest.fixture
def office(db):
    return signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))


@pytest.fixture
def more_kinds(tmp_path, monkeypatch):
    """A reward and a condition that nothing but two files of their own knows of."""
    for package, name, source in ((rewards, "off_pairs", CENTS_OFF_PAIRS), (conditions, "few_lines", FEW_LINES)):
        folder = tmp_path / package.__name__
        folder.mkdir()
        (folder / f"{name}.py").write_text(source)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    kinds_in.cache_clear()
    yield
    kinds_in.cache_clear()


def test_a_kind_is_parsed_as_it_declares_itself(more_kinds):
    reward = parse_reward({"kind": "off_pairs", "amount": 100, "set_of": 3})
    (condition,) = parse_conditions([{"kind": "few_lines", "lines": 1}])

    assert (reward.amount, reward.set_of, reward.only_once, reward.goods) == (100, 3, False, EVERYTHING)
    assert has_amount(reward) and not has_amount(condition)


@pytest.mark.parametrize(
    ("reward", "wrong"),
    [
        ({"kind": "off_pairs"}, "reward.amount"),
        ({"kind": "off_pairs", "amount": 0}, "reward.amount"),
        ({"kind": "off_pairs", "amount": 1, "set_of": 13}, "reward.set_of"),
        ({"kind": "off_pairs", "amount": 1, "only_once": 1}, "reward.only_once"),
        ({"kind": "off_pairs", "amount": 1, "colour": "red"}, "reward.colour"),
        ({"kind": "off_pairs", "amount": 1, "goods": {"variants": ["1"]}}, "reward.goods.variants"),
    ],
)
def test_a_kind_refuses_what_it_does_not_declare(more_kinds, reward, wrong):
    with pytest.raises(PromotionNotValid) as refusal:
        parse_reward(reward)

    assert refusal.value.details == {"field": wrong}


def test_a_kind_prices_a_cart(more_kinds):
    promotion = PromotionRule(
        1, {"en": "Pairs"}, parse_reward({"kind": "off_pairs", "amount": 100}),
        parse_conditions([{"kind": "few_lines", "lines": 1}]),
    )  # fmt: skip
    context = PricingContext(now=datetime(2026, 11, 20, tzinfo=UTC))

    few = quote([Item(1, 1, 5, 1000)], currency="EUR", context=context, promotions=[promotion])
    many = quote([Item(1, 1, 5, 1000), Item(2, 2, 5, 1000)], currency="EUR", context=context, promotions=[promotion])

    assert (few.totals.discount, many.totals.discount) == (200, 0)


def test_staff_enter_a_kind_in_the_back_office_and_carts_get_it(more_kinds, office, ana, mug):
    page = reverse("admin:carts_promotion_add")
    fields = {
        "name_en": "Pairs", "kind": "off_pairs", "reward_amount": "1.00", "currency": "EUR", "priority": "5",
        "few_lines_lines": "3", "starts_at_0": "2026-01-01", "starts_at_1": "00:00", "is_active": "on",
        "reward_only_once": "on",
    }  # fmt: skip

    empty = office.get(page).content.decode()
    refused = office.post(page, {**fields, "reward_amount": ""})
    saved = office.post(page, fields)

    assert "An amount off each set" in empty and "units in a set" in empty and "up to so many lines" in empty
    assert refused.context["adminform"].form.errors == {"reward_amount": ["This is needed here."]}
    assert saved.status_code == 302, saved.context["adminform"].form.errors
    promotion = Promotion.objects.get()
    assert promotion.reward == {"kind": "off_pairs", "amount": 100, "only_once": True}
    assert promotion.conditions == [{"kind": "few_lines", "lines": 3}]
    assert Api(ana).add("MUG", 4)["totals"]["discount"]["amount"] == "1.00"
    shown = office.get(reverse("admin:carts_promotion_change", args=[promotion.pk])).context["adminform"].form
    assert (shown["kind"].value(), shown["reward_amount"].value(), shown["few_lines_lines"].value()) == (
        "off_pairs", "1.00", 3,
    )  # fmt: skip
    assert "An amount off each set" in office.get(reverse("admin:carts_promotion_changelist")).content.decode()


def test_the_preview_says_which_condition_of_a_kind_is_not_met(more_kinds, office, mug, lamp):
    make_offer({"kind": "percent", "basis_points": 1000}, {"kind": "few_lines", "lines": 1}, name={"en": "Few"})

    page = office.get(reverse("admin:carts_promotion_preview"), {"lines": "MUG\nLAMP", "channel": "web"})

    assert [(name, str(why)) for name, _word, why, _amount in page.context["verdicts"]] == [("Few", "too many lines")]


def test_kinds_stand_in_the_order_of_their_positions(more_kinds):
    found_rewards, found_conditions = reward_kinds(), condition_kinds()

    assert "off_pairs" in found_rewards and "few_lines" in found_conditions
    assert list(found_rewards) == sorted(found_rewards, key=lambda name: found_rewards[name].position)
    assert list(found_conditions) == sorted(found_conditions, key=lambda name: found_conditions[name].position)


def test_conditions_are_asked_for_by_what_they_are_about(more_kinds):
    assert "few_lines_lines" in condition_names(Condition.GOODS)
    assert "first_purchase" in condition_names(Condition.BUYER)
    assert {"channel_channels", "store_stores"} <= set(condition_names(Condition.CHANNEL))


def test_a_kind_without_its_files_is_unknown():
    with pytest.raises(PromotionNotValid) as refusal:
        parse_reward({"kind": "off_pairs", "amount": 100})

    assert refusal.value.details == {"field": "reward.kind"}


# --- The kinds that there are ---------------------------------------------------------------------


def test_every_kind_says_all_that_is_asked_of_it():
    for name, kind in (*reward_kinds().items(), *condition_kinds().items()):
        own = [declared.field for declared in fields_of(kind) if not isinstance(declared.field, ChosenGoods)]
        assert kind.label and kind.position and kind.__doc__, name
        assert len(own) < 2 or all(field.label for field in own), name
    assert {kind.about for kind in condition_kinds().values()} == {"goods", "buyer", "channel"}
    assert all(kind.unmet and kind.refusal for kind in condition_kinds().values())


def test_fields_of_one_name_are_of_one_type_since_they_share_a_form_field():
    declared: dict[str, set[tuple[type, str]]] = {}
    for kind in reward_kinds().values():
        for name, field, _default in fields_of(kind):
            declared.setdefault(name, set()).add((type(field), field.label))

    assert [name for name, types in declared.items() if len(types) > 1] == []


def test_a_bundle_reads_its_parts_as_they_are_declared():
    part = {"quantity": 2, "goods": {"variants": [1]}}

    assert parse_reward({"kind": "bundle", "parts": [part, {"quantity": 1}], "amount": 0}) == BundlePrice(
        (BundlePart(2, Goods(variants=frozenset({1}))), BundlePart(1, EVERYTHING)), 0
    )
    for parts, wrong in (
        ([part], "reward.parts"),
        ([part, {"quantity": 0}], "reward.parts.1.quantity"),
        ([part, 5], "reward.parts.1"),
    ):
        with pytest.raises(PromotionNotValid) as refusal:
            parse_reward({"kind": "bundle", "parts": parts, "amount": 0})
        assert refusal.value.details == {"field": wrong}


def test_what_is_left_out_has_its_default():
    assert parse_reward({"kind": "percent", "basis_points": 1}) == PercentOff(1)
    assert parse_reward({"kind": "buy_and_get", "buy": 1, "get": 1}) == BuyAndGet(1, 1, EVERYTHING, 10_000)


def test_the_form_speaks_the_language_of_staff():
    with translation.override("fa"):
        assert dict(reward_choices())["buy_and_get"] != "Buy X, get Y"
        assert reward_fields()["reward_buy"].label != "units bought"
        assert condition_fields()["first_purchase"].label != "for the first purchase"
        assert "رایگان" in reward_fields()["reward_basis_points"].help_text


def test_a_shared_form_field_takes_what_any_of_its_kinds_takes_and_shows_the_helps_of_all():
    few = Units(label="units", least=2, most=3, help="A few.")
    more = Units(label="units", least=1, most=5, help="Or more.")

    shared = form_field_of([few, more, few])

    assert (shared.label, shared.help_text, shared.required) == ("units", "A few. Or more.", False)
    assert (shared.min_value, shared.max_value) == (1, 5)


FORM = {
    "name_en": "Offer", "priority": "5", "starts_at_0": "2026-01-01", "starts_at_1": "00:00", "is_active": "on",
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "reward"),
    [
        ({"kind": "amount", "reward_amount": "5.00", "currency": "EUR"}, {"kind": "amount", "amount": 500}),
        (
            {"kind": "buy_and_get", "reward_buy": "2", "reward_get": "1", "reward_basis_points": "50"},
            {"kind": "buy_and_get", "buy": 2, "get": 1, "basis_points": 5000},
        ),
        ({"kind": "cheapest_free"}, {"kind": "cheapest_free"}),
        ({"kind": "percent", "reward_basis_points": "0.01"}, {"kind": "percent", "basis_points": 1}),
        ({"kind": "percent", "reward_basis_points": "100"}, {"kind": "percent", "basis_points": 10_000}),
        ({"kind": "fixed_price", "reward_amount": "0", "currency": "EUR"}, {"kind": "fixed_price", "amount": 0}),
        ({"kind": "free_shipping", "reward_amount": "5.00"}, {"kind": "free_shipping"}),
        (
            {
                "kind": "bundle", "reward_amount": "5.00", "currency": "EUR",
                "reward_parts": '[{"quantity": 1}, {"quantity": 2}]',
            },
            {"kind": "bundle", "parts": [{"quantity": 1}, {"quantity": 2}], "amount": 500},
        ),
    ],
)  # fmt: skip
def test_what_staff_enter_is_stored_and_shown_again(office, fields, reward):
    saved = office.post(reverse("admin:carts_promotion_add"), {**FORM, **fields})

    assert saved.status_code == 302, saved.context["adminform"].form.errors
    promotion = Promotion.objects.get()
    assert promotion.reward == reward
    page = office.get(reverse("admin:carts_promotion_change", args=[promotion.pk]))
    form = page.context["adminform"].form
    shown = {name: form[name].value() for name in fields if form[name].value() is not None}
    office.post(page.request["PATH_INFO"], {**FORM, **shown})
    assert Promotion.objects.get().reward == reward


def test_conditions_are_stored_and_shown_again(office, mug, ana):
    put_into_segment(ana, "trade")
    entered = {
        "kind": "percent", "reward_basis_points": "5", "currency": "EUR", "minimum_value_amount": "20.00",
        "first_purchase": "on", "segment_segments": ["trade"], "channel_channels": ["app", "web"],
        "door_reason": "A trial", "ends_at_0": "2100-01-01", "ends_at_1": "00:00",
    }  # fmt: skip

    saved = office.post(reverse("admin:carts_promotion_add"), {**FORM, **entered})

    assert saved.status_code == 302, saved.context["adminform"].form.errors
    promotion = Promotion.objects.get()
    assert promotion.conditions == [
        {"kind": "minimum_value", "amount": 2000},
        {"kind": "first_purchase"},
        {"kind": "segment", "segments": ["trade"]},
        {"kind": "channel", "channels": ["app", "web"]},
    ]
    form = office.get(reverse("admin:carts_promotion_change", args=[promotion.pk])).context["adminform"].form
    assert form["minimum_value_amount"].value() == "20.00" and form["first_purchase"].value() is True
    assert form["segment_segments"].value() == ["trade"] and form["channel_channels"].value() == ["app", "web"]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"kind": "percent"}, {"reward_basis_points": ["This is needed here."]}),
        ({"kind": "bundle", "currency": "EUR"}, {
            "reward_parts": ["This is needed here."], "reward_amount": ["This is needed here."],
        }),
        ({"kind": "amount", "reward_amount": "cheap", "currency": "EUR"}, {
            "reward_amount": ["Enter an amount like 12.90."],
        }),
        ({"kind": "free_shipping", "minimum_value_amount": "cheap", "currency": "EUR"}, {
            "minimum_value_amount": ["Enter an amount like 12.90."],
        }),
        ({"kind": "percent", "reward_basis_points": "100.01"}, {
            "reward_basis_points": ["Ensure this value is less than or equal to 100."],
        }),
        ({"kind": "amount", "reward_amount": "0.00", "currency": "EUR"}, {
            "__all__": ["reward.amount is missing, unknown or out of range."],
        }),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_beside_its_field(office, fields, errors):
    refused = office.post(reverse("admin:carts_promotion_add"), {**FORM, **fields})

    assert refused.context["adminform"].form.errors == errors
    assert not Promotion.objects.exists()


def test_staff_who_may_only_look_see_the_offer(tess):
    promotion = make_offer({"kind": "percent", "basis_points": 1000}, name={"en": "Ten percent"})

    page = signed_in(tess).get(reverse("admin:carts_promotion_change", args=[promotion.pk]))

    assert page.status_code == 200 and "A percentage off" in page.content.decode()
