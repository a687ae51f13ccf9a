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
