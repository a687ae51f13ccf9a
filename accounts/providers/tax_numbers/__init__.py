"""Finds the services that confirm VAT numbers: each folder here that exports PROVIDER is one. No list names them."""

from collections.abc import Mapping
from functools import cache

from accounts.providers.tax_numbers.base import TaxNumberService
from core.setup.parts import exported


@cache
def tax_number_services() -> Mapping[str, TaxNumberService]:
    """Return every service by its name. Found once in a process."""
    return exported(__name__, __path__, "PROVIDER")


def service_for(country: str) -> TaxNumberService | None:
    """Return the service that confirms numbers of a country and is switched on; None if there is none."""
    services = tax_number_services().values()
    return next((service for service in services if service.is_on() and service.knows(country)), None)
