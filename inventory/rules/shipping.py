"""The promised arrival of parcels."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from inventory.rules.opening import HORIZON_DAYS, Hours

SATURDAY = 5


def promised_date(*, hours: Hours, now: datetime, working_days: int) -> date | None:
    """
    Return the promised date of arrival of a parcel ordered now.

    It is the last of so many days, after today in the warehouse's time zone, on which the warehouse works. A warehouse
    without hours works from Monday to Friday, except on its closed days. None if it does not work for a year.
    """
    day = now.astimezone(ZoneInfo(hours.time_zone)).date()
    missing = working_days
    for _passed in range(HORIZON_DAYS):
        if missing <= 0:
            return day
        day += timedelta(days=1)
        missing -= _works_on(hours, day)
    return None


def _works_on(hours: Hours, day: date) -> bool:
    if day not in hours.exceptions and not any(hours.week.values()):
        return day.weekday() < SATURDAY
    return bool(hours.on(day))
