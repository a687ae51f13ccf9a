"""What every event about an order says."""

from datetime import datetime
from typing import Any, Protocol

from core.actors import Actor


class AnOrder(Protocol):
    """An order, or what a query shows of it."""

    @property
    def id(self) -> int: ...

    @property
    def number(self) -> str: ...

    @property
    def customer_id(self) -> int | None: ...


def about_order(order: AnOrder, by: Actor, now: datetime) -> dict[str, Any]:
    """Return the fields that every event about an order has."""
    return {
        "by": by,
        "occurred_at": now,
        "customer_id": order.customer_id,
        "ref": order.number,
        "order_id": order.id,
    }
