"""Storing the VAT numbers of businesses."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from accounts.events import TaxNumberChanged
from accounts.models import TaxNumber
from core.actors import Actor
from core.errors import Refusal
from core.journal import publish

# Countries whose VAT numbers do not begin with their ISO 3166 code.
PREFIXES = {"GR": "EL"}


class NotATaxNumber(Refusal):
    """The number does not have the format of the country's VAT numbers, or a check digit is wrong."""

    code = "not_a_tax_number"


@transaction.atomic
def save_tax_number(*, customer_id: int, country: str, number: str, by: Actor, now: datetime) -> TaxNumber:
    """
    Store the VAT number of a customer; it replaces the former one.

    country: ISO 3166 code of the country that issued it. Format and check digits are verified, but not whether the
    number is in use (docs/decisions/0061). Raises NotATaxNumber.
    """
    stored, _is_new = TaxNumber.objects.update_or_create(
        customer_id=customer_id,
        defaults={
            "country": country,
            "number": _checked(country, number),
            "checked_at": now,
            "checked_by_id": by.staff_id,
        },
    )
    publish(TaxNumberChanged(by=by, occurred_at=now, customer_id=customer_id, country=country))
    return stored


@transaction.atomic
def forget_tax_number(*, customer_id: int, by: Actor, now: datetime) -> None:
    """Remove the VAT number of a customer, who pays tax from now on; safe to repeat."""
    deleted, _rows = TaxNumber.objects.filter(customer_id=customer_id).delete()
    if deleted:
        publish(TaxNumberChanged(by=by, occurred_at=now, customer_id=customer_id, country=""))


def _checked(country: str, number: str) -> str:
    prefix = PREFIXES.get(country, country)
    try:
        if country.lower() in eu_vat.MEMBER_STATES:
            digits = number.strip().upper().removeprefix(prefix)
            return str(eu_vat.validate(f"{prefix}{digits}"))
        module = get_cc_module(country.lower(), "vat") if country.isascii() and country.isalpha() else None
        if module is not None:
            return str(module.validate(number))
    except ValidationError:
        pass
    raise NotATaxNumber(
        _("This is not a valid VAT number of %(country)s. Check the format and the digits.") % {"country": country},
        country=country,
    )
