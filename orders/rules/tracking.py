"""What becomes of a parcel's state when its carrier says something: in any order, twice, or late. Pure."""

from datetime import datetime, timedelta

from orders.rules.lifecycle import SHIPMENT, TRACKED_STATES

# A carrier's clock may be so much ahead; what it dates later counts as said now.
CLOCKS_DIFFER_BY = timedelta(minutes=5)
_FINAL = tuple(state for state in TRACKED_STATES if state not in SHIPMENT.pairs)


def is_news(present: str, since: datetime | None, *, told: str, happened_at: datetime) -> bool:
    """
    Return whether a parcel in a state since a moment moves to the one that its carrier tells.

    Moments are the carrier's. What happened earlier than what is known already moves nothing; of two updates of one
    moment the one that stands later in TRACKED_STATES counts, whichever came first. That a parcel is delivered or back
    counts whenever it is told, because it was on its way before; and nothing follows it.
    """
    if told not in SHIPMENT.pairs.get(present, ()):
        return False
    if since is None or told in _FINAL:
        return True
    rank = TRACKED_STATES.index
    known = rank(present) if present in TRACKED_STATES else -1
    return (happened_at, rank(told)) > (since, known)


def dated(happened_at: datetime, *, received_at: datetime) -> datetime:
    """Return when something happened, but not in the future: it would hide all that follows."""
    return happened_at if happened_at <= received_at + CLOCKS_DIFFER_BY else received_at
