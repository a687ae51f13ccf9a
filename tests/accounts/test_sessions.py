"""The cookie that signs a visitor in is deleted by signing out, and by nothing else."""

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


def test_an_answer_to_a_request_with_the_key_from_before_signing_in_leaves_the_cookie_alone(db):
    late = Client()
    late.cookies[COOKIE] = "the-key-from-before-signing-in-00"

    answer = late.get("/cart/")

    assert answer.status_code == 200
    assert COOKIE not in answer.cookies
    assert "Cookie" in answer.headers["Vary"]


def test_signing_out_deletes_it(browser):
    answer = browser.post("/accounts/logout/")

    assert answer.cookies[COOKIE]["max-age"] == 0
