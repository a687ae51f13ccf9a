"""
What counts as a purchase of a person: one definition, for offers, limits, segments and the value of a customer.

Orders are a higher part of the shop, so they say it here when they are set up (orders/queries/purchases.py): a
statement of one row for each purchase that is kept, with its columns customer_id, cart_id, order_id, currency, kept and
placed_at. customer_id is the record that it was made with; ask for all records of a person (RECORDS_OF_PERSON).
"""

_NOBODY_SELLS = """
SELECT NULL::bigint AS customer_id, NULL::bigint AS cart_id, NULL::bigint AS order_id, NULL::text AS currency,
       0::bigint AS kept, NULL::timestamptz AS placed_at WHERE false
"""
_statement = _NOBODY_SELLS


def define_purchases(statement: str) -> None:
    """Say what a purchase is; called once, when the part of the shop that sells is set up."""
    global _statement
    _statement = statement


def purchases() -> str:
    """Return the statement, to be used as a table in another one."""
    return f"({_statement})"
