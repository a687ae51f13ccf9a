"""Imports counted stock from a CSV file: a movement in the ledger brings each level to its count."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.actors import SYSTEM
from core.data import sql
from core.data.imports import (
    REFUSE_LATER_DUPLICATES,
    Cells,
    Column,
    Options,
    Plan,
    RowRefused,
    execute_sorting,
    run_import,
)
from core.data.imports.cells import left_empty, required_text, text, whole
from core.data.imports.columns import with_defaults
from core.ids import new_id
from core.texts.spelling import plain_text
from inventory.models import StockLevel, StockMovement
from inventory.services.imported_skus import imported_sku

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
WHERE upper(variant.sku) = upper(import_rows.sku) AND import_rows.reason = ''
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

    plan = Plan(
        required=REQUIRED,
        optional=OPTIONAL,
        staging=_STAGING,
        read=_read,
        check=_check,
        write=write,
        identify=_identify,
        numbers=("on_hand", "safety"),
    )
    return run_import(plan, path, options)


def _read(cells: Cells) -> Sequence[Any]:
    sku, location = _place(cells)
    on_hand = _units(cells, "on_hand")
    safety = None
    if text(cells, "safety", longest=20):
        safety = left_empty(cells, "safety", lambda: _units(cells, "safety"), empty=None)
    return (_key(sku, location), sku, location, on_hand, safety, None, None)


def _identify(cells: Cells) -> dict[str, Any]:
    return {"key": _key(*_place(cells))}


def _place(cells: Cells) -> tuple[str, str]:
    return imported_sku(cells), plain_text(required_text(cells, "location", longest=40))


def _key(sku: str, location: str) -> str:
    return f"{sku.upper()}\n{location}"


def _units(cells: Cells, name: str) -> int:
    units = whole(cells, name)
    if units < 0:
        raise RowRefused("negative_quantity", f"{name}: {units}")
    return units


def _check() -> None:
    execute_sorting(REFUSE_LATER_DUPLICATES, {})
    for statement in _CHECK:
        execute_sorting(statement, {})
