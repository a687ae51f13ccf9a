"""Goods at the desk, and two people who act on them at the same moment."""

from copy import copy
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import StockLevel, StockMovement
from orders.models import Fulfilment, HandOver, Order, Refund
from orders.models.orders import OrderQuerySet
from orders.rules.pickup_codes import collection_code
from orders.services.fulfilment import pieces, shipping
from orders.services.fulfilment.pickups import deadlines, hand_over
from orders.services.payments import balances_due
from orders.services.payments.refunding import refund_outcomes, refunds
from orders.services.payments.refunding.refunds import settle_refunds
from tests.client import Api
from tests.concurrency.racing import Meeting, race
from tests.factories.orders import make_order, make_till_session
from tests.factories.states import no_guards

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sound_books(request):
    yield
    if "without" not in request.node.name:
        assert find_breaches() == {}


@pytest.fixture
def order(ana, high_street, mug):
    return make_order((mug, 2, 1290), store=high_street, customer=ana, state="ready")


@pytest.fixture
def desk(tess):
    return lambda: Api(tess)


def hand_over_path(order):
    return f"till/pickups/{order.fulfilments.get().pk}/handover/"


def codes(answers):
    return sorted((answer.status_code, answer.json().get("code", "")) for answer in answers)


def on_hand(variant, store):
    """The units that are not sold, those that wait to be put away among them, and the reserved ones."""
    level = StockLevel.objects.get(variant=variant, location=store)
    waiting = level.held.filter(state="put_away").values_list("units", flat=True)
    return level.on_hand + sum(waiting), level.reserved


def test_a_pickup_is_handed_over_once_at_two_desks(order, desk, mug, high_street, settings):
    body = {"code": collection_code(order.fulfilments.get().pk, secret=settings.COLLECTION_SECRETS[0])}
    desks, path = [desk() for _desk in range(8)], hand_over_path(order)

    answers = race([lambda api=api: api.post(path, body) for api in desks])

    assert codes(answers) == [(200, "")] + [(409, "illegal_transition")] * 7
    assert HandOver.objects.count() == 1
    assert on_hand(mug, high_street) == (3, 0)
    assert StockMovement.objects.filter(kind=StockMovement.HANDED_OVER).count() == 1


def test_without_the_lock_it_would_be_handed_over_again(order, desk, monkeypatch):
    """Negative control: the order's lock is what the test above rests on."""
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(hand_over, "take_pickup", Meeting(8).after(hand_over.take_pickup))
    desks, path = [desk() for _desk in range(8)], hand_over_path(order)

    answers = race([lambda api=api: api.post(path, {"proof": "id_seen"}) for api in desks])

    # Without the lock, the line's own count and the reservation still stop it, as an internal error.
    assert sorted(answer.status_code for answer in answers) == [200] + [500] * 7


def test_two_desks_share_a_pickup_line_by_line_without_losing_one(ana, high_street, desk, mug, lamp):
    order = make_order((mug, 1, 1290), (lamp, 1, 4900), store=high_street, customer=ana, state="ready")
    lines, path = [str(line.pk) for line in order.lines.all()], hand_over_path(order)
    desks = [desk(), desk()]

    answers = race(
        [
            lambda api=api, line=line: api.post(path, {"proof": "id_seen", "lines": [line]})
            for api, line in zip(desks, lines, strict=True)
        ]
    )

    assert codes(answers) == [(200, ""), (200, "")]
    order.refresh_from_db()
    assert (order.state, order.fulfilments.get().state) == (Order.COMPLETED, "collected")


@pytest.mark.parametrize("attempt", range(4))
def test_goods_are_either_handed_over_or_cancelled(order, desk, ana, mug, high_street, attempt):
    till, app, path = desk(), Api(ana), hand_over_path(order)

    handed, cancelled = race(
        [
            lambda: till.post(path, {"proof": "id_seen"}),
            lambda: app.post(f"orders/{order.number}/cancellation/"),
        ]
    )

    order.refresh_from_db()
    assert sorted([handed.status_code, cancelled.status_code]) == [200, 409]
    if handed.status_code == 200:
        assert (order.state, on_hand(mug, high_street)) == (Order.COMPLETED, (3, 0))
        assert not Refund.objects.exists()
    else:
        assert (order.state, on_hand(mug, high_street)) == (Order.CANCELLED, (5, 0))
        assert Refund.objects.get().amount == 2580


def test_an_order_cancelled_on_two_devices_is_refunded_once(order, ana):
    phones = [Api(ana) for _phone in range(6)]

    answers = race([lambda phone=phone: phone.post(f"orders/{order.number}/cancellation/") for phone in phones])

    assert codes(answers) == [(200, "")] + [(409, "illegal_transition")] * 5
    assert [refund.amount for refund in Refund.objects.all()] == [2580]


@pytest.mark.parametrize("attempt", range(4))
def test_a_piece_is_either_handed_over_or_cancelled(order, desk, ana, mug, high_street, attempt):
    till, app, other, path = desk(), Api(ana), Api(ana), hand_over_path(order)
    one = {"lines": [{"line": str(order.lines.get().pk), "quantity": 1}]}

    handed, *cancelled = race(
        [
            lambda: till.post(path, {"proof": "id_seen", **one}),
            lambda: app.post(f"orders/{order.number}/cancellation/", one),
            lambda: other.post(f"orders/{order.number}/cancellation/", one),
        ]
    )

    line = order.lines.get()
    assert line.quantity_fulfilled + line.quantity_cancelled == 2
    assert line.quantity_fulfilled == int(handed.status_code == 200)
    assert line.quantity_cancelled == sum(answer.status_code == 200 for answer in cancelled)
    assert sum(refund.amount for refund in Refund.objects.all()) == 1290 * line.quantity_cancelled
    assert on_hand(mug, high_street) == (5 - line.quantity_fulfilled, 0)


def test_without_the_lock_a_piece_would_be_cancelled_twice(order, desk, ana, monkeypatch):
    """Negative control: both find the two pieces together, and each takes one of them out."""
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self.order_by("pk"))
    meeting = Meeting(2)
    monkeypatch.setattr(pieces, "waiting_in", meeting.after(pieces.waiting_in))
    one = {"lines": [{"line": str(order.lines.get().pk), "quantity": 1}]}

    answers = race(
        [lambda app=app: app.post(f"orders/{order.number}/cancellation/", one) for app in (Api(ana), Api(ana))]
    )

    # The reservation of both pieces is split once, which shows as an internal error.
    assert sorted(answer.status_code for answer in answers) == [200, 500]
    assert order.lines.get().quantity_cancelled == 1


def test_without_the_lock_goods_would_be_handed_over_and_refunded(order, desk, ana, mug, high_street, monkeypatch):
    """Negative control: the hand-over must read the pickup under the lock, not before somebody cancels it."""
    till, app, path = desk(), Api(ana), hand_over_path(order)
    read_before = Fulfilment.objects.select_related("order", "location").get()
    monkeypatch.setattr(hand_over, "take_pickup", lambda **wanted: read_before)
    app.post(f"orders/{order.number}/cancellation/")

    answer = till.post(path, {"proof": "id_seen"})

    # The reservation's state is the last line of defence, and shows as an internal error.
    assert answer.status_code == 500
    assert on_hand(mug, high_street) == (5, 0)


def test_a_parcel_sent_at_two_desks_leaves_once(ana, high_street, tess, mug):
    parcel = make_order((mug, 2, 1290), store=high_street, customer=ana, kind=Fulfilment.SHIP).fulfilments.get()
    packer = Actor(channel="system", staff_id=tess.pk, store_id=high_street.pk)

    sent = race([lambda: shipping.send_parcel(parcel_id=parcel.pk, tracking="", by=packer, now=timezone.now())] * 4)

    assert sorted(type(answer).__name__ for answer in sent) == ["IllegalTransition"] * 3 + ["NoneType"]
    assert on_hand(mug, high_street) == (3, 0)


@pytest.mark.parametrize("attempt", range(4))
def test_a_parcel_either_leaves_or_is_cancelled(ana, high_street, tess, mug, attempt):
    order = make_order((mug, 2, 1290), store=high_street, customer=ana, kind=Fulfilment.SHIP)
    parcel, app = order.fulfilments.get(), Api(ana)
    packer = Actor(channel="system", staff_id=tess.pk, store_id=high_street.pk)

    sent, cancelled = race(
        [
            lambda: shipping.send_parcel(parcel_id=parcel.pk, tracking="", by=packer, now=timezone.now()),
            lambda: app.post(f"orders/{order.number}/cancellation/"),
        ]
    )

    assert (sent is None) == (cancelled.status_code == 409)
    assert on_hand(mug, high_street) == ((3, 0) if sent is None else (5, 0))
    assert Refund.objects.exists() == (sent is not None)


def test_without_lock_and_check_a_cancelled_parcel_would_leave(ana, high_street, tess, mug, monkeypatch):
    """Negative control: the parcel is read under the lock, and the move checks it again."""
    order = make_order((mug, 2, 1290), store=high_street, customer=ana, kind=Fulfilment.SHIP)
    read_before = Fulfilment.objects.select_related("order", "location").get()
    monkeypatch.setattr(shipping, "take_fulfilment", lambda **wanted: read_before)
    monkeypatch.setattr(shipping, "move", lambda lifecycle, row, to, **changes: None)
    packer = Actor(channel="system", staff_id=tess.pk, store_id=high_street.pk)
    Api(ana).post(f"orders/{order.number}/cancellation/")

    # Without the lock, the counts on the lines still stop it, as an internal error.
    with pytest.raises((IntegrityError, AssertionError)):
        shipping.send_parcel(parcel_id=read_before.pk, tracking="", by=packer, now=timezone.now())


def test_attempts_at_a_code_are_all_counted(order, desk, settings):
    desks, path = [desk() for _desk in range(16)], hand_over_path(order)

    answers = race([lambda api=api, n=n: api.post(path, {"code": f"{n:08d}"}) for n, api in enumerate(desks)])

    assert codes(answers) == [(409, "pickup_locked")] * 11 + [(409, "wrong_code")] * 5
    assert order.fulfilments.get().wrong_codes == 5


def test_without_the_lock_attempts_would_not_be_counted(order, desk, monkeypatch):
    """Negative control: each attempt must read the count under the lock, not before the others wrote theirs."""
    read_before = Fulfilment.objects.select_related("order", "location").get()
    monkeypatch.setattr(hand_over, "take_pickup", lambda **wanted: copy(read_before))
    api, path = desk(), hand_over_path(order)

    answers = [api.post(path, {"code": f"{n:08d}"}) for n in range(6)]

    assert codes(answers) == [(409, "wrong_code")] * 6
    assert order.fulfilments.get().wrong_codes == 1


def test_a_pickup_collected_as_it_expires_is_either_collected_or_expired(order, desk):
    till, path = desk(), hand_over_path(order)
    late = order.fulfilments.get().expires_at.replace(year=2027)

    handed, expired = race(
        [lambda: till.post(path, {"proof": "id_seen"}), lambda: deadlines.expire_overdue_pickups(now=late)]
    )

    order.refresh_from_db()
    assert (handed.status_code, expired) in {(200, 0), (409, 1)}
    assert order.state == (Order.COMPLETED if handed.status_code == 200 else Order.CANCELLED)


def test_without_the_lock_a_collected_pickup_would_be_expired(order, desk, monkeypatch):
    """Negative control: the sweep must read the pickup under the lock, not before it was collected."""
    read_before = Fulfilment.objects.select_related("order", "location").get()
    monkeypatch.setattr(deadlines, "take_pickup", lambda **wanted: read_before)
    late = read_before.expires_at.replace(year=2027)
    desk().post(hand_over_path(order), {"proof": "id_seen"})
    with no_guards():
        Fulfilment.objects.update(state="ready")  # As the sweep saw it when it chose what to expire.

    assert deadlines.expire_overdue_pickups(now=late) == 1
    assert HandOver.objects.count() == 1


def test_a_pickup_that_is_kept_longer_as_it_expires_is_either_kept_or_expired(order, desk):
    till = desk()
    kept = order.fulfilments.get()
    body = {"until": str(timezone.localdate() + timedelta(days=60)), "reason": "The buyer is ill."}

    extended, expired = race(
        [
            lambda: till.post(f"till/pickups/{kept.pk}/extension/", body),
            lambda: deadlines.expire_overdue_pickups(now=kept.expires_at + timedelta(minutes=1)),
        ]
    )

    order.refresh_from_db()
    assert (extended.status_code, expired) in {(200, 0), (409, 1)}
    assert order.state == (Order.PLACED if extended.status_code == 200 else Order.CANCELLED)


def test_without_the_lock_a_pickup_that_is_kept_longer_would_expire(order, desk, monkeypatch):
    """Negative control: the sweep must read the deadline under the lock, not before it was moved."""
    read_before = Fulfilment.objects.select_related("order", "location").get()
    late = read_before.expires_at + timedelta(minutes=1)

    body = {"until": str(timezone.localdate() + timedelta(days=60)), "reason": "The buyer is ill."}
    assert desk().post(f"till/pickups/{read_before.pk}/extension/", body).status_code == 200
    monkeypatch.setattr(deadlines, "_OVERDUE", deadlines._OVERDUE.replace("pickup.expires_at < %(now)s", "true"))

    assert deadlines.expire_overdue_pickups(now=late) == 0

    monkeypatch.setattr(deadlines, "take_pickup", lambda **wanted: read_before)

    assert deadlines.expire_overdue_pickups(now=late) == 1


def test_refunds_swept_by_two_workers_are_paid_once(order, ana):
    Api(ana).post(f"orders/{order.number}/cancellation/")

    settled = race([lambda: settle_refunds(now=timezone.now())] * 4)

    assert sum(settled) == 1
    payment = order.payments.get()
    assert (payment.refunded, Refund.objects.get().state) == (2580, "done")


def test_without_its_state_a_refund_would_be_settled_by_each_worker(order, ana, monkeypatch):
    """Negative control: whoever learns the outcome first writes it, because the statement checks the state."""
    monkeypatch.setattr(
        refund_outcomes, "_SETTLE", refund_outcomes._SETTLE.replace("AND state = ANY(%(from_states)s::text[])", "")
    )
    monkeypatch.setattr(refunds, "refund", Meeting(4).after(refunds.refund))
    Api(ana).post(f"orders/{order.number}/cancellation/")

    settled = race([lambda: settle_refunds(now=timezone.now())] * 4)

    assert settled == [1] * 4


def test_cash_taken_while_the_till_is_closed_is_counted_or_refused(ana, high_street, desk, tess, mug):
    order = make_order((mug, 2, 1290), store=high_street, customer=ana, state="ready", paid="pay_in_store")
    session = make_till_session(high_street, tess)
    till, other, path = desk(), desk(), hand_over_path(order)
    cash = {"method": "cash", "tendered": {"amount": "25.80", "currency": "EUR"}}

    paid, _closed = race(
        [
            lambda: till.post(path, {"proof": "id_seen", "payments": [cash], "session": str(session.pk)}),
            lambda: other.patch(
                f"till/sessions/{session.pk}/",
                {"counted": {"amount": "100.00", "currency": "EUR"}},
                **{"Idempotency-Key": "close"},
            ),
        ]
    )

    session.refresh_from_db()
    if paid.status_code == 200 and not session.is_open:
        assert session.expected == 12_580
    else:
        assert session.is_open or (codes([paid]), session.expected) == ([(409, "session_closed")], 10_000)


def test_without_locking_the_session_a_closed_till_would_take_cash(ana, high_street, desk, tess, mug, monkeypatch):
    """Negative control: cash must find the session open and keep it so."""
    order = make_order((mug, 2, 1290), store=high_street, customer=ana, state="ready", paid="pay_in_store")
    session, till = make_till_session(high_street, tess), desk()
    monkeypatch.setattr(balances_due, "take_open_session", lambda **wanted: None)
    count = {"counted": {"amount": "100.00", "currency": "EUR"}}
    cash = {"method": "cash", "tendered": {"amount": "25.80", "currency": "EUR"}}
    till.patch(f"till/sessions/{session.pk}/", count, **{"Idempotency-Key": "close"})

    till.post(hand_over_path(order), {"proof": "id_seen", "payments": [cash], "session": str(session.pk)})

    assert "a till that was closed expected what its payments say" in find_breaches()


def test_a_sale_while_the_till_is_closed_is_counted_or_refused(high_street, desk, tess, mug):
    session = make_till_session(high_street, tess)
    cash = {"method": "cash", "tendered": {"amount": "12.90", "currency": "EUR"}}
    sale = {"session": str(session.pk), "lines": [{"sku": "MUG"}], "payments": [cash]}
    count = {"counted": {"amount": "100.00", "currency": "EUR"}}
    tills, manager = [desk() for _till in range(3)], desk()

    *sold, closed = race(
        [lambda till=till: till.post("till/sales/", sale) for till in tills]
        + [lambda: manager.patch(f"till/sessions/{session.pk}/", count, **{"Idempotency-Key": "close"})]
    )

    session.refresh_from_db()
    sales = [answer.status_code for answer in sold].count(201)
    assert {answer.status_code for answer in sold} <= {201, 409}
    if closed.status_code == 200:
        assert session.expected == 10_000 + 1290 * sales
    else:
        # Counted before the sales came in, the drawer would hold too much, so the till stays open.
        assert (codes([closed]), session.is_open) == ([(403, "difference_needs_manager")], True)
