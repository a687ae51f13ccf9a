"""VAT numbers are confirmed by VIES, against a fake of its API over real HTTP, and only a yes counts."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import TaxNumber, TaxNumberCheck
from accounts.providers.tax_numbers import service_for, tax_number_services
from accounts.services.customers.tax_numbers import confirm_tax_numbers, save_tax_number
from core.actors import Actor
from tests.vies_fake.server import ViesFake

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
PARIS = "FR40303265045"


@pytest.fixture
def vies(settings):
    fake = ViesFake()
    fake.start()
    settings.VIES_URL, settings.SHOP_TAX_NUMBER = fake.url, "DE136695976"
    fake.in_use[PARIS] = "SA SODIMAS"
    yield fake
    fake.stop()


@pytest.fixture
def number(ana):
    return save_tax_number(customer_id=ana.pk, country="FR", number=PARIS, by=Actor("system"), now=NOW)


def confirmed_until():
    return TaxNumber.objects.get().confirmed_until


def test_a_number_in_use_is_confirmed_and_the_answer_is_kept(vies, number, ana):
    assert confirm_tax_numbers(now=NOW) == 1

    assert confirmed_until() == NOW + timedelta(days=30)
    kept = TaxNumberCheck.objects.get()
    assert (kept.customer, kept.number, kept.service, kept.is_valid) == (ana, PARIS, "vies", True)
    assert (kept.reference, kept.name, kept.address) == ("WAPIAAAA00000001", "SA SODIMAS", "")
    assert vies.calls == [
        {
            "countryCode": "FR",
            "vatNumber": "40303265045",
            "requesterMemberStateCode": "DE",
            "requesterNumber": "136695976",
        }
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        TaxNumberCheck.objects.update(is_valid=False)


def test_a_greek_number_is_asked_under_the_prefix_of_vies(vies, ana):
    save_tax_number(customer_id=ana.pk, country="GR", number="094259216", by=Actor("system"), now=NOW)

    confirm_tax_numbers(now=NOW)

    assert (vies.calls[0]["countryCode"], vies.calls[0]["vatNumber"]) == ("EL", "094259216")


def test_it_is_asked_again_while_the_yes_still_counts(vies, number):
    confirm_tax_numbers(now=NOW)

    assert confirm_tax_numbers(now=NOW + timedelta(days=19)) == 0
    assert confirm_tax_numbers(now=NOW + timedelta(days=20)) == 1
    assert confirmed_until() == NOW + timedelta(days=50)


def test_a_number_that_is_not_in_use_is_asked_about_once_a_day(vies, number):
    vies.in_use.clear()

    confirm_tax_numbers(now=NOW)

    assert confirmed_until() is None
    assert not TaxNumberCheck.objects.get().is_valid
    assert confirm_tax_numbers(now=NOW + timedelta(hours=23)) == 0
    vies.in_use[PARIS] = "SA SODIMAS"
    confirm_tax_numbers(now=NOW + timedelta(days=1))
    assert confirmed_until() is not None


@pytest.mark.parametrize("error", ["MS_UNAVAILABLE", "MS_MAX_CONCURRENT_REQ", "500"])
def test_a_service_that_is_down_confirms_nothing_and_is_asked_again(vies, number, error):
    vies.errors = [error]

    assert confirm_tax_numbers(now=NOW) == 0

    assert confirmed_until() is None
    assert not TaxNumberCheck.objects.exists()
    assert confirm_tax_numbers(now=NOW + timedelta(minutes=4)) == 0
    assert confirm_tax_numbers(now=NOW + timedelta(minutes=5)) == 1


def test_a_service_that_is_down_takes_nothing_back(vies, number):
    confirm_tax_numbers(now=NOW)
    vies.errors = ["MS_UNAVAILABLE"]

    confirm_tax_numbers(now=NOW + timedelta(days=20))

    assert confirmed_until() == NOW + timedelta(days=30)


def test_an_unreachable_service_is_no_answer(vies, number):
    vies.stop()

    assert confirm_tax_numbers(now=NOW) == 0

    assert confirmed_until() is None
    vies.start = lambda: None


def test_a_no_takes_the_yes_back(vies, number):
    confirm_tax_numbers(now=NOW)
    vies.in_use.clear()

    confirm_tax_numbers(now=NOW + timedelta(days=20))

    assert confirmed_until() is None


def test_another_number_needs_its_own_yes(vies, number, ana):
    confirm_tax_numbers(now=NOW)

    save_tax_number(customer_id=ana.pk, country="AT", number="ATU13585627", by=Actor("system"), now=NOW)

    assert confirmed_until() is None
    confirm_tax_numbers(now=NOW)
    assert confirmed_until() is None


def test_without_a_service_nothing_is_confirmed(number, settings):
    settings.VIES_URL = ""

    assert confirm_tax_numbers(now=NOW) == 0

    assert confirmed_until() is None
    assert (list(tax_number_services()), service_for("FR")) == (["vies"], None)


def test_numbers_of_other_countries_are_not_asked_about(vies, ana):
    save_tax_number(customer_id=ana.pk, country="CH", number="CHE107787577IVA", by=Actor("system"), now=NOW)

    assert confirm_tax_numbers(now=NOW) == 0

    assert vies.calls == []
