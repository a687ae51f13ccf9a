"""Importing customers from another system as contacts, which become accounts once their owners claim them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models.customers import Customer, new_card_number
from accounts.rules.phones import NotAPhone, canonical_phone
from core.data import sql
from core.data.imports import (
    REFUSE_LATER_DUPLICATES,
    Cells,
    Column,
    Options,
    Plan,
    RowRefused,
    execute_sorting,
    run_import,
)
from core.data.imports.cells import left_empty, prose, required_text, text
from core.data.imports.columns import with_defaults
from core.texts.spelling import plain_email, plain_text

REQUIRED = ("external_id",)
OPTIONAL = ("name", "email", "phone", "language")

_STAGING = (
    Column("key", "text"),
    Column("name", "text"),
    Column("email", "text"),
    Column("phone", "text"),
    Column("language", "text"),
)

# People who verified a record, or who work here, maintain it themselves; a file does not overrule them.
_DECIDE = """
UPDATE import_rows SET action = CASE
    WHEN customer.id IS NULL THEN 'create'
    WHEN customer.is_staff OR customer.password NOT LIKE '!%%' OR customer.phone_verified_at IS NOT NULL
        OR EXISTS (SELECT 1 FROM account_emailaddress WHERE user_id = customer.id AND verified)
        THEN 'same'
    WHEN (customer.name, customer.email, customer.phone, customer.language) = (
        coalesce(nullif(staged.name, ''), customer.name), coalesce(nullif(staged.email, ''), customer.email),
        coalesce(nullif(staged.phone, ''), customer.phone), coalesce(nullif(staged.language, ''), customer.language)
    ) THEN 'same'
    ELSE 'update' END
FROM import_rows AS staged LEFT JOIN accounts_customer AS customer
    ON customer.external_id = staged.key AND customer.external_id <> ''
WHERE staged.line = import_rows.line AND staged.reason = ''
"""

_TO_CREATE = """
SELECT key, name, email, phone, language FROM import_rows
WHERE reason = '' AND action = 'create' AND line BETWEEN %(first)s AND %(last)s ORDER BY line
"""

_UPDATE = """
UPDATE accounts_customer AS customer SET
    name = coalesce(nullif(staged.name, ''), customer.name),
    email = coalesce(nullif(staged.email, ''), customer.email),
    phone = coalesce(nullif(staged.phone, ''), customer.phone),
    language = coalesce(nullif(staged.language, ''), customer.language)
FROM import_rows AS staged
WHERE customer.external_id = staged.key AND staged.reason = '' AND staged.action = 'update'
    AND staged.line BETWEEN %(first)s AND %(last)s
"""

_KNOWN = "SELECT external_id FROM accounts_customer WHERE external_id = ANY(%(external_ids)s::text[])"
_MAKE = """
INSERT INTO accounts_customer (
    external_id, name, email, phone, language, joined_at, password, card_number, :columns)
SELECT wanted.*, :defaults
FROM unnest(
    %(external_id)s::text[], %(name)s::text[], %(email)s::text[], %(phone)s::text[], %(language)s::text[],
    %(joined_at)s::timestamptz[], %(password)s::text[], %(card_number)s::text[]
) AS wanted (external_id, name, email, phone, language, joined_at, password, card_number)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A person's details in another system. phone: E.164; joined_at: when they became a customer there."""

    external_id: str
    joined_at: datetime
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = settings.LANGUAGE_CODE


def import_customers(*, path: Path, options: Options, region: str | None = None) -> dict[str, Any]:
    """
    Create or change contacts from a CSV file, by external_id, and return the figures of the run.

    A filled cell replaces the contact's value; an empty one keeps it, and so does one that is wrong, which is told.
    Accounts and records of staff are not changed.
    region: the country (ISO 3166) of phone numbers written without a country code.
    Raises UnusableFile and ImportRunning.
    """

    def read(cells: Cells) -> Sequence[Any]:
        return (
            external_id(cells, "external_id"),
            prose(cells, "name", longest=200),
            left_empty(cells, "email", lambda: email_of(cells), empty=""),
            left_empty(cells, "phone", lambda: phone_of(cells, region=region), empty=""),
            left_empty(cells, "language", lambda: _language(cells), empty=""),
        )

    def write(first: int, last: int) -> None:
        rows = sql.fetch_all(_TO_CREATE, {"first": first, "last": last})
        make_contacts(
            contacts=[
                Contact(
                    external_id=row["key"],
                    joined_at=options.now,
                    name=row["name"],
                    email=row["email"],
                    phone=row["phone"],
                    language=row["language"] or settings.LANGUAGE_CODE,
                )
                for row in rows
            ]
        )
        sql.execute(_UPDATE, {"first": first, "last": last})

    plan = Plan(
        required=REQUIRED, optional=OPTIONAL, staging=_STAGING, read=read, check=_check, write=write, identify=_identify
    )
    return run_import(plan, path, options)


def external_id(cells: Cells, name: str) -> str:
    """Read the number that a person has in another system. Raises RowRefused."""
    return plain_text(required_text(cells, name, longest=80))


def email_of(cells: Cells) -> str:
    """Read an e-mail address that may be empty. Raises RowRefused."""
    value = plain_email(text(cells, "email", longest=254))
    try:
        if value:
            validate_email(value)
    except ValidationError:
        raise RowRefused("email_not_valid", value) from None
    return value


def phone_of(cells: Cells, *, region: str | None) -> str:
    """
    Read a phone number that may be empty, as E.164. Raises RowRefused.

    region: the country (ISO 3166) of a number written without a country code.
    """
    value = text(cells, "phone", longest=40)
    if not value:
        return ""
    try:
        return canonical_phone(value, region=region)
    except NotAPhone:
        raise RowRefused("phone_not_valid", value) from None


def make_contacts(*, contacts: Sequence[Contact]) -> int:
    """Create the contacts that do not exist yet, by external_id, and return how many were created."""
    made = 0
    # A contact whose card number is taken is skipped; the next round draws another number.
    while unknown := _unknown(contacts):
        made += sql.execute(with_defaults(_MAKE, Customer), _columns(unknown))
    return made


def _unknown(contacts: Sequence[Contact]) -> list[Contact]:
    rows = sql.fetch_all(_KNOWN, {"external_ids": [contact.external_id for contact in contacts]})
    known = {row["external_id"] for row in rows}
    return [contact for contact in contacts if contact.external_id not in known]


def _columns(contacts: Sequence[Contact]) -> dict[str, list[Any]]:
    return {
        "external_id": [contact.external_id for contact in contacts],
        "name": [contact.name for contact in contacts],
        "email": [contact.email for contact in contacts],
        "phone": [contact.phone for contact in contacts],
        "language": [contact.language for contact in contacts],
        "joined_at": [contact.joined_at for contact in contacts],
        "password": [make_password(None) for _ in contacts],
        "card_number": [new_card_number() for _ in contacts],
    }


def _identify(cells: Cells) -> dict[str, Any]:
    return {"key": external_id(cells, "external_id")}


def _check() -> None:
    execute_sorting(REFUSE_LATER_DUPLICATES, {})
    execute_sorting(_DECIDE, {})


def _language(cells: Cells) -> str:
    value = plain_text(text(cells, "language", longest=20)).lower().replace("_", "-")
    known = dict(settings.LANGUAGES)
    # Other systems write the language with its region: de-AT is German.
    value = value if value in known else value.partition("-")[0]
    if value and value not in known:
        raise RowRefused("unknown_language", value)
    return value
