import pytest

from core.actors import THE_SYSTEM, Actor
from core.transitions import IllegalTransition
from orders.models import Fulfilment, Order
from orders.rules.lifecycle import FULFILMENTS, ORDER, check_fulfilment_move, check_order_move, may_be_cancelled

CLERK = Actor(channel="till", staff_id=1, store_id=1)
SHOPPER = Actor(channel="app", customer_id=1)


@pytest.mark.parametrize(
    ("kind", "present", "to", "by"),
    [
        ("pickup", "placed", "accepted", CLERK),
        ("pickup", "accepted", "picking", CLERK),
        ("pickup", "accepted", "ready", CLERK),
        ("pickup", "picking", "ready", CLERK),
        ("pickup", "ready", "collected", CLERK),
        ("pickup", "ready", "expired", THE_SYSTEM),
        ("pickup", "ready", "cancelled", SHOPPER),
        ("ship", "picking", "cancelled", SHOPPER),
        ("ship", "picking", "shipped", CLERK),
        ("ship", "shipped", "delivered", THE_SYSTEM),
        ("carry_out", "pending", "collected", THE_SYSTEM),
    ],
)
def test_what_may_follow_follows(kind, present, to, by):
    check_fulfilment_move(kind=kind, present=present, to=to, by=by)


@pytest.mark.parametrize(
    ("kind", "present", "to", "by"),
    [
        ("pickup", "placed", "ready", CLERK),
        ("pickup", "placed", "collected", CLERK),
        ("pickup", "accepted", "accepted", CLERK),
        ("pickup", "collected", "cancelled", CLERK),
        ("pickup", "expired", "collected", CLERK),
        ("pickup", "ready", "collected", SHOPPER),
        ("pickup", "ready", "expired", CLERK),
        ("pickup", "pending", "accepted", CLERK),
        ("ship", "shipped", "cancelled", SHOPPER),
        ("carry_out", "collected", "cancelled", CLERK),
    ],
)
def test_anything_else_does_not(kind, present, to, by):
    with pytest.raises(IllegalTransition) as refusal:
        check_fulfilment_move(kind=kind, present=present, to=to, by=by)

    assert (refusal.value.details["state"], refusal.value.details["wanted"]) == (present, to)


def test_an_order_is_cancelled_only_while_the_promise_holds():
    check_order_move(present="placed", to="cancelled", by=SHOPPER)

    for state in ("pending", "completed", "cancelled", "failed"):
        with pytest.raises(IllegalTransition):
            check_order_move(present=state, to="cancelled", by=SHOPPER)


def test_what_has_left_cannot_be_cancelled():
    assert may_be_cancelled(kind="ship", state="picking", by=SHOPPER)
    assert not may_be_cancelled(kind="ship", state="shipped", by=SHOPPER)
    assert not may_be_cancelled(kind="carry_out", state="collected", by=SHOPPER)


def test_the_tables_speak_of_states_that_exist():
    fulfilment_states = {state for state, _label in Fulfilment.STATES}
    order_states = {state for state, _label in Order.STATES}

    for moves in FULFILMENTS.values():
        assert set(moves) | {to for following in moves.values() for to in following} <= fulfilment_states
    assert set(ORDER) | {to for following in ORDER.values() for to in following} <= order_states
