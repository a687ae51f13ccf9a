"""Reading a person's address book."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Address
from core.data import sql
from core.errors import NotFound

FIELDS = (
    "id", "name", "company", "street_address", "city", "city_area", "country_area", "postal_code", "country_code",
    "phone", "is_default",
)  # fmt: skip

_LIST = f"""
SELECT {", ".join(FIELDS)} FROM accounts_address
WHERE customer_id = ANY(%(person_ids)s) AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s
"""


def list_addresses(*, person_ids: Sequence[int], before: int | None = None, limit: int = 100) -> list[sql.Row]:
    """Return a person's addresses, the newest first, in one statement. before: the id of the last one seen."""
    return sql.fetch_all(_LIST, {"person_ids": list(person_ids), "before": before, "limit": limit})


def get_address(*, person_ids: Sequence[int], address_id: int) -> Address:
    """Return one of a person's addresses. Raises NotFound for another person's."""
    address = Address.objects.filter(customer_id__in=person_ids, pk=address_id).first()
    if address is None:
        raise NotFound(_("There is no such address in your book."))
    return address


def address_json(address: Address | sql.Row) -> dict[str, Any]:
    """Return an address as the API returns it."""
    row = address if isinstance(address, dict) else {name: getattr(address, name) for name in FIELDS}
    return row | {"id": str(row["id"])}
