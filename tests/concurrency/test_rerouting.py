"""Goods that are sent elsewhere while somebody picks them, or sends them somewhere else."""

import pytest

from core.data.invariants import find_breaches
from inventory.models import Reservation, StockLevel
from orders.models import Fulfilment
from orders.models.orders import OrderQuerySet
from orders.services.settlement import rerouting
from tests.client import Api
from tests.concurrency.racing import Meeting, race
from tests.factories.inventory import make_stock, make_store
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stores(mug):
    stores = [make_store("ham-altona"), make_store("ham-mitte")]
    for store in stores:
        make_stock(mug, store)
    return stores


@pytest.fixture
def order(ana, high_street, mug):
    return make_order((mug, 2, 1290), store=high_street, customer=ana, state="accepted")


def change(api, order, store):
    return api.patch(
        f"orders/{order.number}/fulfilments/{order.fulfilments.first().pk}/",
        {"kind": "pickup", "store": store.code},
        **{"Idempotency-Key": store.code},
    )


def reserved():
    return {level.location.code: level.reserved for level in StockLevel.objects.filter(reserved__gt=0)}


@pytest.mark.parametrize("attempt", range(4))
def test_goods_are_either_picked_or_sent_elsewhere(order, ana, tess, high_street, stores, attempt):
    pickup, till, app = order.fulfilments.get().pk, Api(tess, store=high_street.code), Api(ana)
    picked, changed = race(
        [
            lambda: till.post(f"till/pickups/{pickup}/picking/"),
            lambda: change(app, order, stores[0]),
        ]
    )

    assert sorted([picked.status_code, changed.status_code]) == [200, 409]
    assert reserved() == {(high_street if picked.status_code == 200 else stores[0]).code: 2}
    assert find_breaches() == {}


def test_goods_sent_to_two_stores_at_once_go_to_one(order, ana, stores):
    apps = [Api(ana), Api(ana)]
    answers = race(
        [lambda app=app, store=store: change(app, order, store) for app, store in zip(apps, stores, strict=True)]
    )

    # The second one finds the goods in a new part, at the first one's store.
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert sum(reserved().values()) == 2
    assert find_breaches() == {}


def test_without_the_lock_both_stores_would_keep_them(ana, high_street, mug, stores, monkeypatch):
    """Negative control: both read that the goods wait here, and each reserves them at its own store."""
    order, apps = make_order((mug, 2, 1290), store=high_street, customer=ana), [Api(ana), Api(ana)]
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self.order_by("pk"))
    meeting = Meeting(2)
    monkeypatch.setattr(rerouting, "_shares", meeting.after(rerouting._shares))

    race([lambda app=app, store=store: change(app, order, store) for app, store in zip(apps, stores, strict=True)])

    assert Fulfilment.objects.count() == 1
    assert Reservation.objects.filter(state="committed").count() == 2
    assert reserved() == {store.code: 2 for store in stores}


def test_units_that_swap_places_lock_their_rows_in_one_order(ana, mug, high_street, stores):
    """Half of the orders go from A to B and half from B to A: nobody waits for the other in a circle."""
    here, there = stores
    orders = [make_order((mug, 1, 1290), store=store, customer=ana) for store in (here, there) * 3]
    apps = [Api(ana) for _order in orders]

    answers = race(
        [
            lambda app=app, order=order, to=to: change(app, order, to)
            for app, order, to in zip(apps, orders, (there, here) * 3, strict=True)
        ]
    )

    assert {answer.status_code for answer in answers} == {200}
    assert reserved() == {here.code: 3, there.code: 3}
    assert find_breaches() == {}
