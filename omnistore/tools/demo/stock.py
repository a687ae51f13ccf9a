"""Writes the demo's stock with its ledger: a level is the sum of its movements."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.actors import SYSTEM
from core.data.imports.progress import Progress
from inventory.models import Location, StockMovement, Variant
from omnistore.tools.demo.copying import copy_rows, reserve_ids

OPENING_DAYS_AGO = 120
RESTOCK_DAYS_AGO = 35
COUNT_DAYS_AGO = 6
OPENING, RESTOCK, COUNT = "demo-opening", "demo-restock", "demo-count"
STORE_SAFETY = 1
# Two variants that are sold out everywhere, and one with a single unit in a single store.
SOLD_OUT = {"CAR-LIN-AMBER", "BED-SLW-SKY-155X220"}
LAST_UNIT = {"BAG-SDL-OLIVE": "ber-mitte"}


@dataclass(frozen=True)
class Delivery:
    """Units that one location received, or missed at a count, on one day."""

    kind: str
    cause_kind: str
    cause_id: str
    units: int
    days_ago: int
    reason: str = ""


def write_stock(
    *,
    rng: random.Random,
    now: datetime,
    variants: Iterable[Variant],
    locations: dict[str, Location],
    progress: Progress,
) -> None:
    """Write a level for each variant at the locations that carry it, with its movements."""
    plan = [
        (variant, location, deliveries)
        for variant in variants
        for location in locations.values()
        if (deliveries := _deliveries(rng, variant.sku, location))
    ]
    levels = reserve_ids("inventory_stocklevel", len(plan))
    copy_rows(
        "inventory_stocklevel (id, variant_id, location_id, on_hand, reserved, safety)",
        (
            (
                level,
                variant.pk,
                location.pk,
                sum(delivery.units for delivery in deliveries),
                0,
                _safety(variant, location),
            )
            for level, (variant, location, deliveries) in zip(levels, plan, strict=True)
        ),
        step="Writing stock",
        count=len(plan),
        progress=progress,
    )
    copy_rows(
        "inventory_stockmovement (level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, "
        "reason, occurred_at)",
        (
            (
                level,
                delivery.kind,
                delivery.units,
                0,
                delivery.cause_kind,
                delivery.cause_id,
                SYSTEM,
                delivery.reason,
                now - timedelta(days=delivery.days_ago),
            )
            for level, (_, _, deliveries) in zip(levels, plan, strict=True)
            for delivery in deliveries
        ),
        step="Writing the ledger",
        count=len(plan),
        progress=progress,
    )


def _safety(variant: Variant, location: Location) -> int:
    return STORE_SAFETY if location.kind == Location.STORE and variant.sku not in LAST_UNIT else 0


def _deliveries(rng: random.Random, sku: str, location: Location) -> list[Delivery]:
    """Choose the deliveries of a variant to a location; none if the location does not carry it."""
    is_warehouse = location.kind == Location.WAREHOUSE
    carries = {"wh-berlin": 1.0, "ber-mitte": 0.94, "muc-zentrum": 0.85, "wh-hamburg": 0.7}.get(location.code, 0.75)
    opening = rng.randint(30, 140) if is_warehouse else rng.randint(3, 12)
    restock = rng.choice((0, 0, 40, 60)) if is_warehouse else rng.choice((0, 0, 2, 4, 6))
    missing = rng.random() < 0.04
    if rng.random() > carries or sku in SOLD_OUT:
        return []
    if sku in LAST_UNIT:
        return [_opening(1)] if LAST_UNIT[sku] == location.code else []
    deliveries = [_opening(opening)]
    if restock:
        deliveries.append(Delivery(StockMovement.RECEIVED, "receipt", RESTOCK, restock, RESTOCK_DAYS_AGO))
    if missing:
        deliveries.append(Delivery(StockMovement.ADJUSTED, "count", COUNT, -1, COUNT_DAYS_AGO, "Broken on the shelf"))
    return deliveries


def _opening(units: int) -> Delivery:
    return Delivery(StockMovement.RECEIVED, "receipt", OPENING, units, OPENING_DAYS_AGO)
