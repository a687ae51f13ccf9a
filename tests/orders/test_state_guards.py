"""The database allows exactly the moves in the tables of the rules, whoever asks."""

import uuid
from datetime import timedelta
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.rules import lifecycle as of_accounts
from core.states.guards import guards_of
from inventory.rules import stock_documents
from orders.models import CarrierService, Order, Refund, Return, Shipment
from orders.rules import lifecycle as of_orders
from tests.factories.balances import give_card, give_credit
from tests.factories.inventory import make_variant
from tests.factories.orders import PLACED_AT, make_order, make_till_session
from tests.factories.states import no_guards
from tests.factories.stock_documents import make_each_kind

pytestmark = pytest.mark.django_db

LIFECYCLES = (*of_orders.LIFECYCLES, *of_accounts.LIFECYCLES, *stock_documents.LIFECYCLES)
REFUSED = "23001"
# What the tables' other constraints require in some states.
BESIDES = {
    "orders_payment": "provider = 'test', authorised_until = now(), capture_asked_at = now(), captured_at = NULL",
    "orders_shipment": "tracked_at = now()",
    "orders_tillsession": "counted = 1, expected = 1",
}


@pytest.fixture
def rows(ana, tess, high_street):
    """One row of every kind that has a lifecycle, by its name."""
    order = make_order((make_variant(), 1, 1000), store=high_street, customer=ana)
    payment = order.payments.get()
    refund = Refund.objects.create(payment=payment, key=uuid.uuid4(), amount=1, reason="damage", asked_at=PLACED_AT)
    return_ = Return.objects.create(
        number="R-1", order=order, state="requested", method="store", refund_to="original", channel="app",
        currency="EUR", amount=1, requested_at=PLACED_AT, exchanged_for=order,
    )  # fmt: skip
    fulfilment = order.fulfilments.get().pk
    shipment = Shipment.objects.create(
        fulfilment=order.fulfilments.get(), service=CarrierService.objects.create(name="Courier", carrier="manual"),
        carrier="manual", key=uuid.uuid4(), state="ready", asked_at=PLACED_AT, tracked_at=PLACED_AT,
    )  # fmt: skip
    return {
        "order": order.pk,
        "pickup": fulfilment,
        "parcel": fulfilment,
        "sale over the counter": fulfilment,
        "payment": payment.pk,
        "payment attempt": payment.attempts.get().pk,
        "refund": refund.pk,
        "return": return_.pk,
        "shipment": shipment.pk,
        "till session": make_till_session(high_street, tess).pk,
        "gift card": give_card(1000).pk,
        **make_each_kind(high_street),
        "credit": give_credit(ana, 10).pk,
        "points": give_credit(ana, 10, kind="points").pk,
    }


@pytest.mark.parametrize("guard", guards_of(LIFECYCLES), ids=lambda guard: guard.table)
def test_the_database_has_the_moves_of_the_rules(guard):
    from_migrations = triggers_of(guard.table)

    with connection.cursor() as cursor:
        cursor.execute(guard.drop() + guard.create())

    assert len(from_migrations) == 2
    assert triggers_of(guard.table) == from_migrations


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda one: one.name)
def test_every_move_in_the_table_is_allowed_and_every_other_is_refused(rows, lifecycle):
    states = every_state_of(lifecycle)
    allowed = {(move.present, move.next) for move in lifecycle.moves}

    let_through = {
        (present, to)
        for present, to in product(states, states)
        if present != to and moves(lifecycle, rows[lifecycle.name], present, to)
    }

    assert let_through == allowed


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda one: one.name)
def test_a_row_begins_only_as_the_table_says(rows, lifecycle):
    begun = {state for state in every_state_of(lifecycle) if begins(lifecycle, rows[lifecycle.name], state)}

    assert begun == set(lifecycle.begins)


def test_a_closed_session_never_changes_its_closing_time(high_street, tess):
    session = make_till_session(high_street, tess)
    session.closed_at, session.counted, session.expected = PLACED_AT, 1, 1
    session.save()

    session.closed_at += timedelta(hours=1)

    with pytest.raises(DatabaseError, match="No move leads"), transaction.atomic():
        session.save()


def test_updates_of_other_columns_are_not_checked(high_street, ana):
    order = make_order((make_variant(), 1, 1000), store=high_street, customer=ana)
    with no_guards():
        Order.objects.update(state="cancelled")

    Order.objects.update(contact_phone="+4930123456")
    order.refresh_from_db()
    order.save()

    assert order.state == "cancelled"


def test_without_the_guard_an_order_would_be_reopened(high_street, ana):
    """Negative control: if this fails, the tests above have shown nothing."""
    make_order((make_variant(), 1, 1000), store=high_street, customer=ana, state="placed")
    Order.objects.update(state="cancelled")

    with no_guards():
        Order.objects.update(state="placed")

    assert Order.objects.get().state == "placed"


def every_state_of(lifecycle):
    """Return every state that any row of its table can have, so that one kind cannot take states of another."""
    return dict.fromkeys(
        state for sibling in LIFECYCLES if sibling.table == lifecycle.table for state in sibling.states
    )


def triggers_of(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid), pg_get_functiondef(tgfoid) FROM pg_trigger "
            "WHERE tgrelid = %s::regclass AND NOT tgisinternal "
            "AND (tgname LIKE '%%_begins' OR tgname LIKE '%%_moves') ORDER BY tgname",
            [table],
        )
        return cursor.fetchall()


def value_of(lifecycle, state):
    if lifecycle.is_moment:
        return "NULL" if state == "open" else "now()"
    return f"'{state}'"


def moves(lifecycle, pk, present, to):
    """Return whether the guard lets a row move from one state to another; other constraints may still refuse it."""
    besides = f", {BESIDES[lifecycle.table]}" if lifecycle.table in BESIDES else ""
    kind = f", kind = '{lifecycle.kind}'" if lifecycle.table == "orders_fulfilment" else ""
    update = f"UPDATE {lifecycle.table} SET {lifecycle.column} = "
    where = f" WHERE id = {pk}"
    with connection.cursor() as cursor, no_guards():
        cursor.execute(f"{update}{value_of(lifecycle, present)}{kind}{besides}{where}")
    return is_let_through(f"{update}{value_of(lifecycle, to)}{where}")


def begins(lifecycle, pk, state):
    """Return whether the guard lets a row like this one begin in a state, although the row exists already."""
    row = f"SELECT to_jsonb(old) || jsonb_build_object('{lifecycle.column}', {value_of(lifecycle, state)}"
    row += f", 'kind', '{lifecycle.kind}')" if lifecycle.kind else ")"
    populated = f"jsonb_populate_record(NULL::{lifecycle.table}, ({row} FROM {lifecycle.table} AS old WHERE id = {pk}))"
    return is_let_through(f"INSERT INTO {lifecycle.table} SELECT (made).* FROM (SELECT {populated} AS made) AS one")


def is_let_through(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return error.__cause__.sqlstate != REFUSED
    return True
