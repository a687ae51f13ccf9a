"""The spelling of the address that a parcel goes to."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.rules.addresses import SPELT_IN_ADDRESS
from accounts.rules.phones import dialled_alike


def respelt_address(address: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address of a parcel with each line in its spelling; lines that the shop does not know stay."""
    country = str(address.get("country_code") or "")
    spellings: dict[str, Callable[[str], str]] = SPELT_IN_ADDRESS | {
        "phone": lambda text: dialled_alike(text, region=country or None)
    }
    return {
        name: spellings[name](value) if name in spellings and isinstance(value, str) else value
        for name, value in address.items()
    }
