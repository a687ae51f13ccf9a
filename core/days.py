"""The days of the shop and of its stores: they begin at midnight where these are, not where the server's clock is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def shop_day(moment: datetime) -> date:
    """Return the day in the shop's time zone (SHOP_TIME_ZONE) to which an instant belongs."""
    return day_in(settings.SHOP_TIME_ZONE, moment)


def day_in(zone: str, moment: datetime) -> date:
    """Return the day in a time zone, such as a store's, to which an instant belongs."""
    return moment.astimezone(ZoneInfo(zone)).date()
