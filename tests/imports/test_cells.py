from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.data.imports.cells import RowRefused, amount, instant, whole

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("written", "value"), [("12", 12), (" -3 ", -3), ("0", 0), ("500.0", 500), ("-3.00", -3), ("٣", 3)]
)
def test_whole_numbers(written, value):
    assert whole({"n": written}, "n") == value


@pytest.mark.parametrize(
    "written", ["", "1.5", "1.", ".0", "1e3", "1_000", "+4", "x٣", "0x10", "9999999999", "1 2", "NaN"]
)
def test_other_things_are_no_whole_numbers(written):
    with pytest.raises(RowRefused) as refusal:
        whole({"n": written}, "n")
    assert refusal.value.reason == "not_a_whole_number"


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("12.90", "EUR", 1290),
        ("12.9", "EUR", 1290),
        ("12.9000", "EUR", 1290),
        ("500", "JPY", 500),
        ("1.005", "KWD", 1005),
    ],
)
def test_prices_become_minor_units(written, currency, minor):
    assert amount({"price": written}, "price", currency) == minor


@pytest.mark.parametrize(
    ("written", "currency", "reason"),
    [
        ("", "EUR", "not_a_number"),
        ("12,90", "EUR", "not_a_number"),
        ("1e5", "EUR", "not_a_number"),
        ("Infinity", "EUR", "not_a_number"),
        ("-0.01", "EUR", "negative_price"),
        ("0.001", "EUR", "below_minor_unit"),
        ("0.5", "JPY", "below_minor_unit"),
        ("999999999999", "EUR", "price_too_large"),
    ],
)
def test_other_things_are_no_prices(written, currency, reason):
    with pytest.raises(RowRefused) as refusal:
        amount({"price": written}, "price", currency)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2009-12-01 07:45:00", "2009-12-01T07:45:00+00:00"),
        ("2010-07-01 09:00:00", "2010-07-01T08:00:00+00:00"),
        ("2010-07-01T09:00:00+02:00", "2010-07-01T07:00:00+00:00"),
        ("2010-07-01", "2010-06-30T23:00:00+00:00"),
    ],
)
def test_times_without_an_offset_are_the_places_own(written, value):
    assert instant(written, LONDON, NOW) == value


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "not_a_time"),
        ("yesterday", "not_a_time"),
        ("2010-13-01 00:00:00", "not_a_time"),
        ("0001-01-01T00:00:00+14:00", "not_a_time"),
        ("1066-10-14 09:00:00", "time_out_of_range"),
        ("2031-01-01 00:00:00", "time_out_of_range"),
    ],
)
def test_other_things_are_no_times(written, reason):
    with pytest.raises(RowRefused) as refusal:
        instant(written, LONDON, NOW)
    assert refusal.value.reason == reason
