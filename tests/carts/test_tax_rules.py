"""Taxes by place, category and day."""

from datetime import UTC, date, datetime

import pytest

from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.quote import ShippingConfig, Supply, TaxConfig, quote
from carts.rules.taxes import Rate, TaxPlace, TaxTable, Zone, is_exempt_at

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GERMANY = TaxPlace("DE", postcode="10119")
GERMAN = TaxTable(
    zones=[Zone(1, "DE")],
    rates=[Rate(1, 1, 1900, date(2007, 1, 1)), Rate(1, 2, 700, date(2007, 1, 1))],
    standard=1,
)


def mugs(quantity=1, price=1290, **fields):
    return Item(1, 1, quantity, price, **fields)


def lamps(quantity=1, price=4900, **fields):
    return Item(2, 2, quantity, price, **fields)


def taxed(*items, table=GERMAN, place=GERMANY, number="", is_shipped=False, **how):
    supplies = [Supply(frozenset(item.id for item in items), place, is_shipped=is_shipped)]
    config = TaxConfig(table, NOW.date(), "DE", number)
    return quote(items, currency="EUR", context=PricingContext(now=NOW), supplies=supplies, taxes=config, **how)


def test_included_tax_changes_no_total():
    quoted = taxed(mugs(3, 1290), lamps(1, 4900, tax_category=2))

    assert quoted.totals.tax == 0 and quoted.totals.grand == 8770
    assert [(line.basis_points, line.base, line.tax) for line in quoted.taxes] == [(1900, 3252, 618), (700, 4579, 321)]
    assert {line.id: (line.tax_rate, line.taxed.tax) for line in quoted.lines.values()} == {
        1: (1900, 618),
        2: (700, 321),
    }


def test_tax_is_rounded_once_per_rate_and_split_over_the_lines():
    # The tax of three times 0.10 is 0.05 together; of each alone it would be 0.02.
    items = [Item(number, number, 1, 10) for number in (1, 2, 3)]

    quoted = taxed(*items)

    assert [(line.base, line.tax) for line in quoted.taxes] == [(25, 5)]
    assert [line.taxed.tax for line in quoted.lines.values()] == [2, 2, 1]


def test_added_tax_comes_on_top_and_shipping_has_the_rates_of_its_goods():
    table = TaxTable([Zone(1, "US", "NY", is_included=False)], GERMAN.rates, standard=1)
    items = [mugs(1, 1000), lamps(1, 3000, tax_category=2)]

    quoted = taxed(*items, table=table, place=TaxPlace("US", "NY"), is_shipped=True, shipping=ShippingConfig(400))

    assert [(line.basis_points, line.base, line.tax) for line in quoted.taxes] == [(1900, 1100, 209), (700, 3300, 231)]
    assert (quoted.shipping_taxed.tax, quoted.shipping_taxed.added) == (40, 40)
    assert quoted.totals.tax == 440 and quoted.totals.grand == 4840


@pytest.mark.parametrize(
    ("country", "number", "tax", "grand"), [("FR", "FR", -198, 1042), ("FR", "AT", -198, 1042), ("FR", "", 0, 1240)]
)
def test_a_business_abroad_is_supplied_without_tax(country, number, tax, grand):
    table = TaxTable([Zone(1, "FR"), Zone(2, "DE")], GERMAN.rates, standard=1)

    quoted = taxed(mugs(1, 1240), table=table, place=TaxPlace(country), number=number, is_shipped=True)

    assert (quoted.totals.tax, quoted.totals.grand) == (tax, grand)
    assert quoted.taxes[0].is_exempt == (tax < 0)
    assert quoted.taxes[0].base + quoted.taxes[0].tax == grand


def test_a_business_in_the_shops_country_is_not_exempt():
    assert taxed(mugs(1, 1190), number="DE").totals.tax == 0


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (TaxPlace("ES", postcode="28001"), 1),
        (TaxPlace("ES", postcode="35001"), 2),
        (TaxPlace("ES", postcode="35100"), 3),
        (TaxPlace("ES", "CN", "99999"), 4),
        (TaxPlace("PT"), None),
    ],
)
def test_the_most_specific_zone_wins(place, zone):
    table = TaxTable(
        [Zone(1, "ES"), Zone(2, "ES", prefixes=("35", "38")), Zone(3, "ES", prefixes=("351",)), Zone(4, "ES", "CN")]
    )

    matching = table.zone_of(place)

    assert (matching.id if matching else None) == zone


@pytest.mark.parametrize(("day", "rate"), [("2020-06-30", 1900), ("2020-07-01", 1600), ("2021-01-01", 1900)])
def test_a_rate_applies_on_its_days(day, rate):
    table = TaxTable(
        [Zone(1, "DE")],
        [
            Rate(1, 1, 1900, date(2007, 1, 1), date(2020, 7, 1)),
            Rate(1, 1, 1600, date(2020, 7, 1), date(2021, 1, 1)),
            Rate(1, 1, 1900, date(2021, 1, 1)),
        ],
        standard=1,
    )

    treatment = table.treatment(zone=table.zones[0], category_id=None, day=date.fromisoformat(day), is_exempt=False)

    assert treatment.basis_points == rate


@pytest.mark.parametrize(
    ("country", "number", "is_shipped", "is_exempt"),
    [
        ("AT", "AT", True, True),
        # The number may be of any other member state, not just of where the goods go.
        ("AT", "FR", True, True),
        ("AT", "AT", False, False),
        ("DE", "AT", True, False),
        ("AT", "DE", True, False),
        ("AT", "", True, False),
        ("CH", "CH", True, False),
        ("CH", "AT", True, False),
        ("GB", "GB", True, False),
    ],
)
def test_only_what_is_dispatched_to_another_member_state_is_exempt(country, number, is_shipped, is_exempt):
    place = TaxPlace(country)

    assert is_exempt_at(place, is_shipped=is_shipped, tax_number_country=number, shop_country="DE") is is_exempt
    assert not is_exempt_at(place, is_shipped=is_shipped, tax_number_country=number, shop_country="CH")


OF_SHIPPING = ShippingConfig(1000, tax_category=3)


def test_shipping_may_have_a_tax_category_of_its_own():
    table = TaxTable([Zone(1, "DE")], [Rate(1, 1, 500, date(2020, 1, 1)), Rate(1, 3, 1000, date(2020, 1, 1))], 1)

    quoted = taxed(mugs(1, 1000), table=table, is_shipped=True, shipping=OF_SHIPPING)

    assert [(line.basis_points, line.base, line.tax) for line in quoted.taxes] == [(1000, 909, 91), (500, 952, 48)]
    assert (quoted.lines[1].taxed.tax, quoted.shipping_taxed.tax) == (48, 91)


def test_shipping_of_its_own_category_is_taxed_where_its_goods_go_and_as_that_place_does():
    table = TaxTable(
        [Zone(1, "DE"), Zone(2, "AT", is_included=False)],
        [Rate(1, 1, 500, date(2020, 1, 1)), Rate(1, 3, 1000, date(2020, 1, 1)), Rate(2, 1, 2000, date(2020, 1, 1))],
        standard=1,
    )
    here = Supply(frozenset({1}), GERMANY, is_shipped=True)
    there = Supply(frozenset({2}), TaxPlace("AT"), is_shipped=True)

    quoted = quote(
        [mugs(1, 1000, is_tax_included=True), lamps(1, 3000)], currency="EUR", context=PricingContext(now=NOW),
        supplies=[here, there], taxes=TaxConfig(table, NOW.date(), "DE"), shipping=OF_SHIPPING,
    )  # fmt: skip

    # A quarter of it goes to Germany, at its 10 %; the rest to Austria, which has no rate for it but the standard one.
    assert [(line.zone_id, line.basis_points, line.base, line.tax) for line in quoted.taxes] == [
        (2, 2000, 3750, 750), (1, 1000, 227, 23), (1, 500, 952, 48),
    ]  # fmt: skip
    assert quoted.totals.tax == 750


def test_an_exempt_buyer_pays_no_tax_on_shipping_of_its_own_category():
    table = TaxTable([Zone(1, "AT")], [Rate(1, 1, 500, date(2020, 1, 1)), Rate(1, 3, 1000, date(2020, 1, 1))], 1)

    quoted = taxed(mugs(1, 1000), table=table, place=TaxPlace("AT"), number="AT", is_shipped=True, shipping=OF_SHIPPING)

    assert quoted.totals.grand == 1000 - 48 + 1000 - 91


@pytest.mark.parametrize(
    ("prefix", "postcode"), [("SW1A1", "SW1A 1AA"), ("SW1A 1", "SW1A1AA"), ("11936-5", "1193654471")]
)
def test_blanks_and_hyphens_of_a_postcode_do_not_count(prefix, postcode):
    zone = Zone(1, "XA", prefixes=(prefix,))

    assert TaxTable([zone]).zone_of(TaxPlace("XA", postcode=postcode)) == zone
