from datetime import UTC, date, datetime, time

import pytest

from inventory.rules.opening import Hours, Span
from orders.rules.pickup_deadlines import pickup_deadline

WEEKDAYS = {day: [Span(time(9), time(13)), Span(time(14), time(20))] for day in range(5)}
MONDAY_NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def berlin(**changes):
    return Hours(time_zone="Europe/Berlin", week=changes.get("week", WEEKDAYS), exceptions=changes.get("closed", {}))


@pytest.mark.parametrize(
    ("hours", "keep_days", "last"),
    [
        (berlin(), 0, datetime(2026, 3, 2, 19, 0, tzinfo=UTC)),
        (berlin(), 3, datetime(2026, 3, 5, 19, 0, tzinfo=UTC)),
        # The store is closed on Saturday and Sunday: the pickup is kept until Monday.
        (berlin(), 5, datetime(2026, 3, 9, 19, 0, tzinfo=UTC)),
        (berlin(closed={date(2026, 3, 5): []}), 3, datetime(2026, 3, 6, 19, 0, tzinfo=UTC)),
        # After the change to summer time the store closes an hour earlier in UTC.
        (berlin(), 28, datetime(2026, 3, 30, 18, 0, tzinfo=UTC)),
        (berlin(week={0: [Span(time(0), time(23, 59))]}), 0, datetime(2026, 3, 2, 23, 0, tzinfo=UTC)),
        (berlin(week={}), 1, datetime(2026, 3, 3, 23, 0, tzinfo=UTC)),
    ],
)
def test_ends_when_the_desk_closes_on_the_last_day(hours, keep_days, last):
    assert pickup_deadline(hours, MONDAY_NOON, keep_days) == last


def test_days_are_counted_in_the_stores_time_zone():
    hours = Hours(time_zone="Asia/Tehran", week={day: [Span(time(9), time(20))] for day in range(7)})
    late_on_monday_in_utc = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)

    assert pickup_deadline(hours, late_on_monday_in_utc, 1) == datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
