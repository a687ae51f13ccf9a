"""Numbers of other countries are read where they can mean one number alone."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.imports.cells import RowRefused, amount, decimal, instant, whole
from core.data.imports.numbers import plain_number


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("12,90", "12.90"), ("12.90", "12.90"), ("1250", "1250"), ("-3,5", "-3.5"), (" 7,5 ", "7.5"),
        ("1.250,00", "1250.00"), ("1,250.00", "1250.00"), ("1.250.000", "1250000"), ("1.250.000,5", "1250000.5"),
        ("0,125", "0.125"), ("0.125", "0.125"), ("1250,500", "1250.500"), ("12,3456", "12.3456"),
    ],
)  # fmt: skip
def test_a_number_that_says_its_mark_is_read(written, plain):
    assert plain_number(written) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("۵۰۰", "500"), ("١٢,٥", "12.5"), ("１２．９０", "12.90"), ("۱۲٫۵", "12.5"), ("۱٬۲۵۰", "1250"),
        ("۱٫۲۵۰", "1.250"),
        ("۱٬۲۵۰٬۰۰۰٫۵", "1250000.5"), ("\u200e-۳", "-3"), ("\u22123,5", "-3.5"), ("1\u00a0250,00", "1250.00"),
        ("1\u202f250", "1250"), ("12 500", "12500"),
    ],
)  # fmt: skip
def test_a_number_in_the_digits_and_marks_of_any_script_is_read(written, plain):
    assert plain_number(written) == plain


def test_cells_read_numbers_and_times_in_any_digits():
    cells = {"units": " ۵۰۰\u200f", "weight": "１.５", "price": "١٢.٩٠"}

    assert (whole(cells, "units"), decimal(cells, "weight"), amount(cells, "price", "EUR")) == (
        500,
        Decimal("1.5"),
        1290,
    )
    assert instant("۲۰۲۶-۰۳-۰۲", ZoneInfo("UTC"), datetime(2026, 12, 1, tzinfo=UTC)) == "2026-03-02T00:00:00+00:00"


@pytest.mark.parametrize("written", ["1.250", "1,250", "12.000", "-999,999", "100.000"])
def test_a_number_that_may_be_two_is_refused(written):
    with pytest.raises(RowRefused) as refusal:
        plain_number(written)

    assert (refusal.value.reason, written in refusal.value.detail) == ("ambiguous_number", True)


@pytest.mark.parametrize(
    ("written", "mark", "plain"),
    [
        ("1.250", ",", "1250"), ("1.250", ".", "1.250"), ("1,250", ".", "1250"), ("1,250", ",", "1.250"),
        ("1.250,5", ",", "1250.5"), ("1,250.5", ".", "1250.5"),
    ],
)  # fmt: skip
def test_a_known_mark_decides(written, mark, plain):
    assert plain_number(written, mark=mark) == plain


@pytest.mark.parametrize(
    "written",
    ["", "x", "12,90 €", "1.2,3", "1.23.456", "1,2,3", "1.250,00.1", "1e5", "--1", "1٬2", "1٬250.5٫5", "1 2", "12 50"],
)
def test_what_is_no_number_stays_as_it_is(written):
    assert plain_number(written) == written


@pytest.mark.parametrize(("written", "mark"), [("1,250.5", ","), ("1.250,5", "."), ("12,9", "."), ("12.9", ",")])
def test_a_number_with_the_other_mark_is_not_bent(written, mark):
    assert plain_number(written, mark=mark) == written


@given(
    number=st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    thousands=st.sampled_from(["", ".", ","]),
    mark=st.sampled_from([".", ","]),
)
def test_every_amount_that_is_read_is_the_amount_that_was_written(number, thousands, mark):
    if thousands == mark:
        return
    written = f"{number:,.2f}".replace(",", "T").replace(".", mark).replace("T", thousands)

    assert Decimal(plain_number(written)) == Decimal(plain_number(written, mark=mark)) == number
