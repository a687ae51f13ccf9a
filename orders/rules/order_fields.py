"""
The fields of an order that are values of their own, each declared once.

The INSERT, the SELECT, the JSON and its document, and the inputs and pages for free text are built from these
declarations when the modules are loaded. Lines, fulfilments and payments are declared where they are read.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_args
from uuid import UUID

from core.texts.languages import default_language

_SQL_TYPES = {int: "bigint", datetime: "timestamptz", UUID: "uuid", str: "text"}


@dataclass(frozen=True, slots=True)
class Stored:
    """
    How a field is stored and shown.

    writes: the SQL of its value in the INSERT if not the parameter of its name; None if the INSERT does not name it.
    reads: its SQL in the SELECT if not its column. shown_as: its path in the JSON; empty if it is not shown there.
    question: asks whoever orders for a free text of at most so many characters (longest), in English; empty if the text
    is not asked for, or by an input of its own.
    """

    writes: str | None = ""
    reads: str = ""
    shown_as: str = ""
    is_money: bool = False
    help: str = ""
    question: str = ""
    longest: int = 300


class OrderField(NamedTuple):
    """A declared field: its name in Python and in the table, its type without None, and whether it may be None."""

    name: str
    type: type
    is_optional: bool
    stored: Stored


# These two and their heirs are not frozen, though nobody changes them: making an order's view took five times as long
# when they were, in each checkout.
@dataclass(slots=True, kw_only=True)
class GivenFields:
    """
    What whoever orders says of the order itself. keeps_address: their address book is to keep where it is sent.

    A contact that is not given is the buyer's own, on every channel: the INSERT that uses this reads them as `buyer`.
    """

    contact_email: Annotated[
        str,
        Stored(
            writes="coalesce(nullif(%(contact_email)s, ''), (SELECT lower(email) FROM buyer), '')",
            shown_as="contact.email",
        ),
    ] = ""
    contact_phone: Annotated[
        str,
        Stored(
            writes="coalesce(nullif(%(contact_phone)s, ''), (SELECT phone FROM buyer), '')", shown_as="contact.phone"
        ),
    ] = ""
    language: Annotated[str, Stored()] = field(default_factory=default_language)
    keeps_address: Annotated[bool, Stored()] = False


@dataclass(slots=True, kw_only=True)
class OrderFields(GivenFields):
    """What the shop adds. store: its code; amounts in minor units of the currency."""

    id: Annotated[int, Stored(writes=None)]
    number: Annotated[str, Stored(writes="nextval('orders_order_number')::text", shown_as="number")]
    placed_at: Annotated[datetime, Stored(shown_as="placed_at")]
    channel: Annotated[str, Stored(shown_as="channel")]
    store: Annotated[str | None, Stored(writes=None, reads="store.code", shown_as="store")]
    state: Annotated[str, Stored(shown_as="state")]
    customer_id: Annotated[int | None, Stored(shown_as="customer")]
    currency: Annotated[str, Stored()]
    items_total: Annotated[int, Stored(shown_as="totals.items", is_money=True)]
    discount_total: Annotated[int, Stored(shown_as="totals.discount", is_money=True)]
    shipping_total: Annotated[int, Stored(shown_as="totals.shipping", is_money=True)]
    tax_total: Annotated[int, Stored(shown_as="totals.tax", is_money=True)]
    deposit_total: Annotated[int, Stored(shown_as="totals.deposit", is_money=True)]
    fee_total: Annotated[int, Stored(shown_as="totals.fees", is_money=True)]
    grand_total: Annotated[int, Stored(shown_as="totals.grand", is_money=True)]
    cart_id: Annotated[int | None, Stored()]
    cancel_reason: Annotated[str, Stored(writes="''", shown_as="cancel_reason")] = ""


def declared_in(declaration: type) -> tuple[OrderField, ...]:
    """Return the fields that a class declares itself, without those it inherits."""
    return tuple(_read(name, annotated) for name, annotated in inspect.get_annotations(declaration).items())


def columns_written(fields: Sequence[OrderField], others: Mapping[str, str]) -> tuple[str, str]:
    """Return the columns and the values of an INSERT. others: the SQL of columns that nobody reads with the order."""
    written = {field.name: _value(field) for field in fields if field.stored.writes is not None} | dict(others)
    return ", ".join(written), ", ".join(written.values())


def columns_read(fields: Sequence[OrderField], *, table: str) -> str:
    """Return the columns of a SELECT, each under its field's name."""
    return ", ".join(
        f"{field.stored.reads} AS {field.name}" if field.stored.reads else f"{table}.{field.name}" for field in fields
    )


def _value(field: OrderField) -> str:
    # PostgreSQL cannot tell the type of a NULL that is prepared.
    cast = f"::{_SQL_TYPES[field.type]}" if field.is_optional else ""
    return field.stored.writes or f"%({field.name})s{cast}"


def _read(name: str, annotated: Any) -> OrderField:
    kind, stored = get_args(annotated)
    kinds = get_args(kind) or (kind,)
    return OrderField(name, kinds[0], NoneType in kinds, stored)


GIVEN = declared_in(GivenFields)
# The given fields come last, so that a new one is the last in the JSON.
ORDER_FIELDS = (*declared_in(OrderFields), *GIVEN)
QUESTIONS = tuple(field for field in GIVEN if field.stored.question)


def given_in(fields: GivenFields) -> dict[str, Any]:
    """Return the given fields of a request or an order by name."""
    return {field.name: getattr(fields, field.name) for field in GIVEN}
