"""Which delivery methods carry a parcel to a place, and for how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.rules.context import PricingContext
from carts.rules.delivery import (
    Area,
    DeliveryMethod,
    DeliveryRate,
    DeliveryTable,
    NotPostcodes,
    Parcel,
    parcel_of,
    stored_postcodes,
)
from carts.rules.due import Charge
from carts.rules.goods import Item
from carts.rules.promotions import PromotionRule
from carts.rules.quote import Supply, TaxConfig, quote
from carts.rules.rewards.shipping_percent import PercentOffShipping
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone
from tests.carts.test_offer_sentences import NOW

GERMANY, ISLANDS, VIENNA, TYROL = 1, 2, 3, 4
AREAS = [
    Area(GERMANY, "DE"),
    Area(ISLANDS, "DE", postcodes=("25849..25869", "26465", "2749")),
    Area(VIENNA, "AT", postcodes=("1010..1239",)),
    Area(TYROL, "AT", area="Tirol"),
]
SMALL = Parcel(value=1000, grams=500, longest_mm=300)


def method(code, *rates):
    return DeliveryMethod(code, {"en": code}, rates=[DeliveryRate(*rate) for rate in rates])


def offered(methods, place, parcel=SMALL, currency="EUR"):
    table = DeliveryTable(methods, AREAS)
    return [(each.method.code, each.amount) for each in table.methods_for(parcel, place=place, currency=currency)]


@pytest.mark.parametrize(
    ("place", "amount"),
    [
        (TaxPlace("DE", "", "10119"), 490),
        (TaxPlace("DE"), 490),
        (TaxPlace("DE", "", "25849"), 1990),
        (TaxPlace("DE", "", "25869"), 1990),
        (TaxPlace("DE", "", "25870"), 490),
        (TaxPlace("DE", "", "27498"), 1990),
        (TaxPlace("DE", "", "2 64-65"), 1990),
        (TaxPlace("DE", "", "٢٦٤٦٥"), 1990),
        (TaxPlace("AT", "", "1010"), 690),
        (TaxPlace("AT", "", "1240"), None),
        (TaxPlace("AT", "Tirol", "6020"), 890),
        (TaxPlace("FR", "", "10119"), None),
    ],
)
def test_the_most_specific_area_of_a_place_decides(place, amount):
    parcel = method("parcel", (GERMANY, "EUR", 490), (ISLANDS, "EUR", 1990), (VIENNA, "EUR", 690), (TYROL, "EUR", 890))

    assert offered([parcel], place) == ([] if amount is None else [("parcel", amount)])


def test_a_rate_without_a_zone_is_for_everywhere_else():
    world = method("world", (GERMANY, "EUR", 490), (None, "EUR", 2990))

    assert offered([world], TaxPlace("DE")) == [("world", 490)]
    assert offered([world], TaxPlace("JP", "", "100-0001")) == [("world", 2990)]
    assert DeliveryTable([world], AREAS).countries() is None


def test_a_zone_whose_rates_do_not_carry_a_parcel_is_not_replaced_by_a_wider_one():
    """Whoever says that islands get ten kilograms at most does not send twenty there at the price of the country."""
    parcel = method("parcel", (GERMANY, "EUR", 490), (ISLANDS, "EUR", 1990, 0, 10_000))

    assert offered([parcel], TaxPlace("DE", "", "26465"), Parcel(1000, 10_000)) == [("parcel", 1990)]
    assert offered([parcel], TaxPlace("DE", "", "26465"), Parcel(1000, 10_001)) == []
    assert offered([parcel], TaxPlace("DE", "", "10119"), Parcel(1000, 10_001)) == [("parcel", 490)]


@pytest.mark.parametrize(
    ("parcel", "amount"),
    [
        (Parcel(1000, 2000, 600), 490),
        (Parcel(1000, 2001, 600), 990),
        (Parcel(1000, 2000, 601), 990),
        (Parcel(4999, 9000, 600), 990),
        (Parcel(5000, 9000, 600), 0),
        (Parcel(5000, 31_501, 600), None),
        (Parcel(5000, 9000, 1201), None),
    ],
)
def test_weight_length_and_value_choose_the_rate(parcel, amount):
    rates = [
        (None, "EUR", 490, 0, 2000, 600), (None, "EUR", 990, 0, 31_500, 1200), (None, "EUR", 0, 5000, 31_500, 1200),
    ]  # fmt: skip

    assert offered([method("parcel", *rates)], TaxPlace("DE"), parcel) == (
        [] if amount is None else [("parcel", amount)]
    )


def test_the_cheapest_method_comes_first_and_the_shops_order_decides_between_equals():
    methods = [
        method("express", (None, "EUR", 990)),
        method("slow", (None, "EUR", 490)),
        method("bike", (None, "EUR", 490)),
    ]

    assert [code for code, _amount in offered(methods, TaxPlace("DE"))] == ["slow", "bike", "express"]


def test_a_method_without_a_rate_in_the_carts_currency_is_not_offered():
    methods = [method("parcel", (None, "EUR", 490)), method("swiss", (None, "CHF", 900))]

    assert offered(methods, TaxPlace("DE"), currency="CHF") == [("swiss", 900)]


def test_a_chosen_method_is_never_replaced_by_another():
    table = DeliveryTable([method("parcel", (None, "EUR", 490)), method("express", (VIENNA, "EUR", 990))], AREAS)
    to_berlin = {"place": TaxPlace("DE", "", "10119"), "currency": "EUR"}

    assert table.choose("", SMALL, **to_berlin).method.code == "parcel"
    assert table.choose("express", SMALL, **to_berlin) is None
    assert table.choose("gone", SMALL, **to_berlin) is None


def test_a_shop_reaches_the_countries_and_places_of_its_methods():
    table = DeliveryTable([method("parcel", (VIENNA, "EUR", 490), (ISLANDS, "EUR", 1990))], AREAS)

    assert table.countries() == {"AT", "DE"}
    assert table.reaches(TaxPlace("AT", "", "1010"))
    assert not table.reaches(TaxPlace("AT", "", "6020"))
    assert not table.reaches(TaxPlace("DE"))


def test_a_parcel_weighs_what_is_in_it_and_is_as_long_as_its_longest_article():
    items = [Item(1, 1, 3, 500, grams=400, longest_mm=200), Item(2, 2, 1, 900, longest_mm=900), Item(3, 3, 2, 10)]

    assert parcel_of(items) == Parcel(2420, 1200, 900)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (["10", " 1010 .. 1199 "], ["10", "1010..1199"]),
        (["sw1a"], ["SW1A"]),
        (["00-950..00-999"], ["00950..00999"]),
        (["١٠", "10"], ["10"]),
        (["1010..1010"], ["1010"]),
    ],
)
def test_postcodes_have_one_form(typed, stored):
    assert stored_postcodes(typed) == stored


@pytest.mark.parametrize("typed", ["", "10..9", "1010..119", "1..2..3", "..", "10..", "1010,1020", "*"])
def test_what_is_no_beginning_and_no_range_is_refused(typed):
    with pytest.raises(NotPostcodes):
        stored_postcodes([typed])


grams = st.one_of(st.none(), st.integers(1, 5000))
rates = st.builds(DeliveryRate, st.none(), st.just("EUR"), st.integers(0, 2000), st.integers(0, 9000), grams, grams)
parcels = st.builds(Parcel, st.integers(0, 10_000), st.integers(0, 6000), st.integers(0, 6000))


@given(st.lists(rates, min_size=1, max_size=5), parcels)
def test_no_parcel_ever_gets_a_rate_that_another_one_replaces(drawn, parcel):
    place = {"place": TaxPlace("DE"), "currency": "EUR"}
    idle = [
        each for at, each in enumerate(drawn)
        if any(other.replaces(each) for other in [*drawn[:at], *drawn[at + 1 :]] if other != each)
    ]  # fmt: skip
    everything = DeliveryTable([DeliveryMethod("parcel", {}, rates=drawn)]).methods_for(parcel, **place)
    kept = [each for each in drawn if each not in idle]
    without = DeliveryTable([DeliveryMethod("parcel", {}, rates=kept)]).methods_for(parcel, **place)

    assert [each.amount for each in everything] == [each.amount for each in without]


@given(st.lists(rates, min_size=1, max_size=5), parcels, st.integers(0, 5000))
def test_dearer_goods_never_cost_more_to_send_and_heavier_ones_never_less(drawn, parcel, more):
    table = DeliveryTable([DeliveryMethod("parcel", {}, rates=drawn)])

    def price(of):
        return next((each.amount for each in table.methods_for(of, place=TaxPlace("DE"), currency="EUR")), 10**9)

    assert price(parcel._replace(value=parcel.value + more)) <= price(parcel)
    assert price(parcel._replace(grams=parcel.grams + more)) >= price(parcel)


def test_offers_lower_the_parcels_of_an_order_together_and_each_bears_the_taxes_of_its_place():
    table = TaxTable([Zone(1, "DE"), Zone(2, "AT")], [Rate(1, 1, 1900, NOW.date()), Rate(2, 1, 2000, NOW.date())], 1)
    supplies = [
        Supply(frozenset({1}), TaxPlace("DE"), is_shipped=True),
        Supply(frozenset({2}), TaxPlace("AT"), is_shipped=True),
    ]

    quoted = quote(
        [Item(1, 1, 1, 1000), Item(2, 2, 1, 2000)],
        currency="EUR",
        context=PricingContext(now=NOW),
        supplies=supplies,
        carriage=[Charge(500, None, frozenset({1})), Charge(1001, None, frozenset({2}))],
        promotions=[PromotionRule(1, {"en": "Half"}, PercentOffShipping(5000))],
        taxes=TaxConfig(table, NOW.date(), "DE"),
    )

    # 15.01 less half of it, 7.51, by the former prices: 2.50 to Germany and 5.01 to Austria, or the other half cent.
    assert quoted.totals.shipping in (750, 751)
    paid = {line.zone_id: line.base + line.tax for line in quoted.taxes}
    assert sum(paid.values()) == 3000 + quoted.totals.shipping
    assert paid[1] == 1250
    assert quoted.shipping_taxed.tax == sum(line.tax for line in quoted.taxes) - sum(
        line.taxed.tax for line in quoted.lines.values()
    )
