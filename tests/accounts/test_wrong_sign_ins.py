"""Wrong passwords are counted by person and by source, and never against whoever signs in rightly."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from accounts.models import WrongSignIn
from accounts.services.identity.wrong_sign_ins import (
    forget_wrong_sign_ins,
    is_one_too_many,
    note_wrong_sign_in,
)
from accounts.sign_in.adapter import AccountAdapter
from accounts.sign_in.attempt_limits import source_of
from core.data.invariants import find_breaches
from core.web.cache import breaker
from tests.accounts.conftest import App, mailed_code
from tests.factories.accounts import PASSWORD, make_customer

pytestmark = pytest.mark.django_db

ANA, BEN = "ana@example.com", "ben@example.com"
HOME, CAFE = "198.51.100.7", "203.0.113.9"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def sign_in(email, password=PASSWORD, *, at=HOME):
    phone = App()
    phone.client = Client(REMOTE_ADDR=at)
    return phone.auth("auth/login", {"email": email, "password": password})


def guess(times, email=ANA, *, at=HOME):
    for _guess in range(times):
        assert sign_in(email, "wrong", at=at).status_code == 400


def is_refused(answer):
    return (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too_many_login_attempts")


def note(login, source, *, times, at=NOW):
    for _time in range(times):
        note_wrong_sign_in(login=login, source=source, now=at)


def test_a_right_password_is_never_counted():
    make_customer()

    answers = [sign_in(ANA).status_code for _time in range(8)]

    assert answers == [200] * 8
    assert not WrongSignIn.objects.exists()


def test_guesses_from_elsewhere_do_not_lock_a_person_out():
    make_customer()

    guess(5, at=CAFE)

    assert is_refused(sign_in(ANA, at=CAFE))
    assert sign_in(ANA, at=HOME).status_code == 200


def test_guesses_for_one_person_do_not_lock_out_another_from_there():
    make_customer()
    make_customer("Ben", email=BEN)

    guess(5)

    assert is_refused(sign_in(ANA))
    assert sign_in(BEN).status_code == 200


def test_the_spelling_of_the_address_makes_no_new_person():
    make_customer()

    for spelling in (ANA, ANA.upper(), "Ana@Example.com", ANA, ANA):
        guess(1, spelling)

    assert is_refused(sign_in(ANA))


def test_the_back_office_counts_as_the_app_does():
    make_customer()
    browser = Client(REMOTE_ADDR=HOME)
    for _guess in range(5):
        browser.post("/admin/login/", {"username": ANA, "password": "wrong"})

    assert is_refused(sign_in(ANA))


def test_a_right_guess_among_many_at_once_is_refused_after_too_many_wrong_ones(monkeypatch):
    """The guess is under way, and was not one too many when it began, while the wrong ones are checked."""
    ana = make_customer()
    check = AccountAdapter._check_attempts
    checked = []

    def meanwhile(adapter, login, source, now):
        if checked:
            note(login, source, times=5, at=now)
        checked.append(login)
        check(adapter, login, source, now)

    monkeypatch.setattr(AccountAdapter, "_check_attempts", meanwhile)

    assert is_refused(sign_in(ANA))
    assert checked == [ana.email] * 2


def test_the_limit_holds_without_the_cache(monkeypatch):
    make_customer()
    cache.clear()
    monkeypatch.setattr(breaker, "allows", lambda: False)

    guess(5)

    assert is_refused(sign_in(ANA))


def test_whoever_chose_a_new_password_uses_it_at_once():
    make_customer()
    guess(5)
    phone = App()
    phone.client = Client(REMOTE_ADDR=HOME)
    phone.auth("auth/password/request", {"email": ANA})
    new = "a-quite-new-passphrase"
    phone.auth("auth/password/reset", {"key": mailed_code(), "password": new})

    assert sign_in(ANA, new).status_code == 200


class TestLimits:
    source = f"{HOME}/32"

    def is_refused(self, login=ANA, *, source=f"{HOME}/32", after=timedelta(0)):
        return is_one_too_many(login=login, source=source, now=NOW + after)

    def test_five_from_one_source_within_five_minutes(self):
        note(ANA, self.source, times=5)

        assert self.is_refused(after=timedelta(minutes=4))
        assert not self.is_refused(after=timedelta(minutes=5))

    def test_fifty_for_one_person_from_everywhere_within_an_hour(self):
        for number in range(50):
            note(ANA, f"203.0.113.{number}/32", times=1)

        assert self.is_refused(after=timedelta(minutes=59))
        assert not self.is_refused(after=timedelta(hours=1))
        assert not self.is_refused(BEN)

    def test_twenty_from_one_source_within_a_minute(self):
        for number in range(20):
            note(f"person{number}@example.com", self.source, times=1)

        assert self.is_refused(after=timedelta(seconds=59))
        assert not self.is_refused(after=timedelta(minutes=1))
        assert not self.is_refused(source=f"{CAFE}/32")

    def test_strangers_do_not_lock_a_person_out_where_they_are_signed_in(self):
        make_customer()
        sign_in(ANA)
        for number in range(20):
            note(f"person{number}@example.com", self.source, times=1)
        for number in range(50):
            note(ANA, f"203.0.113.{number}/32", times=1)

        assert not self.is_refused()
        assert self.is_refused(BEN)
        assert self.is_refused(source="192.0.2.1/32")

        note(ANA, self.source, times=5)
        assert self.is_refused()

    def test_only_what_counts_is_kept(self):
        note(ANA, self.source, times=2)
        note(ANA, self.source, times=1, at=NOW + timedelta(minutes=30))

        assert forget_wrong_sign_ins(now=NOW + timedelta(hours=1)) == 2
        assert WrongSignIn.objects.count() == 1

    def test_what_was_typed_is_not_stored(self):
        note("oops-my-password", self.source, times=1)

        assert "oops" not in WrongSignIn.objects.get().person

    def test_one_statement_asks(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            self.is_refused()


@pytest.mark.parametrize(
    ("address", "source"),
    [(HOME, f"{HOME}/32"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::9", "2001:db8:1:2::/64")],
)
def test_an_ipv6_subscriber_is_one_source(address, source):
    assert source_of(RequestFactory().get("/", REMOTE_ADDR=address)) == source


def test_the_audit_finds_one_that_was_not_forgotten():
    note(ANA, f"{HOME}/32", times=1, at=datetime.now(UTC))
    assert find_breaches() == {}

    note(ANA, f"{HOME}/32", times=1, at=datetime.now(UTC) - timedelta(hours=3))

    assert "wrong passwords are forgotten once they count no more" in find_breaches()
