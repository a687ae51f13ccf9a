"""The people who get notifications."""

from collections.abc import Mapping
from dataclasses import dataclass

EMAIL, PHONE = "email", "phone"


@dataclass(frozen=True, slots=True)
class Recipient:
    """
    A customer, a member of staff, or somebody known only by an address (customer_id is None).

    addresses: by kind, the empty ones included; a medium says which kind it takes. preferred: the name of the medium
    that they chose. time_zone: by which they read days and times.
    """

    addresses: Mapping[str, str]
    preferred: str
    language: str
    time_zone: str
    customer_id: int | None = None


def by_kind(address: str) -> Mapping[str, str]:
    """Return one address by its kind."""
    return {EMAIL if "@" in address else PHONE: address}
