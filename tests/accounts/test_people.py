import pytest

from accounts.models import Customer
from accounts.queries.people import find_people, find_record_ids, find_same_person, get_person
from accounts.services.customers.people import register_contact
from core.actors import TILL, Actor
from core.errors import NotFound
from core.models import JournalEntry
from tests.factories.accounts import make_contact, make_customer, make_staff

pytestmark = pytest.mark.django_db

NUMBER = "+4917112345678"


@pytest.fixture
def tess():
    return Actor(TILL, staff_id=make_staff().pk, store_code="ber-mitte")


@pytest.fixture
def people():
    make_customer("Ana Moreno", email="ana.moreno@example.com", phone=NUMBER, card_number="481516234200")
    make_contact("ليلى حدّاد", phone="+491713920003")
    make_contact("Béla Novák", email="bela@example.com")
    make_contact("Annabel Morrow")
    make_contact("Somebody else", email="100%_real@example.com")


def found(text, **limits):
    return [person.name for person in find_people(text=text, **limits)]


@pytest.mark.parametrize(
    "text",
    [
        "+4917112345678",
        "+49 171 1234 5678",
        "0049 171 12345678",
        "+49 (0)171 / 12345678",
        "0171-12345678",
        "٠١٧١ ١٢٣٤٥٦٧٨",
        "5678",
        "481516234200",
        "4815 1623 4200",
        "ANA.Moreno@example.com",
        "ana.moreno@ex",
        "Ana Moreno",
        "moreno",
    ],
)
def test_a_person_is_found_by_number_address_card_and_name(people, text):
    assert found(text)[0] == "Ana Moreno"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("novak", "Béla Novák"),
        ("NOVÁK", "Béla Novák"),
        ("bela novak", "Béla Novák"),
        ("novak bela", "Béla Novák"),
        ("ليلي حداد", "ليلى حدّاد"),
        ("morenno", "Ana Moreno"),
    ],
)
def test_names_are_found_in_other_spellings(people, text, name):
    assert found(text)[0] == name


@pytest.mark.parametrize(
    "name",
    [
        "De Souza",
        "Desouza",
        "De-Souza",
        "de\u2010souza",
        "DE SOUZA",
        "Ana de Souza",
        "Ana-de-Souza",
    ],
)
@pytest.mark.parametrize("text", ["De Souza", "desouza", "de-souza", "DE\u2011SOUZA", "de\u00a0souza", "de\u200dsouza"])
def test_a_name_is_found_however_its_parts_are_joined(name, text):
    make_contact(name)
    make_contact("Dessau")

    assert found(text)[0] == name


PARTS = ["می‌خواهم", "میخواهم", "می خواهم", "مي‌خواهم"]


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("text", [*PARTS, "خواهم"])
def test_a_persian_name_is_found_with_a_joiner_a_blank_or_neither(name, text):
    make_contact(name)
    make_contact("می‌دانم")

    assert found(text) == [name]
    assert find_record_ids(text) == [Customer.objects.get(name=name).pk]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Anne-Marie Weber", "annemarie"),
        ("Annemarie Weber", "anne-marie web"),
        ("Anne Marie Weber", "annemarieweber"),
        ("Conor O’Brien", "obrien"),
        ("Conor OBrien", "o'brien"),
        ("J. R. Ewing", "jr ewing"),
        ("Li Wu", "liwu"),
        ("Liwu", "li wu"),
        ("Li", "l-i"),
    ],
)
def test_the_till_and_the_back_office_find_joined_names_alike(name, text):
    person = make_contact(name)
    make_contact("Anne Schmidt")

    assert [found.id for found in find_people(text=text)] == find_record_ids(text) == [person.pk]


def test_the_name_that_is_meant_comes_before_longer_ones_however_it_is_joined():
    for name in ("Desouzani", "De Souza", "Ana Desouzani"):
        make_contact(name)

    assert found("desouza")[0] == "De Souza"


def test_further_names_may_stand_where_a_blank_was_typed(people):
    make_contact("Anne-Marie de Souza")

    assert found("anne souza") == ["Anne-Marie de Souza"]


@pytest.mark.parametrize("text", ["--", "- -", "'", "’’", "\u200c\u200c", "a-", "-a"])
def test_marks_without_letters_find_nobody(people, text):
    assert found(text) == []


@pytest.mark.parametrize(("first", "second"), [("Anne-Marie", "Annemarie"), ("De Souza", "Desouza")])
def test_who_comes_again_with_the_same_number_is_the_same_however_the_name_is_joined(tess, first, second):
    known = make_contact(first, phone="+491713920003")

    assert find_same_person(phone="+491713920003", email="", name=second).id == known.pk
    assert find_same_person(phone="+491713920003", email="", name="Anton") is None


@pytest.mark.parametrize("text", ["", " ", "a", "%", "%%%", "_", "\\", "123", "@", "zzzzzz", "9999999999", "'; --"])
def test_a_search_that_matches_nobody_finds_nobody(people, text):
    assert found(text) == []


def test_the_end_of_a_number_may_begin_with_a_zero(people):
    make_contact("Zero", phone="+4915100000712")

    assert found("0712") == ["Zero"]


def test_two_letters_are_searched_as_a_prefix(people):
    assert found("an") == ["Ana Moreno", "Annabel Morrow"]


def test_searching_takes_one_statement_however_many_are_found(people, django_assert_num_queries):
    for number in range(30):
        make_contact(f"Ana Nr. {number}")

    with django_assert_num_queries(1):
        assert len(found("ana", limit=10)) == 10


def test_a_merged_record_leads_to_the_person(people):
    ana = Customer.objects.get(name="Ana Moreno")
    make_contact("Moreno-Vidal", phone="+4915199999999", merged_into=ana)

    assert found("vidal") == found("0151 99999999") == ["Ana Moreno"]


def test_a_person_shows_which_details_are_verified(people, django_assert_num_queries):
    ana = Customer.objects.get(name="Ana Moreno")
    noted = make_contact("Noted", merged_into=ana)

    with django_assert_num_queries(1):
        person = get_person(customer_id=noted.pk)

    assert (person.id, person.ids, person.phone) == (ana.pk, [ana.pk, noted.pk], NUMBER)
    assert (person.has_account, person.is_phone_verified, person.is_email_verified) == (True, True, True)
    bela = find_people(text="bela@example.com")[0]
    assert (bela.has_account, bela.is_phone_verified, bela.is_email_verified) == (False, False, False)


def test_unknown_and_closed_customers_are_not_found():
    closed = make_customer(is_active=False)

    for customer_id in (closed.pk, 0):
        with pytest.raises(NotFound):
            get_person(customer_id=customer_id)


def test_registers_a_new_contact(tess, now):
    person, is_new = register_contact(
        name=" Paul Neumann ", phone=NUMBER, email="Paul@Example.com", language="ar", by=tess, now=now
    )

    assert is_new
    paul = Customer.objects.get(pk=person.id)
    assert (paul.name, paul.email, str(paul.phone), paul.language) == ("Paul Neumann", "paul@example.com", NUMBER, "ar")
    assert (paul.phone_verified_at, paul.signed_up_at, paul.home_store) == (None, None, "ber-mitte")
    assert not paul.has_usable_password()
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.customer_id, entry.store) == ("customer.registered", paul.pk, "ber-mitte")


@pytest.mark.parametrize("known_by", [{"phone": NUMBER}, {"email": "ANA@example.com"}])
def test_whoever_verified_the_details_is_returned(tess, now, known_by):
    ana = make_customer(phone=NUMBER)

    person, is_new = register_contact(name="A. Moreno", by=tess, now=now, **known_by)

    assert (person.id, is_new) == (ana.pk, False)
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("name", ["", "paul  neumann", "PAUL NEUMANN"])
def test_a_contact_with_the_same_name_is_returned(tess, now, name):
    paul = make_contact("Paul Neumann", phone=NUMBER)

    person, is_new = register_contact(name=name, phone=NUMBER, by=tess, now=now)

    assert (person.id, is_new) == (paul.pk, False)


def test_an_unverified_number_of_another_person_identifies_nobody(tess, now):
    """A shared family telephone; or a typing error, which must not open a stranger's history."""
    make_contact("Paul Neumann", phone=NUMBER)

    person, is_new = register_contact(name="Greta Lindner", phone=NUMBER, by=tess, now=now)

    assert (person.name, is_new) == ("Greta Lindner", True)


def test_a_contact_without_number_and_address_is_always_new(tess, now):
    for _visit in range(2):
        assert register_contact(name="Greta", by=tess, now=now)[1]
