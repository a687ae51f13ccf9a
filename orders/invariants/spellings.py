"""What must always be true of the texts in orders."""

from core.data.spelling_invariants import spelt_alike, without_card_numbers
from core.texts.spelling import plain_email, plain_postcode, plain_text

spelt_alike("an order's number is in its one spelling", "orders_order", ["number"], plain_text)
spelt_alike(
    "the address that an order is told to is in its one spelling",
    "orders_order",
    ["contact_email"],
    plain_email,
    likely="text <> lower(text)",
)
spelt_alike(
    "the postcode that a parcel goes to is in its one spelling",
    "orders_fulfilment",
    ["coalesce(address ->> 'postal_code', '')"],
    plain_postcode,
    likely="text <> upper(text)",
)
without_card_numbers(
    "nothing about an order has a payment card's number in it",
    orders_order=["contact_email"],
    orders_orderline=["name"],
    orders_fulfilment=["coalesce(address ->> 'name', '')", "reject_reason"],
    orders_handover=["collected_by"],
    orders_collector=["name"],
    orders_returnline=["reason"],
)
