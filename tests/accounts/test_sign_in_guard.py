"""The sign-in views do not crash, whatever is sent to them."""

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from accounts.models import Customer
from tests.accounts.conftest import App
from tests.factories.accounts import PASSWORD, make_customer

pytestmark = pytest.mark.django_db

ROUTES = [
    ("post", "auth/signup"),
    ("post", "auth/login"),
    ("post", "auth/code/request"),
    ("post", "auth/code/confirm"),
    ("post", "auth/email/verify"),
    ("post", "auth/phone/verify"),
    ("post", "auth/password/request"),
    ("post", "auth/password/reset"),
    ("post", "auth/reauthenticate"),
    ("post", "auth/2fa/authenticate"),
    ("post", "auth/webauthn/login"),
    ("post", "auth/webauthn/signup"),
    ("put", "auth/webauthn/signup"),
    ("post", "account/email"),
    ("delete", "account/email"),
    ("post", "account/phone"),
    ("post", "account/password/change"),
    ("post", "account/authenticators/totp"),
    ("post", "account/authenticators/webauthn"),
    ("put", "account/authenticators/webauthn"),
    ("delete", "auth/sessions"),
    ("post", "tokens/refresh"),
]
NONSENSE = ["\ud800", "a\x00b", "x" * 5000, {"a": 1}, [1], -1, None, True, "", "1" * 400]
FIELDS = ["email", "phone", "password", "name", "code", "key", "credential", "id", "authenticators", "sessions"]
MORE_FIELDS = ["refresh_token", "current_password", "new_password"]


@pytest.mark.parametrize("text", NONSENSE, ids=repr)
@pytest.mark.parametrize("who", ["stranger", "signing up", "signed in"])
def test_nonsense_is_refused(settings, who, text):
    settings.ACCOUNT_RATE_LIMITS = False
    phone = App()
    if who == "signing up":
        phone.auth("auth/signup", {"email": "ben@example.com", "password": PASSWORD})
    if who == "signed in":
        phone.auth("auth/login", {"email": make_customer().email, "password": PASSWORD})
        phone.auth("auth/reauthenticate", {"password": PASSWORD})
    customers = Customer.objects.count()

    for method, path in ROUTES:
        session_token = phone.session_token
        answer = phone.auth(path, dict.fromkeys(FIELDS + MORE_FIELDS, text), method=method)
        assert 400 <= answer.status_code < 500, (method, path)
        phone.session_token = session_token

    assert Customer.objects.count() == customers


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'"\\ud800"', b'{"email": Infinity}', b"[" * 100_000, b"x" * 3_000_000]
)
def test_a_body_that_is_no_json_is_refused(client, body):
    answer = client.post("/_allauth/app/v1/auth/login", body, content_type="application/json")

    assert answer.status_code in (400, 413)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_code_needs_a_recipient(app):
    answer = app.auth("auth/code/request", {})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.fixture
def lost_database(monkeypatch):
    def lost(*args, **kwargs):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr("accounts.sign_in.adapter.find_by_proved_phone", lost)


def test_a_lost_database_asks_to_try_again(app, lost_database):
    answer = app.auth("auth/code/request", {"phone": "+4917112345678"})

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "unavailable", "1")


def test_the_page_asks_to_try_again_too(lost_database):
    browser = Client(raise_request_exception=False)

    answer = browser.post("/accounts/login/", {"login": "+4917112345678", "password": PASSWORD})

    assert answer.status_code == 503
    assert "The shop is not available right now. Try again." in answer.content.decode()


def test_a_session_that_cannot_be_saved_asks_to_try_again(app):
    email = make_customer().email
    app.client.raise_request_exception = False

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")  # Like every transaction while the disk is nearly full.
        answer = app.auth("auth/login", {"email": email, "password": PASSWORD})
        transaction.set_rollback(True)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
