"""Links guest orders to the account of the person who placed them."""

from django.db import transaction

from accounts.queries.records import RECORDS_OF_PERSON
from core.data import sql

# Only what allauth, or the code by SMS, verified counts, never what somebody typed into their profile: a stranger's
# typing error must not expose another person's orders.
_CLAIM_BY_EMAIL = f"""
UPDATE orders_order SET customer_id = %(customer)s
WHERE customer_id IS NULL AND contact_email IN (
    SELECT lower(email) FROM account_emailaddress WHERE verified AND user_id IN ({RECORDS_OF_PERSON}))
"""
_CLAIM_BY_PHONE = f"""
UPDATE orders_order SET customer_id = %(customer)s
WHERE customer_id IS NULL AND contact_phone <> '' AND contact_phone IN (
    SELECT phone FROM accounts_customer
    WHERE phone_verified_at IS NOT NULL AND phone <> '' AND id IN ({RECORDS_OF_PERSON}))
"""
_JOIN = """
UPDATE orders_order AS orders SET customer_id = found.customer_id
FROM (
    SELECT coalesce(person.merged_into_id, person.id) AS customer_id, 1 AS place
    FROM orders_order AS asked
    JOIN account_emailaddress AS address ON address.verified AND lower(address.email) = asked.contact_email
    JOIN accounts_customer AS person ON person.id = address.user_id
    WHERE asked.id = %(order)s AND asked.contact_email <> ''
    UNION ALL
    SELECT coalesce(person.merged_into_id, person.id), 2
    FROM orders_order AS asked
    JOIN accounts_customer AS person ON person.phone = asked.contact_phone AND person.phone_verified_at IS NOT NULL
    WHERE asked.id = %(order)s AND asked.contact_phone <> ''
    ORDER BY place, customer_id LIMIT 1
) AS found
WHERE orders.id = %(order)s AND orders.customer_id IS NULL
RETURNING orders.customer_id
"""


@transaction.atomic
def claim_guest_orders(*, customer_id: int, medium: str) -> int:
    """
    Give a person the guest orders placed with an e-mail address or phone number that they have verified.

    customer_id: the surviving record; the address may have been verified with any of the person's. medium: email or
    phone, the one just verified. Return how many were claimed.
    """
    return sql.execute(_CLAIM_BY_EMAIL if medium == "email" else _CLAIM_BY_PHONE, {"customer": customer_id})


@transaction.atomic
def join_guest_order(*, order_id: int) -> bool:
    """
    Give an order that was placed without signing in to whoever has verified its address, else its number, before.

    Return whether anybody has; safe to repeat.
    """
    return sql.fetch_one(_JOIN, {"order": order_id}) is not None
