"""The port of services that know which VAT numbers are in use."""

from dataclasses import dataclass
from typing import Protocol


class NoAnswer(Exception):
    """The service did not say whether the number is in use. It may the next time."""


@dataclass(frozen=True, slots=True)
class TaxNumberAnswer:
    """
    Whether a number is in use. reference: the service's own number of the answer, the proof in an audit.

    name, address: whose number it is, where the country discloses it.
    """

    is_valid: bool
    reference: str = ""
    name: str = ""
    address: str = ""


class TaxNumberService(Protocol):
    """Confirms VAT numbers. A new service is one folder whose package exports PROVIDER."""

    name: str

    def is_on(self) -> bool:
        """Return whether the settings switch it on."""
        ...

    def knows(self, country: str) -> bool:
        """Return whether it confirms numbers of a country (ISO 3166)."""
        ...

    def ask(self, *, country: str, number: str) -> TaxNumberAnswer:
        """Ask about a number, as it is stored. A network call. Raises NoAnswer."""
        ...
