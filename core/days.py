"""The shop's own days, which begin at midnight where the shop is, not where its server's clock is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def shop_day(moment: datetime) -> date:
    """Return the day in the shop's time zone (SHOP_TIME_ZONE) to which an instant belongs."""
    return moment.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE)).date()
