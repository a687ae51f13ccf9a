from datetime import timedelta

import pytest

from accounts.models import Consent, CustomerMerge
from accounts.queries.consents import may_send
from core.models import JournalEntry
from tests.factories.accounts import bearer, make_contact, make_customer

pytestmark = pytest.mark.django_db

YES = {"medium": "email", "purpose": "marketing", "is_given": True, "text_version": "2026-11"}
NO = YES | {"is_given": False}


@pytest.fixture
def ana():
    return make_customer()


@pytest.fixture
def consents(client, ana):
    def ask(*decisions):
        headers, path = bearer(ana), "/api/v1/me/consents/"
        if not decisions:
            return client.get(path, headers=headers)
        return client.put(path, {"consents": decisions}, content_type="application/json", headers=headers)

    return ask


def newsletter(answer):
    return next(
        consent
        for consent in answer.json()["consents"]
        if (consent["medium"], consent["purpose"]) == ("email", "marketing")
    )


def test_nothing_is_allowed_without_a_decision(consents):
    answer = consents()

    assert len(answer.json()["consents"]) == 15
    assert newsletter(answer) == {
        "medium": "email",
        "purpose": "marketing",
        "is_given": False,
        "text_version": None,
        "channel": None,
        "store": None,
        "decided_at": None,
    }


def test_the_newest_decision_is_in_force_and_older_ones_stay_as_proof(consents, ana):
    assert newsletter(consents(YES))["is_given"] is True

    answer = consents(NO)

    assert newsletter(answer)["is_given"] is False
    rows = list(Consent.objects.order_by("id").values_list("customer_id", "is_given", "channel", "text_version"))
    assert rows == [(ana.pk, True, "app", "2026-11"), (ana.pk, False, "app", "2026-11")]
    entry = JournalEntry.objects.order_by("id").last()
    assert (entry.kind, entry.customer_id) == ("consent.decided", ana.pk)
    assert entry.payload == {"medium": "email", "purpose": "marketing", "is_given": False}


def test_repeating_a_decision_adds_nothing(consents):
    consents(YES)

    assert consents(YES).status_code == 200

    assert Consent.objects.count() == JournalEntry.objects.count() == 1


def test_the_same_decision_on_another_wording_is_recorded(consents):
    consents(YES)

    consents(YES | {"text_version": "2026-12"})

    assert Consent.objects.count() == 2


@pytest.mark.parametrize(
    "decisions",
    [
        [YES, NO],
        [YES | {"medium": "pigeon"}],
        [YES | {"purpose": "everything"}],
        [YES | {"is_given": "maybe"}],
        [YES | {"text_version": "with spaces in it"}],
        [YES | {"staff": 1}],
        [{}],
        ["yes"],
        [YES] * 16,
    ],
)
def test_refuses_what_makes_no_sense_and_records_nothing(consents, decisions):
    answer = consents(*decisions)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not Consent.objects.exists()
    assert not JournalEntry.objects.exists()


def test_is_nobody_elses(client):
    assert client.get("/api/v1/me/consents/").status_code == 401
    assert client.put("/api/v1/me/consents/", {"consents": [YES]}, content_type="application/json").status_code == 401


def test_reads_in_two_statements(client, consents, ana, django_assert_num_queries):
    consents(YES, YES | {"medium": "sms"})
    headers = bearer(ana)

    with django_assert_num_queries(2):
        client.get("/api/v1/me/consents/", headers=headers)


@pytest.mark.parametrize(
    ("own", "others", "since_merge", "allowed"),
    [
        (True, True, None, True),
        (True, False, None, False),
        (False, True, None, False),
        (None, True, None, True),
        (None, None, None, False),
        (False, True, True, True),
        (True, False, True, True),
        (True, True, False, False),
    ],
)
def test_two_records_of_a_person_allow_what_both_allow_until_the_person_decides(
    ana, now, own, others, since_merge, allowed
):
    noted = make_contact("Ana at the till", merged_into=ana)
    CustomerMerge.objects.create(duplicate=noted, survivor=ana, reason="", merged_at=now)
    decisions = [
        (ana, own, now - timedelta(days=2)),
        (noted, others, now - timedelta(days=1)),
        (ana, since_merge, now + timedelta(days=1)),
    ]
    for customer, is_given, decided_at in decisions:
        if is_given is not None:
            Consent.objects.create(
                customer=customer,
                medium="sms",
                purpose="surveys",
                is_given=is_given,
                channel="till",
                text_version="1",
                decided_at=decided_at,
            )

    person = {"customer_id": ana.pk, "person_ids": [ana.pk, noted.pk]}
    assert may_send(**person, medium="sms", purpose="surveys") is allowed
    assert may_send(**person, medium="sms", purpose="marketing") is False
