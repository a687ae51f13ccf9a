"""Amounts as they are typed at a till; what could mean two sums is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MoneyError, format_minor
from core.texts.amounts import AmbiguousAmount, most_cash, read_amount


def read(text, currency="EUR", language="en"):
    return read_amount(text, currency=currency, language=language)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        *(("12.90", 1290), ("12,90", 1290), ("12.9", 1290), ("12", 1200), ("0", 0), (".5", 50), ("12.", 1200)),
        *(("€12.90", 1290), ("12,90 €", 1290), ("EUR 12.90", 1290), ("$ 12.90", 1290), ("eur12.90", 1290)),
        *(("١٢٫٩٠", 1290), ("۱۲٫۹۰", 1290), ("١٬٢٥٠٫٥٠", 125050), ("١٢،٩٠", 1290), ("１２．９０", 1290)),
        *(("1,250.00", 125000), ("1.250,00", 125000), ("1.250.000,5", 125000050), ("1,250,000", 125000000)),
        *(("1'250.50", 125050), ("1’250.50", 125050), ("1 250,50", 125050), ("1\u202f250,50", 125050)),
        *(("1\u00a0250", 125000), ("1250", 125000), ("1000.00", 100000), ("\u200e12.90\u200f", 1290)),
        *(("0.900", 90), ("0,500", 50), ("1234.500", 123450)),
    ],
)
def test_every_notation_is_read(text, minor):
    assert read(text) == minor


@pytest.mark.parametrize(
    ("text", "language", "minor"),
    [("1,000", "en", 100000), ("1,250", "fa", 125000), ("1.000", "de", 100000), ("1.250", "de", 125000)],
)
def test_the_readers_own_mark_of_thousands_is_one(text, language, minor):
    assert read(text, language=language) == minor


@pytest.mark.parametrize(("text", "language"), [("1.250", "en"), ("1,000", "de"), ("1.250", "ar"), ("12,000", "de")])
def test_three_digits_after_a_mark_that_could_be_either_are_refused(text, language):
    with pytest.raises(AmbiguousAmount):
        read(text, language=language)


@pytest.mark.parametrize(
    ("text", "language", "minor"), [("1.250", "en", 1250), ("1,250", "en", 1250000), ("1,250", "de", 1250)]
)
def test_a_currency_of_three_places_has_three_decimals_after_its_mark(text, language, minor):
    assert read(text, currency="KWD", language=language) == minor


@pytest.mark.parametrize("text", ["1,000", "1.000", "1 000", "1’000"])
def test_a_currency_without_places_has_only_thousands(text):
    assert read(text, currency="JPY") == 1000


@pytest.mark.parametrize("text", ["12.5", "12,50"])
def test_a_currency_without_places_has_no_decimals(text):
    with pytest.raises(MoneyError):
        read(text, currency="JPY")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "€", ".", ",", "abc", "12.90.5", "1,25,000", "12 50", "1,2.3,4", "1.250,00.5", "1e3", "1_000"),
        *(
            "12.905",
            "1'25",
            "12..5",
            "--",
            "½",
            "12.90-5",
            "1,250.555",
            ".,5",
            "12 90 00",
            "1 250 5",
            "-5",
            "−5",
            "+5",
            "USD 5",
            "x5",
            "5*3",
        ),
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(MoneyError):
        read(text)


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD", "IRR"]), st.sampled_from(["en", "de", "fa", "ar"]))
def test_a_plain_amount_is_read_as_it_was_written(minor, currency, language):
    written = format_minor(minor, currency)
    # In German the point stands between thousands, so the plain form of three places means that there.
    if currency == "KWD" and language == "de" and 1 <= minor // 1000 <= 999:
        return

    assert read(written, currency, language) == minor


@pytest.mark.parametrize("currency", ["IRR", "IQD", "LBP", "IDR", "COP", "UZS", "VND", "KRW", "PYG", "UGX"])
def test_a_drawer_of_small_units_holds_billions_of_them(currency):
    assert most_cash(currency) >= read("5000000000", currency)


@pytest.mark.parametrize("currency", ["EUR", "USD", "NGN", "IRR", "IDR"])
def test_no_barcode_is_an_amount_of_cash(currency):
    assert read("4006381333931", currency) > most_cash(currency)
