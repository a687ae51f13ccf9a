"""The promised arrival of parcels."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inventory.rules.opening import HORIZON_DAYS, Hours

SATURDAY = 5


def promised_date(*, hours: Hours, now: datetime, working_days: int, cut_off: time | None = None) -> date | None:
    """
    Return the promised date of arrival of a parcel ordered now.

    It is the last of so many days, after the one on which it leaves, on which the place works that sends it, by the
    clock and calendar of that place. Without a cut-off these are the days after today. With one a parcel leaves today
    if the place works and its clock shows less, otherwise on the next working day. A place without hours works from
    Monday to Friday, except on its closed days. None if it does not work for a year.
    """
    there = now.astimezone(ZoneInfo(hours.time_zone))
    day, missing = there.date(), working_days
    if cut_off is not None and not (_works_on(hours, day) and there.time() < cut_off):
        missing += 1
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
