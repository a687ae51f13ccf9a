import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from tests.client import signed_in
from tests.factories.accounts import make_customer


@pytest.fixture
def admin(db):
    return make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def office(admin):
    """The superuser's browser, signed in. Content types are read already: once per process, whichever test is first."""
    ContentType.objects.get_for_models(*apps.get_models())
    return signed_in(admin)
