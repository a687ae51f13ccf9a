"""Pieces of an order that go another way than the rest: cancelled, rejected, handed over, sent."""

from datetime import timedelta

import pytest

from core.data.invariants import find_breaches
from core.errors import Malformed
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import Reservation
from orders.models import BalanceDueEntry, Fulfilment, HandOver, Order, Refund
from orders.services.fulfilment.cancellation import cancel_order, preview_cancellation
from orders.services.fulfilment.pickups.deadlines import expire_overdue_pickups
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.fulfilment.pickups.preparing import reject_pickup
from orders.services.fulfilment.pieces import TooManyPieces
from orders.services.fulfilment.shipping import send_parcel
from tests.factories.inventory import make_stock, make_warehouse
from tests.factories.orders import due, make_fulfilment, make_order
from tests.orders.test_cancellation import level_of
from tests.refusals import refused

OPEN = ["placed", "accepted", "picking", "ready"]


@pytest.fixture
def order(ana, mitte, mug, bowl):
    return make_order((mug, 3, 1290), (bowl, 1, 2000), store=mitte, customer=ana)


def line_of(order, variant):
    return order.lines.get(variant=variant)


def cancel(order, pieces, by, now):
    cancel_order(
        number=order.number,
        reason="changed_mind",
        pieces={line_of(order, variant).pk: units for variant, units in pieces.items()},
        by=by,
        now=now,
    )
    order.refresh_from_db()


def parts_of(order):
    """Return each fulfilment's state, and the units in it by SKU."""
    return [
        (part.state, {line.order_line.sku: line.quantity for line in part.lines.order_by("pk")})
        for part in order.fulfilments.order_by("pk")
    ]


def hand_over(pickup, pieces, by, now):
    hand_over_pickup(
        proof=prove_by_document(pickup_id=pickup.pk), collected_by="", pieces=pieces, tenders=(), session_id=None,
        by=by, now=now,
    )  # fmt: skip


class TestCancelling:
    @pytest.mark.parametrize("state", OPEN)
    def test_one_of_three_is_cancelled_and_refunded_and_the_rest_stays(self, state, ana, mitte, mug, bowl, as_ana, now):
        order = make_order((mug, 3, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state=state)

        cancel(order, {mug: 1}, as_ana, now)

        assert order.state == Order.PLACED
        assert parts_of(order) == [(state, {mug.sku: 2, bowl.sku: 1}), ("cancelled", {mug.sku: 1})]
        assert line_of(order, mug).quantity_cancelled == 1
        assert Refund.objects.get().amount == 1290
        assert level_of(mug, mitte) == (10, 2)

    def test_a_whole_line_moves_with_its_reservation(self, order, mitte, mug, bowl, as_ana, now):
        kept = set(Reservation.objects.values_list("pk", flat=True))

        cancel(order, {bowl: 1}, as_ana, now)

        assert parts_of(order) == [("placed", {mug.sku: 3}), ("cancelled", {bowl.sku: 1})]
        assert set(Reservation.objects.values_list("pk", flat=True)) == kept
        assert level_of(bowl, mitte) == (10, 0)

    def test_all_pieces_cancel_the_order_itself(self, order, mug, bowl, as_ana, now):
        cancel(order, {mug: 3, bowl: 1}, as_ana, now)

        assert (order.state, parts_of(order)) == (Order.CANCELLED, [("cancelled", {mug.sku: 3, bowl.sku: 1})])
        assert [entry.kind for entry in JournalEntry.objects.all()] == ["order.cancelled"]

    def test_piece_by_piece_gives_back_what_was_paid(self, order, mug, bowl, as_ana, now):
        for pieces in ({mug: 1}, {bowl: 1}, {mug: 2}):
            cancel(order, pieces, as_ana, now)

        assert (order.state, sum(Refund.objects.values_list("amount", flat=True))) == (Order.CANCELLED, 5870)

    def test_tells_which_goods(self, order, mug, as_ana, now):
        cancel(order, {mug: 2}, as_ana, now)

        entry = JournalEntry.objects.get()
        assert entry.kind == "order.partly_cancelled"
        assert entry.payload["line_units"] == {str(line_of(order, mug).pk): 2}
        assert (entry.payload["refund"], entry.payload["reason"]) == (2580, "changed_mind")

    def test_lowers_what_is_due(self, ana, mitte, mug, as_ana, now):
        order = make_order((mug, 3, 1290), store=mitte, customer=ana, paid="pay_in_store")

        cancel(order, {mug: 1}, as_ana, now)

        assert (due(), BalanceDueEntry.objects.filter(kind="cancelled").count()) == (2580, 1)

    def test_begins_where_the_least_work_was_done(self, ana, mitte, mug, bowl, as_ana, now):
        order = make_order((mug, 3, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state="ready")
        warehouse = make_warehouse()
        make_stock(mug, warehouse)
        more = order.lines.create(
            position=3, variant=mug, sku="MUG", name="Mug", quantity=2, unit_price=1290, line_total=2580
        )
        Order.objects.update(items_total=8450, grand_total=8450)
        make_fulfilment(order, [more], store=warehouse, kind=Fulfilment.SHIP)

        cancel_order(number=order.number, reason="other", pieces={more.pk: 1}, by=as_ana, now=now)

        assert [state for state, _lines in parts_of(order)] == ["ready", "placed", "cancelled"]

    def test_shipping_goes_back_only_with_the_last_parcel(self, ana, mug, bowl, as_ana, now):
        order = make_order(
            (mug, 2, 1290), (bowl, 1, 2000), store=make_warehouse(), customer=ana, kind=Fulfilment.SHIP, shipping=490
        )

        cancel(order, {mug: 2}, as_ana, now)
        assert Refund.objects.get().amount == 2580
        cancel(order, {bowl: 1}, as_ana, now)
        assert sum(Refund.objects.values_list("amount", flat=True)) == 5070

    @pytest.mark.parametrize(("units", "left"), [(4, 3), (9999, 3)])
    def test_more_than_wait_are_refused(self, units, left, order, mug, as_ana, now):
        with refused(TooManyPieces) as refusal:
            cancel(order, {mug: units}, as_ana, now)

        assert refusal.value.details == {"line": str(line_of(order, mug).pk), "open": left}
        assert (Refund.objects.exists(), Fulfilment.objects.count()) == (False, 1)

    def test_a_line_of_another_order_is_refused(self, order, ana, mitte, mug, as_ana, now):
        other = make_order((mug, 1, 1290), store=mitte, customer=ana)

        with refused(TooManyPieces):
            cancel_order(number=order.number, reason="other", pieces={line_of(other, mug).pk: 1}, by=as_ana, now=now)

    def test_no_pieces_are_refused(self, order, as_ana, now):
        with refused(Malformed):
            cancel_order(number=order.number, reason="other", pieces={}, by=as_ana, now=now)

    def test_the_preview_says_what_comes_back(self, order, mug, bowl, as_ana, now):
        pieces = {line_of(order, mug).pk: 2, line_of(order, bowl).pk: 1}

        preview = preview_cancellation(number=order.number, by=as_ana, pieces=pieces)
        cancel(order, {mug: 2, bowl: 1}, as_ana, now)

        assert preview.refund == Refund.objects.get().amount == 4580


class TestRejecting:
    def test_the_store_lacks_one_piece(self, order, mitte, mug, bowl, at_desk, now):
        pickup = order.fulfilments.get()

        reject_pickup(
            pickup_id=pickup.pk, reason="One is broken.", pieces={line_of(order, mug).pk: 1}, by=at_desk, now=now
        )

        assert parts_of(order) == [("placed", {mug.sku: 2, bowl.sku: 1}), ("cancelled", {mug.sku: 1})]
        rejected = order.fulfilments.get(state="cancelled")
        assert (rejected.reject_reason, Refund.objects.get().amount) == ("One is broken.", 1290)
        entry = JournalEntry.objects.get()
        assert (entry.kind, entry.payload["fulfilment_id"]) == ("pickup.rejected", rejected.pk)

    def test_an_ended_pickup_is_refused(self, order, mug, at_desk, now):
        pickup = order.fulfilments.get()
        reject_pickup(pickup_id=pickup.pk, reason="Broken.", by=at_desk, now=now)

        with refused(IllegalTransition):
            reject_pickup(pickup_id=pickup.pk, reason="x", pieces={line_of(order, mug).pk: 1}, by=at_desk, now=now)


class TestHandingOver:
    @pytest.fixture
    def order(self, ana, mitte, mug, bowl):
        return make_order((mug, 3, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state="ready")

    @pytest.fixture
    def ready(self, order):
        return order.fulfilments.get()

    def test_two_of_three_now_and_the_last_later(self, ready, order, mitte, mug, bowl, at_desk, now):
        hand_over(ready, {line_of(order, mug).pk: 2}, at_desk, now)

        assert (ready.state, line_of(order, mug).quantity_fulfilled) == ("ready", 2)
        assert level_of(mug, mitte) == (8, 1)

        hand_over(ready, None, at_desk, now.replace(hour=18))
        order.refresh_from_db()
        ready.refresh_from_db()
        assert (order.state, ready.state, HandOver.objects.count()) == (Order.COMPLETED, "collected", 2)
        assert (level_of(mug, mitte), level_of(bowl, mitte)) == ((7, 0), (9, 0))

    def test_more_than_wait_are_refused(self, ready, order, mug, at_desk, now):
        with refused(TooManyPieces) as refusal:
            hand_over(ready, {line_of(order, mug).pk: 4}, at_desk, now)

        assert refusal.value.details["open"] == 3

    def test_what_was_not_collected_is_cancelled_alone(self, ready, order, mug, bowl, as_ana, at_desk, now):
        hand_over(ready, {line_of(order, mug).pk: 1}, at_desk, now)

        cancel_order(number=order.number, reason="other", by=as_ana, now=now)

        order.refresh_from_db()
        assert (order.state, line_of(order, mug).quantity_cancelled) == (Order.COMPLETED, 2)
        assert JournalEntry.objects.get(kind="order.partly_cancelled").payload["line_units"] == {
            str(line_of(order, mug).pk): 2,
            str(line_of(order, bowl).pk): 1,
        }


class TestSending:
    @pytest.fixture
    def parcel(self, ana, mitte, mug, bowl):
        order = make_order(
            (mug, 3, 1290), (bowl, 1, 2000), store=mitte, customer=ana, kind=Fulfilment.SHIP, state="picking"
        )
        return order.fulfilments.get()

    def test_what_is_missing_follows_in_a_parcel_of_its_own(self, parcel, mug, bowl, at_desk, now):
        order = parcel.order
        pieces = {line_of(order, mug).pk: 2, line_of(order, bowl).pk: 1}

        send_parcel(parcel_id=parcel.pk, tracking="A1", pieces=pieces, by=at_desk, now=now)

        assert parts_of(order) == [("shipped", {mug.sku: 2, bowl.sku: 1}), ("placed", {mug.sku: 1})]
        later = order.fulfilments.get(state="placed")
        assert (later.kind, later.location, later.tracking) == (parcel.kind, parcel.location, "")
        send_parcel(parcel_id=later.pk, tracking="A2", by=at_desk, now=now)
        order.refresh_from_db()
        assert order.state == Order.COMPLETED

    def test_every_piece_is_the_whole_parcel(self, parcel, mug, bowl, at_desk, now):
        pieces = {line_of(parcel.order, mug).pk: 3, line_of(parcel.order, bowl).pk: 1}

        send_parcel(parcel_id=parcel.pk, tracking="", pieces=pieces, by=at_desk, now=now)

        assert parts_of(parcel.order) == [("shipped", {mug.sku: 3, bowl.sku: 1})]

    @pytest.mark.parametrize("units", [0, 4])
    def test_none_or_too_many_are_refused(self, units, parcel, mug, at_desk, now):
        with refused(TooManyPieces if units else Malformed):
            send_parcel(
                parcel_id=parcel.pk,
                tracking="",
                pieces={line_of(parcel.order, mug).pk: units},
                by=at_desk,
                now=now,
            )

        assert Fulfilment.objects.count() == 1


class TestTheRestOfACollectedPickup:
    """A mug was collected, a bowl waits; whatever ends the pickup, each part tells of its own goods."""

    @pytest.fixture
    def begun(self, ana, mitte, mug, bowl, at_desk, now):
        order = make_order((mug, 2, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state="ready")
        Fulfilment.objects.update(ready_at=now, expires_at=now + timedelta(days=7))
        hand_over(order.fulfilments.get(), {line_of(order, mug).pk: 1}, at_desk, now)
        return order

    @pytest.mark.parametrize("end", ["cancelled", "rejected", "expired"])
    def test_ends_in_a_part_of_its_own(self, end, begun, mug, bowl, mitte, as_ana, at_desk, now):
        pickup = begun.fulfilments.get()
        if end == "cancelled":
            cancel_order(number=begun.number, reason="changed_mind", by=as_ana, now=now)
        elif end == "rejected":
            reject_pickup(pickup_id=pickup.pk, reason="Broken", by=at_desk, now=now)
        else:
            expire_overdue_pickups(now=now + timedelta(days=8))

        state = "expired" if end == "expired" else "cancelled"
        assert parts_of(begun) == [("collected", {mug.sku: 1}), (state, {mug.sku: 1, bowl.sku: 1})]
        begun.refresh_from_db()
        assert begun.state == Order.COMPLETED
        assert [part.reject_reason for part in begun.fulfilments.order_by("pk")] == [
            "",
            "Broken" if end == "rejected" else "",
        ]
        assert Refund.objects.get().amount == 3290
        assert (level_of(mug, mitte), level_of(bowl, mitte)) == ((9, 0), (10, 0))
        assert find_breaches() == {}

    @pytest.mark.parametrize("end", ["rejected", "expired"])
    def test_the_message_names_what_ended(self, end, begun, mug, bowl, at_desk, now):
        if end == "rejected":
            reject_pickup(pickup_id=begun.fulfilments.get().pk, reason="Broken", by=at_desk, now=now)
        else:
            expire_overdue_pickups(now=now + timedelta(days=8))

        entry = JournalEntry.objects.get(kind=f"pickup.{end}")
        told = begun.fulfilments.get(pk=entry.payload["fulfilment_id"])
        assert {line.order_line.sku: line.quantity for line in told.lines.all()} == {mug.sku: 1, bowl.sku: 1}
        assert entry.payload["refund"] == 3290

    def test_some_of_it_is_cancelled_while_the_rest_waits_on(self, begun, mug, bowl, as_ana, now):
        cancel(begun, {bowl: 1}, as_ana, now)

        assert parts_of(begun)[1:] == [("cancelled", {bowl.sku: 1})]
        assert begun.state == Order.PLACED

    def test_the_last_pieces_named_one_by_one_end_alike(self, begun, mug, bowl, as_ana, now):
        cancel(begun, {mug: 1, bowl: 1}, as_ana, now)

        assert parts_of(begun) == [("collected", {mug.sku: 1}), ("cancelled", {mug.sku: 1, bowl.sku: 1})]
