from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.models import Customer
from orders.models import Order
from tests.client import Api
from tests.factories.inventory import make_store
from tests.factories.orders import make_order
from tests.storefront.conftest import Visit


def test_a_guests_order_opens_with_its_key_and_without_it_for_nobody(guest, mug):
    guest.add("MUG")
    where = guest.check_out()["Location"]
    number = Order.objects.get().number
    stranger = Visit()

    assert stranger.get(where).status_code == 200
    assert stranger.get(f"{where}receipt/").status_code == 200
    assert stranger.get(f"/orders/{number}/").status_code == 404
    assert stranger.get(f"/orders/{number}/{'a' * 26}/").status_code == 404
    assert stranger.get(f"/orders/{number}/receipt/").status_code == 404


def test_the_key_of_one_order_opens_no_other(guest, mug):
    keys = []
    for _ in range(2):
        guest.add("MUG")
        keys.append(guest.check_out()["Location"].split("/"))

    assert Visit().get(f"/orders/{keys[0][2]}/{keys[1][3]}/").status_code == 404


def test_once_it_belongs_to_a_person_the_key_alone_opens_nothing(guest, mug, ana):
    guest.add("MUG")
    where = guest.check_out()["Location"]
    Customer.objects.filter(pk=ana.pk).update(signed_up_at=timezone.now())
    Order.objects.update(customer=ana)

    assert Visit().get(where).status_code == 404
    assert Visit(ana).get(where).status_code == 200


def test_orders_of_others_do_not_exist(ana, ben, mug, high_street):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana)

    for path in ("", "receipt/"):
        assert Visit(ben).get(f"/orders/{order.number}/{path}").status_code == 404
        assert Visit(ana).get(f"/orders/{order.number}/{path}").status_code == 200
    assert Visit(ben).post(f"/orders/{order.number}/confirm/").status_code == 404


def test_my_orders_hold_those_of_the_till_too(ana, mug, high_street):
    make_order((mug, 1, 1290), store=high_street, customer=ana, channel="web")
    make_order((mug, 2, 1290), store=high_street, customer=ana, channel="till")

    page = Visit(ana).get("/orders/").content.decode()

    assert "online" in page
    assert "in a store" in page
    assert "€25.80" in page


def test_my_orders_have_pages(ana, mug):
    store = make_store("big")
    numbers = [make_order((mug, 1, 100), store=store, customer=ana).number for _ in range(9)]
    numbers += [make_order((mug, 1, 100), store=make_store(), customer=ana).number for _ in range(3)]
    visit = Visit(ana)

    first = visit.get("/orders/").content.decode()
    following = first.split('rel="next" href="')[1].split('"')[0]
    second = visit.get(f"/orders/{following}").content.decode()

    assert all(f"/orders/{number}/" in first + second for number in numbers)


def test_lists_and_orders_take_the_same_number_of_statements_whatever_they_hold(
    ana, mug, lamp, high_street, django_assert_num_queries
):
    visit = Visit(ana)
    orders = [make_order((mug, 1, 1290), store=high_street, customer=ana)]
    visit.get("/orders/")
    with django_assert_num_queries(6):
        visit.get("/orders/")
    orders.append(make_order((mug, 1, 1290), (lamp, 1, 4900), store=make_store(), customer=ana))

    with django_assert_num_queries(6):
        visit.get("/orders/")
    for order in orders:
        # More than the list: the gift cards it bought, or was refunded to, and its invoices.
        with django_assert_num_queries(9):
            visit.get(f"/orders/{order.number}/")


@pytest.mark.parametrize("path", ["/orders/", "/account/"])
def test_pages_of_members_lead_to_the_sign_in_and_back(guest, path, db):
    assert guest.get(path)["Location"] == f"/accounts/login/?next={path.replace('/', '%2F')}"


def test_private_pages_are_kept_nowhere(ana, mug, high_street):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana)
    visit = Visit(ana)
    visit.add("MUG")

    for path in ("/cart/", "/checkout/", "/orders/", f"/orders/{order.number}/", "/account/", "/accounts/login/"):
        assert "no-store" in visit.get(path)["Cache-Control"], path


def test_texts_of_shoppers_are_escaped(mug, postage, guest):
    evil = "<script>alert(1)</script>"
    guest.add("MUG")
    answer = guest.check_out(
        kind="ship", name=evil, street_address=f"{evil} 1", city=evil, postal_code="10119", country_code="DE"
    )

    for path in (answer["Location"], f"{answer['Location']}receipt/"):
        assert evil not in guest.get(path).content.decode()
    assert evil not in guest.check_out(name=evil).content.decode() if guest.add("MUG") else None


def test_a_name_that_is_a_script_is_only_a_name(ana, mug):
    type(ana).objects.filter(pk=ana.pk).update(name="<script>alert(1)</script>")

    for path in ("/", "/account/", "/cart/"):
        assert "<script>alert" not in Visit(ana).get(path).content.decode()


def test_the_api_still_knows_the_order(ana, mug):
    visit = Visit(ana)
    visit.add("MUG")
    visit.check_out()

    assert [order["channel"] for order in Api(ana).get("orders/").json()["results"]] == ["web"]


def test_an_order_belongs_to_the_shops_day_on_each_page(ana, mug, warehouse, settings):
    settings.SHOP_TIME_ZONE = "Europe/Berlin"
    night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # Half past midnight, on Tuesday the third.
    order = make_order((mug, 1, 1290), store=warehouse, customer=ana, kind="ship", placed_at=night)

    for path in ("/orders/", f"/orders/{order.number}/", f"/orders/{order.number}/receipt/"):
        page = Visit(ana).get(path).content.decode()
        assert "Tuesday, March 3, 2026" in page, path
        assert "March 2" not in page, path
