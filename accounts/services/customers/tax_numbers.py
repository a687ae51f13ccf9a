"""
Storing the VAT numbers of businesses, and having them confirmed.

A number frees nobody of tax before a service has said that it is in use (docs/decisions/0136). While the service is
down, the last yes counts until it ends, and it is asked again every few minutes.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from accounts.events import TaxNumberChanged
from accounts.models import TaxNumber, TaxNumberCheck
from accounts.providers.tax_numbers import service_for
from accounts.providers.tax_numbers.base import NoAnswer, TaxNumberAnswer
from core.actors import Actor
from core.errors import Refusal
from core.journal import publish
from core.network import about_to_call
from core.texts.spelling import plain_code, plain_text

CONFIRMED_FOR = timedelta(days=30)
# A yes is renewed while it still counts, so that a service that is down for days takes nothing from anybody.
AGAIN_AFTER_YES, AGAIN_AFTER_NO = timedelta(days=20), timedelta(days=1)
AGAIN_AFTER_SILENCE, AGAIN_WITHOUT_SERVICE = timedelta(minutes=5), timedelta(hours=1)
AT_ONCE = 20

logger = logging.getLogger(__name__)

# Countries whose VAT numbers do not begin with their ISO 3166 code.
PREFIXES = {"GR": "EL"}


class NotATaxNumber(Refusal):
    """The number does not have the format of the country's VAT numbers, or a check digit is wrong."""

    code = "not_a_tax_number"


@transaction.atomic
def save_tax_number(*, customer_id: int, country: str, number: str, by: Actor, now: datetime) -> TaxNumber:
    """
    Store the VAT number of a customer; it replaces the former one.

    country: ISO 3166 code of the country that issued it. Format and check digits are verified here; whether it is in
    use, confirm_tax_numbers asks next. Raises NotATaxNumber.
    """
    country = plain_text(country).upper()
    stored, _is_new = TaxNumber.objects.update_or_create(
        customer_id=customer_id,
        defaults={
            "country": country,
            "number": checked_tax_number(country, number),
            "checked_at": now,
            "checked_by_id": by.staff_id,
            "confirmed_until": None,
            "ask_at": now,
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


def confirm_tax_numbers(*, now: datetime) -> int:
    """
    Ask the services about numbers whose turn it is; safe to repeat. Return how many got an answer.

    Network calls, outside transactions.
    """
    about_to_call("a service for VAT numbers")
    waiting = TaxNumber.objects.filter(ask_at__lte=now).order_by("ask_at", "pk")[:AT_ONCE]
    return sum(_confirm(number, now=now) for number in waiting)


def _confirm(asked: TaxNumber, *, now: datetime) -> bool:
    service = service_for(asked.country)
    if service is None:
        _ask_again(asked, at=now + AGAIN_WITHOUT_SERVICE)
        return False
    try:
        answer = service.ask(country=asked.country, number=asked.number)
    except NoAnswer as error:
        logger.warning("%s did not say whether a VAT number of %s is in use: %s", service.name, asked.country, error)
        _ask_again(asked, at=now + AGAIN_AFTER_SILENCE)
        return False
    _store(asked, answer, service=service.name, now=now)
    return True


def _ask_again(asked: TaxNumber, *, at: datetime) -> None:
    TaxNumber.objects.filter(pk=asked.pk, number=asked.number).update(ask_at=at)


@transaction.atomic
def _store(asked: TaxNumber, answer: TaxNumberAnswer, *, service: str, now: datetime) -> None:
    """Keep an answer; it counts only if the business still has the number that was asked about."""
    TaxNumberCheck.objects.create(
        customer_id=asked.customer_id,
        number=asked.number,
        service=service,
        is_valid=answer.is_valid,
        reference=answer.reference,
        name=answer.name,
        address=answer.address,
        answered_at=now,
    )
    TaxNumber.objects.filter(pk=asked.pk, number=asked.number).update(
        confirmed_until=now + CONFIRMED_FOR if answer.is_valid else None,
        ask_at=now + (AGAIN_AFTER_YES if answer.is_valid else AGAIN_AFTER_NO),
    )


def checked_tax_number(country: str, number: str) -> str:
    """Return a VAT number in its one form, with its format and check digits verified. Raises NotATaxNumber."""
    prefix, number = PREFIXES.get(country, country), plain_code(number)
    try:
        if country.lower() in eu_vat.MEMBER_STATES:
            digits = number.removeprefix(prefix).removeprefix(country)
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
