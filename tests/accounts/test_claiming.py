import pytest
from allauth.account.models import EmailAddress

from accounts.models import Customer, CustomerMerge
from accounts.services.identity.identity import PhoneTaken, prove_email, prove_phone
from core.actors import APP, Actor
from core.models import JournalEntry
from tests.factories.accounts import make_contact, make_customer, make_staff

pytestmark = pytest.mark.django_db

NUMBER = "+4917112345678"


@pytest.fixture
def ana():
    return make_customer(email="")


@pytest.fixture
def prove(now):
    def proves(customer, phone=NUMBER):
        prove_phone(customer=customer, phone=phone, by=Actor(APP, customer_id=customer.pk), now=now)

    return proves


def joined_to(person):
    return sorted(person.aliases.values_list("name", flat=True))


def test_verifying_a_number_joins_the_contact_registered_with_it(ana, prove, now):
    noted = make_contact("Frau Moreno", phone=NUMBER)
    make_contact("Somebody else", phone="+4917199999999")

    prove(ana)

    assert joined_to(ana) == ["Frau Moreno"]
    merge = CustomerMerge.objects.get()
    assert (merge.duplicate, merge.survivor, merge.merged_by, merge.reason) == (noted, ana, None, "claimed")
    kinds = list(JournalEntry.objects.order_by("id").values_list("kind", "customer_id", "channel"))
    assert kinds == [("customer.merged", ana.pk, "app"), ("customer.verified", ana.pk, "app")]
    assert JournalEntry.objects.get(kind="customer.verified").payload == {"medium": "phone"}
    ana.refresh_from_db()
    assert (str(ana.phone), ana.phone_verified_at) == (NUMBER, now)


def test_verifying_an_address_joins_the_contact_registered_with_it(now):
    ana = make_customer()
    make_contact("Moreno, A.", email="ana@example.com")

    prove_email(customer=ana, email="Ana@Example.com", by=Actor(APP, customer_id=ana.pk), now=now)

    assert joined_to(ana) == ["Moreno, A."]
    assert JournalEntry.objects.get(kind="customer.verified").payload == {"medium": "email"}


def test_joins_no_record_that_could_be_another_persons(ana, prove, now):
    """Anybody who can sign in to one of these would be signed in as the person who verified the number."""
    make_contact("Signing up", phone=NUMBER, signed_up_at=now)
    make_contact("Has signed in", phone=NUMBER, last_login=now)
    make_customer("Has a password", email="", phone=NUMBER, phone_verified_at=None)
    with_address = make_contact("Has an address", phone=NUMBER)
    EmailAddress.objects.create(user=with_address, email="eve@example.com", verified=False)
    make_staff("Works here", email="tess@example.com", phone=NUMBER, phone_verified_at=None)

    prove(ana)

    assert joined_to(ana) == []


def test_what_led_to_the_contact_leads_to_the_person(ana, prove, now):
    noted = make_contact("Noted", phone=NUMBER)
    earlier = make_contact("Noted earlier", merged_into=noted)
    CustomerMerge.objects.create(duplicate=earlier, survivor=noted, reason="Staff", merged_at=now)

    prove(ana)

    assert joined_to(ana) == ["Noted", "Noted earlier"]


def test_verifying_again_changes_nothing(ana, prove):
    prove(ana)

    prove(ana)

    assert JournalEntry.objects.count() == 1


def test_only_one_person_can_verify_a_number(ana, prove):
    ben = make_customer("Ben", email="ben@example.com")
    prove(ana)

    with pytest.raises(PhoneTaken):
        prove(ben)

    ben.refresh_from_db()
    assert (str(ben.phone), ben.phone_verified_at) == ("", None)
    assert JournalEntry.objects.count() == 1


def test_a_merged_login_verifies_for_the_person_it_was_merged_into(ana, prove):
    ben = make_customer("Ben", email="ben@example.com", merged_into=ana)
    make_contact("Noted", phone=NUMBER)

    prove(ben)

    assert joined_to(ana) == ["Ben", "Noted"]
    assert Customer.objects.get(pk=ben.pk).phone_verified_at is not None
