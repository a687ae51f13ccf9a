"""Only signing out deletes the session cookie."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Customer

COOKIE = settings.SESSION_COOKIE_NAME


@pytest.fixture
def browser(ana: Customer) -> Client:
    """A browser in which Ana is signed in."""
    browser = Client()
    browser.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_a_response_to_the_session_key_from_before_signing_in_keeps_the_cookie(db):
    late = Client()
    late.cookies[COOKIE] = "the-key-from-before-signing-in-00"

    answer = late.get("/cart/")

    assert answer.status_code == 200
    assert COOKIE not in answer.cookies
    assert "Cookie" in answer.headers["Vary"]


def test_signing_out_deletes_it(browser):
    answer = browser.post("/accounts/logout/")

    assert answer.cookies[COOKIE]["max-age"] == 0
