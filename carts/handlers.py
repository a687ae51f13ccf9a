"""Reactions of carts to events of other apps."""

from accounts.events import CustomersMerged, CustomersUnmerged
from accounts.models import CustomerMerge
from carts.services.merging import merge_customers_carts, part_customers_carts
from core.actors import THE_SYSTEM
from core.journal import Entry, handles


@handles(CustomersMerged)
def join_open_carts(entry: Entry) -> None:
    """Merge the open carts of two records that are now one person, unless they were parted again meanwhile."""
    if CustomerMerge.objects.filter(pk=entry.payload["merge_id"], undone_at__isnull=False).exists():
        return
    merge_customers_carts(
        duplicate_id=entry.payload["duplicate_id"],
        survivor_id=entry.payload["survivor_id"],
        by=THE_SYSTEM,
        now=entry.occurred_at,
    )


@handles(CustomersUnmerged)
def part_open_carts(entry: Entry) -> None:
    """Give the person their cart back whose record was merged into another one by mistake."""
    part_customers_carts(
        duplicate_id=entry.payload["duplicate_id"],
        survivor_id=entry.payload["survivor_id"],
        merged_at=CustomerMerge.objects.get(pk=entry.payload["merge_id"]).merged_at,
        by=THE_SYSTEM,
        now=entry.occurred_at,
    )
