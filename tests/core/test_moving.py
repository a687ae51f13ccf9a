"""States are changed only by moves of their lifecycle."""

import pytest

from core.actors import THE_SYSTEM, Actor
from core.states.moving import move, move_all
from core.states.transitions import IllegalTransition
from orders.models import Fulfilment, Order
from orders.rules.lifecycle import ORDER, PAYMENT, PICKUP, TILL_SESSION
from tests.factories.inventory import make_variant
from tests.factories.orders import PLACED_AT, make_order, make_till_session

pytestmark = pytest.mark.django_db

CLERK = Actor(channel="till", staff_id=1, store_id=1)
SHOPPER = Actor(channel="app", customer_id=1)


@pytest.fixture
def pickup(ana, high_street):
    return make_order((make_variant(), 1, 1000), store=high_street, customer=ana).fulfilments.get()


def state_of(row):
    return type(row).objects.values_list("state", flat=True).get(pk=row.pk)


def test_a_row_moves_together_with_other_columns(pickup):
    move(PICKUP, pickup, "accepted", by=CLERK, accepted_at=PLACED_AT)

    assert (pickup.state, pickup.accepted_at) == ("accepted", PLACED_AT)
    pickup.refresh_from_db()
    assert (pickup.state, pickup.accepted_at) == ("accepted", PLACED_AT)


@pytest.mark.parametrize(("to", "by"), [("ready", CLERK), ("accepted", SHOPPER), ("placed", CLERK)])
def test_no_row_makes_a_move_that_is_not_allowed(pickup, to, by):
    with pytest.raises(IllegalTransition):
        move(PICKUP, pickup, to, by=by, accepted_at=PLACED_AT)

    assert (pickup.state, pickup.accepted_at) == ("placed", None)
    assert state_of(pickup) == "placed"


def test_a_row_that_was_moved_meanwhile_does_not_move_again(pickup):
    read_before = Fulfilment.objects.get()
    move(PICKUP, pickup, "cancelled", by=CLERK)

    with pytest.raises(IllegalTransition) as refusal:
        move(PICKUP, read_before, "accepted", by=CLERK)

    assert refusal.value.details["state"] == read_before.state == state_of(pickup) == "cancelled"


def test_of_many_rows_only_those_whose_state_allows_it_move(ana, high_street):
    orders = [make_order((make_variant(), 1, 1000), store=high_street, customer=ana) for _number in range(3)]
    done, *others = [order.pk for order in orders]
    move_all(ORDER, [done], "completed", closed_at=PLACED_AT)

    moved = move_all(ORDER, [done, *others], "cancelled", cancel_reason="test", closed_at=PLACED_AT)

    assert sorted(moved) == others
    assert list(Order.objects.order_by("pk").values_list("state", flat=True)) == ["completed", "cancelled", "cancelled"]


def test_nobody_makes_a_move_that_belongs_to_another_actor(pickup):
    payment = pickup.order.payments.get()

    assert move_all(PAYMENT, [payment.pk], "voided", by=SHOPPER) == []
    assert state_of(payment) == "captured"


def test_a_kind_moves_only_by_its_own_lifecycle(pickup):
    Fulfilment.objects.update(kind="ship")

    assert move_all(PICKUP, [pickup.pk], "cancelled", by=CLERK) == []


def test_a_moment_is_its_own_state(high_street, tess):
    session = make_till_session(high_street, tess)

    closing = {"counted": 10_000, "expected": 10_000, "closed_at": PLACED_AT}
    move(TILL_SESSION, session, "closed", by=CLERK, **closing)

    assert not session.is_open
    with pytest.raises(IllegalTransition):
        move(TILL_SESSION, session, "closed", by=CLERK, **closing)
    assert move_all(TILL_SESSION, [session.pk], "closed", by=THE_SYSTEM, **closing) == []
