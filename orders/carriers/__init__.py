"""
Finds the carriers: each folder here that exports CARRIER is one. No list names them.

What a carrier must have is in base.py.
"""

from collections.abc import Mapping
from functools import cache

from core.setup.parts import exported
from orders.carriers.base import Carrier


@cache
def all_carriers() -> Mapping[str, Carrier]:
    """Return every carrier by its name, in the order of the folders. Found once in a process."""
    return exported(__name__, __path__, "CARRIER")


def carrier_for(name: str) -> Carrier | None:
    """Return the carrier of this name if it is switched on, else None."""
    carrier = all_carriers().get(name)
    return carrier if carrier is not None and carrier.is_on() else None
