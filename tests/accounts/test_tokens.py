"""Access tokens, whose signature each process verifies once."""

from types import SimpleNamespace

import pytest

from accounts.sign_in import tokens
from tests.factories.accounts import PASSWORD, bearer, make_customer

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"


@pytest.fixture
def ana():
    return make_customer()


def test_a_valid_token_is_refused_once_it_has_expired(client, settings, ana, monkeypatch):
    headers = bearer(ana)
    fresh = client.get(ME, headers=headers)
    over = tokens.time.time() + settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN + 1
    monkeypatch.setattr(tokens, "time", SimpleNamespace(time=lambda: over))

    later = client.get(ME, headers=headers)

    assert (fresh.status_code, later.status_code) == (200, 401)


def test_a_valid_token_is_refused_after_the_password_changed(client, ana):
    headers = bearer(ana)
    before = client.get(ME, headers=headers)
    ana.set_password(f"{PASSWORD}, and then some")
    ana.save()

    after = client.get(ME, headers=headers)

    assert (before.status_code, after.status_code) == (200, 401)


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "\x00", "é"])
def test_an_invalid_token_is_refused_each_time(client, forged):
    answers = [client.get(ME, headers={"Authorization": f"Bearer {forged}"}).status_code for _ in range(2)]

    assert answers == [401, 401]


def test_a_changed_signature_is_refused_although_the_token_is_cached(client, ana):
    headers = bearer(ana)
    client.get(ME, headers=headers)
    token = headers["Authorization"]
    changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]

    assert client.get(ME, headers={"Authorization": changed}).status_code == 401
