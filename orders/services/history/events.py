"""What an import of history tells the journal: it happened when the order was placed, long before it was written."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class OrderImported(Event):
    """An order of another system is known here. total: minor units; lines: how many lines it has."""

    kind: ClassVar[str] = "order.imported"

    order_id: int
    total: int
    currency: str
    lines: int
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnImported(Event):
    """A return of another system is known here. order_id: empty where its order could not be found."""

    kind: ClassVar[str] = "return.imported"

    return_id: int
    order_id: int | None
    amount: int
    currency: str
    lines: int
