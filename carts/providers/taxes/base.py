"""The port of external sources of tax rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from carts.rules.taxes import BasisPoints


@dataclass(frozen=True, slots=True)
class KnownRate:
    """The tax rate of a category (by its code) from a day on, in hundredths of a percent; whole, or a Decimal."""

    category: str
    basis_points: BasisPoints
    starts: date


class TaxProvider(Protocol):
    """Provides the tax rates of a place. A new service is one folder whose package exports PROVIDER."""

    name: str

    def rates_of(self, *, country: str, region: str, postcode: str) -> Sequence[KnownRate]:
        """Return the current and announced rates of a place. Raises ServiceError."""
        ...
