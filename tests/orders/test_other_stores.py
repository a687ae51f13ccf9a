"""Staff change what concerns their store; another store's orders they find by their whole number, and only read."""

import dataclasses
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.rules import roles
from carts.models import CartCode
from core.actors import Actor
from core.journal import event_classes
from orders.models import BalanceDueEntry, Fulfilment, Order, Payment, ReceiptRequest, Refund, Return, TillSession
from orders.queries.orders import get_order
from orders.queries.scopes import AnotherStoresOrder, check_served, is_served
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.back_office import add_order_line
from tests.factories.inventory import assign, make_stock, make_store, make_warehouse
from tests.factories.orders import make_fulfilment, make_order, make_return, make_till_session
from tests.factories.states import make_in
from tests.till.conftest import Clerk

pytestmark = pytest.mark.django_db

CANCEL = {"reason": "customer"}
CASH = {"method": "cash", "tendered": {"amount": "50.00", "currency": "EUR"}}


@pytest.fixture
def altona(db):
    return make_store("altona")


@pytest.fixture
def there(altona):
    """A manager of another store, with a till of that store open."""
    manager = make_staff("Otto Other", email="otto@example.com")
    assign(manager, altona, roles.MANAGER)
    return manager


@pytest.fixture
def till_there(there, altona):
    return make_till_session(altona, there, register="till-9")


@pytest.fixture
def order(ana, mitte, mug):
    """Ana's order of the web, to be collected in Mitte, where a part of it is due and another is to be paid back."""
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, paid="pay_in_store")
    payment = make_in(Payment, order=order, method="cash", amount=500, tendered=500, state="captured", refunded=500)
    Refund.objects.create(payment=payment, key="0" * 32, amount=500, reason="damage", asked_at=timezone.now())
    return order


def rows():
    """Everything that an act could change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Order, Fulfilment, Payment, Refund, Return, BalanceDueEntry, ReceiptRequest, TillSession)
    ]


def acts(order, session):
    """Each act on an order, its pickup or its money by the till's API: method, path, body."""
    pickup, refund = order.fulfilments.get().pk, Refund.objects.get().pk
    goods = Return.objects.first() or make_return(order)
    return {
        "till/orders/<str:number>/cancellation/": (f"till/orders/{order.number}/cancellation/", CANCEL),
        "till/orders/<str:number>/payments/": (
            f"till/orders/{order.number}/payments/",
            {"payments": [CASH], "session": str(session.pk)},
        ),
        "till/orders/<str:number>/refunds/": (
            f"till/orders/{order.number}/refunds/",
            {"amount": {"amount": "1.00", "currency": "EUR"}, "reason": "goodwill"},
        ),
        "till/orders/<str:number>/invoices/": (f"till/orders/{order.number}/invoices/", {}),
        "till/orders/<str:number>/receipt/": (
            f"till/orders/{order.number}/receipt/",
            {"medium": "email", "address": "thief@example.com"},
        ),
        "till/orders/<str:number>/fulfilments/<str:fulfilment_id>/": (
            f"till/orders/{order.number}/fulfilments/{pickup}/",
            {"kind": "pickup", "store": "ber-mitte"},
        ),
        "till/orders/<str:number>/gift-cards/<str:card_id>/code/": (
            f"till/orders/{order.number}/gift-cards/1/code/",
            {},
        ),
        "till/pickups/<str:pickup_id>/acceptance/": (f"till/pickups/{pickup}/acceptance/", {}),
        "till/pickups/<str:pickup_id>/picking/": (f"till/pickups/{pickup}/picking/", {}),
        "till/pickups/<str:pickup_id>/readiness/": (f"till/pickups/{pickup}/readiness/", {}),
        "till/pickups/<str:pickup_id>/extension/": (
            f"till/pickups/{pickup}/extension/",
            {"until": "2026-12-24", "reason": "ill"},
        ),
        "till/pickups/<str:pickup_id>/rejection/": (f"till/pickups/{pickup}/rejection/", {"reason": "gone"}),
        "till/pickups/<str:pickup_id>/unlocking/": (f"till/pickups/{pickup}/unlocking/", {}),
        "till/pickups/<str:pickup_id>/handover/": (f"till/pickups/{pickup}/handover/", {"proof": "id_seen"}),
        "till/parcels/<str:parcel_id>/label/": (f"till/parcels/{pickup}/label/", {"service": "1"}),
        "till/returns/<str:number>/approval/": (f"till/returns/{goods.number}/approval/", {}),
        "till/returns/<str:number>/refusal/": (f"till/returns/{goods.number}/refusal/", {"reason": "Worn"}),
        "till/refunds/<str:refund_id>/retry/": (f"till/refunds/{refund}/retry/", {}),
        "till/refunds/<str:refund_id>/payout/": (f"till/refunds/{refund}/payout/", {"session": str(session.pk)}),
    }


# These are sent by PATCH.
CHANGES = {"till/orders/<str:number>/fulfilments/<str:fulfilment_id>/"}

# What staff of any store may do or read: looking up whom or what stands before them, and their own store's things.
FOR_EVERY_STORE = {
    "till/customers/",
    "till/customers/<str:customer_id>/",
    "till/customers/<str:customer_id>/cart/",
    "till/customers/<str:customer_id>/cart/lines/",
    "till/customers/<str:customer_id>/cart/lines/<str:line_id>/",
    "till/customers/<str:customer_id>/cart/vouchers/",
    "till/customers/<str:customer_id>/cart/vouchers/<str:code>/",
    "till/carts/<str:code>/",
    "till/orders/",
    "till/orders/<str:number>/gift-cards/",
    "till/orders/<str:number>/invoices/<str:invoice_number>/",
    "till/orders/<str:number>/",
    "till/pickups/",
    "till/pickup-figures/",  # Of the acting store alone.
    "till/returns/",
    "till/returns/<str:number>/arrival/",  # A parcel comes to whatever place takes returns.
    "till/prices/<str:sku>/",
    "till/sales/",
    "till/sessions/",
}
# Reading these is tested below, and that of labels in tests/carriers.
OF_ONE_STORE = {
    "till/pickups/<str:pickup_id>/",
    "till/sessions/<str:session_id>/",
    "till/parcels/<str:parcel_id>/label/document/",
}


def routes(patterns, prefix=""):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith("api/v1/till/"):
            yield path.removeprefix("api/v1/")


def test_every_route_of_the_till_is_known_here(order, till_there):
    known = FOR_EVERY_STORE | OF_ONE_STORE | acts(order, till_there).keys()

    assert set(routes(get_resolver().url_patterns)) == known


def test_no_act_of_another_stores_till_changes_an_order(order, there, till_there):
    done = acts(order, till_there)
    before = rows()

    for route, (path, body) in done.items():
        send = Api(there).patch if route in CHANGES else Api(there).post
        answer = send(path, body, **{"Idempotency-Key": str(uuid4())})
        assert answer.status_code in (403, 404), path
        assert rows() == before, path


def test_no_page_of_another_stores_till_changes_an_order(order, there, till_there):
    before = rows()
    clerk = Clerk(there, register=till_there)
    refund = Refund.objects.get().pk

    for name, fields in {
        "cancel": {"reason": "customer"},
        "take_due": {"method": "cash", "tendered": "50"},
        "pay_out": {"refund": refund},
        "reduce_price": {"amount": "1", "reason": "goodwill"},
        "done": {"medium": "email", "address": "thief@example.com"},
    }.items():
        clerk.post(name, order.number, key=name, **fields)
        assert rows() == before, name


def test_the_page_of_another_stores_order_offers_nothing_to_do(order, there, till_there):
    page = Clerk(there, register=till_there).get("order", order.number).content.decode()

    assert "This order belongs to another store, which changes it." in page
    for name in ("cancel", "take_due", "pay_out", "done"):
        assert reverse(f"admin:till_{name}", args=[order.number]) not in page, name


def test_the_same_acts_succeed_where_the_order_is(order, mona, mitte):
    session = make_till_session(mitte, mona, register="till-1")
    paths = acts(order, session)

    for route in (
        "till/orders/<str:number>/receipt/",
        "till/orders/<str:number>/invoices/",
        "till/refunds/<str:refund_id>/payout/",
        "till/orders/<str:number>/payments/",
        "till/pickups/<str:pickup_id>/acceptance/",
        "till/orders/<str:number>/cancellation/",
    ):
        answer = Api(mona).post(*paths[route])
        assert answer.status_code in (200, 201, 202), (route, answer.content)


def test_things_of_another_store_are_not_read(order, there, mitte, tess):
    session = make_till_session(mitte, tess, register="till-1")
    till = Api(there)

    assert till.get(f"till/sessions/{session.pk}/").status_code == 404
    assert till.get(f"till/pickups/{order.fulfilments.get().pk}/").status_code == 404
    assert till.get("till/pickups/").json()["results"] == []
    assert till.get("till/pickups/?store=ber-mitte").status_code in (400, 403, 404)
    assert till.get("till/orders/?q=ana@example.com").json()["results"] == []
    assert till.get("till/orders/?q=moreno").json()["results"] == []


def test_a_customer_is_looked_up_anywhere_without_another_stores_orders(order, ana, there, till_there):
    found = Api(there).get("till/customers/?q=ana@example.com").json()["results"]

    assert [person["id"] for person in found] == [str(ana.pk)]
    assert Api(there).get(f"till/customers/{ana.pk}/").json()["orders"] == []
    page = Clerk(there, register=till_there).get("customer", ana.pk).content.decode()
    assert reverse("admin:till_order", args=[order.number]) not in page


def test_an_order_is_read_anywhere_by_its_number_or_receipt(order, there):
    till = Api(there)

    assert till.get(f"till/orders/{order.number}/").json()["number"] == order.number
    assert till.get(f"till/orders/{order.number}/receipt/", Accept="text/html").status_code == 200


class TestWhichStoreServes:
    """The rule stands once in SQL and once for orders that were read: both say the same."""

    def both(self, order, store):
        by = Actor(channel="till", staff_id=1, store_id=store.pk, store_code=store.code)
        try:
            check_served(order.number, by=by)
        except AnotherStoresOrder:
            by_sql = False
        else:
            by_sql = True
        assert is_served(get_order(order.number), store_code=store.code) is by_sql
        return by_sql

    def test_one_to_be_collected_belongs_to_its_desk(self, order, mitte, altona):
        assert (self.both(order, mitte), self.both(order, altona)) == (True, False)

    def test_one_sold_at_a_till_and_sent_from_elsewhere_belongs_to_that_till(self, mug, mitte, altona):
        order = make_order((mug, 1, 1290), store=make_warehouse("wh"), kind="ship")
        Order.objects.update(store=mitte)

        assert (self.both(order, mitte), self.both(order, altona)) == (True, False)

    def test_one_of_the_web_that_is_sent_belongs_to_whichever_store_is_asked(self, mug, mitte, altona):
        order = make_order((mug, 1, 1290), store=make_warehouse("wh"), kind="ship")

        assert (self.both(order, mitte), self.both(order, altona)) == (True, True)

    def test_one_that_two_stores_hand_over_belongs_to_both(self, order, mug, mitte, altona):
        make_stock(mug, altona)
        make_fulfilment(order, [add_order_line(order, mug, position=2)], store=altona)

        assert (self.both(order, mitte), self.both(order, altona)) == (True, True)
        assert self.both(order, make_store("third")) is False

    def test_shoppers_and_the_system_are_not_asked(self, order, django_assert_num_queries):
        with django_assert_num_queries(0):
            check_served(order.number, by=Actor(channel="web", customer_id=1))
            check_served(order.number, by=Actor(channel="system"))


class TestSecrets:
    """What opens an order or a cart is shown to its owner alone, wherever staff look."""

    def test_a_sale_to_be_collected_does_not_tell_its_code(self, ana, mug, mitte, tess):
        make_stock(mug, mitte)
        session = make_till_session(mitte, tess, register="till-1")
        sale = {
            "session": str(session.pk),
            "customer": str(ana.pk),
            "lines": [{"sku": "MUG"}],
            "payments": [{"method": "test"}],
            "fulfilments": [{"kind": "pickup", "store": "ber-mitte"}],
            "client_id": "6f1c3f0e-8f0a-4a4e-9d0c-1d1f4b7c9a01",
        }
        for _time in range(2):
            answer = Api(tess).post("till/sales/", sale)
            assert [part["collection_code"] for part in answer.json()["fulfilments"]] == [None]
        assert Api(ana).get(f"orders/{answer.json()['number']}/").json()["fulfilments"][0]["collection_code"]

    def test_a_customers_cart_does_not_tell_its_code(self, ana, mug, mitte, tess):
        make_stock(mug, mitte)
        cart = Api(ana).add("MUG")
        code = cart["handover"]["code"]
        till = Api(tess)

        for path in (f"till/carts/{code}/", f"till/customers/{ana.pk}/cart/", f"till/customers/{ana.pk}/"):
            assert code not in till.get(path).content.decode(), path
        assert till.get(f"till/carts/{code}/").json()["handover"] is None

    def test_not_even_a_superuser_reads_the_code_of_a_cart(self, ana, mug, mitte):
        make_stock(mug, mitte)
        code = Api(ana).add("MUG")["handover"]["code"]
        row = CartCode.objects.get()
        office = signed_in(make_staff("Ada", email="ada@example.com", is_superuser=True))

        for address in (
            reverse("admin:carts_cartcode_changelist"),
            reverse("admin:carts_cartcode_change", args=[row.pk]),
            reverse("admin:carts_cart_change", args=[row.cart_id]),
        ):
            page = office.get(address)
            assert page.status_code == 200
            assert code not in page.content.decode(), address

    def test_no_event_has_a_field_for_one(self):
        secrets = {"code", "key", "token", "secret", "link", "password"}

        assert [
            (kind, field.name)
            for kind, event in event_classes().items()
            for field in dataclasses.fields(event)
            if field.name in secrets or field.name.rpartition("_")[2] in secrets
        ] == []
