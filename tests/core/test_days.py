from datetime import UTC, date, datetime

import pytest

from core.days import day_in, shop_day


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
