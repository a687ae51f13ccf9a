import pytest
from django.apps import apps

from core.actors import THE_SYSTEM, Actor
from core.states.transitions import IllegalTransition
from orders.rules.lifecycle import LIFECYCLES, check_fulfilment_move, check_order_move, may_be_cancelled

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
def test_allowed_moves_are_accepted(kind, present, to, by):
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
def test_other_moves_are_refused(kind, present, to, by):
    with pytest.raises(IllegalTransition) as refusal:
        check_fulfilment_move(kind=kind, present=present, to=to, by=by)

    assert (refusal.value.details["state"], refusal.value.details["wanted"]) == (present, to)


def test_only_a_placed_order_is_cancelled():
    check_order_move(present="placed", to="cancelled", by=SHOPPER)

    for state in ("pending", "completed", "cancelled", "failed"):
        with pytest.raises(IllegalTransition):
            check_order_move(present=state, to="cancelled", by=SHOPPER)


def test_what_has_left_cannot_be_cancelled():
    assert may_be_cancelled(kind="ship", state="picking", by=SHOPPER)
    assert not may_be_cancelled(kind="ship", state="shipped", by=SHOPPER)
    assert not may_be_cancelled(kind="carry_out", state="collected", by=SHOPPER)


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda sibling: sibling.name)
def test_the_tables_use_the_states_of_the_models(lifecycle):
    [model] = [model for model in apps.get_models() if model._meta.db_table == lifecycle.table]
    choices = dict(model._meta.get_field(lifecycle.column).choices or {"open": "", "closed": ""})
    of_table = [state for sibling in LIFECYCLES if sibling.table == lifecycle.table for state in sibling.states]

    assert set(of_table) == set(choices)


def test_every_actor_in_the_tables_is_known():
    assert {who for lifecycle in LIFECYCLES for move in lifecycle.moves for who in move.who} == {
        "shopper",
        "staff",
        "system",
    }
