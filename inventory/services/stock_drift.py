"""Finds levels and held stock that differ from the ledger, and brings them back to it."""

from dataclasses import dataclass

from django.db import transaction

from core.data import sql

_LEDGER = """
SELECT level_id, sum(on_hand_change)::int AS on_hand, sum(reserved_change)::int AS reserved
FROM inventory_stockmovement GROUP BY level_id
"""
_HELD_LEDGER = """
SELECT level_id, held_state AS state, sum(held_change)::int AS units
FROM inventory_stockmovement WHERE held_state <> '' GROUP BY level_id, held_state
"""

_LEVELS = f"""
SELECT level.id, variant.sku, location.code AS location, level.on_hand, level.reserved,
       COALESCE(ledger.on_hand, 0) AS ledger_on_hand, COALESCE(ledger.reserved, 0) AS ledger_reserved
FROM inventory_stocklevel AS level
JOIN inventory_variant AS variant ON variant.id = level.variant_id
JOIN inventory_location AS location ON location.id = level.location_id
LEFT JOIN ({_LEDGER}) AS ledger ON ledger.level_id = level.id
WHERE (level.on_hand, level.reserved) <> (COALESCE(ledger.on_hand, 0), COALESCE(ledger.reserved, 0))
ORDER BY variant.sku, location.code
"""
_HELD = f"""
SELECT level.id, variant.sku, location.code AS location, COALESCE(held.state, ledger.state) AS state,
       COALESCE(held.units, 0) AS units, COALESCE(ledger.units, 0) AS ledger_units
FROM inventory_heldstock AS held FULL JOIN ({_HELD_LEDGER}) AS ledger USING (level_id, state)
JOIN inventory_stocklevel AS level ON level.id = level_id
JOIN inventory_variant AS variant ON variant.id = level.variant_id
JOIN inventory_location AS location ON location.id = level.location_id
WHERE COALESCE(held.units, 0) <> COALESCE(ledger.units, 0)
ORDER BY variant.sku, location.code, state
"""

# The levels are locked first, and the ledger is read in the statements that follow: nobody moves them in between.
_LOCK = "SELECT id FROM inventory_stocklevel WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR UPDATE"
_MEND_LEVELS = f"""
UPDATE inventory_stocklevel AS level SET on_hand = ledger.on_hand, reserved = ledger.reserved
FROM ({_LEDGER}) AS ledger
WHERE level.id = ANY(%(ids)s::bigint[]) AND ledger.level_id = level.id
  AND ledger.reserved BETWEEN 0 AND ledger.on_hand
"""
_MEND_HELD = f"""
INSERT INTO inventory_heldstock AS held (level_id, state, units)
SELECT level_id, state, units FROM ({_HELD_LEDGER}) AS ledger
WHERE level_id = ANY(%(ids)s::bigint[]) AND units >= 0
ON CONFLICT (level_id, state) DO UPDATE SET units = EXCLUDED.units WHERE held.units <> EXCLUDED.units
"""
_EMPTY_HELD = f"""
UPDATE inventory_heldstock AS held SET units = 0
WHERE held.level_id = ANY(%(ids)s::bigint[]) AND held.units <> 0 AND NOT EXISTS (
    SELECT FROM ({_HELD_LEDGER}) AS ledger WHERE ledger.level_id = held.level_id AND ledger.state = held.state)
"""


@dataclass(frozen=True, slots=True)
class StockDrift:
    """Where the books differ from the ledger: rows with both figures, of levels and of held stock."""

    levels: list[sql.Row]
    held: list[sql.Row]

    @property
    def is_empty(self) -> bool:
        return not (self.levels or self.held)


def find_stock_drift() -> StockDrift:
    """Return where levels and held stock differ from the sum of their movements; it reads the whole ledger."""
    return StockDrift(levels=sql.fetch_all(_LEVELS, {}), held=sql.fetch_all(_HELD, {}))


@transaction.atomic(durable=True)
def mend_stock_drift(*, drift: StockDrift) -> StockDrift:
    """
    Set drifted levels and held stock to the sum of their movements: the ledger only grows, so it is what happened.

    Locks the levels in pk order. Return what still differs: figures of the ledger that no level may have, fewer units
    than are reserved for instance, which need a person.
    """
    ids = {"ids": sorted({row["id"] for row in (*drift.levels, *drift.held)})}
    sql.fetch_all(_LOCK, ids)
    sql.execute(_MEND_LEVELS, ids)
    sql.execute(_MEND_HELD, ids)
    sql.execute(_EMPTY_HELD, ids)
    return find_stock_drift()
