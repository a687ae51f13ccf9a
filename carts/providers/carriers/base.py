"""The port of carriers."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KnownShippingRate:
    """The price of shipping an order, and the value of its goods from which it is free (None: never); minor units."""

    amount: int
    free_from: int | None = None


class Carrier(Protocol):
    """Provides the price of shipping. A new carrier is one folder whose package exports PROVIDER."""

    name: str

    def rate_in(self, *, currency: str) -> KnownShippingRate:
        """Return the price in a currency. Raises ServiceError."""
        ...
