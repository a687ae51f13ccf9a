"""Which goods are reduced, as the shop announces it beside their price."""

from collections.abc import Sequence
from datetime import datetime

from core.data import sql
from inventory.rules.prices import OfferedSince, PriceSince, announced_reduction

_HISTORY = """
SELECT wanted.id, former.amount, former.since, former.is_offer, former.until
FROM unnest(%(variants)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
    (SELECT id, amount, since, false AS is_offer, NULL::timestamptz AS until FROM inventory_pricehistory
     WHERE variant_id = wanted.id AND currency = %(currency)s ORDER BY since DESC, id DESC LIMIT 40)
    UNION ALL
    (SELECT id, amount, since, true, until FROM inventory_offeredprice
     WHERE variant_id = wanted.id AND currency = %(currency)s ORDER BY since DESC LIMIT 40)
) AS former
ORDER BY wanted.id, former.since, former.id
"""


def reduced_variants(variants: Sequence[int], *, currency: str, now: datetime) -> frozenset[int]:
    """Return which variants have a reduction that is announced at a moment, in one statement."""
    histories: dict[int, list[PriceSince]] = {}
    offered: dict[int, list[OfferedSince]] = {}
    for row in sql.fetch_all(_HISTORY, {"variants": list(variants), "currency": currency}):
        if row["is_offer"]:
            offered.setdefault(row["id"], []).append(OfferedSince(row["amount"], row["since"], row["until"]))
        else:
            histories.setdefault(row["id"], []).append(PriceSince(row["amount"], row["since"]))
    return frozenset(
        variant
        for variant, history in histories.items()
        if announced_reduction(history, now=now, offered=offered.get(variant, ())) is not None
    )
