import pytest

from tests.client import signed_in
from tests.factories.accounts import make_customer


@pytest.fixture
def admin(db):
    return make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def office(admin):
    """The superuser's browser, signed in."""
    return signed_in(admin)
