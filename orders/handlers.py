"""What orders do about things that happened elsewhere."""

from accounts.events import CustomerVerified
from core.journal import Entry, handles
from orders.services.guests import claim_guest_orders


@handles(CustomerVerified)
def bring_guest_orders_home(entry: Entry) -> None:
    """An address or number was proved: the orders placed under it without an account are this person's."""
    assert entry.customer_id is not None
    claim_guest_orders(customer_id=entry.customer_id, medium=entry.payload["medium"])
