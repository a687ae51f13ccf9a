"""Who gets a notification: each resolver reads the recipients of an entry in one statement."""

from collections.abc import Callable, Mapping

from django.conf import settings

from core.data import sql
from core.journal import Entry
from core.texts.languages import known_language
from omnistore.engagement.rules.recipients import EMAIL, PHONE, Recipient, by_kind

Resolver = Callable[[Entry], list[Recipient]]

_BUYER = """
SELECT orders.contact_email AS email, orders.contact_phone AS phone, orders.customer_id, orders.language,
       coalesce(customer.preferred_channel, '') AS preferred, home.time_zone
FROM orders_order AS orders
LEFT JOIN accounts_customer AS customer ON customer.id = orders.customer_id
LEFT JOIN inventory_location AS home ON home.code = customer.home_store
WHERE orders.number = %(ref)s
"""

# A record that was merged into another one leads to it.
_CUSTOMER = """
SELECT person.email, person.phone, person.id AS customer_id, person.language, person.preferred_channel AS preferred,
       home.time_zone
FROM accounts_customer AS record
JOIN accounts_customer AS person ON person.id = coalesce(record.merged_into_id, record.id)
LEFT JOIN inventory_location AS home ON home.code = person.home_store
WHERE record.id = %(customer_id)s AND person.is_active
"""

_STAFF = """
SELECT person.email, person.phone, person.id AS customer_id, person.language, person.preferred_channel AS preferred,
       store.time_zone
FROM inventory_staffassignment AS assignment
JOIN inventory_location AS store ON store.id = assignment.location_id
JOIN accounts_customer AS person ON person.id = assignment.staff_id
WHERE store.code = %(store)s AND person.is_staff AND person.is_active
ORDER BY person.id
"""

_RECEIPT = """
SELECT request.address, request.medium AS preferred, orders.customer_id, orders.language, home.time_zone
FROM orders_receiptrequest AS request
JOIN orders_order AS orders ON orders.id = request.order_id
LEFT JOIN accounts_customer AS customer ON customer.id = orders.customer_id
LEFT JOIN inventory_location AS home ON home.code = customer.home_store
WHERE request.id = %(receipt_request_id)s
"""


def buyer(entry: Entry) -> list[Recipient]:
    """Return the buyer of the order whose number the entry's ref is, at the addresses that they left with it."""
    return [_recipient(row) for row in sql.fetch_all(_BUYER, {"ref": entry.ref})]


def customer(entry: Entry) -> list[Recipient]:
    """Return the customer whose timeline shows the entry."""
    return [_recipient(row) for row in sql.fetch_all(_CUSTOMER, {"customer_id": entry.customer_id})]


def store_staff(entry: Entry) -> list[Recipient]:
    """Return the staff who are assigned to the entry's store."""
    return [_recipient(row) for row in sql.fetch_all(_STAFF, {"store": entry.store})]


def receipt_address(entry: Entry) -> list[Recipient]:
    """Return whoever reads at the address to which a receipt was requested, which may be nobody the shop knows."""
    rows = sql.fetch_all(_RECEIPT, {"receipt_request_id": entry.payload["receipt_request_id"]})
    return [_recipient(row, addresses=by_kind(row["address"])) for row in rows]


RESOLVERS: Mapping[str, Resolver] = {
    resolve.__name__: resolve for resolve in (buyer, customer, store_staff, receipt_address)
}


def _recipient(row: sql.Row, *, addresses: Mapping[str, str] | None = None) -> Recipient:
    return Recipient(
        addresses=addresses or {EMAIL: row["email"], PHONE: row["phone"]},
        preferred=row["preferred"],
        language=known_language(row["language"]),
        time_zone=row["time_zone"] or settings.SHOP_TIME_ZONE,
        customer_id=row["customer_id"],
    )
