"""The contact details of an order's buyer, and its stores."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data import sql
from core.translated import in_language
from inventory.queries.hours import hours_of
from inventory.rules.opening import Hours

_CONTACT = """
SELECT orders.contact_email AS email, orders.contact_phone AS phone, orders.customer_id,
       orders.external_id <> '' AS is_imported, orders.receipt_medium,
       coalesce(customer.preferred_channel, '') AS preferred
FROM orders_order AS orders LEFT JOIN accounts_customer AS customer ON customer.id = orders.customer_id
WHERE orders.number = %(number)s
"""

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
class Contact:
    """
    The contact details of an order's buyer. is_imported: another system took the order and notified them.

    receipt_medium: the medium that they chose for the receipt, if any.
    """

    email: str
    phone: str
    customer_id: int | None
    is_imported: bool
    receipt_medium: str
    preferred: str


@dataclass(frozen=True, slots=True)
class ContactPlace:
    """A store with the details that a visitor needs."""

    name: str
    address: str
    phone: str
    hours: Hours


def contact_of(order_number: str) -> Contact | None:
    """Return the contact details of an order's buyer; None if there is no such order."""
    row = sql.fetch_one(_CONTACT, {"number": order_number})
    return Contact(**row) if row else None


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
