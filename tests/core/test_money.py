import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.currencies import PLACES, WITHDRAWN
from core.money import Money, MoneyError, format_minor, parse_money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1290, "EUR", "12.90"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (1290, "JPY", "1290"),
        (1290, "KWD", "1.290"),
        (0, "IRR", "0.00"),
    ],
)
def test_writes_the_currencys_own_number_of_places(amount, currency, text):
    assert format_minor(amount, currency) == text
    assert parse_money(text, currency) == Money(amount, currency)


@pytest.mark.parametrize(
    "text", ["0.001", "1e-3", "NaN", "Infinity", "twelve", "", "1 000", " 1", "1_0", "١٢", "+1", "99999999999999999"]
)
def test_refuses_an_invalid_amount_of_the_currency(text):
    with pytest.raises(MoneyError):
        parse_money(text, "EUR")


def test_currencies_do_not_mix():
    with pytest.raises(MoneyError):
        Money(1, "EUR") + Money(1, "USD")


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any))
def test_shares_add_up_to_the_whole(amount, weights):
    shares = Money(amount, "EUR").allocate(weights)

    assert sum(share.amount for share in shares) == amount
    assert all(share.amount * amount >= 0 for share in shares)


@given(st.integers(-(10**14), 10**14), st.sampled_from(sorted(PLACES)))
def test_a_formatted_amount_parses_to_the_same_amount(amount, currency):
    assert parse_money(format_minor(amount, currency), currency).amount == amount


def test_the_larger_remainder_gets_the_odd_cent():
    assert [share.amount for share in Money(100, "EUR").allocate([1, 1, 1])] == [34, 33, 33]
    assert [share.amount for share in Money(-100, "EUR").allocate([1, 2])] == [-33, -67]


@pytest.mark.parametrize(("currency", "text"), [("DEM", "12.90"), ("ITL", "1290"), ("BGN", "12.90"), ("HRK", "12.90")])
def test_records_in_withdrawn_currencies_can_be_read(currency, text):
    assert str(Money(1290, currency)) == f"{text} {currency}"
    assert currency not in PLACES


def test_no_metal_and_no_test_code_is_a_currency():
    assert not {"XAU", "XXX", "XTS", "XDR"} & (PLACES.keys() | WITHDRAWN.keys())
    assert not PLACES.keys() & WITHDRAWN.keys()
