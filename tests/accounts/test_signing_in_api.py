"""Signing up and in over HTTP, as the app does."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.models import Customer
from tests.accounts.conftest import App, mailed_code, texted_code
from tests.accounts.texts import Texts
from tests.factories.accounts import PASSWORD, make_contact, make_customer, make_staff

pytestmark = pytest.mark.django_db

ANA, NUMBER = "ana@example.com", "+4917112345678"
ANOTHER_PASSWORD = "an entirely different one"
CODE_LENGTH = 6


def pending(answer):
    return [flow["id"] for flow in answer.json()["data"]["flows"] if flow.get("is_pending")]


def signed_in(answer):
    return answer.status_code == 200 and answer.json()["meta"]["is_authenticated"]


def refreshes(token):
    return App().auth("tokens/refresh", {"refresh_token": token}).status_code == 200


def test_a_person_signs_up_uses_the_app_and_signs_out(app):
    answer = app.auth("auth/signup", {"email": "Ana@Example.com", "password": PASSWORD, "name": "Ana Moreno"})
    assert (answer.status_code, pending(answer)) == (401, ["verify_email"])
    assert app.access_token is None
    assert app.api("me/").status_code == 401

    assert signed_in(app.auth("auth/email/verify", {"key": mailed_code()}))
    me = app.api("me/").json()
    assert (me["name"], me["email"], me["email_verified"]) == ("Ana Moreno", ANA, True)

    refreshed = app.auth("tokens/refresh", {"refresh_token": app.refresh_token})
    assert refreshed.status_code == 200
    app.access_token = refreshed.json()["data"]["access_token"]
    assert app.api("me/").status_code == 200

    assert app.auth("auth/session", method="delete").status_code == 401
    assert app.api("me/").status_code == 401
    assert not refreshes(refreshed.json()["data"]["refresh_token"])


def test_a_refresh_token_works_once(app):
    app.auth("auth/login", {"email": make_customer().email, "password": PASSWORD})

    assert refreshes(app.refresh_token)
    assert not refreshes(app.refresh_token)


def test_a_number_and_its_code_open_an_account(app):
    answer = app.auth("auth/signup", {"phone": NUMBER, "password": PASSWORD, "name": "Ben"})
    assert (answer.status_code, pending(answer)) == (401, ["verify_phone"])

    assert signed_in(app.auth("auth/phone/verify", {"code": texted_code()}))

    me = app.api("me/").json()
    assert (me["name"], me["phone"], me["phone_verified"], me["email"]) == ("Ben", NUMBER, True, "")


def test_an_account_needs_only_a_number(app):
    app.auth("auth/signup", {"phone": NUMBER})
    app.auth("auth/phone/verify", {"code": texted_code()})
    again = App()

    assert pending(again.auth("auth/code/request", {"phone": NUMBER})) == ["login_by_code"]
    assert signed_in(again.auth("auth/code/confirm", {"code": texted_code()}))


def test_both_address_and_number_are_verified_if_given(app):
    answer = app.auth("auth/signup", {"email": ANA, "phone": NUMBER, "password": PASSWORD})
    assert pending(answer) == ["verify_phone"]

    answer = app.auth("auth/phone/verify", {"code": texted_code()})
    assert (answer.status_code, pending(answer)) == (401, ["verify_email"])

    assert signed_in(app.auth("auth/email/verify", {"key": mailed_code()}))


@pytest.mark.parametrize("body", [{}, {"password": PASSWORD}, {"email": "", "phone": "", "password": PASSWORD}])
def test_an_address_or_a_number_is_needed(app, body):
    answer = app.auth("auth/signup", body)

    assert answer.status_code == 400
    assert "email" in [error["param"] for error in answer.json()["errors"]]
    assert not Customer.objects.exists()


@pytest.mark.parametrize("login", [{"email": ANA}, {"phone": NUMBER}])
def test_signs_in_with_a_password(app, login):
    make_customer(phone=NUMBER)

    assert signed_in(app.auth("auth/login", {**login, "password": PASSWORD}))


def test_signs_in_with_a_code_by_email(app):
    make_customer(password=None)

    app.auth("auth/code/request", {"email": ANA})

    assert signed_in(app.auth("auth/code/confirm", {"code": mailed_code()}))


def test_a_contact_number_does_not_block_sign_in(app):
    make_customer(phone=NUMBER, phone_verified_at=None)

    assert signed_in(app.auth("auth/login", {"email": ANA, "password": PASSWORD}))
    assert app.auth("auth/login", {"phone": NUMBER, "password": PASSWORD}).status_code != 200


def test_a_new_password_by_code_ends_every_session(app):
    make_customer()
    app.auth("auth/login", {"email": ANA, "password": PASSWORD})
    elsewhere = App()

    elsewhere.auth("auth/password/request", {"email": ANA})
    answer = elsewhere.auth("auth/password/reset", {"key": mailed_code(), "password": ANOTHER_PASSWORD})

    assert signed_in(answer)
    assert app.api("me/").status_code == 401
    assert not refreshes(app.refresh_token)
    assert elsewhere.api("me/").status_code == 200


def test_changing_the_password_invalidates_the_old_tokens(app):
    make_customer()
    elsewhere = App()
    for phone in (app, elsewhere):
        phone.auth("auth/login", {"email": ANA, "password": PASSWORD})

    old = app.access_token, app.refresh_token

    answer = app.auth("account/password/change", {"current_password": PASSWORD, "new_password": ANOTHER_PASSWORD})

    assert answer.status_code == 200
    assert app.api("me/").status_code == 200
    assert refreshes(app.refresh_token)
    app.access_token = old[0]
    assert app.api("me/").status_code == elsewhere.api("me/").status_code == 401
    assert not refreshes(old[1])
    assert not refreshes(elsewhere.refresh_token)


def test_a_closed_account_is_out_at_the_next_request(app):
    make_customer()
    app.auth("auth/login", {"email": ANA, "password": PASSWORD})

    Customer.objects.update(is_active=False)

    assert app.api("me/").status_code == 401


def test_a_number_changes_with_a_code_sent_to_the_new_one(app):
    ana = make_customer(phone="+4917199999999")
    app.auth("auth/login", {"email": ANA, "password": PASSWORD})

    assert app.auth("account/phone", {"phone": NUMBER}).status_code == 202
    ana.refresh_from_db()
    assert str(ana.phone) == "+4917199999999"
    assert app.auth("auth/phone/verify", {"code": texted_code()}).status_code == 200

    assert app.api("me/").json()["phone"] == NUMBER


def test_a_primary_address_changes_with_a_code_sent_to_the_new_one(app):
    make_customer()
    app.auth("auth/login", {"email": ANA, "password": PASSWORD})

    app.auth("account/email", {"email": "moreno@example.com"})
    assert app.api("me/").json()["email"] == ANA
    assert app.auth("auth/email/verify", {"key": mailed_code()}).status_code == 200
    app.auth("account/email", {"email": "moreno@example.com", "primary": True}, method="patch")

    me = app.api("me/").json()
    assert (me["email"], me["email_verified"]) == ("moreno@example.com", True)


def test_signing_up_joins_the_contact_that_the_till_registered(app):
    noted = make_contact("Frau Moreno", phone=NUMBER)
    make_contact("A. Moreno", email=ANA)

    app.auth("auth/signup", {"email": ANA, "phone": NUMBER, "password": PASSWORD, "name": "Ana"})
    app.auth("auth/phone/verify", {"code": texted_code()})
    app.auth("auth/email/verify", {"key": mailed_code()})

    ana = Customer.objects.get(name="Ana")
    assert sorted(ana.aliases.values_list("name", flat=True)) == ["A. Moreno", "Frau Moreno"]
    entries = app.api("me/timeline/?kind=customer").json()["results"]
    assert {entry["summary"] for entry in entries} >= {"Confirmed the phone number", "Confirmed the e-mail address"}
    noted.refresh_from_db()
    assert noted.merged_into == ana


def test_a_code_can_be_guessed_three_times(app):
    make_customer()
    app.auth("auth/code/request", {"email": ANA})
    code = mailed_code()
    wrong = "000000" if code != "000000" else "111111"

    answers = [app.auth("auth/code/confirm", {"code": wrong}).status_code for _guess in range(3)]

    assert answers == [400, 400, 400]
    assert app.auth("auth/code/confirm", {"code": code}).status_code == 409


def test_the_number_of_codes_sent_is_limited():
    make_customer()

    answers = [App().auth("auth/code/request", {"email": ANA}).status_code for _request in range(4)]

    assert answers == [401, 401, 401, 400]
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("login", [{"email": ANA}, {"phone": NUMBER}])
def test_a_password_can_be_guessed_five_times(app, login):
    make_customer(phone=NUMBER)

    for _guess in range(5):
        assert app.auth("auth/login", {**login, "password": "wrong"}).status_code == 400

    answer = app.auth("auth/login", {**login, "password": PASSWORD})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too_many_login_attempts")


def test_wrong_passwords_for_one_number_block_no_other_number(app):
    make_customer(phone=NUMBER)

    for _guess in range(5):
        app.auth("auth/login", {"phone": "+4917100000000", "password": "wrong"})

    assert signed_in(app.auth("auth/login", {"phone": NUMBER, "password": PASSWORD}))


@pytest.mark.parametrize(
    ("path", "known", "unknown"),
    [
        ("auth/signup", {"email": ANA}, {"email": "new@example.com"}),
        ("auth/signup", {"phone": NUMBER}, {"phone": "+4917100000000"}),
        (
            "auth/signup",
            {"email": "x@example.com", "phone": NUMBER},
            {"email": "y@example.com", "phone": "+491720000000"},
        ),
        ("auth/code/request", {"email": ANA}, {"email": "new@example.com"}),
        ("auth/code/request", {"phone": NUMBER}, {"phone": "+4917100000000"}),
        ("auth/password/request", {"email": ANA}, {"email": "new@example.com"}),
        ("auth/login", {"email": ANA}, {"email": "new@example.com"}),
        ("auth/login", {"phone": NUMBER}, {"phone": "+4917100000000"}),
    ],
)
def test_no_response_reveals_who_has_an_account(path, known, unknown):
    make_customer(phone=NUMBER)
    password = {"password": "wrong password"} if path in ("auth/login", "auth/signup") else {}

    answers = [App().auth(path, {**login, **password}) for login in (known, unknown)]

    told = []
    for answer in answers:
        body = answer.json()
        body.get("meta", {}).pop("session_token", None)
        told.append((answer.status_code, body))
    assert told[0] == told[1]


def test_resending_the_code_reveals_nothing_either(settings):
    settings.ACCOUNT_RATE_LIMITS = {"verify_phone": None, "confirm_email": None}
    make_customer(phone=NUMBER)
    logins = [{"email": ANA}, {"email": "new@example.com"}, {"phone": NUMBER}, {"phone": "+4917100000000"}]

    told = []
    for login in logins:
        phone = App()
        phone.auth("auth/signup", {**login, "password": PASSWORD})
        medium = next(iter(login))
        told.append((phone.auth(f"auth/{medium}/verify/resend", {}).status_code, medium))
        again = App()
        again.auth("auth/code/request", login)
        told.append((again.auth("auth/code/resend", {}).status_code, medium))

    assert told[:2] == told[2:4]
    assert told[4:6] == told[6:8]


def test_an_unfinished_sign_up_does_not_block_the_address_for_its_owner(app, settings):
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": None}
    eve = App()
    eve.auth("auth/signup", {"email": ANA, "password": "the password of eve"})
    eves_code = mailed_code()

    app.auth("auth/signup", {"email": ANA, "password": PASSWORD, "name": "Ana"})
    assert signed_in(app.auth("auth/email/verify", {"key": mailed_code()}))

    assert app.api("me/").json()["name"] == "Ana"
    assert eve.auth("auth/email/verify", {"key": eves_code}).status_code == 400
    assert App().auth("auth/login", {"email": ANA, "password": "the password of eve"}).status_code == 400


def test_an_attackers_password_is_removed_when_the_owner_signs_in_with_a_code(app):
    eve = App()
    eve.auth("auth/signup", {"email": ANA, "password": "the password of eve"})

    app.auth("auth/code/request", {"email": ANA})
    assert signed_in(app.auth("auth/code/confirm", {"code": mailed_code()}))

    assert EmailAddress.objects.get().verified
    assert App().auth("auth/login", {"email": ANA, "password": "the password of eve"}).status_code == 400


def test_contacts_registered_at_the_till_cannot_sign_in(app):
    make_contact("Ana", email=ANA, phone=NUMBER)

    app.auth("auth/code/request", {"email": ANA})
    app.auth("auth/code/request", {"phone": NUMBER})
    app.auth("auth/password/request", {"email": ANA})

    assert "It has no account" in " ".join(mail.outbox[-1].body.split())
    assert not any(letter.isdigit() for message in mail.outbox for letter in message.body)
    assert Texts.sent == []


def test_staff_sign_in_with_both_factors(app):
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        format_hotp_value,
        generate_totp_secret,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    tess = make_staff()
    secret = generate_totp_secret()
    TOTP.activate(tess, secret)

    answer = app.auth("auth/login", {"email": tess.email, "password": PASSWORD})
    assert (answer.status_code, pending(answer)) == (401, ["mfa_authenticate"])
    assert app.access_token is None
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))

    assert signed_in(app.auth("auth/2fa/authenticate", {"code": code}))
    assert app.api("me/").status_code == 200


def test_a_text_that_cannot_be_sent_is_reported(app, settings):
    settings.SMS_BACKEND = ""
    make_customer(phone=NUMBER)

    answer = app.auth("auth/code/request", {"phone": NUMBER})

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_the_codes_have_six_digits_and_come_in_the_language_of_the_request():
    arabic, persian = App("ar"), App("fa")

    arabic.auth("auth/signup", {"email": "layla@example.com", "password": PASSWORD})
    persian.auth("auth/signup", {"phone": NUMBER, "password": PASSWORD})

    assert len(mailed_code()) == len(texted_code()) == CODE_LENGTH
    assert "رمز" in mail.outbox[-1].subject
    assert "رمز" in mail.outbox[-1].body
    assert "کد" in Texts.sent[-1][1]
    assert set(Customer.objects.values_list("language", flat=True)) == {"ar", "fa"}
