"""People sign in at the same moment, from one address: none of them counts against another."""

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.core.cache import cache

from tests.accounts.conftest import App
from tests.concurrency.racing import Meeting, race
from tests.factories.accounts import PASSWORD, make_customer

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8
ALLAUTHS_OWN = 5


def sign_in():
    return App().auth("auth/login", {"email": "ana@example.com", "password": PASSWORD}).status_code


@pytest.fixture(autouse=True)
def ana():
    cache.clear()
    return make_customer()


def test_everybody_who_knows_the_password_is_let_in():
    assert race([sign_in] * AT_ONCE) == [200] * AT_ONCE


def test_with_a_count_that_is_taken_back_some_would_be_refused(monkeypatch, settings):
    """Negative control: allauth counts before it checks, so five that are being checked leave no room for others."""
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": f"{ALLAUTHS_OWN}/300s/key"}
    count, all_have_counted = DefaultAccountAdapter.pre_authenticate, Meeting(AT_ONCE).after(lambda: None)

    def count_and_meet(*args, **credentials):
        try:
            count(*args, **credentials)
        finally:
            all_have_counted()

    monkeypatch.setattr(DefaultAccountAdapter, "pre_authenticate", count_and_meet)

    answers = race([sign_in] * AT_ONCE)

    assert sorted(answers) == [200] * ALLAUTHS_OWN + [400] * (AT_ONCE - ALLAUTHS_OWN)
