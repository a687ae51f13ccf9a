import pytest

from accounts.models import Address
from tests.storefront.conftest import ADDRESS, Visit


@pytest.fixture
def home(ana):
    return Address.objects.create(customer=ana, **ADDRESS, phone="+491713920001", is_default=True)


def test_an_address_is_kept_as_its_country_writes_it(ana):
    visit = Visit(ana)

    answer = visit.post("/account/addresses/new/", ADDRESS | {"city": " Berlin "})

    kept = Address.objects.get()
    assert answer["Location"] == "/account/"
    assert (kept.customer, kept.city, kept.is_default) == (ana, "Berlin", True)
    assert "Torstraße 112" in visit.get("/account/").content.decode()


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(ana):
    answer = Visit(ana).post("/account/addresses/new/", ADDRESS | {"postal_code": "1"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-describedby="wrong_postal_code"' in page
    assert 'value="Torstraße 112"' in page
    assert not Address.objects.exists()


def test_all_that_is_missing_is_said_at_once(ana):
    page = Visit(ana).post("/account/addresses/new/", {"country_code": "DE"}).content.decode()

    assert page.count("Please fill this in.") == 4


def test_an_address_is_changed_and_keeps_what_the_page_does_not_show(ana, home):
    visit = Visit(ana)
    shown = visit.get(f"/account/addresses/{home.pk}/").content.decode()

    visit.post(f"/account/addresses/{home.pk}/", ADDRESS | {"street_address": "Linienstraße 64", "is_default": "on"})

    home.refresh_from_db()
    assert 'value="Torstraße 112"' in shown
    assert (home.street_address, str(home.phone), home.is_default) == ("Linienstraße 64", "+491713920001", True)


def test_another_default_takes_the_place_of_the_first(ana, home):
    Visit(ana).post("/account/addresses/new/", ADDRESS | {"name": "At work", "is_default": "on"})

    assert Address.objects.get(is_default=True).name == "At work"


def test_an_address_is_deleted_by_who_says_so_twice(ana, home):
    visit = Visit(ana)
    asked = visit.get(f"/account/addresses/{home.pk}/delete/").content.decode()
    assert "Delete this address?" in asked
    assert "Torstraße 112" in asked
    assert Address.objects.exists()

    answer = visit.post(f"/account/addresses/{home.pk}/delete/")

    assert answer["Location"] == "/account/"
    assert not Address.objects.exists()


def test_addresses_of_others_do_not_exist(ben, home):
    visit = Visit(ben)

    for address_id in (home.pk, 2**70):
        assert visit.get(f"/account/addresses/{address_id}/").status_code == 404
        assert visit.post(f"/account/addresses/{address_id}/", ADDRESS).status_code == 404
        assert visit.get(f"/account/addresses/{address_id}/delete/").status_code == 404
        assert visit.post(f"/account/addresses/{address_id}/delete/").status_code == 404
    assert Address.objects.filter(pk=home.pk).exists()


def test_a_full_book_says_so(ana):
    Address.objects.bulk_create(Address(customer=ana, **ADDRESS) for _number in range(100))
    visit = Visit(ana)

    visit.post("/account/addresses/new/", ADDRESS)

    assert "Delete an address first." in visit.get("/account/").content.decode()


@pytest.mark.parametrize("path", ["/account/addresses/new/", "/account/addresses/1/"])
def test_strangers_sign_in_first(guest, path):
    assert guest.get(path)["Location"].startswith("/accounts/login/?next=")


def test_texts_are_escaped(ana):
    evil = "<script>alert(1)</script>"
    visit = Visit(ana)
    visit.post("/account/addresses/new/", ADDRESS | {"name": evil, "street_address": evil})

    assert evil not in visit.get("/account/").content.decode()
    assert evil not in visit.get(f"/account/addresses/{Address.objects.get().pk}/").content.decode()


def test_the_account_takes_the_same_statements_whatever_the_book_holds(ana, home, django_assert_num_queries):
    visit = Visit(ana)
    visit.get("/account/")
    with django_assert_num_queries(7):
        visit.get("/account/")
    Address.objects.bulk_create(Address(customer=ana, **ADDRESS) for _number in range(30))

    with django_assert_num_queries(7):
        visit.get("/account/")
    with django_assert_num_queries(5):
        visit.get(f"/account/addresses/{home.pk}/")
