"""Sending goods elsewhere, as a clerk whose store does not have them."""

import pytest

from accounts.models import Address
from orders.models import Fulfilment
from tests.factories.inventory import make_stock, make_store, make_warehouse
from tests.factories.orders import make_order
from tests.till.conftest import text_of
from tests.till.test_desk import new_key, pieces_in


@pytest.fixture
def order(ana, high_street, mug):
    return make_order((mug, 3, 1290), store=high_street, customer=ana)


@pytest.fixture
def altona(mug):
    store = make_store("ham-altona", name={"en": "Altona", "de": "Altona", "ar": "ألتونا", "fa": "آلتونا"})
    make_stock(mug, store)
    return store


def send(clerk, order, **fields):
    return clerk.post("elsewhere", order.number, order.fulfilments.first().pk, key=new_key(), **fields)


def test_shows_what_other_stores_have(clerk, order, altona, mug):
    make_stock(mug, make_store("poor", name={"en": "Poor"}), on_hand=1)

    page = text_of(clerk.get("elsewhere", order.number, order.fulfilments.get().pk))

    assert "Collect in Altona, which has all of it" in page
    assert "Collect in Poor, which has 1 of 3" in page


def test_some_pieces_go_to_another_store(clerk, order, altona):
    send(clerk, order, to="store:ham-altona", **pieces_in("moved", order, 2))

    assert list(Fulfilment.objects.order_by("pk").values_list("location__code", "lines__quantity")) == [
        (order.fulfilments.first().location.code, 1),
        ("ham-altona", 2),
    ]


def test_all_of_it_is_sent_to_the_buyer(clerk, order, ana, mug):
    make_stock(mug, make_warehouse())
    address = Address.objects.create(
        customer=ana, name="Ana Moreno", street_address="Torstraße 112", postal_code="10119", city="Berlin",
        country_code="DE",
    )  # fmt: skip

    send(clerk, order, to=f"address:{address.pk}", **pieces_in("moved", order, 3))

    parcel = order.fulfilments.get(kind="ship")
    assert (parcel.location.kind, parcel.address["street_address"]) == ("warehouse", "Torstraße 112")


@pytest.mark.parametrize("to", ["", "store:nowhere", "address:1", "x"])
def test_a_place_that_is_not_offered_is_refused(to, clerk, order, altona):
    answer = send(clerk, order, to=to, **pieces_in("moved", order, 1))

    assert answer.status_code == 400
    assert Fulfilment.objects.count() == 1


def test_a_store_that_has_too_few_says_so(clerk, order, mug):
    make_stock(mug, make_store("poor", name={"en": "Poor"}), on_hand=1)

    answer = send(clerk, order, to="store:poor", **pieces_in("moved", order, 3))

    assert answer.status_code == 409
    assert "Not enough left: MUG (1)." in text_of(answer)


def test_what_has_left_or_lies_elsewhere_is_not_found(clerk, ana, altona, mug, high_street):
    gone = make_order((mug, 1, 1290), store=high_street, customer=ana, state="collected")
    there = make_order((mug, 1, 1290), store=altona, customer=ana)

    for order in (gone, there):
        assert clerk.get("elsewhere", order.number, order.fulfilments.get().pk).status_code == 404
