import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from accounts.models import Customer, VisitMessage
from accounts.services.customers.visit_events import forget_visit_messages, link_visitor
from core.models import JournalEntry
from tests.factories.accounts import bearer, make_customer

pytestmark = pytest.mark.django_db

VISITOR = {"X-Visitor": "device-0123456789"}


def event(number=1, **fields):
    return {
        "message_id": f"message-{number}",
        "kind": "product_viewed",
        "occurred_at": datetime.now(UTC).isoformat(),
        **fields,
    }


@pytest.fixture
def report(client):
    def send(*events, headers=VISITOR):
        return client.post("/api/v1/events/", {"events": events}, content_type="application/json", headers=headers)

    return send


def test_an_anonymous_visit_event_belongs_to_the_device(report):
    answer = report(event(url="https://shop.example/p/kettle/?q=ana+moreno#x", campaign="autumn", props={"sku": "K-1"}))

    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "repeated": 0, "too_old": 0})
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.customer_id, entry.channel) == ("touch.product_viewed", None, "app")
    assert entry.payload == {
        "visitor": "device-0123456789",
        "path": "/p/kettle/",
        "campaign": "autumn",
        "props": {"sku": "K-1"},
    }


def test_a_signed_in_persons_visit_event_is_in_their_timeline(client, report):
    ana = make_customer()

    report(event(url="/kettles/"), headers=bearer(ana))

    entries = client.get("/api/v1/me/timeline/", headers=bearer(ana)).json()["results"]
    assert [(entry["kind"], entry["summary"]) for entry in entries] == [("touch.product_viewed", "Visited: /kettles/")]


def test_the_same_visit_event_counts_once(report):
    report(event(1), event(2))

    answer = report(event(2), event(3), event(3))

    assert answer.json() == {"accepted": 1, "repeated": 2, "too_old": 0}
    assert JournalEntry.objects.count() == 3


def test_two_devices_may_use_the_same_event_id(report):
    report(event(1))

    assert report(event(1), headers={"X-Visitor": "device-9876543210"}).json()["accepted"] == 1


def test_future_times_become_now_and_old_events_are_dropped(report):
    now = datetime.now(UTC)

    answer = report(
        event(1, occurred_at=(now + timedelta(days=400)).isoformat()),
        event(2, occurred_at=(now - timedelta(days=31)).isoformat()),
    )

    assert answer.json() == {"accepted": 1, "repeated": 0, "too_old": 1}
    assert now <= JournalEntry.objects.get().occurred_at <= datetime.now(UTC)


def test_a_hundred_take_as_many_statements_as_one(client, report, django_assert_num_queries):
    headers = bearer(make_customer())
    for first, count in ((0, 1), (1, 100)):
        # Authentication, begin, which are new, the journal, commit.
        with django_assert_num_queries(5):
            report(*(event(number) for number in range(first, first + count)), headers=headers)

    assert JournalEntry.objects.count() == 101


@pytest.mark.parametrize(
    "wrong",
    [
        {"message_id": "x"},
        {"message_id": None},
        {"kind": "Ana Moreno"},
        {"kind": ""},
        {"occurred_at": "yesterday"},
        {"occurred_at": 10**30},
        {"url": "http://[broken"},
        {"url": "x" * 2001},
        {"campaign": "with spaces"},
        {"props": {"note": "call me tomorrow, Ana"}},
        {"props": {"mail": "ana@example.com"}},
        {"props": {"nested": {"a": 1}}},
        {"props": {"big": 10**300}},
        {"props": {"a b": 1}},
        {"props": {str(number): 1 for number in range(21)}},
        {"props": []},
        {"customer_id": 1},
    ],
)
def test_refuses_what_makes_no_sense_and_keeps_nothing(report, wrong):
    answer = report(event(1), event(2, **wrong))

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not JournalEntry.objects.exists()
    assert not VisitMessage.objects.exists()


@pytest.mark.parametrize("events", [[], [event(number) for number in range(101)]])
def test_takes_one_to_a_hundred(report, events):
    assert report(*events).status_code == 400
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("visitor", [None, "short", "x" * 65, "with spaces in between", "كلمة كلمة كلمة كلمة"])
def test_anonymous_visitors_need_a_device_key(report, visitor):
    answer = report(event(), headers={"X-Visitor": visitor.encode().decode("latin-1")} if visitor else {})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_too_many_batches_are_refused_for_a_while(report, monkeypatch):
    from accounts.api.visit_events import VisitEvents

    throttle = VisitEvents.throttle_classes[0]
    monkeypatch.setattr(throttle, "THROTTLE_RATES", {"touch": "1/min"})
    report(event(1))

    answer = report(event(2))

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer["Retry-After"]) > 0


def test_old_event_ids_are_deleted_once_they_would_be_too_old_to_accept(report):
    report(event())

    assert forget_visit_messages(now=datetime.now(UTC) + timedelta(days=30)) == 0
    assert forget_visit_messages(now=datetime.now(UTC) + timedelta(days=32)) == 1


def visits_of(client, person):
    entries = client.get("/api/v1/me/timeline/", headers=bearer(person)).json()["results"]
    return [entry["summary"].removeprefix("Visited: ") for entry in entries if entry["kind"].startswith("touch.")]


class TestVisitsBeforeTheSignIn:
    def test_join_whoever_signs_in_with_the_devices_key(self, client, report):
        ana = make_customer()
        report(event(1, url="/kettles/"))
        link_visitor(visitor=VISITOR["X-Visitor"], customer_id=ana.pk, now=datetime.now(UTC))

        assert visits_of(client, ana) == ["/kettles/"]

    def test_join_a_person_who_reports_more_from_the_same_device(self, client, report):
        ana = make_customer()
        report(event(1, url="/kettles/"))
        report(event(2, url="/cups/"), headers=bearer(ana) | VISITOR)

        assert visits_of(client, ana) == ["/cups/", "/kettles/"]

    def test_of_another_device_and_after_the_sign_in_do_not(self, client, report):
        ana = make_customer()
        report(event(1, url="/other/"), headers={"X-Visitor": "device-9999999999"})
        link_visitor(visitor=VISITOR["X-Visitor"], customer_id=ana.pk, now=datetime.now(UTC))
        report(event(2, url="/later/"))

        assert visits_of(client, ana) == []

    def test_on_a_shared_device_belong_to_whoever_signs_in_next(self, client, report):
        ana, ben = make_customer(), make_customer("Ben", email="ben@example.com")
        device = VISITOR["X-Visitor"]
        report(event(1, url="/anas/"))
        link_visitor(visitor=device, customer_id=ana.pk, now=datetime.now(UTC))
        report(event(2, url="/bens/"))
        link_visitor(visitor=device, customer_id=ben.pk, now=datetime.now(UTC))
        report(event(3, url="/anas-again/"))
        link_visitor(visitor=device, customer_id=ana.pk, now=datetime.now(UTC))

        assert (visits_of(client, ana), visits_of(client, ben)) == (["/anas-again/", "/anas/"], ["/bens/"])

    def test_join_at_sign_up_within_the_same_session(self, client, report, settings):
        report(event(1, url="/kettles/"))
        headers = {**VISITOR, "User-Agent": "app"}
        body = {"email": "new@example.com", "password": "a-long-secret-of-mine"}
        first = client.post("/_allauth/app/v1/auth/signup", body, content_type="application/json", headers=headers)
        code = re.search(r"\b[A-Z0-9]{6,8}\b|\b[0-9]{6}\b", mail.outbox[-1].body).group()
        session = {"X-Session-Token": first.json()["meta"]["session_token"]}
        verified = client.post(
            "/_allauth/app/v1/auth/email/verify", {"key": code}, content_type="application/json", headers=session
        )

        assert verified.status_code == 200, verified.content
        assert visits_of(client, Customer.objects.get(email="new@example.com")) == ["/kettles/"]
