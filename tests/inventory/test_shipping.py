from datetime import UTC, date, datetime, time

import pytest

from inventory.rules.opening import Hours, Span
from inventory.rules.shipping import promised_date

DAY = [Span(time(8), time(18))]
SIX_DAYS = dict.fromkeys(range(6), DAY)
FRIDAY_EVENING_IN_LEIPZIG = datetime(2027, 1, 15, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "working_days", "expected"),
    [
        (Hours("Europe/Berlin"), 2, date(2027, 1, 19)),
        (Hours("Europe/Berlin", SIX_DAYS), 2, date(2027, 1, 18)),
        (Hours("Europe/Berlin", SIX_DAYS, {date(2027, 1, 16): []}), 2, date(2027, 1, 19)),
        (Hours("Europe/Berlin", {}, {date(2027, 1, 18): []}), 2, date(2027, 1, 20)),
        (Hours("Europe/Berlin", {}, {date(2027, 1, 17): DAY}), 2, date(2027, 1, 18)),
        (Hours("Asia/Tokyo"), 1, date(2027, 1, 18)),
        (Hours("Pacific/Auckland", SIX_DAYS), 1, date(2027, 1, 18)),
        (Hours("Europe/Berlin"), 0, date(2027, 1, 15)),
        (Hours("Europe/Berlin", {}, {date(2027, 1, 1): DAY}), 1, date(2027, 1, 18)),
    ],
)
def test_a_promised_date_counts_the_days_on_which_the_warehouse_works(hours, working_days, expected):
    assert promised_date(hours=hours, now=FRIDAY_EVENING_IN_LEIPZIG, working_days=working_days) == expected


# Vienna and Helsinki set their clocks forward on 28 March 2027; Tehran's clock stands still.
@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        # The last minute before the cut-off at two, and the cut-off itself, on the clock of the place.
        ("Europe/Vienna", datetime(2027, 1, 15, 12, 59, tzinfo=UTC), date(2027, 1, 18)),
        ("Europe/Vienna", datetime(2027, 1, 15, 13, 0, tzinfo=UTC), date(2027, 1, 19)),
        ("Europe/Helsinki", datetime(2027, 1, 15, 11, 59, tzinfo=UTC), date(2027, 1, 18)),
        ("Europe/Helsinki", datetime(2027, 1, 15, 12, 0, tzinfo=UTC), date(2027, 1, 19)),
        ("Asia/Tehran", datetime(2027, 1, 15, 10, 29, tzinfo=UTC), date(2027, 1, 18)),
        ("Asia/Tehran", datetime(2027, 1, 15, 10, 30, tzinfo=UTC), date(2027, 1, 19)),
        # The Monday after the clocks went forward: an hour earlier by UTC.
        ("Europe/Vienna", datetime(2027, 3, 29, 11, 59, tzinfo=UTC), date(2027, 3, 30)),
        ("Europe/Vienna", datetime(2027, 3, 29, 12, 0, tzinfo=UTC), date(2027, 3, 31)),
        ("Europe/Helsinki", datetime(2027, 3, 29, 10, 59, tzinfo=UTC), date(2027, 3, 30)),
        ("Europe/Helsinki", datetime(2027, 3, 29, 11, 0, tzinfo=UTC), date(2027, 3, 31)),
        # Casablanca went from an hour ahead to UTC for good in September 2026.
        ("Africa/Casablanca", datetime(2026, 9, 18, 12, 59, tzinfo=UTC), date(2026, 9, 21)),
        ("Africa/Casablanca", datetime(2026, 9, 18, 13, 0, tzinfo=UTC), date(2026, 9, 22)),
        ("Africa/Casablanca", datetime(2026, 9, 25, 13, 59, tzinfo=UTC), date(2026, 9, 28)),
        ("Africa/Casablanca", datetime(2026, 9, 25, 14, 0, tzinfo=UTC), date(2026, 9, 29)),
        # Midnight of the place begins another day: Friday is over, and nothing leaves before Monday.
        ("Europe/Vienna", datetime(2027, 1, 14, 22, 59, tzinfo=UTC), date(2027, 1, 18)),
        ("Europe/Vienna", datetime(2027, 1, 14, 23, 0, tzinfo=UTC), date(2027, 1, 18)),
        ("Europe/Vienna", datetime(2027, 1, 15, 23, 0, tzinfo=UTC), date(2027, 1, 19)),
        ("Asia/Tehran", datetime(2027, 1, 15, 20, 30, tzinfo=UTC), date(2027, 1, 19)),
    ],
)
def test_a_cut_off_is_a_time_on_the_clock_of_the_place_that_sends(zone, at, expected):
    assert promised_date(hours=Hours(zone), now=at, working_days=1, cut_off=time(14)) == expected


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        # A closed day sends nothing, before the cut-off either, and is no day on the way.
        (Hours("Europe/Vienna", {}, {date(2027, 1, 15): []}), datetime(2027, 1, 15, 8, tzinfo=UTC), date(2027, 1, 19)),
        (Hours("Europe/Vienna", {}, {date(2027, 1, 18): []}), datetime(2027, 1, 15, 8, tzinfo=UTC), date(2027, 1, 19)),
        # A warehouse in Tehran works from Saturday to Thursday if its hours say so.
        (
            Hours("Asia/Tehran", dict.fromkeys((0, 1, 2, 3, 5, 6), DAY)),
            datetime(2027, 1, 14, 8, tzinfo=UTC),
            date(2027, 1, 16),
        ),
        (
            Hours("Asia/Tehran", dict.fromkeys((0, 1, 2, 3, 5, 6), DAY)),
            datetime(2027, 1, 15, 8, tzinfo=UTC),
            date(2027, 1, 17),
        ),
    ],
)
def test_a_parcel_leaves_and_travels_on_working_days_only(hours, at, expected):
    assert promised_date(hours=hours, now=at, working_days=1, cut_off=time(14)) == expected


def test_a_place_that_never_works_promises_nothing():
    never = Hours("Europe/Vienna", {}, {date(2027, 1, 1): DAY})
    closed = Hours("Europe/Vienna", {}, {date.fromordinal(date(2027, 1, 15).toordinal() + n): [] for n in range(400)})

    assert promised_date(hours=closed, now=FRIDAY_EVENING_IN_LEIPZIG, working_days=1, cut_off=time(14)) is None
    assert promised_date(hours=never, now=FRIDAY_EVENING_IN_LEIPZIG, working_days=1) == date(2027, 1, 18)
