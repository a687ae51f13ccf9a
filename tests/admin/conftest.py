import pytest
from django.test import Client

from tests.factories.accounts import make_customer


@pytest.fixture
def admin(db):
    return make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def office(admin):
    """The superuser's browser, signed in."""
    return signed_in(admin)


def signed_in(person):
    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser
