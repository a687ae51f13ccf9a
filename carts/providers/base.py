"""The interface of external sources of tax rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class TaxProviderError(Exception):
    """The service could not answer. permanent: a retry will not help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class KnownRate:
    """The tax rate of a category (by its code) from a day on, in hundredths of a percent."""

    category: str
    basis_points: int
    starts: date


class TaxProvider(Protocol):
    """
    Provides the tax rates of a place. A new service is one file with one class.

    It is called ahead of time, never while a cart is priced: its answers are stored as the shop's own rates
    (docs/decisions/0062), so that the shop keeps selling while the service is down.
    """

    name: str

    def rates_of(self, *, country: str, region: str, postcode: str) -> Sequence[KnownRate]:
        """Return the current and announced rates of a place. Raises TaxProviderError."""
        ...
