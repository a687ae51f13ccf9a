"""Names and addresses that stood in a shop before they had one spelling are brought into it."""

from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection

from accounts.models import Address, Customer
from inventory.models import Location
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_store
from tests.factories.states import no_guards

pytestmark = pytest.mark.django_db

people = import_module("accounts.migrations.0014_names_and_addresses_in_one_spelling")
places = import_module("inventory.migrations.0017_places_in_one_spelling")
phones = import_module("inventory.migrations.0018_phones_of_stores_in_one_spelling")


def stored_as(table, **values):
    with no_guards(), connection.cursor() as cursor:
        for column, value in values.items():
            cursor.execute(f"UPDATE {table} SET {column} = %s", [value])


def test_people_get_one_spelling_and_their_logins_too():
    ana = make_customer("Ana")
    Address.objects.create(customer=ana, name="Ana", street_address="Road 1", country_code="GB")
    stored_as("accounts_customer", name="Ana\n\u202eMoreno", email="Ana@Bücher.example")
    stored_as("account_emailaddress", email="ana@bücher.example")
    stored_as("accounts_address", city="  London", postal_code="sw1a 1aa", street_address="Road\u200b 1\n\nFlat 2")

    people.spell_people(apps, None)

    ana.refresh_from_db()
    assert (ana.name, ana.email) == ("Ana Moreno", "ana@xn--bcher-kva.example")
    assert EmailAddress.objects.get().email == ana.email
    address = Address.objects.get()
    assert (address.city, address.postal_code, address.street_address) == ("London", "SW1A 1AA", "Road 1\nFlat 2")


def test_two_proved_spellings_of_one_address_stay_with_their_people():
    ana = make_customer("Ana", email="ana@xn--bcher-kva.example")
    ben = Customer.objects.create_user("", name="Ben")
    EmailAddress.objects.create(user=ben, email="ana@bücher.example", verified=True)

    people.spell_people(apps, None)

    assert dict(EmailAddress.objects.values_list("user__name", "email")) == {
        ana.name: "ana@xn--bcher-kva.example",
        "Ben": "ana@bücher.example",
    }


def test_stores_get_one_spelling():
    make_store("ber-mitte")
    stored_as("inventory_location", city="Berlin\u200f", postal_code="۱۰۱۱۹")

    places.spell_places(apps, None)

    assert Location.objects.values_list("city", "postal_code").get() == ("Berlin", "10119")


@pytest.mark.parametrize(("written", "stored"), [("030 23125011", "+493023125011"), ("ask for Mona", "ask for Mona")])
def test_stores_get_numbers_that_can_be_dialled(written, stored):
    make_store("ber-mitte")
    stored_as("inventory_location", phone=written)

    phones.spell_phones(apps, None)

    assert Location.objects.get().phone == stored
