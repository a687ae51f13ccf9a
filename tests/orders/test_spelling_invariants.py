"""The audit finds what a door would not have let through; each row here is planted beside all doors."""

import json
import re

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, JSONField, TextField

from accounts.models import Address, CustomerMerge
from accounts.models.tax_numbers import TaxNumber
from core.data.invariants import find_breaches, registered
from omnistore.engagement.models import Message
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import make_order
from tests.factories.states import no_guards

CARD = "۴۲۴۲ ۴۲۴۲ ۴۲۴۲ ۴۲۴۲"

APPS = ("accounts", "carts", "inventory", "orders", "core", "engagement")
LOOKED_THROUGH = re.compile(r"SELECT '(\w+)' AS place, id, text FROM \(SELECT id, (\w+)(?:::text)? AS text")
LOOKED_INTO = {("core_journal", "payload"), ("orders_fulfilment", "address"), ("orders_invoice", "content"),
               ("orders_invoicerequest", "buyer")}  # fmt: skip
WRITE_ENTRY = """
INSERT INTO core_journal (occurred_at, kind, channel, ref, payload) VALUES (now(), 'cart.changed', 'web', '', %s)
"""
# Codes, numbers, hashes and what programs write: nobody fills these in, or only as a name for a machine.
OF_MACHINES = {
    "area", "box", "brand", "card_of", "carrier_ref", "cause_id", "channel", "code", "code_hash", "conditions",
    "customer_ref",
    "error", "external_id", "figures", "handler", "home_store", "html", "key", "kind", "levies", "levy",
    "merge_report", "message_id", "method", "number", "password", "path", "payment_method", "person", "phone",
    "prices", "problem", "provider_customer", "provider_ref", "raw", "recipient", "ref", "reference", "refund_keys",
    "refused", "request_hash", "request_key", "reward", "scope", "search_words", "sender", "serial_number", "service",
    "sku",
    "slug", "source", "store", "sweep", "tax_number", "terms", "text_version", "time_zone", "token_hash", "told",
    "tracking", "tracking_url", "visitor",
}  # fmt: skip


@pytest.fixture
def shop(ana, now):
    """A sound shop, with one row of each kind."""
    mug = make_variant(sku="MUG")
    order = make_order((mug, 1, 1290), store=make_store("ber-mitte"), customer=ana, state="ready")
    Address.objects.create(
        customer=ana, name="Ana", street_address="Torstraße 1", postal_code="10119", country_code="DE"
    )
    TaxNumber.objects.create(customer=ana, country="DE", number="DE136695976", checked_at=now)
    assert find_breaches() == {}
    return order


def plant(table, **values):
    with no_guards(), connection.cursor() as cursor:
        for column, value in values.items():
            cursor.execute(f"UPDATE {table} SET {column} = %s", [value])


@pytest.mark.parametrize(
    ("table", "column", "text", "breached"),
    [
        ("accounts_customer", "name", "Eve\nBcc: x", "a customer's name is in its one spelling"),
        ("accounts_customer", "name", "\u202eevE", "a customer's name is in its one spelling"),
        ("accounts_customer", "email", "Ana@Example.com", "a customer's e-mail address is in its one spelling"),
        ("accounts_customer", "email", "ana@bücher.example", "a customer's e-mail address is in its one spelling"),
        ("accounts_customer", "external_id", "۱۷", "a person's number in another system is in one spelling"),
        ("accounts_customer", "phone", "0171 3920001", "a phone number is stored as E.164"),
        ("accounts_customer", "name", CARD, "nothing about a person has a payment card's number in it"),
        ("accounts_address", "city", "Ber\u200flin", "the names in an address are in their one spelling"),
        ("accounts_address", "street_address", "Torstraße 1\n\n", "the street of an address is in its one spelling"),
        ("accounts_address", "postal_code", "۱۰۱۱۹", "the postcode of an address is in its one spelling"),
        ("accounts_address", "postal_code", "sw1a 1aa", "the postcode of an address is in its one spelling"),
        ("accounts_address", "company", "4242424242424242", "nothing about a person has a payment card's number in it"),
        ("accounts_taxnumber", "number", "DE 136695976", "a VAT number is in its one spelling"),
        ("accounts_address", "phone", "0171 3920001", "a phone number is stored as E.164"),
        ("inventory_location", "phone", "030 1234", "the phone number of a store is stored as E.164"),
        ("inventory_variant", "sku", "MUG\u200b", "every letter of an SKU can be seen"),
        ("inventory_location", "city", " Berlin", "the city of a store is in its one spelling"),
        ("inventory_location", "street_address", "Torstr.\u202e 1", "the street of a store is in its one spelling"),
        ("inventory_location", "postal_code", "１０１１９", "the postcode of a store is in its one spelling"),
        ("inventory_product", "brand", CARD, "nothing about goods and places has a payment card's number in it"),
        ("orders_order", "number", "۱۰۰۱", "an order's number is in its one spelling"),
        ("orders_order", "contact_email", "A@b.test", "the address that an order is told to is in its one spelling"),
        ("orders_fulfilment", "address", '{"postal_code": "۱۰۱۱۹"}',
         "the address that a parcel goes to is in its one spelling"),
        ("orders_fulfilment", "address", '{"phone": "0171 3920001", "country_code": "DE"}',
         "the address that a parcel goes to is in its one spelling"),
        ("orders_order", "contact_phone", "0049 171 3920001",
         "a number that an order is told to is E.164 if it can be dialled"),
        ("orders_order", "cancel_reason", CARD, "nothing about an order has a payment card's number in it"),
        ("orders_fulfilment", "address", json.dumps({"name": "Ana", "company": CARD}, ensure_ascii=False),
         "nothing about an order has a payment card's number in it"),
        ("orders_orderline", "name", f"Mug {CARD}", "nothing about an order has a payment card's number in it"),
    ],
)  # fmt: skip
def test_a_text_beside_the_doors_is_found(shop, table, column, text, breached):
    plant(table, **{column: text})

    assert breached in find_breaches()


def test_the_reason_of_a_merge_with_a_card_number(shop, ana, ben, now):
    CustomerMerge.objects.create(duplicate=ben, survivor=ana, reason=f"paid with {CARD}", merged_at=now, undone_at=now)

    assert "nothing about a person has a payment card's number in it" in find_breaches()


@pytest.mark.parametrize(
    ("payload", "is_found"),
    [
        ({"says": ["paid", {"with": "4242-4242-4242-4242"}]}, True),
        ({"reason": CARD}, True),
        ({"sku": "4242424242424242", "barcode": "4006381333931", "line": 4242424242424242}, False),
    ],
)
def test_an_entry_of_the_journal_with_a_card_number(shop, payload, is_found):
    with connection.cursor() as cursor:
        cursor.execute(WRITE_ENTRY, [json.dumps(payload)])

    assert ("nothing in the journal has a payment card's number in it" in find_breaches()) is is_found


def test_a_message_with_a_card_number(shop, ana, now):
    Message.objects.create(
        kind="order.placed", medium="email", recipient="ana@example.com", language="en", subject="Your order",
        body=f"You wrote: {CARD}", event_id=1, state=Message.QUEUED, created_at=now, next_attempt_at=now,
    )  # fmt: skip

    assert "no message has a payment card's number in it" in find_breaches()


def test_every_text_that_people_fill_in_is_looked_through():
    statements = [check.statement for check in registered() if check.name.endswith("payment card's number in it")]
    looked_through = {found for statement in statements for found in LOOKED_THROUGH.findall(statement)}
    texts = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if model._meta.app_label in APPS and not model.__name__.endswith("Change")
        for field in model._meta.concrete_fields
        if isinstance(field, TextField | JSONField | CharField) and not field.choices and (field.max_length or 30) >= 30
    }

    assert {
        (table, column) for table, column in texts - looked_through - LOOKED_INTO if column not in OF_MACHINES
    } == set(), [pair for pair in texts - looked_through - LOOKED_INTO if pair[1] not in OF_MACHINES]


@pytest.mark.parametrize("name", ["علی‌رضا", "Ana María Moreno", "李雷", "O'Hara-Ünal"])
def test_names_of_all_scripts_are_sound(shop, name):
    plant("accounts_customer", name=name)

    assert find_breaches() == {}
