"""Staff and owners merge the same records at the same moment; without the lock they would point at each other."""

from datetime import UTC, datetime

import pytest
from django.db.models import QuerySet

from accounts.models import Customer, CustomerMerge
from accounts.services.customers import merging, people
from accounts.services.identity import identity
from core.actors import APP, TILL, Actor
from core.data.invariants import find_breaches
from tests.concurrency.racing import Meeting, race
from tests.factories.accounts import make_contact, make_customer

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STAFF = Actor(TILL)
NUMBER = "+4917112345678"


@pytest.fixture(autouse=True)
def sound_books(request):
    yield
    if "without" not in request.node.name:
        assert find_breaches() == {}


def merge(duplicate, survivor):
    return lambda: merging.merge_customers(duplicate=duplicate, survivor=survivor, reason="", by=STAFF, now=NOW)


def outcomes(results):
    return sorted(type(result).__name__ for result in results)


def test_the_same_merge_made_twice_is_made_once():
    ana, ben = make_contact("Ana"), make_contact("Ben")

    results = race([merge(ana, ben)] * 4)

    assert outcomes(results) == ["CustomerMerge"] + ["MergeRefused"] * 3
    assert CustomerMerge.objects.count() == 1


def test_two_records_are_not_merged_into_each_other():
    ana, ben = make_contact("Ana"), make_contact("Ben")

    results = race([merge(ana, ben), merge(ben, ana)] * 2)

    assert outcomes(results) == ["CustomerMerge"] + ["MergeRefused"] * 3
    assert Customer.objects.exclude(merged_into=None).count() == 1


def test_without_the_lock_both_would_go_ahead(monkeypatch):
    """Negative control: nobody is refused, so they point at each other, or only a constraint stops one of them."""

    def look_only(ids):
        return {person.pk: person for person in Customer.objects.filter(pk__in=ids)}

    monkeypatch.setattr(merging, "lock_people", Meeting(2).after(look_only))
    ana, ben = make_contact("Ana"), make_contact("Ben")

    results = race([merge(ana, ben), merge(ben, ana)])

    assert "MergeRefused" not in outcomes(results)


def test_chains_merged_and_unmerged_at_once_stay_one_step_long():
    """They may deadlock, as each merge moves what another joins; PostgreSQL ends that without damage."""
    ana, ben, cleo, dora = (make_contact(name) for name in ("Ana", "Ben", "Cleo", "Dora"))
    first = merge(ana, ben)()

    race(
        [
            merge(ben, cleo),
            merge(cleo, dora),
            merge(dora, ana),
            lambda: merging.undo_merge(merge=first, by=STAFF, now=NOW),
        ]
    )

    assert find_breaches() == {}


def test_a_merge_undone_twice_at_once_is_undone_once():
    merged = merge(make_contact("Ana"), make_contact("Ben"))()

    results = race([lambda: merging.undo_merge(merge=merged, by=STAFF, now=NOW)] * 4)

    assert outcomes(results) == ["AlreadyUndone"] * 3 + ["CustomerMerge"]


def test_without_the_locks_it_would_be_undone_by_each(monkeypatch):
    """Negative control: the merge and its people must be read under their locks."""
    merged = merge(make_contact("Ana"), make_contact("Ben"))()
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
    monkeypatch.setattr(CustomerMerge, "save", Meeting(4).before(CustomerMerge.save))

    results = race([lambda: merging.undo_merge(merge=merged, by=STAFF, now=NOW)] * 4)

    assert outcomes(results) == ["CustomerMerge"] * 4


def test_a_number_verified_by_two_at_once_and_its_contact_go_to_one_person():
    ana, ben = (make_customer(name, email=f"{name}@example.com") for name in ("ana", "ben"))
    noted = make_contact("Noted", phone=NUMBER)

    def prove(customer):
        by = Actor(APP, customer_id=customer.pk)
        return lambda: identity.prove_phone(customer=customer, phone=NUMBER, by=by, now=NOW)

    results = race([prove(ana), prove(ben)] * 2)

    assert outcomes(results) == ["NoneType"] * 2 + ["PhoneTaken"] * 2
    holder = Customer.objects.get(phone=NUMBER, phone_verified_at__isnull=False)
    noted.refresh_from_db()
    assert noted.merged_into == holder


def test_two_tills_that_register_the_same_number_create_one_person():
    by = Actor(TILL, store_code="ber-mitte")

    results = race([lambda: people.register_contact(name="Paul", phone=NUMBER, by=by, now=NOW)] * 4)

    assert sorted(is_new for _person, is_new in results) == [False, False, False, True]
    assert Customer.objects.count() == 1


def test_without_taking_turns_they_would_create_several(monkeypatch):
    """Negative control: no row exists yet that could be locked."""
    monkeypatch.setattr(people, "_ONE_AT_A_TIME", "SELECT %(known_by)s::text[]")
    monkeypatch.setattr(people, "find_same_person", Meeting(4).after(people.find_same_person))
    by = Actor(TILL, store_code="ber-mitte")

    race([lambda: people.register_contact(name="Paul", phone=NUMBER, by=by, now=NOW)] * 4)

    assert Customer.objects.count() == 4
