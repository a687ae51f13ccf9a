"""Asking for a return on the web: what may come back, what it gives, and what comes next."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.actors import Actor
from orders.models import Fulfilment, OrderLine, Return, ReturnLine
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.fulfilment.shipping import note_delivery, send_parcel
from orders.services.returns.requests import approve_return, refuse_return
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import make_order
from tests.storefront.conftest import Visit


def collected(variant, store, staff, customer=None, units=2):
    order = make_order(
        (variant, units, 1290), store=store, customer=customer, state="ready", placed_at=timezone.now(), shipping=490
    )
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=at_desk(staff, store), now=timezone.now(),
    )  # fmt: skip
    return order


def at_desk(staff, store):
    return Actor(channel="till", staff_id=staff.pk, store_id=store.pk, store_code=store.code)


@pytest.fixture
def order(ana, mug, high_street, tess):
    return collected(mug, high_street, tess, ana)


@pytest.fixture
def address(order):
    return f"/orders/{order.number}/returns/"


def form_of(visit, address, order, **changes):
    page = visit.get(address).content.decode()
    line = order.lines.get().pk
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    return {
        "key": key, "method": "store", "refund": "original", f"units-{line}": "1", f"reason-{line}": "too_small",
    } | changes  # fmt: skip


def freeze(order, **changes):
    policy = {"name": {"en": "Returns"}, "kind": "normal", "days": 30, "statutory_days": 0, "fee": 0} | changes
    OrderLine.objects.filter(order=order).update(return_policy=policy)


def test_from_the_order_to_the_request_and_what_comes_next(ana, order, address, tess, high_street):
    visit = Visit(ana)
    assert f'href="{address}">Return goods' in visit.get(f"/orders/{order.number}/").content.decode()
    line = order.lines.get().pk
    sent = form_of(visit, address, order, **{f"comment-{line}": "Pinches at the toes"})

    looked = visit.post(address, sent)
    assert "You get back</dt><dd>€12.90" in looked.content.decode()
    assert not Return.objects.exists()
    asked = visit.post(address, sent | {"ask": "1"})

    assert asked["Location"] == address
    goods = Return.objects.get()
    assert (goods.state, goods.method, goods.refund_to, goods.amount) == ("requested", "store", "original", 1290)
    part = ReturnLine.objects.get()
    assert (part.quantity, part.reason, part.comment) == (1, "too_small", "Pinches at the toes")
    page = visit.get(address).content.decode()
    assert "We have your request." in page and "We answer by" in page and "Pinches at the toes" in page
    assert "Too small" in page
    approve_return(number=goods.number, by=at_desk(tess, high_street), now=timezone.now())
    page = visit.get(address).content.decode()
    assert f"Bring the goods to one of our stores and name the number {goods.number}." in page
    assert "You get €12.90 back when the goods have arrived." in page


def test_sent_twice_it_is_asked_once(ana, order, address):
    visit = Visit(ana)
    sent = form_of(visit, address, order) | {"ask": "1"}

    assert [visit.post(address, sent).status_code for _time in range(2)] == [302, 302]
    assert Return.objects.count() == 1
    other = visit.post(address, sent | {"refund": "credit"})  # The same key with other answers.
    assert (other.status_code, Return.objects.count()) == (302, 1)


def test_it_can_be_taken_back_until_the_goods_are_here(ana, ben, order, address):
    visit = Visit(ana)
    visit.post(address, form_of(visit, address, order) | {"ask": "1"})
    goods = Return.objects.get()
    withdraw = f"{address}{goods.number}/withdraw/"

    assert Visit(ben).post(withdraw).status_code == 404
    assert visit.get(withdraw).status_code == 405
    assert visit.post(withdraw)["Location"] == address

    goods.refresh_from_db()
    assert goods.state == "withdrawn"
    page = visit.get(address).content.decode()
    assert "You no longer return these goods." in page and "Keep the goods after all" not in page
    assert visit.post(withdraw)["Location"] == address  # Pressed twice, or the goods came meanwhile: it says so.


def test_a_return_of_another_order_is_not_there(ana, order, address):
    assert Visit(ana).post(f"{address}R-999999/withdraw/").status_code == 404


def test_a_parcel_goes_to_a_place_that_takes_returns(ana, order, address, tess, high_street):
    depot = make_store("depot", kind="warehouse", takes_returns=True, street_address="Hafen 7", city="Hamburg")
    visit = Visit(ana)
    visit.post(address, form_of(visit, address, order, method="ship") | {"ask": "1"})
    goods = Return.objects.get()
    assert (goods.method, goods.location) == ("ship", depot)

    approve_return(number=goods.number, by=at_desk(tess, high_street), now=timezone.now())

    page = visit.get(address).content.decode()
    assert "Send the goods to this address" in page and "Hafen 7" in page


def test_without_such_a_place_no_parcel_is_offered(ana, order, address, high_street):
    assert "I send a parcel" in Visit(ana).get(address).content.decode()
    type(high_street).objects.update(takes_returns=False)

    assert "I send a parcel" not in Visit(ana).get(address).content.decode()


def test_a_refused_request_says_why_and_its_pieces_may_be_asked_for_again(ana, order, address, tess, high_street):
    visit = Visit(ana)
    visit.post(address, form_of(visit, address, order, **{f"units-{order.lines.get().pk}": "2"}) | {"ask": "1"})
    assert "It came back already, or you have asked for its return." in visit.get(address).content.decode()

    refuse_return(number=Return.objects.get().number, reason="Worn", by=at_desk(tess, high_street), now=timezone.now())

    page = visit.get(address).content.decode()
    assert "Worn" in page and "Ask for the return" in page


def test_guests_use_their_link_and_get_no_credit(mug, high_street, tess, guest):
    guest.add("MUG")
    where = guest.check_out()["Location"]
    fulfilment = Fulfilment.objects.get()
    order = fulfilment.order
    Fulfilment.objects.filter(pk=fulfilment.pk).update(state="accepted")
    Fulfilment.objects.filter(pk=fulfilment.pk).update(state="ready")
    hand_over_pickup(
        proof=prove_by_document(pickup_id=fulfilment.pk), collected_by="", pieces=None, tenders=(), session_id=None,
        by=at_desk(tess, high_street), now=timezone.now(),
    )  # fmt: skip
    visit, address = Visit(), f"{where}returns/"

    assert f'href="{address}"' in visit.get(where).content.decode()
    assert "Store credit needs an account." in visit.get(address).content.decode()
    sent = form_of(visit, address, order)
    refused = visit.post(address, sent | {"ask": "1", "refund": "credit"})
    assert refused.status_code == 409 and "Choose the money" in refused.content.decode()
    assert visit.post(address, sent | {"ask": "1"})["Location"] == address
    goods = Return.objects.get()
    assert visit.post(f"{address}{goods.number}/withdraw/")["Location"] == address
    goods.refresh_from_db()
    assert goods.state == "withdrawn"
    assert Visit().get(f"/orders/{order.number}/returns/").status_code == 404
    assert Visit().get(f"/orders/{order.number}/{'a' * 26}/returns/").status_code == 404


class TestWhatIsMissingOrRefused:
    def test_a_reason_and_a_piece_are_asked_for(self, ana, order, address):
        visit, line = Visit(ana), order.lines.get().pk

        none = visit.post(address, form_of(visit, address, order, **{f"units-{line}": "0"}) | {"ask": "1"})
        assert none.status_code == 422 and "Choose what you want to return." in none.content.decode()
        why = visit.post(address, form_of(visit, address, order, **{f"reason-{line}": ""}) | {"ask": "1"})
        assert why.status_code == 422 and "Choose a reason." in why.content.decode()
        wrong = visit.post(address, form_of(visit, address, order, **{f"units-{line}": "3"}) | {"ask": "1"})
        assert wrong.status_code == 422
        assert not Return.objects.exists()

    def test_a_final_sale_comes_back_for_a_fault_alone(self, ana, order, address):
        freeze(order, kind="final_sale")
        visit, line = Visit(ana), order.lines.get().pk
        assert "Final sale: only what is faulty comes back." in visit.get(address).content.decode()

        refused = visit.post(address, form_of(visit, address, order) | {"ask": "1"})
        assert refused.status_code == 409
        assert "MUG: it was a final sale, and comes back only if it is faulty." in refused.content.decode()
        faulty = form_of(visit, address, order, **{f"reason-{line}": "defective"}) | {"ask": "1"}
        assert visit.post(address, faulty).status_code == 302

    def test_opened_hygiene_goods_are_refused_before_they_travel(self, ana, order, address):
        freeze(order, kind="hygiene", fee=300)
        visit, line = Visit(ana), order.lines.get().pk
        page = visit.get(address).content.decode()
        assert "Unopened only." in page and "A return costs €3.00" in page

        opened = visit.post(address, form_of(visit, address, order, **{f"opened-{line}": "on"}) | {"ask": "1"})
        assert "MUG: for hygiene it comes back only unopened." in opened.content.decode()
        looked = visit.post(address, form_of(visit, address, order)).content.decode()
        assert "return fee" in looked and "You get back</dt><dd>€9.90" in looked

    def test_what_is_too_late_is_not_offered(self, ana, order, address):
        freeze(order, days=0)
        OrderLine.objects.update(return_policy={"kind": "normal", "days": 0})
        order.fulfilments.get().lines.update(handed_over_at=timezone.now() - timedelta(days=1))

        page = Visit(ana).get(address).content.decode()

        assert "The time for returning it is over." in page and "Ask for the return" not in page

    def test_an_order_that_nobody_has_yet_offers_no_return(self, ana, mug, high_street):
        order = make_order((mug, 1, 1290), store=high_street, customer=ana)

        assert "Return goods" not in Visit(ana).get(f"/orders/{order.number}/").content.decode()
        assert "You do not have it yet." in Visit(ana).get(f"/orders/{order.number}/returns/").content.decode()

    def test_a_parcel_on_its_way_says_so_beside_and_is_offered_when_it_has_arrived(self, ana, mug, high_street, tess):
        order = make_order((mug, 1, 1290), store=high_street, customer=ana, kind="ship")
        Fulfilment.objects.update(promised_at=timezone.now() + timedelta(days=2))
        parcel = order.fulfilments.get()
        send_parcel(parcel_id=parcel.pk, tracking="A", by=at_desk(tess, high_street), now=timezone.now())
        on_its_way = Visit(ana).get(f"/orders/{order.number}/").content.decode()
        note_delivery(parcel_id=parcel.pk, by=at_desk(tess, high_street), now=timezone.now())
        arrived = Visit(ana).get(f"/orders/{order.number}/").content.decode()

        hint = "You can return goods once they have arrived."
        assert "Return goods" not in on_its_way and hint in on_its_way
        assert "Return goods" in arrived and hint not in arrived


def test_statements_do_not_grow_with_lines_and_requests(ana, order, address):
    visit = Visit(ana)

    def statements():
        visit.get(address)  # Whatever is cached is cached now.
        with CaptureQueriesContext(connection) as asked:
            assert visit.get(address).status_code == 200
        return len(asked.captured_queries)

    visit.post(address, form_of(visit, address, order) | {"ask": "1"})
    few = statements()
    for position, sku in enumerate("ABC", 2):
        order.lines.create(
            position=position, variant=make_variant(sku=sku), sku=sku, name=sku, quantity=1, unit_price=0, line_total=0
        )
    visit.post(address, form_of_first(visit, address, order) | {"ask": "1"})

    assert Return.objects.count() == 2
    assert statements() == few


def form_of_first(visit, address, order):
    page = visit.get(address).content.decode()
    line = order.lines.order_by("position").first().pk
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    return {"key": key, "method": "store", "refund": "original", f"units-{line}": "1", f"reason-{line}": "too_small"}
