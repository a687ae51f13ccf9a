"""Several taxes on the same goods, a tax on top of others, and rates of more than two places of a percent."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.rules.taxes import (
    Levy,
    Rate,
    TaxTable,
    Treatment,
    Zone,
    joined,
    tax_amounts,
    whole_and_finer,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FROM = date(2020, 1, 1)
GST, QST = Levy("GST", 500), Levy("QST", Decimal("997.5"))
BOOKS, STANDARD = 2, 1


def quebec(*, is_included=False):
    rates = [
        Rate(1, STANDARD, 500, FROM, levy="GST"),
        Rate(1, STANDARD, Decimal("997.5"), FROM, levy="QST"),
        Rate(1, BOOKS, 500, FROM, levy="GST"),
    ]
    return TaxTable([Zone(1, "CA", "QC", is_included=is_included)], rates, STANDARD)


def treatment(category=STANDARD, *, is_included=False, is_exempt=False):
    table = quebec(is_included=is_included)
    return table.treatment(zone=table.zones[0], category_id=category, day=NOW.date(), is_exempt=is_exempt)


def lines_of(lines):
    return [(line.levy, line.basis_points, line.base, line.tax) for line in lines]


def test_all_taxes_of_a_category_are_due_with_their_sum_as_its_rate():
    assert treatment() == Treatment(1, Decimal("1497.5"), False, levies=(GST, QST))
    assert treatment(BOOKS) == Treatment(1, 500, False, levies=(GST,))


def test_each_tax_is_rounded_once_on_all_that_bears_it():
    """33.33 and 33.33 bear both, 10.10 is a book: GST on 76.76 is 3.838, QST on 66.66 is 6.649."""
    taxed, lines = tax_amounts([(3333, treatment()), (3333, treatment()), (1010, treatment(BOOKS))])

    assert lines_of(lines) == [("QST", Decimal("997.5"), 6666, 665), ("GST", 500, 7676, 384)]
    assert [each.tax for each in taxed] == [167 + 333, 167 + 332, 50]
    assert sum(each.added for each in taxed) == 665 + 384
    assert [levy.tax for levy in taxed[0].levies] == [167, 333]


def test_included_taxes_leave_one_net_amount():
    """114.975 % of 100.00 are 114.98 with both taxes."""
    [taxed], lines = tax_amounts([(11_498, treatment(is_included=True))])

    assert lines_of(lines) == [("QST", Decimal("997.5"), 10_000, 998), ("GST", 500, 10_000, 500)]
    assert (taxed.tax, taxed.added) == (1498, 0)


def test_a_tax_on_top_of_others_is_computed_with_them():
    both = Treatment(1, Decimal("1497.5"), False, levies=(GST, Levy("QST", 950, is_compound=True)))

    _taxed, lines = tax_amounts([(10_000, both)])

    assert lines_of(lines) == [("QST", 950, 10_500, 998), ("GST", 500, 10_000, 500)]


def test_the_rate_of_a_tax_on_top_of_others_is_what_they_come_to():
    rates = [Rate(1, 1, 500, FROM, levy="GST"), Rate(1, 1, 950, FROM, levy="QST", is_compound=True)]
    table = TaxTable([Zone(1, "CA")], rates, 1)

    found = table.treatment(zone=table.zones[0], category_id=None, day=NOW.date(), is_exempt=False)

    assert found.basis_points == Decimal("1497.5")


def test_the_exempt_pay_none_of_them():
    taxed, lines = tax_amounts([(11_498, treatment(is_included=True, is_exempt=True))])

    assert (taxed[0].tax, taxed[0].added) == (0, -1498)
    assert lines_of(lines) == [("", 0, 10_000, 0)]


@pytest.mark.parametrize(
    ("rate", "amount", "tax"),
    [("887.5", 10_000, 888), ("997.5", 10_000, 998), ("748.7", 100_000, 7487), ("0.001", 10_000_000, 1)],
)
def test_a_rate_may_have_five_places_of_a_percent(rate, amount, tax):
    [taxed], lines = tax_amounts([(amount, Treatment(1, Decimal(rate), False))])

    assert (taxed.tax, lines[0].basis_points) == (tax, Decimal(rate))


@pytest.mark.parametrize(
    ("rate", "stored"), [(1900, (1900, 0)), (Decimal("887.5"), (887, 500)), (Decimal("1900.6"), (1900, 600))]
)
def test_a_rate_is_stored_in_two_parts(rate, stored):
    assert whole_and_finer(rate) == stored
    assert joined(*stored) == rate
    assert isinstance(joined(*stored), type(rate))


rates = st.one_of(st.integers(0, 5000), st.integers(0, 5_000_000).map(lambda finer: Decimal(finer) / 1000))
levies = st.lists(st.tuples(rates, st.booleans()), min_size=1, max_size=3).map(
    lambda drawn: tuple(Levy(f"tax {place}", rate, on_top) for place, (rate, on_top) in enumerate(drawn))
)
treatments = st.builds(Treatment, st.just(1), st.just(0), st.booleans(), st.just(False), levies)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 100_000), treatments), min_size=1, max_size=6))
def test_the_taxes_of_amounts_are_those_of_the_lines_and_none_is_lost(amounts):
    taxed, lines = tax_amounts(amounts)

    assert sum(each.tax for each in taxed) == sum(line.tax for line in lines)
    for (amount, how), each in zip(amounts, taxed, strict=True):
        assert sum(levy.tax for levy in each.levies) == each.tax >= 0
        assert each.added == (0 if how.is_included else each.tax)
        assert not how.is_included or each.tax <= amount + len(how.levies)
