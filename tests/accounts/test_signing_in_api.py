"""Signing up and in as the app does it, over HTTP."""

import pytest
from django.core import mail

from accounts.models import Customer
from tests.accounts.conftest import App, mailed_code, texted_code
from tests.accounts.texts import Texts
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db

CODE_LENGTH = 6


def pending(answer):
    return [flow["id"] for flow in answer.json()["data"]["flows"] if flow.get("is_pending")]


def test_an_address_and_its_code_make_an_account(app):
    answer = app.auth("auth/signup", {"email": "Ana@Example.com", "password": PASSWORD, "name": "Ana Moreno"})
    assert (answer.status_code, pending(answer)) == (401, ["verify_email"])

    answer = app.auth("auth/email/verify", {"key": mailed_code()})

    assert answer.status_code == 200
    ana = Customer.objects.get()
    assert (ana.name, ana.email, ana.has_usable_password()) == ("Ana Moreno", "ana@example.com", True)
    assert app.access_token and app.refresh_token


def test_a_number_and_its_code_make_an_account(app):
    answer = app.auth("auth/signup", {"phone": "+4917112345678", "password": PASSWORD, "name": "Ben"})
    assert (answer.status_code, pending(answer)) == (401, ["verify_phone"])

    answer = app.auth("auth/phone/verify", {"code": texted_code()})

    assert answer.status_code == 200
    ben = Customer.objects.get()
    assert (ben.name, str(ben.phone), ben.phone_verified_at is not None) == ("Ben", "+4917112345678", True)
    assert app.access_token


def test_a_number_alone_is_enough_to_live_on_and_sign_in_again_with_a_code(app):
    app.auth("auth/signup", {"phone": "+4917112345678"})
    app.auth("auth/phone/verify", {"code": texted_code()})
    again = App()

    assert again.auth("auth/code/request", {"phone": "+4917112345678"}).status_code == 401
    answer = again.auth("auth/code/confirm", {"code": texted_code()})

    assert answer.status_code == 200
    assert again.access_token


def test_who_gives_both_proves_both(app):
    answer = app.auth("auth/signup", {"email": "ana@example.com", "phone": "+4917112345678", "password": PASSWORD})
    assert pending(answer) == ["verify_phone"]

    answer = app.auth("auth/phone/verify", {"code": texted_code()})
    assert (answer.status_code, pending(answer)) == (401, ["verify_email"])
    answer = app.auth("auth/email/verify", {"key": mailed_code()})

    assert answer.status_code == 200


@pytest.mark.parametrize("body", [{}, {"password": PASSWORD}, {"email": "", "phone": "", "password": PASSWORD}])
def test_an_address_or_a_number_is_needed(app, body):
    answer = app.auth("auth/signup", body)

    assert answer.status_code == 400
    assert "email" in [error["param"] for error in answer.json()["errors"]]
    assert not Customer.objects.exists()


def test_the_codes_have_six_digits_and_come_in_the_language_of_the_request():
    arabic, persian = App("ar"), App("fa")

    arabic.auth("auth/signup", {"email": "layla@example.com", "password": PASSWORD})
    persian.auth("auth/signup", {"phone": "+4917112345678", "password": PASSWORD})

    assert len(mailed_code()) == len(texted_code()) == CODE_LENGTH
    assert "رمز" in mail.outbox[-1].subject
    assert "رمز" in mail.outbox[-1].body
    assert "کد" in Texts.sent[-1][1]
    assert set(Customer.objects.values_list("language", flat=True)) == {"ar", "fa"}
