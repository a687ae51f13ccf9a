"""Events of an import of history: their time is when the order was placed, long before it was imported."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class OrderImported(Event):
    """An order of another system was imported. total: minor units; lines: how many lines it has."""

    kind: ClassVar[str] = "order.imported"

    order_id: int
    total: int
    currency: str
    lines: int
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnImported(Event):
    """A return of another system was imported. order_id: empty if its order was not found."""

    kind: ClassVar[str] = "return.imported"

    return_id: int
    order_id: int | None
    amount: int
    currency: str
    lines: int
