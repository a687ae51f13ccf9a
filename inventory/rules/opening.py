"""
When a store is open, and when goods can be ready in it, in the store's own time.

A wall clock may skip an hour or show it twice. A store opens when its clock first reaches or jumps past the opening
time, and closes when the clock shows the closing time for the last time that day.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A store that does not open within a year counts as never open.
HORIZON_DAYS = 370
# Hours are stored as times of one day, which cannot express 24:00.
END_OF_DAY = time(23, 59)


@dataclass(frozen=True, slots=True)
class Span:
    """A period of a day, in local time, in which a store is open; closing at 23:59 means midnight."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """
    The opening hours of one store.

    time_zone: IANA name. week: spans by weekday, Monday is 0; a lunch break makes two. exceptions: spans that replace
    the week's on single days; empty when closed.
    """

    time_zone: str
    week: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    exceptions: Mapping[date, Sequence[Span]] = field(default_factory=dict)

    def on(self, day: date) -> Sequence[Span]:
        """Return the spans of a day."""
        return self.exceptions[day] if day in self.exceptions else self.week.get(day.weekday(), ())


def is_open(hours: Hours, at: datetime) -> bool:
    """Return whether the store is open at an instant; it is not at the instant of closing."""
    opening = next(_openings(hours, at, days=1), None)
    return opening is not None and opening[0] <= at


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """
    Return the first instant, not before the given one, at which the store is open, in its own time zone.

    This is the given instant if the store is open then; None if it does not open within a year.
    """
    return ready_at(hours, at, 0)


def ready_at(hours: Hours, now: datetime, lead_minutes: int) -> datetime | None:
    """
    Return when goods ordered now can be picked up, in the store's own time zone; None if it never opens.

    lead_minutes: how long staff need; it passes only while the store is open. Goods that are ready exactly at closing
    time can be picked up when the store opens again.
    """
    missing = timedelta(minutes=lead_minutes)
    done_until = now.astimezone(UTC)
    for opens, closes in _openings(hours, now, days=HORIZON_DAYS):
        begins = max(opens, done_until)
        if closes - begins > missing:
            return (begins + missing).astimezone(ZoneInfo(hours.time_zone))
        # Spans that overlap by mistake must not count twice.
        missing -= max(closes - begins, timedelta())
        done_until = max(closes, done_until)
    return None


def _openings(hours: Hours, at: datetime, *, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Yield the instants of opening and closing, in UTC and in order, of every opening that ends after an instant."""
    zone = ZoneInfo(hours.time_zone)
    today = at.astimezone(zone).date()
    if not any(hours.week.values()) and not any(spans for day, spans in hours.exceptions.items() if day >= today):
        return
    for number in range(days):
        day = today + timedelta(days=number)
        for span in sorted(hours.on(day), key=lambda span: span.opens):
            opens = _instant(day, span.opens, zone, last=False)
            closes = _closing_instant(day, span.closes, zone)
            if closes > at and closes > opens:
                yield opens, closes


def _closing_instant(day: date, closes: time, zone: ZoneInfo) -> datetime:
    if closes >= END_OF_DAY:
        return _instant(day + timedelta(days=1), time(), zone, last=False)
    return _instant(day, closes, zone, last=True)


def _instant(day: date, clock: time, zone: ZoneInfo, *, last: bool) -> datetime:
    """Return the instant, in UTC, when the clock shows a time, the first or last of two, or jumps over it."""
    wall = datetime.combine(day, clock)
    instant = wall.replace(tzinfo=zone, fold=int(last)).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # The clock jumps over this time: find the second of the jump between the two readings of the wall clock.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    behind = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    seconds = range(int((behind - before).total_seconds()) + 1)
    jump = bisect_left(
        seconds,
        True,
        key=lambda second: (before + timedelta(seconds=second)).astimezone(zone).replace(tzinfo=None) >= wall,
    )
    return before + timedelta(seconds=jump)
