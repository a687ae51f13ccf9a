from datetime import timedelta

import pytest

from accounts.events import ConsentDecided, CustomerChanged, CustomerVerified
from accounts.queries.timeline import summary_of
from core.actors import APP, TILL, Actor
from core.journal import Entry, publish
from tests.factories.accounts import bearer, make_contact, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make_customer()


@pytest.fixture
def happens(ana, now):
    def happens(minutes, event=CustomerChanged, *, channel=APP, store="", customer=ana, **payload):
        by = Actor(channel, customer_id=customer.pk, store_code=store)
        payload = payload or {"fields": ["name"]}
        publish(event(by=by, occurred_at=now + timedelta(minutes=minutes), customer_id=customer.pk, **payload))

    return happens


@pytest.fixture
def story(client, ana):
    def read(query="", **headers):
        return client.get(f"/api/v1/me/timeline/{query}", headers=bearer(ana) | headers)

    return read


def minutes_told(answer, now):
    return [int(entry["occurred_at"][14:16]) for entry in answer.json()["results"]]


def test_lists_every_channel_newest_first(story, happens, now):
    happens(1, channel=TILL, store="ber-mitte")
    happens(3, CustomerVerified, medium="phone")
    happens(2, ConsentDecided, medium="email", purpose="marketing", is_given=True)

    page = story().json()

    assert page["next"] is None
    assert [(entry["kind"], entry["channel"], entry["store"], entry["summary"]) for entry in page["results"]] == [
        ("customer.verified", "app", None, "Confirmed the phone number"),
        ("consent.decided", "app", None, "Allowed: Offers and news (E-mail)"),
        ("customer.changed", "till", "ber-mitte", "Changed own details"),
    ]
    assert page["results"][0]["occurred_at"] == "2026-11-21T12:03:00+00:00"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?kind=customer.changed", [1]),
        ("?kind=customer", [3, 1]),
        ("?kind=cust", []),
        ("?channel=till", [1]),
        ("?store=ber-mitte", [1]),
        ("?channel=web", []),
        ("?before=2026-11-21T12:02:00Z", [1]),
        ("?before=2026-11-21T13:02:00%2B01:00", [1]),
    ],
)
def test_lists_only_the_requested_entries(story, happens, now, query, expected):
    happens(1, channel=TILL, store="ber-mitte")
    happens(2, ConsentDecided, medium="email", purpose="marketing", is_given=False)
    happens(3, CustomerVerified, medium="phone")

    assert minutes_told(story(query), now) == expected


def test_pages_meet_exactly_even_for_simultaneous_entries(client, story, ana, happens, now):
    for minutes in (0, 1, 1, 1, 2, 3, 3):
        happens(minutes)

    told, address = [], "/api/v1/me/timeline/?limit=2&kind=customer"
    while address:
        page = client.get(address, headers=bearer(ana)).json()
        told += page["results"]
        address = page["next"]

    assert [int(entry["occurred_at"][14:16]) for entry in told] == [3, 3, 2, 1, 1, 1, 0]
    assert len({entry["id"] for entry in told}) == 7


def test_lists_all_records_of_the_person_and_nobody_elses(story, ana, happens, now):
    happens(1, customer=make_contact("Ana at the till", merged_into=ana))
    happens(2)
    happens(3, customer=make_customer("Ben", email="ben@example.com"))

    assert minutes_told(story(), now) == [2, 1]


def test_takes_two_statements_for_a_timeline_of_any_length(client, ana, happens, django_assert_num_queries):
    for number in range(5):
        make_contact(f"Alias {number}", merged_into=ana)
    for minutes in range(40):
        happens(minutes)
    headers = bearer(ana)

    with django_assert_num_queries(2):
        assert len(client.get("/api/v1/me/timeline/", headers=headers).json()["results"]) == 20


def test_an_entry_whose_class_is_no_longer_known_is_worded_by_its_kind():
    assert summary_of(Entry(1, "wish.was_granted", None, 1, "app", "", None, "", {})) == "Wish was granted"


def test_is_worded_in_the_language_of_the_request(story, happens):
    happens(1, CustomerVerified, medium="phone")

    told = [story(**{"Accept-Language": code}).json()["results"][0]["summary"] for code in ("fa", "ar")]

    assert "تلفن" in told[0]
    assert "الهاتف" in told[1]


@pytest.mark.parametrize(
    "query",
    [
        "?before=yesterday",
        "?before=2026-11-21",
        "?before=2026-11-21T12:00:00",
        "?before=2026-99-21T12:00:00Z",
        "?before=2026-11-21T12:00:00Z~x",
        "?before=2026-11-21T12:00:00Z~" + "9" * 40 + "x",
        "?limit=0",
        "?limit=101",
        "?limit=ten",
        "?kind=%25",
        "?kind=a&kind=b",
        "?channel=%00",
        "?colour=red",
    ],
)
def test_refuses_what_makes_no_sense(story, query):
    answer = story(query)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_is_nobody_elses(client):
    assert client.get("/api/v1/me/timeline/").status_code == 401
