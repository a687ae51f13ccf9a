"""Stores as their visitors need them."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data import sql
from core.texts.translated import in_language
from inventory.queries.hours import hours_of
from inventory.rules.opening import Hours

_PLACES = """
SELECT location.code, location.name, location.street_address, location.postal_code, location.city, location.phone,
       location.time_zone,
       (SELECT jsonb_agg(jsonb_build_array(weekday, opens, closes)) FROM inventory_openinghours
        WHERE location_id = location.id) AS week,
       (SELECT jsonb_agg(jsonb_build_array(day, opens, closes)) FROM inventory_openingexception
        WHERE location_id = location.id AND day >= current_date - 2) AS exceptions
FROM inventory_location AS location WHERE location.code = ANY(%(codes)s::text[])
"""


@dataclass(frozen=True, slots=True)
class ContactPlace:
    """A store with the details that a visitor needs."""

    name: str
    address: str
    phone: str
    hours: Hours


def places_of(codes: Sequence[str], *, language: str) -> dict[str, ContactPlace]:
    """Return stores by code, with their names in a language, in one statement."""
    return {
        row["code"]: ContactPlace(
            name=in_language(row["name"], language),
            address=", ".join(part for part in (row["street_address"], _town(row)) if part),
            phone=row["phone"],
            hours=hours_of(row),
        )
        for row in sql.fetch_all(_PLACES, {"codes": list(codes)})
    }


def _town(row: sql.Row) -> str:
    return f"{row['postal_code']} {row['city']}".strip()
