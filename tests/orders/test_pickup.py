from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Malformed, NotFound
from core.models import JournalEntry
from core.states.transitions import IllegalTransition
from inventory.models import Reservation, StockMovement
from orders.models import Collector, Fulfilment, HandOver, Order, Payment, Refund
from orders.rules.checkout import Tender
from orders.rules.pickup_codes import collection_code
from orders.services.fulfilment.pickups.collectors import name_collector
from orders.services.fulfilment.pickups.deadlines import expire_overdue_pickups
from orders.services.fulfilment.pickups.hand_over import (
    PickupLocked,
    WrongCode,
    hand_over_pickup,
    prove_by_code,
    prove_by_document,
)
from orders.services.fulfilment.pickups.preparing import (
    accept_pickup,
    make_pickup_ready,
    reject_pickup,
    start_picking,
    unlock_pickup,
)
from orders.services.payments.balances_due import PaymentDue
from orders.services.registers.till_sessions import SessionNotOpen, expected_cash
from tests.factories.inventory import make_store
from tests.factories.orders import due, make_fulfilment, make_order, make_till_session, pay_order
from tests.orders.test_cancellation import level_of
from tests.refusals import refused


@pytest.fixture
def order(ana, mitte, mug):
    return make_order((mug, 2, 1290), store=mitte, customer=ana)


@pytest.fixture
def pickup(order):
    return order.fulfilments.get()


@pytest.fixture
def ready(ana, mitte, mug, bowl):
    return make_order((mug, 2, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state="ready").fulfilments.get()


def code_of(pickup, settings):
    return collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0])


def hand_over(pickup, at_desk, now, **changes):
    arguments = {
        "proof": prove_by_document(pickup_id=pickup.pk),
        "collected_by": "",
        "pieces": None,
        "tenders": (),
        "session_id": None,
    }
    hand_over_pickup(**(arguments | changes), by=at_desk, now=now)


def kinds():
    return list(JournalEntry.objects.order_by("id").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("collected_by", "is_told"),
    [("", False), ("ana moreno", False), ("  Ana  Moreno ", False), ("Ben Bakker", True)],
)
def test_the_buyer_is_told_when_somebody_else_collected(collected_by, is_told, ready, at_desk, now):
    hand_over(ready, at_desk, now, collected_by=collected_by)

    told = JournalEntry.objects.filter(kind="pickup.collected_by_other")
    assert told.exists() == is_told
    if is_told:
        taken = {str(line.order_line_id): line.quantity for line in ready.lines.all()}
        assert told.get().payload["line_units"] == taken
        assert HandOver.objects.get(pk=told.get().payload["hand_over_id"]).collected_by == "Ben Bakker"


def test_the_buyer_is_told_when_the_named_person_collected(ready, at_desk, now):
    Collector.objects.create(order=ready.order, name="Cleo", named_at=now)

    hand_over(ready, at_desk, now)

    assert JournalEntry.objects.filter(kind="pickup.collected_by_other").exists()


def test_is_accepted_picked_and_made_ready(pickup, at_desk, now):
    accept_pickup(pickup_id=pickup.pk, by=at_desk, now=now)
    start_picking(pickup_id=pickup.pk, by=at_desk, now=now)
    make_pickup_ready(pickup_id=pickup.pk, by=at_desk, now=now)

    pickup.refresh_from_db()
    assert (pickup.state, pickup.accepted_at, pickup.ready_at) == ("ready", now, now)
    assert kinds() == ["pickup.accepted", "pickup.picking", "pickup.ready"]


def test_is_kept_until_the_store_closes_on_its_last_day(pickup, at_desk, now):
    accept_pickup(pickup_id=pickup.pk, by=at_desk, now=now)

    make_pickup_ready(pickup_id=pickup.pk, by=at_desk, now=now)

    pickup.refresh_from_db()
    assert pickup.expires_at == datetime(2026, 3, 9, 19, 0, tzinfo=UTC)


def test_is_announced_once(ready, at_desk, now):
    with refused(IllegalTransition) as refusal:
        make_pickup_ready(pickup_id=ready.pk, by=at_desk, now=now)

    assert refusal.value.details == {
        "state": "ready",
        "wanted": "ready",
        "allowed": ["cancelled", "collected"],
    }
    assert kinds() == []


def test_does_not_exist_for_another_store(pickup, at_desk, tess, now):
    elsewhere = make_store("ham-altona")

    with refused(NotFound):
        accept_pickup(
            pickup_id=pickup.pk,
            by=type(at_desk)(channel="till", staff_id=tess.pk, store_id=elsewhere.pk, store_code=elsewhere.code),
            now=now,
        )

    pickup.refresh_from_db()
    assert pickup.state == "placed"


def test_a_shipment_is_not_a_pickup(ana, mitte, mug, at_desk, now):
    shipment = make_order((mug, 1, 1290), store=mitte, customer=ana, kind=Fulfilment.SHIP).fulfilments.get()

    with refused(NotFound):
        accept_pickup(pickup_id=shipment.pk, by=at_desk, now=now)


def test_rejecting_it_releases_the_goods_and_refunds_the_money(order, pickup, mug, mitte, at_desk, now):
    reject_pickup(pickup_id=pickup.pk, reason="The shelf was empty.", by=at_desk, now=now)

    pickup.refresh_from_db()
    order.refresh_from_db()
    assert (pickup.state, pickup.reject_reason, order.state) == ("cancelled", "The shelf was empty.", Order.CANCELLED)
    assert order.cancel_reason == "rejected"
    assert order.lines.get().quantity_cancelled == 2
    assert level_of(mug, mitte) == (10, 0)
    assert Refund.objects.get().amount == 2580
    assert kinds() == ["order.cancelled", "pickup.rejected"]


def test_rejecting_one_of_two_refunds_its_own_share(order, pickup, bowl, mitte, at_desk, now):
    line = order.lines.create(
        position=2, variant=bowl, sku="BOWL", name="Bowl", quantity=1, unit_price=2000, line_total=2000
    )
    make_fulfilment(order, [line], store=mitte)
    Order.objects.update(items_total=4580, grand_total=4580)
    pay_order(order, 2000)

    reject_pickup(pickup_id=pickup.pk, reason="Broken.", by=at_desk, now=now)

    order.refresh_from_db()
    assert order.state == Order.PLACED
    assert sum(Refund.objects.values_list("amount", flat=True)) == 2580
    assert kinds() == ["pickup.rejected"]


def test_handing_over_completes_the_order(ready, mug, bowl, mitte, tess, at_desk, settings, now):
    proof = prove_by_code(pickup_id=ready.pk, code=code_of(ready, settings), by=at_desk, now=now)

    hand_over(ready, at_desk, now, proof=proof)

    ready.refresh_from_db()
    order = Order.objects.get()
    record = HandOver.objects.get()
    assert (ready.state, ready.finished_at, order.state, order.closed_at) == ("collected", now, Order.COMPLETED, now)
    assert (record.collected_by, record.proof, record.staff) == ("Ana Moreno", "code", tess)
    assert [line.quantity_fulfilled for line in order.lines.all()] == [2, 1]
    assert (level_of(mug, mitte), level_of(bowl, mitte)) == ((8, 0), (9, 0))
    assert StockMovement.objects.filter(kind=StockMovement.HANDED_OVER).count() == 2
    assert kinds() == ["pickup.collected", "order.completed"]


def test_is_handed_over_once(ready, mug, mitte, at_desk, now):
    hand_over(ready, at_desk, now)

    with refused(IllegalTransition):
        hand_over(ready, at_desk, now)

    assert HandOver.objects.count() == 1
    assert level_of(mug, mitte) == (8, 0)


def test_only_a_ready_pickup_is_handed_over(pickup, mug, mitte, at_desk, now):
    with refused(IllegalTransition):
        hand_over(pickup, at_desk, now)

    assert level_of(mug, mitte) == (10, 2)
    assert not HandOver.objects.exists()


def test_a_part_of_it_leaves_the_rest_waiting(ready, mug, bowl, mitte, at_desk, now):
    first, second = ready.lines.order_by("pk")

    hand_over(ready, at_desk, now, pieces={first.order_line_id: None})

    ready.refresh_from_db()
    assert (ready.state, Order.objects.get().state) == ("ready", Order.PLACED)
    assert (level_of(mug, mitte), level_of(bowl, mitte)) == ((8, 0), (10, 1))

    with refused(NotFound):
        hand_over(ready, at_desk, now, pieces={first.order_line_id: None})
    hand_over(ready, at_desk, now, pieces={second.order_line_id: None})

    ready.refresh_from_db()
    assert (ready.state, Order.objects.get().state) == ("collected", Order.COMPLETED)
    assert level_of(bowl, mitte) == (9, 0)


def test_a_wrong_code_is_refused_and_counted(ready, at_desk, now):
    with pytest.raises(WrongCode) as refusal:
        prove_by_code(pickup_id=ready.pk, code="00000000", by=at_desk, now=now)

    ready.refresh_from_db()
    assert refusal.value.details == {"attempts_left": 4}
    assert ready.wrong_codes == 1
    assert kinds() == ["pickup.code_refused"]


def test_five_wrong_codes_lock_it_even_for_the_right_code(ready, at_desk, settings, now):
    for _attempt in range(5):
        with pytest.raises(WrongCode):
            prove_by_code(pickup_id=ready.pk, code="00000000", by=at_desk, now=now)

    with pytest.raises(PickupLocked):
        prove_by_code(pickup_id=ready.pk, code=code_of(ready, settings), by=at_desk, now=now)
    with refused(PickupLocked):
        hand_over(ready, at_desk, now)

    ready.refresh_from_db()
    assert (ready.wrong_codes, ready.state) == (5, "ready")


def test_a_manager_unlocks_it(ready, at_desk, settings, now):
    Fulfilment.objects.update(wrong_codes=5)

    unlock_pickup(pickup_id=ready.pk, by=at_desk, now=now)

    proof = prove_by_code(pickup_id=ready.pk, code=code_of(ready, settings), by=at_desk, now=now)
    hand_over(ready, at_desk, now, proof=proof)
    assert kinds()[0] == "pickup.unlocked"


def test_the_named_pickup_person_is_recorded(ready, as_ana, at_desk, now):
    name_collector(number=ready.order.number, name="Ben Bakker", phone="", by=as_ana, now=now)

    hand_over(ready, at_desk, now)

    assert HandOver.objects.get().collected_by == "Ben Bakker"


class TestPaidInTheStore:
    @pytest.fixture
    def unpaid(self, ana, mitte, mug):
        order = make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready", paid="pay_in_store")
        return order.fulfilments.get()

    def test_does_not_leave_unpaid(self, unpaid, mug, mitte, at_desk, now):
        with refused(PaymentDue) as refusal:
            hand_over(unpaid, at_desk, now)

        assert refusal.value.details == {"due": {"amount": "25.80", "currency": "EUR"}}
        assert due() == 2580
        assert level_of(mug, mitte) == (10, 2)
        assert kinds() == []

    def test_is_paid_in_cash_with_the_hand_over(self, unpaid, mitte, tess, at_desk, now):
        session = make_till_session(mitte, tess)

        hand_over(unpaid, at_desk, now, tenders=[Tender("cash", tendered=3000)], session_id=session.pk)

        payment = Payment.objects.get()
        assert (payment.method, payment.state, payment.amount, payment.change) == ("cash", "captured", 2580, 420)
        assert payment.captured_at == now
        assert expected_cash(session_id=session.pk) == 12_580

    def test_is_paid_by_cash_and_card(self, unpaid, mitte, tess, at_desk, now):
        session = make_till_session(mitte, tess)
        tenders = [Tender("cash", amount=1000, tendered=1000), Tender("card")]

        hand_over(unpaid, at_desk, now, tenders=tenders, session_id=session.pk)

        paid = Payment.objects.order_by("pk").values_list("method", "amount", "state")
        assert list(paid) == [("cash", 1000, "captured"), ("card", 1580, "captured")]
        assert expected_cash(session_id=session.pk) == 11_000

    def test_too_little_cash_is_refused(self, unpaid, mitte, tess, at_desk, now):
        session = make_till_session(mitte, tess)

        with refused(Malformed):
            hand_over(unpaid, at_desk, now, tenders=[Tender("cash", tendered=2000)], session_id=session.pk)

        assert due() == 2580

    def test_cash_needs_an_open_till(self, unpaid, mitte, tess, at_desk, now):
        closed = make_till_session(mitte, tess, closed_at=now, counted=0, expected=0)

        for session_id in (None, closed.pk):
            with refused(SessionNotOpen):
                hand_over(unpaid, at_desk, now, tenders=[Tender("cash", tendered=3000)], session_id=session_id)

        assert due() == 2580

    def test_rejecting_an_unpaid_one_clears_the_balance_due_and_refunds_nothing(self, unpaid, at_desk, now):
        reject_pickup(pickup_id=unpaid.pk, reason="Broken.", by=at_desk, now=now)

        assert due() == 0
        assert not Refund.objects.exists()


@pytest.mark.usefixtures("empty_journal")
class TestExpiry:
    def test_an_expired_pickup_releases_goods_and_refunds_money(self, ready, mug, mitte):
        late = ready.expires_at + timedelta(minutes=1)

        assert expire_overdue_pickups(now=late) == 1
        assert expire_overdue_pickups(now=late) == 0

        ready.refresh_from_db()
        order = Order.objects.get()
        assert (ready.state, order.state, order.cancel_reason) == ("expired", Order.CANCELLED, "expired")
        assert level_of(mug, mitte) == (10, 0)
        assert Refund.objects.get().amount == 4580
        assert kinds() == ["order.cancelled", "pickup.expired", "stock.state_changed", "stock.state_changed"]
        assert not Reservation.objects.filter(state=Reservation.COMMITTED).exists()

    def test_a_pickup_within_its_time_is_kept(self, ready):
        assert expire_overdue_pickups(now=ready.expires_at) == 0

        ready.refresh_from_db()
        assert ready.state == "ready"

    def test_a_partly_collected_pickup_stays_collected(self, ready, at_desk, now):
        first = ready.lines.order_by("pk").first()
        hand_over(ready, at_desk, now, pieces={first.order_line_id: None})

        expire_overdue_pickups(now=ready.expires_at + timedelta(minutes=1))

        ready.refresh_from_db()
        order = Order.objects.get()
        assert (ready.state, order.state) == ("collected", Order.COMPLETED)
        assert Refund.objects.get().amount == 2000
