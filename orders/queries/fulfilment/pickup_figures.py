"""How well the stores serve pickups: how fast, how often in time, and how many nobody collects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.data import sql
from core.days import instants_of

# Pickups count on the day in their store's time zone on which they ended. Of a median, half of the values are below.
_FIGURES = """
SELECT store.code AS store, store.name,
       (count(*) FILTER (WHERE pickup.state = 'collected'))::int AS collected,
       (count(*) FILTER (WHERE pickup.state = 'expired'))::int AS expired,
       (count(*) FILTER (WHERE pickup.state = 'cancelled'))::int AS cancelled,
       (count(*) FILTER (WHERE pickup.ready_at <= pickup.promised_at))::int AS ready_in_time,
       (count(pickup.ready_at + (pickup.promised_at - pickup.promised_at)))::int AS ready_with_promise,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY pickup.accepted_at - orders.placed_at) AS until_accepted,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY pickup.ready_at - orders.placed_at) AS until_ready,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY pickup.finished_at - pickup.ready_at)
           FILTER (WHERE pickup.state = 'collected') AS dwell
FROM orders_fulfilment AS pickup
JOIN orders_order AS orders ON orders.id = pickup.order_id
JOIN inventory_location AS store ON store.id = pickup.location_id
WHERE pickup.kind = 'pickup' AND pickup.finished_at IS NOT NULL
  AND pickup.finished_at >= %(since)s AND pickup.finished_at < %(until)s
  AND pickup.location_id = ANY(%(stores)s::bigint[]) AND orders.state NOT IN ('pending', 'failed')
  AND (pickup.finished_at AT TIME ZONE store.time_zone)::date BETWEEN %(first)s AND %(last)s
GROUP BY store.id ORDER BY store.code
"""


@dataclass(frozen=True, slots=True)
class PickupFigures:
    """
    The pickups of a store that ended in a period: how many were collected, were not collected in time, or cancelled.

    name: by language. ready_in_time: how many of ready_with_promise were ready when the buyer was told. until_accepted
    and until_ready: medians from the order; dwell: the median from ready to collected; None where there is none. The
    clock also runs while the store is closed, except in what buyers were promised.
    """

    store: str
    name: Mapping[str, str]
    collected: int
    expired: int
    cancelled: int
    ready_in_time: int
    ready_with_promise: int
    until_accepted: timedelta | None
    until_ready: timedelta | None
    dwell: timedelta | None

    @property
    def no_show(self) -> int | None:
        """Return the share that nobody collected of what was kept to its end, in hundredths of a percent."""
        return _share(self.expired, self.expired + self.collected)

    @property
    def in_time(self) -> int | None:
        """Return the share that was ready when the buyer was told, in hundredths of a percent."""
        return _share(self.ready_in_time, self.ready_with_promise)


def pickup_figures(*, store_ids: Sequence[int], first: date, last: date) -> list[PickupFigures]:
    """
    Return the figures of stores with pickups that ended on these days, first and last included, by code.

    One statement. A store without such a pickup has no row.
    """
    since, until = instants_of(first, last)
    values = {"stores": list(store_ids), "since": since, "until": until, "first": first, "last": last}
    return [PickupFigures(**row) for row in sql.fetch_all(_FIGURES, values)]


def _share(part: int, whole: int) -> int | None:
    return round(part * 10_000 / whole) if whole else None
