"""A member of staff opens as many customers within an hour as anybody needs, and never all of them."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from accounts.models import Customer
from accounts.rules import roles
from core.models import JournalEntry
from tests.client import Api, signed_in
from tests.factories.accounts import make_contact, make_staff
from tests.factories.inventory import assign
from tests.till.conftest import Clerk, new_key, text_of

MET = "staff.people_limit_met"


@pytest.fixture(autouse=True)
def two_in_an_hour(settings):
    cache.clear()
    settings.MOST_PEOPLE_OPENED, settings.MOST_PEOPLE_LISTED = 2, 4


@pytest.fixture
def people(db):
    return [make_contact(f"Nobody {place}", phone=f"+4917139200{place:02}") for place in range(6)]


@pytest.fixture
def till(tess):
    return Api(tess)


def address(person, rest=""):
    return f"till/customers/{person.pk}/{rest}"


def refused(answer):
    """Whether an answer of the API is the refusal of one customer too many."""
    return (answer.status_code, answer.json()["code"]) == (429, "too_many_people")


def open_all_that_are_allowed(till, people):
    for person in people[:2]:
        assert till.get(address(person)).status_code == 200


def test_the_refusal_says_how_many_and_when_to_come_back(till, people):
    open_all_that_are_allowed(till, people)

    answer = till.get(address(people[2]))

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["most"]) == (429, "too_many_people", 2)
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    assert problem["retry_after"] == int(answer.headers["Retry-After"])
    assert "You have opened 2 customers within an hour" in problem["detail"]
    assert "Nobody 2" not in answer.content.decode()


def test_whoever_was_opened_can_be_opened_again(till, people):
    open_all_that_are_allowed(till, people)
    assert refused(till.get(address(people[2])))

    open_all_that_are_allowed(till, people)


def test_records_of_one_person_count_once(till, people):
    people[0].merged_into = people[1]
    people[0].save()
    open_all_that_are_allowed(till, people)

    assert till.get(address(people[2])).status_code == 200
    assert refused(till.get(address(people[3])))


def routes(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif "customer_id>" in path and "/till/" in path:
            yield path


def test_every_door_to_a_customer_by_their_id_counts(till, people, mug):
    """The walk knows each route by its path, so that a new one must be tried here, too."""
    acts = {
        "": [("get", None)],
        "cart/": [("get", None), ("delete", None)],
        "cart/lines/": [("post", {"sku": "MUG", "quantity": 1})],
        "cart/lines/<str:line_id>/": [("patch", {"quantity": 1}), ("delete", None)],
        "cart/vouchers/": [("post", {"code": "SAVE10"})],
        "cart/vouchers/<str:code>/": [("delete", None)],
    }
    known = {f"api/v1/till/customers/<str:customer_id>/{rest}" for rest in acts}
    pages = {"admin/till/customers/<int:customer_id>/", "admin/till/customers/<int:customer_id>/return/"}
    assert set(routes(get_resolver().url_patterns)) == known | pages

    open_all_that_are_allowed(till, people)
    for rest, methods in acts.items():
        for method, body in methods:
            path = address(people[2], rest.replace("<str:line_id>", "1").replace("<str:code>", "SAVE10"))
            answer = getattr(till, method)(path, *([body] if body else []))
            assert refused(answer), (method, path, answer.content)


def test_pages_and_the_api_count_together(till, clerk, people):
    assert clerk.get("customer", people[0].pk).status_code == 200
    assert till.get(address(people[1])).status_code == 200

    page = clerk.get("customer", people[2].pk)

    assert page.status_code == 429
    assert 3500 < int(page.headers["Retry-After"]) <= 3600
    assert "You have opened 2 customers within an hour" in text_of(page)
    assert "Nobody 2" not in text_of(page)
    assert refused(till.get(address(people[3])))


def test_taking_goods_back_from_a_customer_counts(till, clerk, people, tess):
    tess.assignments.update(role=roles.MANAGER)
    open_all_that_are_allowed(till, people)

    sent = {"units-MUG": "1", "reason-MUG": "too_small"}
    for answer in (
        clerk.get("loose_goods", people[2].pk),
        clerk.post("loose_goods", people[2].pk, scanned="MUG"),
        clerk.post("loose_goods", people[2].pk, key="once", take="1", **sent),
    ):
        assert answer.status_code == 429
        assert "Nobody 2" not in text_of(answer)


def test_a_sale_of_a_customers_cart_counts(till, clerk, people):
    open_all_that_are_allowed(till, people)

    for name in ("sale", "live", "pay"):
        assert clerk.get(name, f"customer-{people[2].pk}").status_code == 429, name
    assert clerk.get("sale", f"customer-{people[0].pk}").status_code == 200
    for name, args, fields in (
        ("empty", (), {}),
        ("line", (1,), {"quantity": 1}),
        ("voucher", (), {"code": "SAVE10"}),
        ("recognise", (), {"customer": people[1].pk}),
    ):
        answer = clerk.post(name, f"customer-{people[3].pk}", *args, key=new_key(), follow=False, **fields)
        assert answer.status_code == 429, name


def test_recognising_a_customer_counts_and_leaves_the_sale_as_it_is(till, clerk, people, mug):
    open_all_that_are_allowed(till, people)
    clerk.scan("MUG", follow=False)

    by_list = clerk.post("recognise", "new", customer=people[2].pk, follow=False)
    by_number = clerk.scan(str(people[2].phone), follow=False)
    by_hand = clerk.post("new_customer", "new", name="Nobody 2", phone=str(people[2].phone), follow=False)

    assert [answer.status_code for answer in (by_list, by_number, by_hand)] == [429] * 3
    assert int(by_number.headers["Retry-After"]) > 3500
    assert "You have opened 2 customers within an hour" in text_of(by_number)


def test_registering_somebody_known_counts_as_opening_them(till, people):
    open_all_that_are_allowed(till, people)

    assert refused(till.post("till/customers/", {"phone": str(people[2].phone)}))
    assert till.post("till/customers/", {"name": "Neu", "phone": "+491713920099"}).status_code == 201


def test_a_search_counts_whom_it_shows(till, clerk, people):
    for person in people[4:]:
        person.delete()

    assert len(till.get("till/customers/?q=nobody").json()["results"]) == 4
    assert clerk.get("find", q="nobody").status_code == 200
    make_contact("Nobody new")

    answer = till.get("till/customers/?q=nobody")
    assert refused(answer)
    assert "Your searches have shown 4 customers" in answer.json()["detail"]
    assert clerk.get("find", q="nobody").status_code == 429
    assert clerk.scan("nobody").status_code == 429


def test_after_too_many_searches_whoever_says_their_number_is_found(till, clerk, people):
    assert refused(till.get("till/customers/?q=nobody"))

    number = str(people[0].phone)
    assert [found["id"] for found in till.get(f"till/customers/?q=%2B{number[1:]}").json()["results"]] == [
        str(people[0].pk)
    ]
    assert text_of(clerk.get("find", q=str(people[1].phone))).count("Nobody 1") == 1
    assert refused(till.get(f"till/customers/?q=%2B{str(people[2].phone)[1:]}"))


def test_each_member_of_staff_has_a_limit_of_their_own(till, people, high_street):
    colleague = make_staff("Tom", email="tom@example.com")
    assign(colleague, high_street, roles.CLERK)
    open_all_that_are_allowed(till, people)

    assert Api(colleague).get(address(people[2])).status_code == 200


def test_managers_are_limited_and_head_office_is_not(mona, people):
    office = make_staff("Hedda", email="hedda@example.com")
    assign(office, None, roles.HEAD_OFFICE)
    manager = Api(mona)

    assert [manager.get(address(person)).status_code for person in people[:3]] == [200, 200, 429]
    assert {Api(office, store="high-street").get(address(person)).status_code for person in people} == {200}
    assert Api(office, store="high-street").get("till/customers/?q=nobody").status_code == 200


def test_the_journal_tells_once_who_met_which_limit(till, clerk, tess, people):
    open_all_that_are_allowed(till, people)
    assert not JournalEntry.objects.filter(kind=MET).exists()

    for person in people[2:]:
        till.get(address(person))
        clerk.get("customer", person.pk)
    till.get("till/customers/?q=nobody")

    entries = JournalEntry.objects.filter(kind=MET).order_by("id")
    assert [(entry.actor_id, entry.ref, entry.store, entry.payload) for entry in entries] == [
        (tess.pk, str(tess.pk), "high-street", {"how": "opened", "most": 2}),
        (tess.pk, str(tess.pk), "high-street", {"how": "listed", "most": 4}),
    ]


def test_head_office_finds_it_in_the_back_office(till, people):
    open_all_that_are_allowed(till, people)
    till.get(address(people[2]))
    office = make_staff("Hedda", email="hedda@example.com")
    assign(office, None, roles.HEAD_OFFICE)

    page = signed_in(office).get(reverse("admin:core_journalentry_changelist"), {"kind": MET})

    assert page.status_code == 200
    assert page.context["cl"].result_count == 1


def test_nothing_is_limited_where_the_settings_are_zero(till, people, settings):
    settings.MOST_PEOPLE_OPENED = settings.MOST_PEOPLE_LISTED = 0

    assert {till.get(address(person)).status_code for person in people} == {200}
    assert till.get("till/customers/?q=nobody").status_code == 200


def test_counting_takes_no_statement(till, people, settings):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            assert till.get(address(people[0])).status_code == 200
        return len(captured)

    till.get(address(people[0]))
    counted = statements()
    settings.MOST_PEOPLE_OPENED = 0

    assert statements() == counted


def test_the_defaults_let_a_busy_clerk_work(till, settings, db):
    """One customer a minute, all day, each found by a search by name, is far from either limit."""
    settings.MOST_PEOPLE_OPENED, settings.MOST_PEOPLE_LISTED = 200, 2000
    crowd = Customer.objects.bulk_create(
        [Customer(name=f"Crowd {number:03}", phone=f"+49171392{number:04}") for number in range(60)]
    )

    for place, person in enumerate(crowd):
        assert till.get(f"till/customers/?q=crowd+{place // 10:02}").status_code == 200
        assert till.get(address(person)).status_code == 200


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Sie haben in einer Stunde 2 Kunden geöffnet"),
        ("fa", "در یک ساعت 2 مشتری را باز کرده‌اید"),
        ("ar", "عدد العملاء الذين فتحتهم خلال ساعة: 2"),
    ],
)
def test_the_page_says_it_in_the_language_of_the_clerk(till, tess, register, people, language, words):
    open_all_that_are_allowed(till, people)

    page = Clerk(tess, register=register, language=language).get("customer", people[2].pk)

    assert page.status_code == 429
    assert words in text_of(page)
