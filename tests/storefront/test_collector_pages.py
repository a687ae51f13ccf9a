"""Naming another person who may collect, on the web."""

import pytest

from orders.models import Collector
from orders.rules.order_links import order_key
from tests.factories.orders import make_order
from tests.storefront.conftest import Visit


@pytest.fixture
def order(ana, mug, high_street):
    return make_order((mug, 1, 1290), store=high_street, customer=ana)


def test_a_person_is_named_changed_and_taken_back(ana, order):
    visit, path = Visit(ana), f"/orders/{order.number}/collector/"
    assert f'href="{path}"' in visit.get(f"/orders/{order.number}/").content.decode()

    visit.post(path, {"name": "Ben Bakker", "phone": "+49 171 3920001"})
    assert (Collector.objects.get().name, Collector.objects.get().phone) == ("Ben Bakker", "+491713920001")
    assert "Ben Bakker may collect it, too." in visit.get(f"/orders/{order.number}/").content.decode()
    assert 'value="Ben Bakker"' in visit.get(path).content.decode()

    visit.post(path, {"name": "Cleo", "phone": ""})
    assert Collector.objects.get().name == "Cleo"

    answer = visit.post(path, {"remove": "1"})
    assert not Collector.objects.exists()
    assert "Only you may collect it now." in visit.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "Ben", "phone": "12"}, {"name": "B" * 201}])
def test_what_is_wrong_is_explained(fields, ana, order):
    answer = Visit(ana).post(f"/orders/{order.number}/collector/", fields)

    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not Collector.objects.exists()


def test_a_guest_does_it_by_the_order_s_link(mug, high_street, settings):
    order = make_order((mug, 1, 1290), store=high_street, customer=None)
    key = order_key(order.number, secret=settings.ORDER_LINK_SECRETS[0])

    Visit().post(f"/orders/{order.number}/{key}/collector/", {"name": "Cleo"})

    assert Collector.objects.get().order == order


@pytest.mark.parametrize("state", ["collected", "cancelled"])
def test_there_must_be_something_to_collect(state, ana, mug, high_street):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana, state=state)
    visit = Visit(ana)

    assert visit.get(f"/orders/{order.number}/collector/")["Location"] == f"/orders/{order.number}/"
    visit.post(f"/orders/{order.number}/collector/", {"name": "Cleo"})
    assert not Collector.objects.exists()


def test_somebody_else_s_order_is_not_found(ben, order):
    assert Visit(ben).get(f"/orders/{order.number}/collector/").status_code == 404
