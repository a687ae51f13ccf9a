import pytest

from accounts.models import Customer, CustomerMerge
from accounts.queries.balances import holdings_of
from accounts.queries.people import get_person
from accounts.services.customers.merging import (
    AlreadyUndone,
    BothSignIn,
    CannotUnmerge,
    MergeRefused,
    merge_accounts,
    merge_customers,
    undo_merge,
)
from core.actors import TILL, Actor
from core.data.invariants import find_breaches
from core.models import JournalEntry
from tests.factories.accounts import make_contact, make_customer, make_staff
from tests.factories.balances import give_credit

pytestmark = pytest.mark.django_db


@pytest.fixture
def mona():
    return make_staff("Mona Albers", email="mona@example.com")


@pytest.fixture
def merge(mona, now):
    by = Actor(TILL, staff_id=mona.pk, store_code="ber-mitte")

    def join(duplicate, survivor, act=merge_customers):
        return act(duplicate=duplicate, survivor=survivor, reason="Same card", by=by, now=now)

    return join


@pytest.fixture
def undo(mona, now):
    return lambda merge: undo_merge(merge=merge, by=Actor(TILL, staff_id=mona.pk), now=now)


def leads_to():
    return {person.name: person.merged_into.name for person in Customer.objects.exclude(merged_into=None)}


def test_the_duplicates_id_leads_to_the_survivor(merge, mona, now):
    ana, contact = make_customer(), make_contact("Ana M.")

    merged = merge(contact, ana)

    person = get_person(customer_id=contact.pk)
    assert (person.id, person.ids) == (ana.pk, [ana.pk, contact.pk])
    assert (merged.reason, merged.merged_by, merged.merged_at, merged.undone_at) == ("Same card", mona, now, None)
    entry = JournalEntry.objects.get(kind="customer.merged")
    assert (entry.customer_id, entry.actor_id, entry.store) == (ana.pk, mona.pk, "ber-mitte")
    assert entry.payload == {
        "merge_id": merged.pk,
        "duplicate_id": contact.pk,
        "survivor_id": ana.pk,
        "cause": "staff",
    }


def test_what_led_to_the_duplicate_leads_to_the_survivor_in_one_step(merge):
    ana, ben, cleo = make_contact("Ana"), make_contact("Ben"), make_contact("Cleo")
    merge(ana, ben)

    merge(ben, cleo)

    assert leads_to() == {"Ana": "Cleo", "Ben": "Cleo"}
    assert find_breaches() == {}


def test_undoing_separates_the_duplicate_with_all_its_records(merge, undo, mona, now):
    ana, ben, cleo = make_contact("Ana"), make_contact("Ben"), make_contact("Cleo")
    merge(ana, ben)
    into_cleo = merge(ben, cleo)

    undone = undo(into_cleo)

    assert leads_to() == {"Ana": "Ben"}
    assert (undone.undone_by, undone.undone_at) == (mona, now)
    assert JournalEntry.objects.get(kind="customer.parted").payload["duplicate_id"] == ben.pk
    assert find_breaches() == {}


def test_undoing_an_inner_merge_keeps_the_outer_one(merge, undo):
    ana, ben, cleo, dora = (make_contact(name) for name in ("Ana", "Ben", "Cleo", "Dora"))
    merge(dora, ana)
    into_ben = merge(ana, ben)
    merge(ben, cleo)

    undo(into_ben)

    assert leads_to() == {"Dora": "Ana", "Ben": "Cleo"}
    assert find_breaches() == {}


def test_unmerged_records_can_be_merged_the_other_way(merge, undo):
    ana, ben = make_contact("Ana"), make_contact("Ben")
    undo(merge(ana, ben))

    merge(ben, ana)

    assert leads_to() == {"Ben": "Ana"}
    assert CustomerMerge.objects.filter(undone_at=None).count() == 1


def test_a_merge_is_undone_once(merge, undo):
    merged = merge(make_contact("Ana"), make_contact("Ben"))
    undo(merged)

    with pytest.raises(AlreadyUndone):
        undo(merged)

    assert JournalEntry.objects.filter(kind="customer.parted").count() == 1


def test_a_merge_cannot_be_undone_once_another_person_has_verified_the_number(merge, undo):
    ana = make_customer("Ana", email="", phone="+4917112345678")
    merged = merge(ana, make_contact("Ben"))
    make_customer("Cleo", email="cleo@example.com", phone="+4917112345678")

    with pytest.raises(CannotUnmerge):
        undo(merged)

    assert leads_to() == {"Ana": "Ben"}
    merged.refresh_from_db()
    assert merged.undone_at is None


def refused(merge, duplicate, survivor, error=MergeRefused):
    before = leads_to(), CustomerMerge.objects.count(), JournalEntry.objects.count()
    with pytest.raises(error) as refusal:
        merge(duplicate, survivor)
    assert (leads_to(), CustomerMerge.objects.count(), JournalEntry.objects.count()) == before
    return refusal.value.details.get("cause")


def test_refuses_to_merge_a_record_into_itself(merge):
    ana = make_contact("Ana")

    assert refused(merge, ana, ana) == "same_record"


def test_refuses_records_that_were_merged_already(merge):
    ana, ben, cleo = make_contact("Ana"), make_contact("Ben"), make_contact("Cleo")
    merge(ana, ben)

    assert refused(merge, ana, ben) == "already_merged"
    assert refused(merge, cleo, ana) == "already_merged"
    assert refused(merge, ben, ana) == "already_merged"


def test_refuses_staff_on_either_side(merge, mona):
    ana = make_contact("Ana")

    assert refused(merge, mona, ana) == "staff"
    assert refused(merge, ana, mona) == "staff"


def test_refuses_two_logins_unless_staff_say_so(merge):
    ana = make_customer()
    ben = make_customer("Ben", email="", phone="+4917112345678", password=None)
    refused(merge, ana, ben, BothSignIn)

    merge(ana, ben, merge_accounts)

    assert leads_to() == {"Ana Moreno": "Ben"}


def test_no_balance_is_lost_by_a_merge_or_its_undoing(merge, undo, now):
    ana, contact = make_customer(), make_contact("Ana M.")
    give_credit(ana, 300)
    kept = [give_credit(contact, 500), give_credit(contact, 70, kind="points")]

    merged = merge(contact, ana)

    held = holdings_of(person_ids=get_person(customer_id=contact.pk).ids, currency="EUR")
    assert (held["credit"].free, held["points"].free) == (800, 70)
    assert find_breaches() == {}
    undo(merged)
    assert holdings_of(person_ids=[ana.pk], currency="EUR")["credit"].free == 300
    apart = holdings_of(person_ids=get_person(customer_id=contact.pk).ids, currency="EUR")
    assert {kind: holding.free for kind, holding in apart.items()} == {"credit": 500, "points": 70}
    assert [list(holding.ids) for holding in (apart["credit"], apart["points"])] == [[balance.pk] for balance in kept]
