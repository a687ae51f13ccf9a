"""Another store, address or way over the API: by the shopper, by a guest, and by staff."""

import pytest

from orders.models import Fulfilment
from tests.client import Api
from tests.factories.inventory import make_stock, make_store
from tests.factories.orders import make_order
from tests.orders.test_rerouting import HOME

ADDRESS = {name: value for name, value in HOME.items() if value}


@pytest.fixture
def order(ana, mitte, mug):
    return make_order((mug, 3, 1290), store=mitte, customer=ana)


@pytest.fixture
def altona(mug):
    store = make_store("ham-altona")
    make_stock(mug, store)
    return store


def problem(answer):
    return answer.status_code, answer.json()["code"]


def path_of(order):
    return f"orders/{order.number}/fulfilments/{order.fulfilments.get().pk}/"


def patch(api, path, body, key="once"):
    return api.patch(path, body, **{"Idempotency-Key": key})


def test_the_shopper_chooses_another_store(app, order, altona):
    answer = patch(app, path_of(order), {"kind": "pickup", "store": "ham-altona"})

    assert answer.status_code == 200
    [part] = answer.json()["fulfilments"]
    assert (part["store"], part["state"], bool(part["collection_code"])) == ("ham-altona", "placed", True)


def test_a_repeated_request_moves_one_piece(app, order, altona):
    path = path_of(order)
    body = {"kind": "pickup", "store": "ham-altona", "lines": [{"line": str(order.lines.get().pk), "quantity": 1}]}

    for _ in range(2):
        answer = patch(app, path, body)

    assert [line["quantity"] for part in answer.json()["fulfilments"] for line in part["lines"]] == [2, 1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "carry_out"}, "kind"),
        ({"kind": "pickup"}, "store"),
        ({"kind": "ship"}, "address"),
        ({"kind": "ship", "address": ADDRESS, "store": "ber-mitte"}, "store"),
        ({"kind": "pickup", "store": "ber-mitte", "address": ADDRESS}, "address"),
        ({"kind": "pickup", "store": "ber-mitte", "slot": "9"}, "slot"),
        ({"kind": "pickup", "store": "ber-mitte", "lines": []}, "lines"),
    ],
)
def test_what_is_wrong_is_named(body, field, app, order):
    answer = patch(app, path_of(order), body)

    assert problem(answer) == (400, "invalid")
    assert field in answer.content.decode()


def test_a_store_that_lacks_it_says_how_many_it_has(app, order):
    make_store("ham-altona")

    answer = patch(app, path_of(order), {"kind": "pickup", "store": "ham-altona"})

    assert problem(answer) == (409, "insufficient_stock")
    assert (answer.json()["requested"], answer.json()["available"]) == (3, 0)


def test_delivery_that_would_cost_is_refused_by_name(app, order):
    answer = patch(app, path_of(order), {"kind": "ship", "address": ADDRESS})

    assert problem(answer) == (409, "way_not_possible")
    assert answer.json()["reason"] == "shipping"


@pytest.mark.parametrize("fulfilment", ["0", "999999", "x", str(2**70)])
def test_an_unknown_part_is_not_found(fulfilment, app, order, altona):
    answer = patch(app, f"orders/{order.number}/fulfilments/{fulfilment}/", {"kind": "pickup", "store": "ham-altona"})

    assert problem(answer) == (404, "not_found")


def test_strangers_may_not(order, altona):
    answer = patch(Api(), path_of(order), {"kind": "pickup", "store": "ham-altona"})

    assert answer.status_code == 404
    assert Fulfilment.objects.get().location.code == "ber-mitte"


def test_staff_send_what_the_store_lacks_to_another_one(till, order, altona):
    body = {"kind": "pickup", "store": "ham-altona", "lines": [{"line": str(order.lines.get().pk), "quantity": 2}]}

    answer = patch(till, f"till/{path_of(order)}", body)

    assert answer.status_code == 200
    assert [(part["store"], part["lines"][0]["quantity"]) for part in answer.json()["fulfilments"]] == [
        ("ber-mitte", 1),
        ("ham-altona", 2),
    ]
    assert all(part["collection_code"] is None for part in answer.json()["fulfilments"])
