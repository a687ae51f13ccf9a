"""The signed-in person reads and changes their own details."""

import pytest

from accounts.models import Customer
from core.models import JournalEntry
from tests.factories.accounts import bearer, make_contact, make_customer, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make_customer(phone="+4917112345678", card_number="481516234200")


def test_returns_the_persons_own_details_in_three_statements(client, ana, django_assert_num_queries):
    headers = bearer(ana)

    with django_assert_num_queries(3):
        answer = client.get("/api/v1/me/", headers=headers)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "id": str(ana.pk),
        "name": "Ana Moreno",
        "email": "ana@example.com",
        "email_verified": True,
        "phone": "+4917112345678",
        "phone_verified": True,
        "language": "en",
        "home_store": None,
        "preferred_channel": "email",
        "receipt_channel": "email",
        "loyalty": {
            "card": "481516234200",
            "points": 0,
            "available": 0,
            "pending": 0,
            "owed": 0,
            "pending_lots": [],
            "next_expiry": None,
            "tier": None,
            "next_tier": None,
            "year_points": 0,
        },
    }


def test_anonymous_visitors_are_asked_to_sign_in(client):
    answer = client.get("/api/v1/me/")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_a_forged_token_is_nobodys(client, ana, token):
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


def test_changes_only_the_fields_that_are_sent(client, ana):
    changes = {"name": "Ana M.", "home_store": "ber-mitte", "receipt_channel": "none", "language": "ar"}

    answer = client.patch("/api/v1/me/", changes, content_type="application/json", headers=bearer(ana))

    assert answer.status_code == 200
    assert answer.json().items() >= changes.items()
    ana.refresh_from_db()
    assert (ana.name, ana.home_store, ana.preferred_channel) == ("Ana M.", "ber-mitte", "email")
    entry = JournalEntry.objects.get(kind="customer.changed")
    assert (entry.customer_id, entry.channel) == (ana.pk, "app")
    assert entry.payload == {"fields": ["home_store", "language", "name", "receipt_channel"]}


def test_sending_unchanged_details_back_changes_nothing(client, ana):
    read = client.get("/api/v1/me/", headers=bearer(ana)).json()
    own = {field: read[field] for field in ("name", "email", "phone", "language", "receipt_channel")}

    answer = client.patch("/api/v1/me/", own, content_type="application/json", headers=bearer(ana))

    assert answer.status_code == 200
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("email", "eve@example.com"), ("phone", "+4917199999999"), ("phone", ""), ("email", "")]
)
def test_another_address_or_number_needs_verification(client, ana, field, value):
    answer = client.patch(
        "/api/v1/me/", {field: value, "name": "Eve"}, content_type="application/json", headers=bearer(ana)
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "verification_required")
    assert answer.json()["change_at"] == f"/_allauth/app/v1/account/{field}"
    ana.refresh_from_db()
    assert (ana.name, ana.email, str(ana.phone)) == ("Ana Moreno", "ana@example.com", "+4917112345678")


@pytest.mark.parametrize(
    "body",
    [
        {"card_number": "1"},
        {"is_staff": True},
        {"language": "xx"},
        {"home_store": "../etc"},
        {"name": "x" * 201},
        {"name": "a\x00b"},
        {"name": {"a": 1}},
        {"receipt_channel": None},
        {"phone": "0171 1234567"},
        [],
        "x",
        None,
    ],
)
def test_refuses_what_makes_no_sense_and_changes_nothing(client, ana, body):
    before = Customer.objects.values().get(pk=ana.pk)

    answer = client.patch("/api/v1/me/", body, content_type="application/json", headers=bearer(ana))

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert Customer.objects.values().get(pk=ana.pk) == before


def test_a_merged_record_reads_as_the_person(client, ana):
    ben = make_customer("Ben", email="ben@example.com", merged_into=ana)

    answer = client.get("/api/v1/me/", headers=bearer(ben))

    assert answer.json()["id"] == str(ana.pk)


def test_a_browser_is_authenticated_by_its_session(client, ana):
    make_contact("Ana", email="ana@example.com", merged_into=ana)
    client.force_login(ana)

    assert client.get("/api/v1/me/").json()["id"] == str(ana.pk)


def test_a_browser_needs_its_csrf_token_to_change_anything(ana):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana)

    answer = browser.patch("/api/v1/me/", {"name": "Eve"}, content_type="application/json")

    assert answer.status_code == 403


def test_staff_with_one_factor_are_refused_where_two_are_required(client, settings):
    settings.STAFF_SECOND_FACTOR = True
    tess = make_staff()

    answer = client.get("/api/v1/me/", headers=bearer(tess))
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_required")
    client.force_login(tess)
    assert client.get("/api/v1/me/").status_code == 403


def test_staff_with_two_factors_are_admitted(client, settings):
    settings.STAFF_SECOND_FACTOR = True
    tess = make_staff()
    tess.authenticator_set.create(type="totp", data={})

    assert client.get("/api/v1/me/", headers=bearer(tess)).status_code == 200
    client.force_login(tess)
    assert client.get("/api/v1/me/").status_code == 200
