"""Reactions of carts to events of other apps."""

from accounts.events import CustomersMerged
from carts.services.merging import merge_customers_carts
from core.actors import THE_SYSTEM
from core.journal import Entry, handles


@handles(CustomersMerged)
def join_open_carts(entry: Entry) -> None:
    """Merge the open carts of two records that are now one person."""
    merge_customers_carts(
        duplicate_id=entry.payload["duplicate_id"],
        survivor_id=entry.payload["survivor_id"],
        by=THE_SYSTEM,
        now=entry.occurred_at,
    )
