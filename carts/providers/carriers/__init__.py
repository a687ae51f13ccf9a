"""Finds the carriers: each folder here that exports PROVIDER is one. No list names them."""

from collections.abc import Mapping
from functools import cache

from carts.providers.carriers.base import Carrier
from core.setup.parts import exported


@cache
def carriers() -> Mapping[str, Carrier]:
    """Return every carrier by its name. Found once in a process."""
    return exported(__name__, __path__, "PROVIDER")
