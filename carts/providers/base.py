"""Where tax rates come from, if not from hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class TaxProviderError(Exception):
    """The service could not tell. permanent: asking again will not help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class KnownRate:
    """What a category of goods (by its code) bears from a day on, in hundredths of a percent."""

    category: str
    basis_points: int
    starts: date


class TaxProvider(Protocol):
    """
    Tells the rates of a place. A new service is one file with one class.

    It is asked ahead of time, never while a cart is priced: its answers become rows of the shop's own rates
    (docs/decisions/0062), so that selling goes on while the service does not.
    """

    name: str

    def rates_of(self, *, country: str, region: str, postcode: str) -> Sequence[KnownRate]:
        """Return the rates known for a place, present and announced. Raises TaxProviderError."""
        ...
