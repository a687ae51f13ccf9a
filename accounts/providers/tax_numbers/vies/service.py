"""
The adapter for VIES, which asks the member state that issued a number.

A state that is closed for the night, or asked too often, gives an error; that says nothing about the number.
"""

from typing import Any

import requests
from django.conf import settings
from stdnum.eu import vat as eu_vat

from accounts.providers.tax_numbers.base import NoAnswer, TaxNumberAnswer, TaxNumberService
from core.network import about_to_call

TIMEOUT_SECONDS = (3.05, 20)
UNDISCLOSED = "---"
LONGEST_REFERENCE, LONGEST_TEXT = 40, 300


class Vies:
    """Asks about numbers of the European Union and Northern Ireland."""

    name = "vies"

    def is_on(self) -> bool:
        """As in the base class: with an address."""
        return bool(settings.VIES_URL)

    def knows(self, country: str) -> bool:
        """As in the base class."""
        return country.lower() in eu_vat.MEMBER_STATES

    def ask(self, *, country: str, number: str) -> TaxNumberAnswer:
        """As in the base class. The number begins with VIES's own prefix of the country."""
        about_to_call("VIES")
        asked = {"countryCode": number[:2], "vatNumber": number[2:]}
        if settings.SHOP_TAX_NUMBER:
            asked |= {
                "requesterMemberStateCode": settings.SHOP_TAX_NUMBER[:2],
                "requesterNumber": settings.SHOP_TAX_NUMBER[2:],
            }
        try:
            response = requests.post(f"{settings.VIES_URL}/check-vat-number", json=asked, timeout=TIMEOUT_SECONDS)
            answer = response.json()
        except requests.RequestException as error:
            raise NoAnswer(str(error)[:200]) from error
        if response.status_code != 200 or not isinstance(answer, dict) or not isinstance(answer.get("valid"), bool):
            raise NoAnswer(_error_in(answer))
        return TaxNumberAnswer(
            answer["valid"],
            _text(answer.get("requestIdentifier"), LONGEST_REFERENCE),
            _text(answer.get("name"), LONGEST_TEXT),
            _text(answer.get("address"), LONGEST_TEXT),
        )


def _error_in(answer: Any) -> str:
    wrappers = answer.get("errorWrappers") if isinstance(answer, dict) else None
    first = wrappers[0] if isinstance(wrappers, list) and wrappers else {}
    return str(first.get("error", "no answer") if isinstance(first, dict) else "no answer")[:200]


def _text(value: Any, longest: int) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return "" if text == UNDISCLOSED else text[:longest]


PROVIDER: TaxNumberService = Vies()
