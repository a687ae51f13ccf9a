"""The order's own fields, declared once: what is made of a declaration, and that the shop's own one is complete."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import pytest
from django.utils.translation import override
from rest_framework import serializers

from core.web.api.schema import MoneySchema
from omnistore.storefront.forms import question_fields
from orders.api.order_fields import asked, documented, fields_json, shown_fields
from orders.models import Order
from orders.queries.orders import get_order
from orders.queries.views import answers_of
from orders.rules.order_fields import ORDER_FIELDS, Stored, columns_read, columns_written, declared_in
from orders.services.placing import order_insert
from tests.factories.orders import make_order


@dataclass
class Sample:
    """What a part of the shop might declare."""

    number: Annotated[str, Stored(writes="nextval('numbers')::text", shown_as="number")]
    store: Annotated[str | None, Stored(writes=None, reads="store.code", shown_as="store")]
    buyer: Annotated[int | None, Stored(shown_as="buyer")]
    key: Annotated[UUID | None, Stored()]
    placed_at: Annotated[datetime, Stored(shown_as="when.placed", help="Local time of nobody.")]
    total: Annotated[int, Stored(shown_as="totals.grand", is_money=True)]
    is_gift: Annotated[bool, Stored(shown_as="is_gift")]
    note: Annotated[str, Stored(shown_as="note", question="Phone", longest=20)]


FIELDS = declared_in(Sample)
QUESTIONS = [field for field in FIELDS if field.stored.question]


def test_the_insert_names_what_is_written_and_casts_what_may_be_missing():
    columns, values = columns_written(FIELDS, {"secret": "''"})

    assert columns == "number, buyer, key, placed_at, total, is_gift, note, secret"
    assert values == (
        "nextval('numbers')::text, %(buyer)s::bigint, %(key)s::uuid, %(placed_at)s, %(total)s, %(is_gift)s, "
        "%(note)s, ''"
    )


def test_the_select_reads_each_field_under_its_name():
    assert columns_read(FIELDS, table="sample") == (
        "sample.number, store.code AS store, sample.buyer, sample.key, sample.placed_at, sample.total, "
        "sample.is_gift, sample.note"
    )


def test_a_field_is_shown_by_its_type():
    written = {
        (shown.group, shown.key): shown.write(value, "EUR")
        for shown, value in zip(
            shown_fields(FIELDS),
            ["100001", None, 7, datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 1290, True, "Ring twice"],
            strict=True,
        )
    }

    assert written == {
        ("", "number"): "100001",
        ("", "store"): None,
        ("", "buyer"): "7",
        ("when", "placed"): "2026-03-02T09:30:00+00:00",
        ("totals", "grand"): {"amount": "12.90", "currency": "EUR"},
        ("", "is_gift"): True,
        ("", "note"): "Ring twice",
    }


def test_a_question_is_an_input_of_the_api_and_of_the_form():
    [(name, input_of_api)] = asked(QUESTIONS).items()
    assert (name, input_of_api.required, input_of_api.max_length) == ("note", False, 20)

    with override("de"):
        [(name, field_of_form)] = question_fields(QUESTIONS).items()
    assert (name, field_of_form.required, field_of_form.max_length) == ("note", False, 20)
    assert field_of_form.label == "Telefon"


@pytest.mark.parametrize(("note", "shown"), [("Ring twice", [("Phone", "Ring twice")]), ("", [])])
def test_an_answer_is_shown_with_its_question_unless_it_is_blank(note, shown):
    order = Sample("1", None, None, None, datetime(2026, 3, 2, tzinfo=UTC), 0, False, note)

    assert answers_of(order, QUESTIONS) == shown


def test_the_document_describes_a_field_by_its_type():
    top, totals, contact = documented(), documented("totals"), documented("contact")

    assert list(top)[:7] == ["number", "placed_at", "channel", "store", "state", "customer", "cancel_reason"]
    assert isinstance(top["placed_at"], serializers.DateTimeField)
    assert (top["store"].allow_null, top["state"].allow_null) == (True, False)
    assert {type(field) for field in totals.values()} == {MoneySchema}
    assert list(contact) == ["email", "phone"]


def test_every_column_of_an_order_is_written_when_it_is_placed():
    written = set(order_insert._COLUMNS.split(", "))

    assert written == {field.column for field in Order._meta.concrete_fields} - {"id"}


def test_an_order_is_read_and_shown_as_it_was_stored(ana, mitte, mug):
    stored = make_order((mug, 2, 1290), store=mitte, customer=ana, contact_phone="+4930901820", language="ar")

    order = get_order(stored.number)

    assert {field.name: getattr(order, field.name) for field in ORDER_FIELDS if field.name != "store"} == {
        field.name: getattr(stored, field.name) for field in ORDER_FIELDS if field.name != "store"
    }
    assert (
        fields_json(order).items()
        >= {
            "number": stored.number,
            "placed_at": "2026-03-02T09:30:00+00:00",
            "channel": "web",
            "store": None,
            "state": "placed",
            "customer": str(ana.pk),
            "totals": {
                name: {"amount": amount, "currency": "EUR"}
                for name, amount in [
                    ("items", "25.80"),
                    ("discount", "0.00"),
                    ("shipping", "0.00"),
                    ("tax", "0.00"),
                    ("deposit", "0.00"),
                    ("fees", "0.00"),
                    ("grand", "25.80"),
                ]
            },
            "cancel_reason": "",
            "contact": {"email": "ana@example.com", "phone": "+4930901820"},
        }.items()
    )
