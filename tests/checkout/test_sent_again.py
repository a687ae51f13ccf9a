"""A repeated request whose card, register or sale is no longer there gets the first answer."""

from uuid import uuid4

import pytest

from accounts.rules import roles
from accounts.services.balances.gift_cards import block_gift_card
from core.actors import Actor
from core.data.invariants import find_breaches
from orders.models import Order, SavedCard
from tests.client import Api
from tests.factories.accounts import make_customer
from tests.factories.balances import code_of, give_card
from tests.factories.inventory import assign, make_store
from tests.factories.orders import make_till_session

pytestmark = pytest.mark.django_db(transaction=True)

PICKUP = [{"kind": "pickup", "store": "high-street"}]
CLERK = Actor(channel="till", staff_id=1, store_id=1)


def euros(amount):
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
def app(ana, mug):
    app = Api(ana)
    app.add("MUG")
    return app


@pytest.fixture
def till(tess, high_street):
    """Tess's till, with the right to close its session."""
    till = Api(tess)
    till.session = make_till_session(high_street, tess)
    return till


def sale(till, **changes):
    cash = {"method": "cash", "tendered": euros("12.90")}
    return {"session": str(till.session.pk), "lines": [{"sku": "MUG"}], "payments": [cash]} | changes


def close(till, counted):
    closed = till.patch(
        f"till/sessions/{till.session.pk}/", {"counted": euros(counted)}, **{"Idempotency-Key": "close"}
    )
    assert closed.status_code == 200, closed.content


def is_replay(again, first):
    return (again.status_code, again.content, again.headers.get("Idempotency-Replayed")) == (201, first.content, "true")


def test_a_checkout_by_a_saved_card_that_was_removed_since(app, mug):
    app.check_out(fulfilments=PICKUP, payments=[{"method": "test", "save_card": True}])
    card = SavedCard.objects.get()
    cart = app.add("MUG")
    order = {"fulfilments": PICKUP, "payments": [{"method": "test", "saved_card": str(card.pk)}], "key": "second"}
    first = app.check_out(cart, **order)
    assert first.status_code == 201, first.content
    app.delete(f"me/cards/{card.pk}/")

    again = app.check_out(cart, **order)

    assert is_replay(again, first)
    assert app.check_out(cart, **order | {"key": "another"}).status_code == 404
    assert Order.objects.count() == 2


def test_a_checkout_by_a_gift_card_that_was_blocked_since(app):
    card = give_card(3000)
    cart = app.get("cart/").json()
    order = {"fulfilments": PICKUP, "payments": [{"method": "gift_card", "code": code_of(card)}], "key": "gift"}
    first = app.check_out(cart, **order)
    assert first.status_code == 201, first.content
    block_gift_card(card_id=card.pk, by=CLERK)

    assert is_replay(app.check_out(cart, **order), first)


def test_a_balance_payment_by_a_card_that_was_removed_since(app, mug):
    app.check_out(fulfilments=PICKUP, payments=[{"method": "test", "save_card": True}])
    card = SavedCard.objects.get()
    app.add("MUG")
    number = app.check_out(fulfilments=PICKUP, payments=[{"method": "pay_in_store"}]).json()["number"]
    payment = {"payments": [{"method": "test", "saved_card": str(card.pk)}]}
    first = app.post(f"orders/{number}/payments/", payment, key="due")
    assert first.status_code == 201, first.content
    app.delete(f"me/cards/{card.pk}/")

    assert is_replay(app.post(f"orders/{number}/payments/", payment, key="due"), first)


def test_a_sale_in_a_register_that_was_closed_since(till, mug):
    body = sale(till)
    first = till.post("till/sales/", body, key="sale")
    assert first.status_code == 201, first.content
    close(till, "112.90")

    assert is_replay(till.post("till/sales/", body, key="sale"), first)
    assert till.post("till/sales/", body).json()["code"] == "session_closed"
    assert Order.objects.count() == 1
    assert find_breaches() == {}


def test_a_sale_with_the_tills_own_id_whatever_its_key(till, mug):
    body = sale(till, client_id=str(uuid4()))
    first = till.post("till/sales/", body).json()
    close(till, "112.90")

    again = till.post("till/sales/", body)

    assert (again.status_code, again.json()["number"]) == (201, first["number"])
    assert Order.objects.count() == 1


def test_a_sale_of_other_goods_under_a_known_id_is_refused_and_sells_nothing(till, mug):
    body = sale(till, client_id=str(uuid4()))
    assert till.post("till/sales/", body).status_code == 201

    other = till.post("till/sales/", body | {"lines": [{"sku": "MUG", "quantity": 2}]})

    assert (other.status_code, other.json()["code"]) == (409, "client_id_reused")
    assert Order.objects.count() == 1


def test_a_sale_of_another_store_under_a_known_id_is_refused(till, mug):
    body = sale(till, client_id=str(uuid4()))
    assert till.post("till/sales/", body).status_code == 201
    elsewhere, other = make_store("elsewhere"), make_customer("Lea", email="lea@example.com", is_staff=True)
    assign(other, elsewhere, roles.CLERK)

    answer = Api(other).post("till/sales/", body | {"session": str(make_till_session(elsewhere, other).pk)})

    assert (answer.status_code, answer.json()["code"]) == (409, "register_mismatch")
    assert Order.objects.count() == 1


def test_a_refusal_is_not_stored(app):
    cart = app.get("cart/").json()
    order = {"fulfilments": PICKUP, "payments": [{"method": "test", "payment_method": "decline"}], "key": "first"}

    assert [app.check_out(cart, **order).status_code for _time in range(2)] == [409, 409]
    assert not Order.objects.exclude(state="failed").exists()
