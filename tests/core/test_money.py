import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.currencies import PLACES, WITHDRAWN
from core.money import Money, MoneyError, format_minor, parse_money, read_amount


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


@pytest.mark.parametrize(
    ("written", "currency", "amount"),
    [
        ("12.90", "EUR", 1290),
        ("12,9", "EUR", 1290),
        ("€ 13", "EUR", 1300),
        ("1.234,50", "EUR", 123_450),
        ("1,234.50", "EUR", 123_450),
        ("1'234.50", "CHF", 123_450),
        ("1 234,50", "EUR", 123_450),
        ("1\u202f234,50 €", "EUR", 123_450),
        ("1,234,567", "EUR", 123_456_700),
        ("١٬٢٣٤٫٥٠", "EUR", 123_450),
        ("۱۲۳۴", "IRR", 123_400),
        # A yen has no cents, so this can only be thousands.
        ("1,000", "JPY", 1000),
        ("1.250", "JPY", 1250),
        # The shop's own notation of a dinar.
        ("1.250", "KWD", 1250),
    ],
)
def test_an_amount_is_read_as_people_write_it(written, currency, amount):
    assert read_amount(written, currency).amount == amount


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        # One, or a thousand?
        ("1,000", "EUR"), ("1.250", "EUR"), ("12.905", "EUR"), ("1,250", "KWD"),
        ("12.5", "JPY"), ("1,23,456", "EUR"), ("1.2.3", "EUR"), ("12,345", "EUR"), ("1 2", "EUR"), ("", "EUR"),
        ("ten", "EUR"), ("1e3", "EUR"), ("12.9.0", "EUR"), ("²", "EUR"),
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_or_none_is_refused(written, currency):
    with pytest.raises(MoneyError):
        read_amount(written, currency)


@given(st.integers(0, 10**9), st.sampled_from(sorted(PLACES)))
def test_the_shops_own_notation_is_always_read(amount, currency):
    assert read_amount(format_minor(amount, currency), currency).amount == amount


@pytest.mark.parametrize(("currency", "text"), [("DEM", "12.90"), ("ITL", "1290"), ("BGN", "12.90"), ("HRK", "12.90")])
def test_records_in_withdrawn_currencies_can_be_read(currency, text):
    assert str(Money(1290, currency)) == f"{text} {currency}"
    assert currency not in PLACES


def test_no_metal_and_no_test_code_is_a_currency():
    assert not {"XAU", "XXX", "XTS", "XDR"} & (PLACES.keys() | WITHDRAWN.keys())
    assert not PLACES.keys() & WITHDRAWN.keys()
