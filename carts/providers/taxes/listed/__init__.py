"""The tax provider that needs no service: the statutory standard and reduced rates of some countries."""

from collections.abc import Sequence
from datetime import date

from carts.providers.base import ServiceError
from carts.providers.taxes.base import KnownRate, TaxProvider

STANDARD, REDUCED = "standard", "reduced"
_LISTED = {
    "AT": ((STANDARD, 2000, date(1984, 1, 1)), (REDUCED, 1000, date(1984, 1, 1))),
    "DE": ((STANDARD, 1900, date(2021, 1, 1)), (REDUCED, 700, date(2021, 1, 1))),
    "FI": (
        (STANDARD, 2550, date(2024, 9, 1)), (REDUCED, 1400, date(2025, 1, 1)), (REDUCED, 1350, date(2026, 1, 1)),
    ),
    "FR": ((STANDARD, 2000, date(2014, 1, 1)), (REDUCED, 550, date(2014, 1, 1))),
    "NL": ((STANDARD, 2100, date(2012, 10, 1)), (REDUCED, 900, date(2019, 1, 1))),
}  # fmt: skip


class ListedRates:
    """Returns rates from the list above."""

    name = "listed"

    def rates_of(self, *, country: str, region: str, postcode: str) -> Sequence[KnownRate]:
        """Return the rates of a listed country. Raises ServiceError for any other."""
        if country not in _LISTED:
            raise ServiceError(f"No rates are listed for {country}.", permanent=True)
        return [KnownRate(*rate) for rate in _LISTED[country]]


PROVIDER: TaxProvider = ListedRates()
