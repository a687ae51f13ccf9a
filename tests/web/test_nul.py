"""An address with a NUL is refused on every page; PostgreSQL takes the character in no text."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.client import signed_in
from tests.factories.accounts import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    person = make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True)
    browser = signed_in(person)
    browser.raise_request_exception = False
    return browser


def test_no_list_of_the_back_office_breaks(office):
    lists = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry]

    answers = {
        name: office.get(f"{reverse(name)}?{query}=%00").status_code for name in lists for query in ("q", "id__exact")
    }

    assert len(lists) > 60
    assert {name: status for name, status in answers.items() if status != 400} == {}


@pytest.mark.parametrize("address", ["/search/?q=%00", "/p/%00/", "/stores/?near=a%00b", "/admin/%00/"])
def test_no_page_breaks(office, address):
    assert office.get(address).status_code == 400


def test_an_address_that_only_speaks_of_it_is_fine(office):
    assert office.get("/search/?q=%2500").status_code == 200
