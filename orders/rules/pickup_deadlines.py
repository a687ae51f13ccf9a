"""How long a pickup is kept at the desk."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inventory.rules.opening import END_OF_DAY, HORIZON_DAYS, Hours


def pickup_deadline(hours: Hours, ready_at: datetime, keep_days: int) -> datetime:
    """
    Return the instant, in UTC, until which a pickup is kept: when the store closes on its last day.

    keep_days: days after the one on which it became ready; if the store is closed on that day, the next opening day is
    the last. A store that never opens keeps it until midnight.
    """
    return closing_from(hours, ready_at.astimezone(ZoneInfo(hours.time_zone)).date() + timedelta(days=keep_days))


def closing_from(hours: Hours, first: date) -> datetime:
    """Return when the store closes on a day, or else on the next one it opens on, in UTC; midnight if it never does."""
    zone = ZoneInfo(hours.time_zone)
    for number in range(HORIZON_DAYS):
        day = first + timedelta(days=number)
        spans = hours.on(day)
        if spans:
            return _end_of(day, max(span.closes for span in spans), zone)
    return _end_of(first, END_OF_DAY, zone)


def _end_of(day: date, closes: time, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, closes)
    if closes >= END_OF_DAY:
        wall = datetime.combine(day + timedelta(days=1), time())
    # The later of two readings, if the clock is set back just then: it must not end before the desk closes.
    return wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
