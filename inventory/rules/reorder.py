"""
When goods are bought again, and how many.

A place orders an article when what it has and what is coming no longer last for the time that a delivery takes, and
then so much that it lasts until the next delivery: mean daily sales × (lead time + days between orders) + safety stock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Eight whole weeks, so that every weekday counts alike.
SALES_DAYS = 56
# An article that is new sells over fewer days, but one good Saturday is no rate.
FEWEST_SALES_DAYS = 7
# Without a supplier that says otherwise.
USUAL_LEAD_DAYS = 7
USUAL_REVIEW_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """
    What an article needs at a place, in units.

    sold: within days. lead_days: until a delivery comes. review_days: between two orders. safety: always there, for
    what nobody foresees. least, most: limits that the place has set; most is None for none.
    """

    sold: int
    days: int
    lead_days: int
    review_days: int
    safety: int = 0
    least: int = 0
    most: int | None = None

    @property
    def reorder_point(self) -> int:
        """At so many units or fewer, here and coming, it is time to order."""
        return max(self._lasting(self.lead_days), self.least)

    @property
    def order_up_to(self) -> int:
        """So many units, here and coming, last until the delivery after the next."""
        wanted = max(self._lasting(self.lead_days + self.review_days), self.least)
        return wanted if self.most is None else min(wanted, self.most)

    def lacking(self, position: int) -> int:
        """Return how many units are to be ordered. position: what is free here and what is coming."""
        return max(0, self.order_up_to - position) if position <= self.reorder_point else 0

    def _lasting(self, days: int) -> int:
        return -(-self.sold * days // self.days) + self.safety


def in_packs(units: int, *, pack_size: int, minimum: int, room: int | None = None) -> int:
    """
    Return what a supplier sells when these units are needed: whole packs, and at least the minimum.

    room: the most that fits, None if there is no limit; then as many packs as fit, none if the least order does not.
    """
    if units <= 0:
        return 0
    packs = -(-max(units, minimum) // pack_size)
    if room is not None:
        packs = min(packs, max(room, 0) // pack_size)
    return packs * pack_size if packs * pack_size >= minimum else 0


@dataclass(frozen=True, slots=True)
class Surplus:
    """Units that a place has beyond what it needs itself. rank: lower gives first."""

    location_id: int
    units: int
    rank: int


def giving(surpluses: Sequence[Surplus], units: int) -> Surplus | None:
    """Return the place that can give all of these units, None if none can: the first by rank, then with the most."""
    able = [one for one in surpluses if one.units >= units]
    return min(able, key=lambda one: (one.rank, -one.units, one.location_id), default=None)
