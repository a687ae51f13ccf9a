"""What a place should order or fetch from another place, computed from its sales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.data import sql
from inventory.models import Location
from inventory.rules.reorder import (
    FEWEST_SALES_DAYS,
    SALES_DAYS,
    USUAL_LEAD_DAYS,
    USUAL_REVIEW_DAYS,
    Demand,
    Surplus,
    giving,
    in_packs,
)

# So many articles of a place are computed in one statement, when a page of its proposals is wanted.
AT_ONCE = 5_000
PURCHASE, TRANSFER, UNSUPPLIED = "purchase", "transfer", "unsupplied"

# A warehouse needs what it sends to stores, too. Planned documents count, so that nothing is proposed twice. A rule may
# ask for an article that its place never had.
_FIGURES = """
WITH level AS (
    SELECT level.id, level.variant_id, level.location_id, level.on_hand - level.reserved AS free, level.safety,
           variant.sku, location.code AS location, location.kind
    FROM (
        SELECT id, variant_id, location_id, on_hand, reserved, safety FROM inventory_stocklevel
        UNION ALL
        SELECT NULL::bigint, rule.variant_id, rule.location_id, 0, 0, 0 FROM inventory_reorderrule AS rule
        WHERE NOT EXISTS (
            SELECT FROM inventory_stocklevel AS level
            WHERE level.variant_id = rule.variant_id AND level.location_id = rule.location_id)
    ) AS level
    JOIN inventory_location AS location ON location.id = level.location_id
    JOIN inventory_variant AS variant ON variant.id = level.variant_id
    JOIN inventory_product AS product ON product.id = variant.product_id
    WHERE (%(location)s::bigint IS NULL OR level.location_id = %(location)s::bigint)
      AND (%(variants)s::bigint[] IS NULL OR level.variant_id = ANY(%(variants)s::bigint[]))
      AND level.variant_id > %(after)s
      AND location.is_active AND variant.is_active AND product.state = 'published'
    ORDER BY level.variant_id, level.location_id LIMIT %(most)s
), sale AS (
    SELECT level.id, greatest(-sum(movement.on_hand_change), 0) AS sold
    FROM level JOIN inventory_stockmovement AS movement ON movement.level_id = level.id
    WHERE movement.occurred_at >= %(since)s AND (movement.kind IN ('sold', 'handed_over', 'shipped')
          OR level.kind = 'warehouse' AND movement.cause_kind = 'transfer'
             AND movement.kind IN ('dispatched', 'called_back'))
    GROUP BY level.id
), open_line AS (
    SELECT line.variant_id, document.kind, document.state, document.source_id, document.target_id,
           line.quantity - line.received - line.missing - line.restocked AS units
    FROM inventory_stockdocument AS document
    JOIN inventory_stockdocumentline AS line ON line.document_id = document.id
    WHERE document.finished_at IS NULL AND document.kind IN ('purchase_order', 'transfer')
), coming AS (
    SELECT variant_id, target_id AS location_id, sum(units) AS units FROM open_line GROUP BY variant_id, target_id
), leaving AS (
    SELECT variant_id, source_id AS location_id, sum(units) AS units
    FROM open_line WHERE kind = 'transfer' AND state = 'draft' GROUP BY variant_id, source_id
)
SELECT level.variant_id, level.sku, level.location_id, level.location, level.kind, level.safety,
       level.free - COALESCE(leaving.units, 0)::int AS free, COALESCE(coming.units, 0)::int AS coming,
       COALESCE(sale.sold, 0)::int AS sold,
       least(%(days)s, greatest(%(fewest)s, COALESCE(ceil(extract(epoch FROM %(now)s - (
           SELECT min(occurred_at) FROM inventory_stockmovement
           WHERE level_id = sale.id AND on_hand_change > 0)) / 86400), %(days)s)))::int AS days,
       COALESCE(rule.minimum_units, 0) AS least, rule.maximum_units AS most,
       COALESCE(rule.is_proposed, true) AS is_proposed, terms.*
FROM level
LEFT JOIN sale ON sale.id = level.id
LEFT JOIN coming ON coming.variant_id = level.variant_id AND coming.location_id = level.location_id
LEFT JOIN leaving ON leaving.variant_id = level.variant_id AND leaving.location_id = level.location_id
LEFT JOIN inventory_reorderrule AS rule ON rule.variant_id = level.variant_id AND rule.location_id = level.location_id
LEFT JOIN LATERAL (
    SELECT supplier.id AS supplier_id, supplier.code AS supplier, supplier.lead_time_days AS lead_days,
           supplier.review_days, product.pack_size, product.minimum_units AS minimum
    FROM inventory_supplierproduct AS product JOIN inventory_supplier AS supplier ON supplier.id = product.supplier_id
    WHERE product.variant_id = level.variant_id AND supplier.is_active
    ORDER BY product.is_preferred DESC, product.id LIMIT 1
) AS terms ON true
ORDER BY level.variant_id, level.location_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    Units of a variant that a place should get.

    kind: PURCHASE from the supplier, TRANSFER from the source, or UNSUPPLIED: nobody sells it, and no place has too
    many. units: how many. free, coming: units here and not reserved, and on their way or planned. daily_sales: on
    average.
    """

    variant_id: int
    sku: str
    location_id: int
    kind: str
    units: int
    free: int
    coming: int
    daily_sales: float
    reorder_point: int
    order_up_to: int
    supplier_id: int | None
    supplier: str | None
    source_id: int | None
    source: str | None


def list_proposals(
    *,
    location_id: int,
    now: datetime,
    after: int = 0,
    limit: int | None = None,
    variant_ids: Sequence[int] | None = None,
) -> list[Proposal]:
    """
    Return what a place should order or fetch, by variant, in two statements.

    A page goes through as much of the place as it needs: one statement more for each further 5,000 articles. after: the
    variant of the last one seen. limit: at most so many; None for all. variant_ids: only these; None for all.
    """
    here: list[tuple[sql.Row, Demand, int]] = []
    most = None if limit is None else AT_ONCE
    while True:
        rows = _figures(now=now, location_id=location_id, variant_ids=variant_ids, after=after, most=most)
        here += [
            (row, demand, lacking)
            for row in rows
            if row["is_proposed"]
            if (lacking := (demand := _demand(row)).lacking(row["free"] + row["coming"]))
        ]
        if most is None or len(rows) < most or (limit is not None and len(here) >= limit):
            break
        after = rows[-1]["variant_id"]
    here = here[:limit]
    elsewhere = _surpluses([row["variant_id"] for row, _demand_here, _lacking in here], location_id, now)
    return [_proposal(row, demand, lacking, elsewhere.get(row["variant_id"], [])) for row, demand, lacking in here]


def _figures(
    *,
    now: datetime,
    location_id: int | None = None,
    variant_ids: Sequence[int] | None = None,
    after: int = 0,
    most: int | None = None,
) -> list[sql.Row]:
    wanted = {
        "location": location_id,
        "variants": None if variant_ids is None else list(variant_ids),
        "after": after,
        "most": most,
        "now": now,
        "since": now - timedelta(days=SALES_DAYS),
        "days": SALES_DAYS,
        "fewest": FEWEST_SALES_DAYS,
    }
    return sql.fetch_all(_FIGURES, wanted, prepared=False)


def _demand(row: sql.Row) -> Demand:
    return Demand(
        sold=row["sold"],
        days=row["days"],
        lead_days=USUAL_LEAD_DAYS if row["lead_days"] is None else row["lead_days"],
        review_days=row["review_days"] or USUAL_REVIEW_DAYS,
        safety=row["safety"],
        least=row["least"],
        most=row["most"],
    )


def _surpluses(variant_ids: Sequence[int], location_id: int, now: datetime) -> Mapping[int, list[tuple[Surplus, str]]]:
    """Return by variant which other places have more than they need, with their codes; warehouses give first."""
    found: dict[int, list[tuple[Surplus, str]]] = {}
    for row in _figures(now=now, variant_ids=variant_ids) if variant_ids else []:
        units = row["free"] - _demand(row).order_up_to
        if row["location_id"] != location_id and units > 0:
            rank = 0 if row["kind"] == Location.WAREHOUSE else 1
            found.setdefault(row["variant_id"], []).append((Surplus(row["location_id"], units, rank), row["location"]))
    return found


def _proposal(row: sql.Row, demand: Demand, lacking: int, elsewhere: Sequence[tuple[Surplus, str]]) -> Proposal:
    codes = {surplus.location_id: code for surplus, code in elsewhere}
    source = giving([surplus for surplus, _code in elsewhere], lacking)
    kind, units = TRANSFER, lacking
    if source is None and row["supplier_id"] is not None:
        room = None if row["most"] is None else row["most"] - row["free"] - row["coming"]
        kind, units = PURCHASE, in_packs(lacking, pack_size=row["pack_size"], minimum=row["minimum"], room=room)
    elif source is None:
        kind = UNSUPPLIED
    return Proposal(
        variant_id=row["variant_id"],
        sku=row["sku"],
        location_id=row["location_id"],
        kind=kind,
        units=units,
        free=row["free"],
        coming=row["coming"],
        daily_sales=round(row["sold"] / row["days"], 2),
        reorder_point=demand.reorder_point,
        order_up_to=demand.order_up_to,
        supplier_id=row["supplier_id"],
        supplier=row["supplier"],
        source_id=source.location_id if source else None,
        source=codes[source.location_id] if source else None,
    )
