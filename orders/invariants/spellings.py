"""What must always be true of the texts in orders."""

from accounts.rules.addresses import respelt_address
from accounts.rules.phones import dialled_alike
from core.data.invariants import invariant
from core.data.spelling_invariants import spelt_alike, without_card_numbers
from core.texts.spelling import plain_email, plain_text

spelt_alike("an order's number is in its one spelling", "orders_order", ["number"], plain_text)
spelt_alike(
    "the address that an order is told to is in its one spelling",
    "orders_order",
    ["contact_email"],
    plain_email,
    likely="text <> lower(text)",
)
# Orders of earlier releases keep numbers that nobody can dial: those are what the buyer gave.
spelt_alike(
    "a number that an order is told to is E.164 if it can be dialled",
    "orders_order",
    ["contact_phone"],
    dialled_alike,
    likely="(text <> '' AND text !~ '^[+][1-9][0-9]{5,14}$')",
)
invariant(
    "the address that a parcel goes to is in its one spelling",
    r"""
    SELECT id, order_id, address FROM orders_fulfilment
    WHERE EXISTS (SELECT FROM jsonb_each_text(address) AS line WHERE line.value !~ '^([!-~]+( [!-~]+)*)?$'
                  OR (line.key = 'postal_code' AND line.value <> upper(line.value))
                  OR (line.key = 'phone' AND line.value <> '' AND line.value !~ '^[+][1-9][0-9]{5,14}$'))
    """,
    is_breach=lambda row: respelt_address(row["address"]) != row["address"],
)
without_card_numbers(
    "nothing about an order has a payment card's number in it",
    orders_order=["contact_email", "cancel_reason", "fees::text"],
    orders_orderline=["name", "return_policy::text"],
    orders_orderdiscount=["name"],
    orders_fulfilment=[
        "coalesce((SELECT string_agg(value, chr(10)) FROM jsonb_each_text(address)), '')",
        "reject_reason",
        "extension_reason",
        "method_name",
    ],
    orders_handover=["collected_by"],
    orders_carrierservice=["name"],
    orders_shipment=["detail", "resolution_note"],
    orders_collector=["name"],
    orders_paymentattempt=["detail"],
    orders_pricereduction=["comment"],
    orders_refund=["reason"],
    orders_reconciliationbreak=["resolution"],
    orders_receiptrequest=["address"],
    orders_invoice=["coalesce((SELECT string_agg(value, chr(10)) FROM jsonb_each_text(content -> 'buyer')), '')"],
    orders_invoicerequest=["coalesce((SELECT string_agg(value, chr(10)) FROM jsonb_each_text(buyer)), '')"],
    orders_return=["reject_reason", "override_reason"],
    orders_returnline=["reason", "comment"],
    orders_returnedunits=["reason"],
    orders_tillsession=["register"],
    orders_registerreceipt=["register"],
    orders_registercounter=["register"],
    orders_cardreader=["name"],
    orders_legalentity=["name", "street_address", "city"],
    orders_cashregister=["name"],
    orders_pointbonus=["name::text"],
)
