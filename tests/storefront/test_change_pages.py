"""Choosing another store or address for a part of an order, on the web."""

import pytest

from orders.models import Fulfilment, Refund
from orders.rules.order_links import order_key
from tests.factories.inventory import make_stock, make_store
from tests.factories.orders import make_order
from tests.storefront.conftest import ADDRESS, Visit

HOME = ADDRESS | {"country_area": "", "company": ""}


@pytest.fixture
def order(ana, mug, high_street):
    return make_order((mug, 2, 1290), store=high_street, customer=ana)


@pytest.fixture
def altona(mug):
    store = make_store("ham-altona", name={"en": "Altona", "de": "Altona", "ar": "ألتونا", "fa": "آلتونا"})
    make_stock(mug, store)
    return store


def path_of(order):
    return f"/orders/{order.number}/parts/{order.fulfilments.get().pk}/change/"


def test_offers_the_other_stores_that_have_all_of_it(ana, order, altona, mug):
    make_stock(mug, make_store("poor", name={"en": "Poor"}), on_hand=1)
    visit = Visit(ana)

    offered = visit.get(f"/orders/{order.number}/").content.decode()
    page = visit.get(path_of(order)).content.decode()

    assert path_of(order) in offered
    assert 'value="ham-altona"' in page
    assert 'value="poor"' not in page
    assert f'value="{order.fulfilments.get().location.code}"' not in page


def test_changes_the_store_once(ana, order, altona):
    visit = Visit(ana)

    for _ in range(2):
        answer = visit.post(path_of(order), {"store": "ham-altona"})

    assert answer["Location"] == f"/orders/{order.number}/"
    assert "It is changed." in visit.get(answer["Location"]).content.decode()
    assert Fulfilment.objects.get().location == altona


def test_says_why_it_cannot_be(ana, order):
    visit = Visit(ana)

    answer = visit.post(path_of(order), {"store": "nowhere"})

    assert "Nothing can be collected at nowhere." in visit.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("state", ["picking", "ready", "collected"])
def test_is_not_offered_once_it_is_prepared(state, ana, mug, high_street):
    order = make_order((mug, 2, 1290), store=high_street, customer=ana, state=state)
    visit = Visit(ana)

    assert path_of(order) not in visit.get(f"/orders/{order.number}/").content.decode()
    assert visit.get(path_of(order))["Location"] == f"/orders/{order.number}/"


class TestParcels:
    @pytest.fixture
    def order(self, ana, mug, warehouse):
        order = make_order((mug, 2, 1290), store=warehouse, customer=ana, kind=Fulfilment.SHIP, shipping=490)
        Fulfilment.objects.update(address=HOME)
        return order

    def test_goes_to_another_address(self, ana, order):
        visit = Visit(ana)
        page = visit.get(path_of(order)).content.decode()
        assert 'value="Torstraße 112"' in page

        visit.post(path_of(order), HOME | {"street_address": "Torstraße 2"})

        assert Fulfilment.objects.get().address["street_address"] == "Torstraße 2"

    def test_a_wrong_address_is_explained(self, ana, order):
        answer = Visit(ana).post(path_of(order), HOME | {"postal_code": "1"})

        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()

    def test_is_collected_instead(self, ana, order, altona):
        Visit(ana).post(path_of(order), {"store": "ham-altona"})

        assert Refund.objects.get().amount == 490
        assert order.fulfilments.get(kind="pickup").location == altona


def test_a_guest_does_it_by_the_order_s_link(mug, high_street, altona, settings):
    order = make_order((mug, 1, 1290), store=high_street, customer=None)
    key = order_key(order.number, secret=settings.ORDER_LINK_SECRETS[0])
    path = f"/orders/{order.number}/{key}/parts/{order.fulfilments.get().pk}/change/"

    assert Visit().get(path).status_code == 200
    Visit().post(path, {"store": "ham-altona"})

    assert Fulfilment.objects.get().location == altona


def test_another_order_s_part_is_not_shown(ana, ben, order, mug, high_street):
    other = make_order((mug, 1, 1290), store=high_street, customer=ben)

    answer = Visit(ana).get(f"/orders/{order.number}/parts/{other.fulfilments.get().pk}/change/")

    assert answer["Location"] == f"/orders/{order.number}/"


def test_the_page_takes_the_same_statements_for_any_order(
    ana, order, mug, lamp, high_street, django_assert_num_queries
):
    larger = make_order((mug, 1, 1290), (lamp, 1, 4900), store=high_street, customer=ana)
    visit = Visit(ana)
    visit.get("/cart/")
    visit.get(path_of(order))

    for one in (order, larger):
        with django_assert_num_queries(8):
            assert visit.get(path_of(one)).status_code == 200
