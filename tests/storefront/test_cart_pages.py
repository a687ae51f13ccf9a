import re

import pytest
from django.utils import timezone

from carts.models import Cart, CartLine
from inventory.models import Price, StockLevel
from tests.storefront.conftest import Visit

LOGIN = {"login": "ana@example.com", "password": "omnistore-demo"}


def line_of(visit):
    return int(re.search(r'id="line-(\d+)"', visit.get("/cart/").content.decode())[1])


def test_the_first_thing_begins_a_cart_behind_a_cookie_no_script_reads(guest, mug):
    answer = guest.add("MUG", 2)

    cookie = answer.cookies["cart"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert Cart.objects.get().lines.get().quantity == 2
    assert Cart.objects.get().token_hash not in cookie.value
    page = guest.get("/cart/")
    assert "€25.80" in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"


def test_a_forged_cookie_opens_no_cart(guest, mug):
    guest.add("MUG")
    thief = Visit()
    thief.client.cookies["cart"] = "stolen:forged"

    assert "Your cart is empty" in thief.get("/cart/").content.decode()


def test_adding_leads_back_to_a_page_of_the_shop_only(guest, mug):
    data = {"sku": "MUG", "quantity": 1}

    assert guest.post("/cart/add/", data | {"next": "/p/mug/?sku=MUG"})["Location"] == "/p/mug/?sku=MUG"
    for foreign in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""):
        assert guest.post("/cart/add/", data | {"next": foreign})["Location"] == "/cart/"


@pytest.mark.parametrize("quantity", ["0", "-1", "99999", "many", "", "1.5", "²"])
def test_a_quantity_that_is_none_is_refused_with_a_word(guest, mug, quantity):
    answer = guest.post("/cart/add/", {"sku": "MUG", "quantity": quantity}, follow=True)

    assert "Enter a quantity from 1 to 9999." in answer.content.decode()
    assert not CartLine.objects.exists()


def test_what_is_not_sold_is_not_added(guest, mug):
    answer = guest.post("/cart/add/", {"sku": "NOTHING"}, follow=True)

    assert "NOTHING is not on sale" in answer.content.decode()


def test_quantities_change_and_lines_go(guest, mug, lamp):
    guest.add("MUG")
    guest.add("LAMP")
    line = line_of(guest)

    guest.post(f"/cart/lines/{line}/", {"quantity": 3})
    assert CartLine.objects.get(pk=line).quantity == 3
    guest.post(f"/cart/lines/{line}/", {"remove": "yes"})
    assert not CartLine.objects.filter(pk=line).exists()
    guest.post("/cart/empty/")
    assert not CartLine.objects.exists()


def test_two_devices_do_not_overwrite_each_other_unseen(guest, mug):
    guest.add("MUG")
    line = line_of(guest)
    guest.post(f"/cart/lines/{line}/", {"quantity": 3, "version": 1})

    answer = guest.post(f"/cart/lines/{line}/", {"quantity": 5, "version": 1}, follow=True)

    assert "The cart has changed" in answer.content.decode()
    assert CartLine.objects.get(pk=line).quantity == 3


def test_lines_of_others_do_not_exist(guest, mug, ana):
    guest.add("MUG")
    line = line_of(guest)

    for stranger in (Visit(), Visit(ana)):
        assert stranger.post(f"/cart/lines/{line}/", {"quantity": 9}).status_code == 404
        assert stranger.post(f"/cart/lines/{line}/", {"remove": "yes"}).status_code == 404
    assert guest.post("/cart/lines/99999999999999999999/", {"quantity": 1}).status_code == 404
    assert CartLine.objects.get().quantity == 1


@pytest.mark.parametrize("path", ["/cart/add/", "/cart/empty/", "/cart/lines/1/", "/checkout/", "/language/"])
def test_forms_of_other_sites_are_refused(path, db):
    answer = Visit(enforce_csrf_checks=True).post(path, {"sku": "MUG"})

    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()


@pytest.mark.parametrize("path", ["/cart/add/", "/cart/empty/", "/cart/lines/1/"])
def test_nothing_is_changed_by_a_link(guest, path):
    assert guest.get(path).status_code == 405


def test_problems_stand_on_the_line_with_a_way_out(guest, mug, lamp):
    guest.add("MUG", 20)
    guest.add("LAMP")
    Price.objects.filter(variant=mug).update(amount=1490)
    StockLevel.objects.filter(variant=lamp).update(on_hand=0)

    page = guest.get("/cart/").content.decode()

    assert "Only 15 left." in page
    assert re.search(r'name="quantity" value="15"><button[^>]*>Change to 15<', page)
    assert "The price was €12.90 when you chose it; it is €14.90 now." in page
    assert "Sold out." in page
    assert 'href="/checkout/"' not in page


def test_the_code_for_the_till_is_shown_and_spelled(guest, mug, tess, high_street):
    from tests.client import Api

    guest.add("MUG")

    page = guest.get("/cart/").content.decode()

    code = "".join(re.search(r"<bdi>(\w{4}) (\w{4})</bdi>", page).groups())
    opened = Api(tess, store="high-street").get(f"till/carts/{code}/")
    assert opened.status_code == 200, opened.content
    assert 'src="data:image/svg+xml' in page


def test_signing_in_brings_the_cart_along_and_says_so(guest, mug, lamp, ana):
    from tests.client import Api

    Api(ana).add("MUG", 2)
    guest.add("MUG")
    guest.add("LAMP")

    answer = guest.post("/accounts/login/", LOGIN, follow=True)

    page = answer.content.decode()
    assert answer.request["PATH_INFO"] == "/cart/"
    assert "LAMP was added from this device: 1 in your cart." in page
    assert "MUG was already in your cart: the quantity stays at 2." in page
    assert guest.client.cookies["cart"].value == ""
    assert Cart.objects.get(customer=ana, state="open").lines.count() == 2


def test_signing_in_goes_on_where_it_began_and_nowhere_else(guest, ana):
    assert guest.post("/accounts/login/?next=/orders/", LOGIN | {"next": "/orders/"})["Location"] == "/orders/"
    other = Visit()
    answer = other.post("/accounts/login/", LOGIN | {"next": "https://evil.example/"})
    assert answer["Location"] == "/welcome/"


def test_a_cart_of_a_person_is_the_same_on_every_device(ana, mug):
    Visit(ana).add("MUG")

    assert "€12.90" in Visit(ana).get("/cart/").content.decode()


def test_the_stream_follows_this_cart(guest, mug):
    assert guest.get("/cart/stream/").status_code == 404
    guest.add("MUG")

    answer = guest.get("/cart/stream/")

    assert answer.status_code == 307
    assert "/live/cart/?ticket=" in answer["Location"]
    assert answer["Cache-Control"] == "no-store"


def test_statements_do_not_grow_with_the_cart(guest, mug, lamp, django_assert_num_queries):
    guest.add("MUG")
    guest.get("/cart/")
    with django_assert_num_queries(2):  # The cart, and its units for the frame.
        guest.get("/cart/")
    guest.add("LAMP")

    with django_assert_num_queries(2):
        guest.get("/cart/")


def test_closed_accounts_are_told_so(ana):
    visit = Visit(ana)
    survivor = type(ana).objects.create_user("closed@example.com", is_active=False)
    type(ana).objects.filter(pk=ana.pk).update(merged_into=survivor, phone_verified_at=timezone.now())

    assert visit.get("/cart/").status_code == 403


def test_staff_with_one_factor_see_the_shop_as_strangers_and_are_led_to_the_second(tess, mug, settings):
    settings.STAFF_SECOND_FACTOR = True
    visit = Visit(tess)

    assert "Tess" not in visit.get("/p/mug/").content.decode()
    refused = visit.get("/cart/")

    assert refused.status_code == 403
    assert 'href="/accounts/2fa/"' in refused.content.decode()
    assert visit.get("/accounts/2fa/").status_code == 200


def test_what_the_store_added_says_so(ana, tess, mug, high_street):
    from tests.client import Api

    type(high_street).objects.filter(pk=high_street.pk).update(name={"en": "High Street"})
    Api(tess, store="high-street").post(f"till/customers/{ana.pk}/cart/lines/", {"sku": "MUG"})

    assert "added in the store High Street" in Visit(ana).get("/cart/").content.decode()
