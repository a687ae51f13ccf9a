"""Which goods are reduced, as the shop announces it beside their price."""

from collections.abc import Sequence
from datetime import datetime

from core.data import sql
from inventory.rules.prices import PriceSince, announced_reduction

_HISTORY = """
SELECT wanted.id, former.amount, former.since
FROM unnest(%(variants)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
    SELECT id, amount, since FROM inventory_pricehistory
    WHERE variant_id = wanted.id AND currency = %(currency)s ORDER BY since DESC, id DESC LIMIT 40
) AS former
ORDER BY wanted.id, former.since, former.id
"""


def reduced_variants(variants: Sequence[int], *, currency: str, now: datetime) -> frozenset[int]:
    """Return which variants have a reduction that is announced at a moment, in one statement."""
    histories: dict[int, list[PriceSince]] = {}
    for row in sql.fetch_all(_HISTORY, {"variants": list(variants), "currency": currency}):
        histories.setdefault(row["id"], []).append(PriceSince(row["amount"], row["since"]))
    return frozenset(
        variant for variant, history in histories.items() if announced_reduction(history, now=now) is not None
    )
