"""Finds the tax services: each folder here that exports PROVIDER is one. No list names them."""

from collections.abc import Mapping
from functools import cache

from carts.providers.taxes.base import TaxProvider
from core.setup.parts import exported


@cache
def tax_providers() -> Mapping[str, TaxProvider]:
    """Return every tax service by its name. Found once in a process."""
    return exported(__name__, __path__, "PROVIDER")
