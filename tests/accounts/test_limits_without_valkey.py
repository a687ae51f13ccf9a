"""The limits of sign-in hold while Valkey is down; everything else goes on without limits."""

import pytest
from django.core.cache import caches
from django.db import connection

from core.web import cache as module
from core.web.cache import CircuitBreaker, FailOpenCache
from tests.accounts.conftest import App
from tests.factories.accounts import PASSWORD, make_customer

ANA = "ana@example.com"


@pytest.fixture(autouse=True)
def no_valkey(db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "breaker", CircuitBreaker())
    away = {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/nobody.sock"}
    settings.CACHES = {**settings.CACHES, "default": away}


def kept():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_limit")
        return cursor.fetchone()[0]


def test_a_password_can_be_guessed_five_times():
    make_customer()
    app = App()

    for _guess in range(5):
        assert app.auth("auth/login", {"email": ANA, "password": "wrong"}).status_code == 400

    answer = app.auth("auth/login", {"email": ANA, "password": PASSWORD})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too_many_login_attempts")


def test_people_with_the_right_password_sign_in():
    make_customer()

    answers = [App().auth("auth/login", {"email": ANA, "password": PASSWORD}).status_code for _time in range(7)]

    assert answers == [200] * 7


def test_the_number_of_codes_sent_is_limited():
    make_customer()

    answers = [App().auth("auth/code/request", {"email": ANA}).status_code for _request in range(4)]

    assert answers == [401, 401, 401, 400]


def test_only_these_limits_are_kept_in_the_database():
    cache = caches["default"]
    assert isinstance(cache, FailOpenCache)

    cache.set("products", 1)
    assert (cache.get("products"), kept()) == (None, 0)

    cache.set("allauth:rl:allauth.account:login_failed", [1.0], 60)
    assert (cache.get("allauth:rl:allauth.account:login_failed"), kept()) == ([1.0], 1)
    assert cache.add("allauth:rl:allauth.account:login_failed", []) is False
    cache.delete("allauth:rl:allauth.account:login_failed")
    assert kept() == 0
