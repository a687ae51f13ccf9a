"""Goods of an order that go to another store, another address or another way."""

from datetime import timedelta

import pytest

from core.data.invariants import find_breaches
from core.errors import NotFound
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import Location, Reservation
from inventory.services.reservations import InsufficientStock
from orders.models import Fulfilment, Refund
from orders.queries.orders import get_order
from orders.queries.receipts import receipt_of
from orders.queries.scopes import AnotherStoresOrder
from orders.services.fulfilment.pieces import TooManyPieces
from orders.services.placing.allocation import StoreCannotServe
from orders.services.settlement.rerouting import Destination, WayNotPossible, change_fulfilment
from tests.factories.inventory import make_stock, make_store, make_warehouse
from tests.factories.orders import make_order
from tests.factories.pricing import make_tax_zone
from tests.orders.test_cancellation import level_of
from tests.orders.test_pieces import line_of, parts_of
from tests.refusals import refused

HOME = {
    "name": "Ana Moreno", "street_address": "Torstraße 112", "postal_code": "10119", "city": "Berlin",
    "country_code": "DE", "country_area": "",
}  # fmt: skip
VIENNA = HOME | {"postal_code": "1010", "city": "Wien", "country_code": "AT"}


@pytest.fixture
def order(ana, mitte, mug, bowl):
    return make_order((mug, 3, 1290), (bowl, 1, 2000), store=mitte, customer=ana)


@pytest.fixture
def altona(mug, bowl):
    store = make_store("ham-altona", offers_pickup=True)
    make_stock(mug, store)
    make_stock(bowl, store)
    return store


@pytest.fixture
def warehouse(mug, bowl):
    place = make_warehouse()
    make_stock(mug, place)
    make_stock(bowl, place)
    return place


@pytest.fixture
def parcel(ana, warehouse, mug, bowl):
    order = make_order(
        (mug, 2, 1290), (bowl, 1, 2000), store=warehouse, customer=ana, kind=Fulfilment.SHIP, shipping=490
    )
    Fulfilment.objects.update(address=HOME, method="post", method_name="Post")
    return order.fulfilments.get()


def change(order, by, now, *, pieces=None, part=None, **to):
    part = part or order.fulfilments.order_by("pk").first()
    change_fulfilment(number=order.number, fulfilment_id=part.pk, to=Destination(**to), pieces=pieces, by=by, now=now)
    order.refresh_from_db()


class TestToAnotherStore:
    def test_all_of_it_goes_there_with_its_code(self, order, mitte, altona, mug, as_ana, now):
        pickup = order.fulfilments.get()

        change(order, as_ana, now, kind="pickup", store="ham-altona")

        moved = order.fulfilments.get()
        assert (moved.pk, moved.location, moved.state) == (pickup.pk, altona, "placed")
        assert moved.promised_at > now
        assert (level_of(mug, mitte), level_of(mug, altona)) == ((10, 0), (10, 3))
        assert find_breaches() == {}

    def test_one_piece_goes_there_and_the_others_wait_here(self, order, mitte, altona, mug, bowl, as_ana, now):
        change(order, as_ana, now, kind="pickup", store="ham-altona", pieces={line_of(order, mug).pk: 1})

        assert parts_of(order) == [("placed", {mug.sku: 2, bowl.sku: 1}), ("placed", {mug.sku: 1})]
        assert (level_of(mug, mitte), level_of(mug, altona)) == ((10, 2), (10, 1))
        assert not Refund.objects.exists()

    def test_what_was_prepared_already_begins_anew_there(self, ana, mitte, altona, mug, at_desk, now):
        order = make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready")

        change(order, at_desk, now, kind="pickup", store="ham-altona")

        assert parts_of(order) == [("cancelled", {}), ("placed", {mug.sku: 2})]
        assert [part.store for part in get_order(order.number).fulfilments] == ["ham-altona"]
        assert find_breaches() == {}

    def test_tells_the_buyer(self, order, altona, as_ana, now):
        change(order, as_ana, now, kind="pickup", store="ham-altona")

        entry = JournalEntry.objects.get()
        assert (entry.kind, entry.payload["fulfilment_id"]) == ("fulfilment.changed", order.fulfilments.get().pk)

    def test_the_same_store_keeps_its_goods(self, order, mitte, mug, as_ana, now):
        kept = set(Reservation.objects.values_list("pk", flat=True))

        change(order, as_ana, now, kind="pickup", store="ber-mitte")

        assert set(Reservation.objects.filter(state="committed").values_list("pk", flat=True)) == kept
        assert not JournalEntry.objects.exists()
        assert level_of(mug, mitte) == (10, 3)

    def test_a_store_without_the_goods_is_refused(self, order, mitte, mug, as_ana, now):
        make_store("ham-altona", offers_pickup=True)

        with refused(InsufficientStock):
            change(order, as_ana, now, kind="pickup", store="ham-altona")

        assert (order.fulfilments.get().location, level_of(mug, mitte)) == (mitte, (10, 3))

    @pytest.mark.parametrize("store", ["nowhere", "ware"])
    def test_a_place_without_pickup_is_refused(self, store, order, as_ana, now):
        make_store("ware", offers_pickup=False)

        with refused(StoreCannotServe):
            change(order, as_ana, now, kind="pickup", store=store)

    def test_another_country_is_refused(self, order, mug, as_ana, now):
        make_tax_zone("de")
        make_tax_zone("at", country="AT")
        make_stock(mug, make_store("wien", offers_pickup=True, country_code="AT"))

        with refused(WayNotPossible) as refusal:
            change(order, as_ana, now, kind="pickup", store="wien")

        assert refusal.value.details["reason"] == "other_price"

    @pytest.mark.parametrize("state", ["picking", "ready"])
    def test_a_shopper_may_not_once_it_is_prepared(self, state, ana, mitte, altona, mug, as_ana, now):
        order = make_order((mug, 2, 1290), store=mitte, customer=ana, state=state)

        with refused(IllegalTransition):
            change(order, as_ana, now, kind="pickup", store="ham-altona")

    def test_more_than_wait_are_refused(self, order, altona, mug, as_ana, now):
        with refused(TooManyPieces):
            change(order, as_ana, now, kind="pickup", store="ham-altona", pieces={line_of(order, mug).pk: 4})

    def test_another_stores_order_is_refused(self, ana, altona, mug, at_desk, now):
        order = make_order((mug, 1, 1290), store=altona, customer=ana)

        with refused(AnotherStoresOrder):
            change(order, at_desk, now, kind="pickup", store="ber-mitte")

    def test_a_part_of_another_order_is_not_found(self, order, ana, mitte, altona, mug, as_ana, now):
        other = make_order((mug, 1, 1290), store=mitte, customer=ana)

        with refused(NotFound):
            change(order, as_ana, now, kind="pickup", store="ham-altona", part=other.fulfilments.get())


class TestParcels:
    def test_goes_to_another_address(self, parcel, as_ana, now):
        change(parcel.order, as_ana, now, kind="ship", address=HOME | {"street_address": "Torstraße 2"})

        moved = parcel.order.fulfilments.get()
        assert (moved.pk, moved.address["street_address"], moved.method) == (parcel.pk, "Torstraße 2", "post")

    def test_another_country_is_refused(self, parcel, as_ana, now):
        with refused(WayNotPossible):
            change(parcel.order, as_ana, now, kind="ship", address=VIENNA)

    def test_is_collected_instead_and_shipping_goes_back(self, parcel, warehouse, mitte, mug, bowl, as_ana, now):
        make_stock(mug, mitte)
        make_stock(bowl, mitte)

        change(parcel.order, as_ana, now, kind="pickup", store="ber-mitte")

        assert parts_of(parcel.order) == [("cancelled", {}), ("placed", {mug.sku: 2, bowl.sku: 1})]
        assert Refund.objects.get().amount == 490
        assert (level_of(mug, warehouse), level_of(mug, mitte)) == ((10, 0), (10, 2))
        assert find_breaches() == {}

    def test_shipping_stays_while_something_ships(self, parcel, mitte, mug, as_ana, now):
        make_stock(mug, mitte)

        change(parcel.order, as_ana, now, kind="pickup", store="ber-mitte", pieces={line_of(parcel.order, mug).pk: 1})

        assert not Refund.objects.exists()

    @pytest.mark.parametrize("state", ["picking", "shipped"])
    def test_one_that_is_packed_or_gone_stays(self, state, ana, mitte, mug, as_ana, now):
        order = make_order((mug, 2, 1290), store=mitte, customer=ana, kind=Fulfilment.SHIP, state=state)

        with refused(IllegalTransition):
            change(order, as_ana, now, kind="ship", address=HOME)


class TestToAParcel:
    def test_what_the_store_lacks_is_sent_instead(self, order, mitte, warehouse, mug, bowl, at_desk, now):
        change(order, at_desk, now, kind="ship", address=HOME, pieces={line_of(order, mug).pk: 2})

        sent = order.fulfilments.get(kind="ship")
        assert parts_of(order)[-1] == ("placed", {mug.sku: 2})
        assert (sent.location, sent.address, sent.state) == (warehouse, HOME, "placed")
        assert (level_of(mug, mitte), level_of(mug, warehouse)) == ((10, 1), (10, 2))
        assert find_breaches() == {}

    def test_several_places_send_what_none_has_alone(self, order, mitte, mug, bowl, at_desk, now):
        first, second = make_warehouse("first"), make_warehouse("second")
        make_stock(mug, first, on_hand=2)
        make_stock(mug, second, on_hand=2)
        make_stock(bowl, second)

        change(order, at_desk, now, kind="ship", address=HOME)

        sent = {
            part.location.code: sum(line.quantity for line in part.lines.all())
            for part in order.fulfilments.filter(kind="ship")
        }
        assert sum(sent.values()) == 4
        assert set(sent) == {"first", "second"}
        assert (level_of(mug, mitte), level_of(bowl, mitte)) == ((10, 0), (10, 0))
        assert find_breaches() == {}

    def test_the_store_sends_what_nobody_else_has(self, order, mitte, mug, bowl, at_desk, now):
        Location.objects.filter(pk=mitte.pk).update(ships=True)

        change(order, at_desk, now, kind="ship", address=HOME)

        assert order.fulfilments.get(kind="ship").location == mitte
        assert level_of(mug, mitte) == (10, 3)

    def test_what_nobody_has_is_refused(self, order, mitte, mug, at_desk, now):
        with refused(InsufficientStock) as refusal:
            change(order, at_desk, now, kind="ship", address=HOME)

        assert [line["available"] for line in refusal.value.details["lines"]] == [0, 0]
        assert level_of(mug, mitte) == (10, 3)

    def test_the_shopper_would_have_to_pay_for_it(self, order, warehouse, as_ana, now):
        with refused(WayNotPossible) as refusal:
            change(order, as_ana, now, kind="ship", address=HOME)

        assert refusal.value.details["reason"] == "shipping"

    def test_what_is_not_paid_is_not_sent(self, ana, mitte, warehouse, mug, at_desk, now):
        order = make_order((mug, 1, 1290), store=mitte, customer=ana, paid="pay_in_store")

        with refused(WayNotPossible) as refusal:
            change(order, at_desk, now, kind="ship", address=HOME)

        assert refusal.value.details["reason"] == "unpaid"

    def test_a_closed_order_stays_as_it_is(self, ana, mitte, altona, mug, at_desk, now):
        order = make_order((mug, 1, 1290), store=mitte, customer=ana, state="collected")

        with refused(IllegalTransition):
            change(order, at_desk, now, kind="pickup", store="ham-altona")


def test_two_lines_of_one_article_are_sent_from_elsewhere(ana, mitte, warehouse, mug, at_desk, now):
    order = make_order((mug, 2, 1290), (mug, 1, 1290), store=mitte, customer=ana)

    change(order, at_desk, now, kind="ship", address=HOME)

    assert sum(line.quantity for line in order.fulfilments.get(kind="ship").lines.all()) == 3
    assert find_breaches() == {}


def test_pieces_that_are_there_already_stay_with_what_was_done(ana, mitte, mug, as_ana, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, state="accepted")

    change(order, as_ana, now, kind="pickup", store="ber-mitte", pieces={line_of(order, mug).pk: 1})

    assert parts_of(order) == [("accepted", {mug.sku: 2})]


def test_what_nobody_pays_is_not_promised_anew_for_ever(ana, mitte, altona, mug, as_ana, now, settings):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, paid="pay_in_store")
    late = order.placed_at + timedelta(days=settings.UNPAID_PICKUP_DAYS, minutes=1)

    with refused(WayNotPossible) as refusal:
        change(order, as_ana, late, kind="pickup", store="ham-altona")

    assert refusal.value.details["reason"] == "unpaid"


def test_the_receipt_names_who_hands_it_over_after_all(ana, warehouse, altona, mug, as_ana, now):
    order = make_order((mug, 1, 1290), store=warehouse, customer=ana, kind=Fulfilment.SHIP)
    Fulfilment.objects.update(address=HOME)

    change(order, as_ana, now, kind="pickup", store="ham-altona")

    assert receipt_of(order.number, language="en").place == "ham-altona"
