"""VIES, the European Commission's service."""

from accounts.providers.tax_numbers.vies.service import PROVIDER

__all__ = ["PROVIDER"]
