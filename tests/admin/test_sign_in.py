import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import PASSWORD, make_customer


def sign_in(email, password=PASSWORD, **more):
    browser = Client()
    browser.post(reverse("admin:login"), {"username": email, "password": password, **more})
    return browser


def is_in(browser):
    return browser.get(reverse("admin:index")).status_code == 200


def test_staff_sign_in_with_e_mail_and_password(admin):
    cache.clear()

    assert is_in(sign_in("ada@example.com"))
    assert not is_in(sign_in("ada@example.com", "wrong"))


def test_shoppers_do_not_get_in(db):
    cache.clear()
    make_customer()

    assert not is_in(sign_in("ana@example.com"))


def test_who_has_a_second_factor_needs_it(admin):
    cache.clear()
    secret = generate_totp_secret()
    TOTP.activate(admin, secret)

    assert not is_in(sign_in("ada@example.com"))
    assert not is_in(sign_in("ada@example.com", code="000000"))
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert is_in(sign_in("ada@example.com", code=code))
    assert Authenticator.objects.get().last_used_at is not None


def test_guessing_is_stopped_even_for_the_right_password(admin):
    cache.clear()
    for _number in range(6):
        sign_in("ada@example.com", "wrong")

    assert not is_in(sign_in("ada@example.com"))
    cache.clear()
