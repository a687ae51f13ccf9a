"""Imports counted stock from a CSV file: a movement in the ledger brings each level to its count."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.actors import SYSTEM
from core.data import sql
from core.data.imports import (
    REFUSE_LATER_DUPLICATES,
    Column,
    Options,
    Plan,
    RowRefused,
    execute_sorting,
    run_import,
)
from core.data.imports.cells import required_text, text, whole
from core.data.imports.columns import with_defaults
from core.ids import new_id
from inventory.models import StockLevel, StockMovement

REQUIRED = ("sku", "location", "on_hand")
OPTIONAL = ("safety",)

_STAGING = (
    Column("key", "text"),
    Column("sku", "text"),
    Column("location", "text"),
    Column("on_hand", "integer"),
    Column("safety", "integer"),
    Column("variant_id", "bigint"),
    Column("location_id", "bigint"),
)

_FIND_VARIANT = """
UPDATE import_rows SET variant_id = variant.id FROM inventory_variant AS variant
WHERE variant.sku = import_rows.sku AND import_rows.reason = ''
"""
_FIND_LOCATION = """
UPDATE import_rows SET location_id = location.id FROM inventory_location AS location
WHERE location.code = import_rows.location AND import_rows.reason = ''
"""
_REFUSE_UNKNOWN = """
UPDATE import_rows SET
    reason = CASE WHEN variant_id IS NULL THEN 'unknown_sku' ELSE 'unknown_location' END,
    detail = CASE WHEN variant_id IS NULL THEN sku ELSE location END
WHERE reason = '' AND (variant_id IS NULL OR location_id IS NULL)
"""
_REFUSE_BELOW_RESERVED = """
UPDATE import_rows SET reason = 'below_reserved', detail = level.reserved || ' reserved'
FROM inventory_stocklevel AS level
WHERE level.variant_id = import_rows.variant_id AND level.location_id = import_rows.location_id
    AND import_rows.on_hand < level.reserved AND import_rows.reason = ''
"""
_DECIDE = """
UPDATE import_rows SET action = CASE
    WHEN level.id IS NULL THEN 'create'
    WHEN level.on_hand = staged.on_hand AND level.safety = coalesce(staged.safety, level.safety) THEN 'same'
    ELSE 'update' END
FROM import_rows AS staged LEFT JOIN inventory_stocklevel AS level
    ON level.variant_id = staged.variant_id AND level.location_id = staged.location_id
WHERE staged.line = import_rows.line AND staged.reason = ''
"""
_CHECK = (_FIND_VARIANT, _FIND_LOCATION, _REFUSE_UNKNOWN, _REFUSE_BELOW_RESERVED, _DECIDE)

_MAKE_LEVELS = """
INSERT INTO inventory_stocklevel (variant_id, location_id, on_hand, reserved, safety, :columns)
SELECT variant_id, location_id, 0, 0, coalesce(safety, 0), :defaults FROM import_rows
WHERE reason = '' AND action <> 'same' AND line BETWEEN %(first)s AND %(last)s
ORDER BY variant_id, location_id
ON CONFLICT (variant_id, location_id) DO NOTHING
"""
# Shoppers buy while the file is imported, so the reserved units are checked again under the lock.
_LOCK = """
SELECT level.id FROM inventory_stocklevel AS level JOIN import_rows USING (variant_id, location_id)
WHERE import_rows.reason = '' AND import_rows.action <> 'same' AND import_rows.line BETWEEN %(first)s AND %(last)s
ORDER BY level.id FOR UPDATE OF level
"""
_MOVE = """
WITH change AS (
    SELECT level.id AS level_id, staged.on_hand - level.on_hand AS on_hand_change
    FROM import_rows AS staged JOIN inventory_stocklevel AS level USING (variant_id, location_id)
    WHERE staged.reason = '' AND staged.action <> 'same' AND staged.line BETWEEN %(first)s AND %(last)s
        AND staged.on_hand <> level.on_hand
)
INSERT INTO inventory_stockmovement (
    level_id, kind, on_hand_change, cause_kind, cause_id, channel, occurred_at, :columns)
SELECT level_id, 'adjusted', on_hand_change, 'import', %(cause)s::text, %(channel)s::text, %(now)s::timestamptz,
    :defaults
FROM change
"""
_SET = """
UPDATE inventory_stocklevel AS level SET on_hand = staged.on_hand, safety = coalesce(staged.safety, level.safety)
FROM import_rows AS staged
WHERE staged.variant_id = level.variant_id AND staged.location_id = level.location_id
    AND staged.reason = '' AND staged.action <> 'same' AND staged.line BETWEEN %(first)s AND %(last)s
"""


def import_stock(*, path: Path, options: Options) -> dict[str, Any]:
    """
    Set stock levels from a CSV file of SKU, location and counted units, and return the figures of the run.

    The difference to the units on hand becomes one movement of kind adjusted. A count below the reserved units is
    rejected. safety, if the column is given, is set too. Locks the levels of one piece of the file at a time, in pk
    order. Raises UnusableFile and ImportRunning.
    """
    cause = str(new_id())

    def write(first: int, last: int) -> None:
        piece = {"first": first, "last": last}
        sql.execute(with_defaults(_MAKE_LEVELS, StockLevel), piece)
        sql.fetch_all(_LOCK, piece)
        sql.execute(_REFUSE_BELOW_RESERVED, {})
        move = {**piece, "cause": cause, "channel": SYSTEM, "now": options.now}
        sql.execute(with_defaults(_MOVE, StockMovement), move)
        sql.execute(_SET, piece)

    plan = Plan(required=REQUIRED, optional=OPTIONAL, staging=_STAGING, read=_read, check=_check, write=write)
    return run_import(plan, path, options)


def _read(cells: dict[str, str]) -> Sequence[Any]:
    sku = required_text(cells, "sku", longest=64)
    location = required_text(cells, "location", longest=40)
    on_hand = whole(cells, "on_hand")
    safety = whole(cells, "safety") if text(cells, "safety", longest=20) else None
    if on_hand < 0 or (safety is not None and safety < 0):
        raise RowRefused("negative_quantity", f"on hand {on_hand}, safety {safety or 0}")
    return (f"{sku}\n{location}", sku, location, on_hand, safety, None, None)


def _check() -> None:
    execute_sorting(REFUSE_LATER_DUPLICATES, {})
    for statement in _CHECK:
        execute_sorting(statement, {})
