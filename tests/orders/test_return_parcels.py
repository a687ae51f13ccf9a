"""Parcels with returned goods: noted when they arrive, looked into later, refunded then."""

from datetime import timedelta

import pytest

from core.actors import Actor
from core.data.invariants import find_breaches
from core.errors import Malformed
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import Location, StockLevel
from omnistore.engagement.rules.policy import News, is_worth_sending
from orders.models import Order, Refund, Return
from orders.queries.returns import open_returns
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns.lines import NotReturnable
from orders.services.returns.parcels import note_parcel_back
from orders.services.returns.receiving import (
    Arrival,
    Piece,
    ReturnIsElsewhere,
    StoreTakesNoReturns,
    receive_return,
)
from orders.services.returns.requests import LineToReturn, approve_return, request_return, withdraw_return
from tests.client import Api
from tests.factories.inventory import make_store
from tests.factories.orders import make_order
from tests.refusals import refused


@pytest.fixture
def order(ana, mitte, mug, at_desk, now):
    order = make_order((mug, 3, 1000), store=mitte, customer=ana, state="ready")
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=at_desk, now=now,
    )  # fmt: skip
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def depot(db):
    return make_store("depot", kind="warehouse")


@pytest.fixture
def at_depot(tess, depot):
    return Actor(channel="till", staff_id=tess.pk, store_id=depot.pk, store_code=depot.code)


@pytest.fixture
def asked(order, as_ana, at_desk, now):
    lines = [LineToReturn(order.lines.get().pk, 2, "too_small")]
    goods = request_return(number=order.number, lines=lines, method="ship", refund_to="original", by=as_ana, now=now)
    return approve_return(number=goods.number, by=at_desk, now=now)


def look(order, goods, *conditions, by, now, **how):
    line = order.lines.get().pk
    pieces = [Piece(line, units, condition, "too_small") for units, condition in conditions]
    return receive_return(
        order_number=order.number, arrival=Arrival(pieces, number=goods.number, **how), by=by, now=now
    )


def test_it_arrives_waits_for_a_look_and_is_refunded(order, asked, depot, mug, at_depot, tess, now):
    here = note_parcel_back(number=asked.number, by=at_depot, now=now)

    assert (here.state, here.location_id, here.received_at, here.due_at) == (
        "received", depot.pk, now, now + timedelta(days=2),
    )  # fmt: skip
    assert list(open_returns()) == [here]
    assert (Refund.objects.count(), order.lines.get().quantity_returned) == (0, 0)
    later = now + timedelta(days=1)
    goods = look(order, here, (1, "as_new"), (1, "damaged"), by=at_depot, now=later)

    goods.refresh_from_db()
    assert (goods.state, goods.amount, goods.due_at) == ("refunded", 2000, None)
    assert (goods.received_at, goods.received_by_id) == (now, tess.pk)
    line = goods.lines.get()
    assert (line.quantity, line.quantity_received, line.amount) == (2, 2, 2000)
    assert StockLevel.objects.get(variant=mug, location=depot).on_hand == 1
    assert Refund.objects.get().amount == 2000
    told = JournalEntry.objects.filter(kind__startswith="return").order_by("pk")
    assert list(told.values_list("kind", flat=True)) == [
        "return.requested", "return.approved", "return.arrived", "return.received",
    ]  # fmt: skip
    assert list(open_returns()) == []
    assert find_breaches() == {}


def test_a_request_that_nobody_has_answered_may_arrive_too(order, as_ana, at_depot, now):
    lines = [LineToReturn(order.lines.get().pk, 1, "")]
    goods = request_return(number=order.number, lines=lines, method="ship", refund_to="original", by=as_ana, now=now)

    assert note_parcel_back(number=goods.number, by=at_depot, now=now).state == "received"


def test_its_units_come_back_in_no_other_place_meanwhile(order, asked, at_desk, at_depot, as_ana, now):
    note_parcel_back(number=asked.number, by=at_depot, now=now)
    line = order.lines.get().pk

    with refused(NotReturnable) as refusal:
        receive_return(
            order_number=order.number, arrival=Arrival([Piece(line, 2, "as_new", "too_small")]), by=at_desk, now=now
        )
    assert refusal.value.details["lines"] == [{"line": str(line), "sku": "MUG", "reason": "too_many", "left": 1}]
    with refused(NotReturnable):
        request_return(
            number=order.number, lines=[LineToReturn(line, 2, "")], method="store", refund_to="original", by=as_ana,
            now=now,
        )  # fmt: skip
    with refused(IllegalTransition):
        withdraw_return(order_number=order.number, number=asked.number, by=as_ana, now=now)
    # The third one is with the buyer, and the parcel is worth the same after it.
    other = receive_return(
        order_number=order.number, arrival=Arrival([Piece(line, 1, "as_new", "too_small")]), by=at_desk, now=now
    )
    assert (other.pk != asked.pk, other.amount) == (True, 1000)
    assert look(order, asked, (2, "as_new"), by=at_depot, now=now).amount == 2000
    assert find_breaches() == {}


def test_only_where_it_is_somebody_looks_at_it(order, asked, at_desk, at_depot, now):
    note_parcel_back(number=asked.number, by=at_depot, now=now)

    with refused(ReturnIsElsewhere) as refusal:
        look(order, asked, (2, "as_new"), by=at_desk, now=now)

    assert refusal.value.details == {"store": "depot"}
    assert Return.objects.get().state == "received"


def test_less_than_was_asked_for_frees_the_rest(order, asked, at_depot, as_ana, now):
    note_parcel_back(number=asked.number, by=at_depot, now=now)

    goods = look(order, asked, (1, "opened"), by=at_depot, now=now)

    assert (goods.amount, order.lines.get().quantity_returned) == (1000, 1)
    lines = [LineToReturn(order.lines.get().pk, 2, "")]
    request_return(number=order.number, lines=lines, method="store", refund_to="original", by=as_ana, now=now)
    assert find_breaches() == {}


def test_an_empty_parcel_is_closed_and_its_buyer_not_thanked(order, asked, at_depot, now):
    with refused(Malformed):
        look(order, asked, by=at_depot, now=now)  # It has not arrived.
    note_parcel_back(number=asked.number, by=at_depot, now=now)

    goods = look(order, asked, by=at_depot, now=now)

    goods.refresh_from_db()
    assert (goods.state, goods.amount, goods.lines.get().quantity_received) == ("closed", 0, 0)
    assert (Refund.objects.count(), order.lines.get().quantity_returned) == (0, 0)
    assert find_breaches() == {}
    entry = JournalEntry.objects.get(kind="return.received")
    news = News("return.received", "return_received", timedelta(), entry.payload)
    assert not is_worth_sending(news)


def test_what_a_carrier_brings_back_is_not_announced_as_approved():
    def is_told(by_system):
        return is_worth_sending(News("return.approved", "return_approved", timedelta(), {"is_by_system": by_system}))

    assert (is_told(True), is_told(False)) == (False, True)


def test_a_place_without_returns_takes_none_and_nothing_arrives_twice(order, asked, at_depot, depot, now):
    Location.objects.filter(pk=depot.pk).update(takes_returns=False)
    with refused(StoreTakesNoReturns):
        note_parcel_back(number=asked.number, by=at_depot, now=now)
    Location.objects.filter(pk=depot.pk).update(takes_returns=True)
    note_parcel_back(number=asked.number, by=at_depot, now=now)
    with refused(IllegalTransition):
        note_parcel_back(number=asked.number, by=at_depot, now=now)


class TestApi:
    def test_arrival_then_look(self, order, asked, tess, mitte, now):
        till = Api(tess)

        here = till.post(f"till/returns/{asked.number}/arrival/")
        assert (here.status_code, here.json()["state"], here.json()["store"]) == (200, "received", "ber-mitte")
        assert [one["number"] for one in till.get("till/returns/?state=received").json()["results"]] == [asked.number]
        line = {"sku": "MUG", "quantity": 2, "condition": "as_new", "reason": "too_small"}
        done = till.post("till/returns/", {"order": order.number, "number": asked.number, "lines": [line]})

        assert (done.status_code, done.json()["return"]["state"]) == (201, "refunded")

    def test_nothing_in_it(self, order, asked, tess):
        till = Api(tess)
        till.post(f"till/returns/{asked.number}/arrival/")

        assert till.post("till/returns/", {"order": order.number, "lines": []}).status_code == 400
        done = till.post("till/returns/", {"order": order.number, "number": asked.number, "lines": []})

        assert (done.status_code, done.json()["return"]["state"]) == (201, "closed")

    def test_what_is_not_there_does_not_arrive(self, tess, ana, asked):
        assert Api(tess).post("till/returns/R-1/arrival/").status_code == 404
        assert Api(ana).post(f"till/returns/{asked.number}/arrival/").status_code == 403


class TestPlacesThatNoLongerTakeReturns:
    """What has arrived somewhere is never stuck there."""

    @pytest.fixture
    def arrived(self, asked, at_depot, now):
        return note_parcel_back(number=asked.number, by=at_depot, now=now)

    def test_what_lies_there_is_still_looked_at_and_nothing_else_is_taken(
        self, arrived, order, depot, at_depot, at_desk, now
    ):
        Location.objects.filter(pk=depot.pk).update(takes_returns=False)

        with refused(ReturnIsElsewhere):
            look(order, arrived, (1, "as_new"), by=at_desk, now=now)
        with refused(StoreTakesNoReturns):
            receive_return(
                order_number=order.number,
                arrival=Arrival([Piece(order.lines.get().pk, 1, "as_new", "too_small")]), by=at_depot, now=now,
            )  # fmt: skip
        assert look(order, arrived, (2, "as_new"), by=at_depot, now=now).state == "refunded"
        assert find_breaches() == {}

    def test_an_empty_parcel_is_closed_there(self, arrived, order, depot, at_depot, now):
        Location.objects.filter(pk=depot.pk).update(takes_returns=False)

        assert look(order, arrived, by=at_depot, now=now).state == "closed"

    def test_from_a_place_that_has_closed_the_goods_are_taken_in_another(
        self, arrived, order, depot, mitte, mug, at_desk, now
    ):
        Location.objects.filter(pk=depot.pk).update(is_active=False)

        goods = look(order, arrived, (2, "as_new"), by=at_desk, now=now)

        goods.refresh_from_db()
        assert (goods.state, goods.location) == ("refunded", mitte)
        assert StockLevel.objects.get(variant=mug, location=mitte).on_hand == 9
        assert find_breaches() == {}

    @pytest.mark.parametrize("change", [{"takes_returns": False}, {"is_active": False}])
    def test_what_was_only_expected_there_arrives_anywhere_else(self, change, asked, depot, order, at_desk, now):
        Return.objects.filter(pk=asked.pk).update(location=depot)
        Location.objects.filter(pk=depot.pk).update(**change)

        here = note_parcel_back(number=asked.number, by=at_desk, now=now)

        assert look(order, here, (2, "as_new"), by=at_desk, now=now).state == "refunded"
