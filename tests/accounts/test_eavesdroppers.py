"""What a thief of a token, and a listener with a stopwatch, get out of signing in."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts.sign_in import tokens
from tests.accounts.conftest import App
from tests.factories.accounts import PASSWORD, make_customer

pytestmark = pytest.mark.django_db

ANA, NUMBER = "ana@example.com", "+4917112345678"


def refreshes(token):
    return App().auth("tokens/refresh", {"refresh_token": token}).status_code == 200


def test_a_copied_refresh_token_ends_the_session_for_the_thief_and_the_owner(app, monkeypatch):
    make_customer()
    app.auth("auth/login", {"email": ANA, "password": PASSWORD})
    fresh = App().auth("tokens/refresh", {"refresh_token": app.refresh_token}).json()["data"]
    assert not refreshes(app.refresh_token)  # Sent again at once, because the answer was lost: nobody is signed out.
    app.access_token = fresh["access_token"]
    assert app.api("me/").status_code == 200

    monkeypatch.setattr(tokens, "SECONDS_TO_REPEAT", 0)

    assert not refreshes(app.refresh_token)
    assert app.api("me/").status_code == 401
    assert not refreshes(fresh["refresh_token"])


def test_a_forged_refresh_token_ends_nothing(app):
    make_customer()
    app.auth("auth/login", {"email": ANA, "password": PASSWORD})
    head, body, _signature = app.refresh_token.split(".")

    assert not refreshes(f"{head}.{body}.{'A' * 43}")

    assert app.api("me/").status_code == 200


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed, which is what takes time."""

    algorithm = "counting"
    times = 0

    def encode(self, password, salt):
        type(self).times += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("known", [{"email": ANA}, {"phone": NUMBER}])
def test_a_sign_up_hashes_as_often_for_a_known_address_as_for_a_new_one(settings, known):
    make_customer(phone=NUMBER)
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher", *settings.PASSWORD_HASHERS]
    new = {"email": "new@example.com"} if "email" in known else {"phone": "+491709999999"}
    counts = []

    for who in (known, new):
        CountingHasher.times = 0
        assert App().auth("auth/signup", {**who, "password": PASSWORD}).status_code == 401
        counts.append(CountingHasher.times)

    assert counts == [1, 1]
