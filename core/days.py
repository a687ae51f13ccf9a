"""The days of the shop and of its stores: they begin at midnight where these are, not where the server's clock is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

DAY = timedelta(days=1)
# No day begins or ends further from UTC.
FURTHEST = timedelta(hours=15)


def shop_day(moment: datetime) -> date:
    """Return the day in the shop's time zone (SHOP_TIME_ZONE) to which an instant belongs."""
    return day_in(settings.SHOP_TIME_ZONE, moment)


def day_in(zone: str, moment: datetime) -> date:
    """Return the day in a time zone, such as a store's, to which an instant belongs."""
    return moment.astimezone(ZoneInfo(zone)).date()


def instants_of(first: date, last: date) -> tuple[datetime, datetime]:
    """
    Return an instant before the first day begins and one after the last one has ended, whatever the time zone, in UTC.

    What lies between them is found by an index, and then compared by the day of its place. Both days may be the ends of
    the calendar.
    """
    begins, ends = (datetime.combine(day, time(), UTC) for day in (first, last))
    earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    return max(begins, earliest + FURTHEST) - FURTHEST, min(ends, latest - FURTHEST - DAY) + DAY + FURTHEST
