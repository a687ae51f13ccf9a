from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.days import FURTHEST, day_in, instants_of, shop_day


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Berlin", datetime(2026, 12, 1, 22, 59, tzinfo=UTC), date(2026, 12, 1)),
        ("Europe/Berlin", datetime(2026, 12, 1, 23, 0, tzinfo=UTC), date(2026, 12, 2)),
        ("Pacific/Pago_Pago", datetime(2026, 12, 1, 10, 59, tzinfo=UTC), date(2026, 11, 30)),
        ("Asia/Tehran", datetime(2026, 12, 1, 20, 30, tzinfo=UTC), date(2026, 12, 2)),
    ],
)
def test_a_day_begins_at_midnight_where_the_shop_is(settings, zone, moment, day):
    settings.SHOP_TIME_ZONE = zone

    assert shop_day(moment) == day
    assert day_in(zone, moment) == day


def test_what_lies_on_some_days_lies_between_their_instants_wherever_it_is():
    since, until = instants_of(date(2026, 12, 1), date(2026, 12, 2))

    assert since == datetime(2026, 12, 1, tzinfo=UTC) - FURTHEST
    assert until == datetime(2026, 12, 3, tzinfo=UTC) + FURTHEST
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        assert since < datetime(2026, 12, 1, tzinfo=ZoneInfo(zone)) < until
        assert since < datetime(2026, 12, 2, 23, 59, tzinfo=ZoneInfo(zone)) < until


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_not_crossed(day):
    since, until = instants_of(day, day)

    assert since < until
