"""The second factor of staff, in the back office and on the pages where it is set up."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)

from tests.accounts.passkeys import Passkey
from tests.factories.accounts import PASSWORD, make_customer, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_staff("Ada", email="ada@example.com", is_superuser=True)


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def make_passkey(app, customer, passkey):
    path = "account/authenticators/webauthn"
    app.auth("auth/login", {"email": customer.email, "password": PASSWORD})
    app.auth("auth/reauthenticate", {"password": PASSWORD})
    options = app.auth(f"{path}?passwordless", method="get").json()["data"]["creation_options"]
    made = app.auth(path, {"name": "Phone", "credential": passkey.create(options)})
    app.auth("auth/session", method="delete")
    app.session_token = app.access_token = None
    return made


def sign_in(client, **fields):
    return client.post("/admin/login/", {"username": "ada@example.com", "password": PASSWORD, **fields})


def test_the_back_office_asks_staff_for_two_factors(client, settings, ada):
    settings.STAFF_SECOND_FACTOR = True

    answer = sign_in(client)
    assert b'<a href="/accounts/login/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F">' in answer.content
    assert client.get("/admin/").status_code == 302


def test_staff_signed_in_with_one_factor_are_led_to_set_up_the_second(client, settings, ada):
    settings.STAFF_SECOND_FACTOR = True
    client.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})

    page = client.get("/admin/", follow=True)

    assert page.redirect_chain[1] == ("/accounts/2fa/totp/activate/", 302)
    assert b"Staff sign in with two factors" in page.content


def test_shoppers_in_the_back_office_are_asked_to_sign_in_as_somebody_else(client, settings):
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(make_customer(), backend="allauth.account.auth_backends.AuthenticationBackend")

    assert b"Sign in as somebody else?" in client.get("/admin/", follow=True).content


def test_staff_with_two_factors_sign_in_with_both(client, settings, ada):
    settings.STAFF_SECOND_FACTOR = True
    secret = generate_totp_secret()
    TOTP.activate(ada, secret)

    assert sign_in(client).status_code == 200
    assert sign_in(client, code=code_of(secret)).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_staff_set_up_their_second_factor_on_the_web(client, settings, ada):
    settings.STAFF_SECOND_FACTOR = True
    page = client.post("/accounts/login/", {"login": "ada@example.com", "password": PASSWORD})
    assert page.status_code == 302
    assert client.get("/accounts/2fa/").status_code == 200

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})

    assert client.get("/admin/").status_code == 200


def test_a_passkey_is_created_and_signs_in_without_a_password(app):
    ana = make_customer()
    passkey = Passkey(origin="http://testserver")

    assert make_passkey(app, ana, passkey).status_code == 200
    assert Authenticator.objects.filter(user=ana, type="webauthn").exists()

    options = app.auth("auth/webauthn/login", method="get").json()["data"]["request_options"]
    answer = app.auth("auth/webauthn/login", {"credential": passkey.sign(options, user_id=ana.pk)})

    assert answer.status_code == 200
    assert app.api("me/").json()["id"] == str(ana.pk)


def test_another_key_does_not_sign_in(app):
    ana = make_customer()
    passkey, another = Passkey(origin="http://testserver"), Passkey(origin="http://testserver")
    make_passkey(app, ana, passkey)
    another.credential_id = passkey.credential_id

    options = app.auth("auth/webauthn/login", method="get").json()["data"]["request_options"]
    answer = app.auth("auth/webauthn/login", {"credential": another.sign(options, user_id=ana.pk)})

    assert answer.status_code == 400
    assert app.access_token is None
