"""The data about time zones that the shop runs on."""

import zoneinfo


def use_pinned_time_zones() -> None:
    """
    Make Python take the time zones of the package tzdata, which is locked with the others.

    By default the machine's own zones win, which may be years older: stores in Vancouver, Edmonton and Casablanca were
    an hour off after the changes of 2026.
    """
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()
