"""What locations can supply, for many variants at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from core.data import sql
from inventory.queries.availability import promise_date
from inventory.queries.hours import hours_of
from inventory.rules.opening import Hours, ready_at

LAST_MINUTE = time(23, 59)

_SHIPPING = """
SELECT level.variant_id, level.location_id, location.ship_rank AS rank,
       level.on_hand - level.reserved - level.safety AS available
FROM inventory_stocklevel AS level JOIN inventory_location AS location ON location.id = level.location_id
WHERE level.variant_id = ANY(%(variants)s::bigint[]) AND location.ships AND location.is_active
  AND level.on_hand - level.reserved - level.safety > 0
"""


def shipping_supplies(variant_ids: Sequence[int]) -> list[sql.Row]:
    """Return each shipping location's available units: rows of variant_id, location_id, rank, available (above 0)."""
    return sql.fetch_all(_SHIPPING, {"variants": list(variant_ids)})


@dataclass(frozen=True, slots=True)
class SupplySource:
    """A location that is to serve a fulfilment, with what is needed to promise a time."""

    id: int
    code: str
    offers_pickup: bool
    lead_minutes: int
    hours: Hours

    def ready_at(self, now: datetime) -> datetime | None:
        """Return when an order placed now is ready for pickup; None if the location is never open."""
        ready = ready_at(self.hours, now, self.lead_minutes)
        return ready.astimezone(UTC) if ready else None

    def arrives_at(
        self, now: datetime, *, working_days: int | None = None, cut_off: time | None = None
    ) -> datetime | None:
        """
        Return the promised arrival of a parcel ordered now: the end of the day, in the location's own time.

        working_days, cut_off: of the delivery method; without one the shop's usual days.
        """
        day = promise_date(self.hours, now=now, working_days=working_days, cut_off=cut_off)
        if day is None:
            return None
        return datetime.combine(day, LAST_MINUTE, ZoneInfo(self.hours.time_zone)).astimezone(UTC)


_SOURCES = """
SELECT location.id, location.code, location.offers_pickup, location.pickup_lead_minutes, location.time_zone,
       (SELECT jsonb_agg(jsonb_build_array(weekday, opens, closes)) FROM inventory_openinghours
        WHERE location_id = location.id) AS week,
       (SELECT jsonb_agg(jsonb_build_array(day, opens, closes)) FROM inventory_openingexception
        WHERE location_id = location.id AND day >= current_date - 2) AS exceptions
FROM inventory_location AS location
WHERE location.is_active AND location.id = ANY(
    %(ids)s::bigint[] || ARRAY(SELECT id FROM inventory_location WHERE code = ANY(%(codes)s::text[])))
"""


def load_sources(*, ids: Sequence[int] = (), codes: Sequence[str] = ()) -> list[SupplySource]:
    """Return the active locations with these ids or codes, with their hours, in one statement."""
    return [
        SupplySource(
            id=row["id"],
            code=row["code"],
            offers_pickup=row["offers_pickup"],
            lead_minutes=row["pickup_lead_minutes"],
            hours=hours_of(row),
        )
        for row in sql.fetch_all(_SOURCES, {"ids": list(ids), "codes": list(codes)})
    ]
