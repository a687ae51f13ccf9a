"""Numbers of other countries are read where they can mean one number alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.imports.cells import RowRefused
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
    "written", ["", "x", "12,90 €", "1.2,3", "1.23.456", "1,2,3", "1.250,00.1", "١٢,٥", "1e5", "--1"]
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
