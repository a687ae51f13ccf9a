"""The balance due of an order is the sum of entries that nobody changes."""

from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from core.actors import Actor
from core.data.invariants import find_breaches
from orders.models import DueEntry, Order, Payment
from orders.queries.balances_due import balance_due_in, open_amounts_of
from orders.queries.orders import get_order
from orders.services.fulfilment.cancellation import cancel_order
from tests.factories.inventory import make_variant
from tests.factories.orders import PLACED_AT, make_order, owe, pay_order
from tests.factories.states import no_guards

MIGRATION = import_module("orders.migrations.0020_amounts_due")
NEVER_LESS = "an order never owes less than nothing, and nothing once it is closed"

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(ana, high_street):
    return make_order((make_variant(), 2, 1290), store=high_street, customer=ana, paid="")


def write(order, *entries):
    for kind, amount in entries:
        DueEntry.objects.create(order=order, kind=kind, amount=amount, occurred_at=PLACED_AT)


def test_they_add_up_and_the_balance_is_shown_among_the_payments(order):
    write(order, ("placed", 2580), ("paid", -1000), ("authorisation_lost", 300))
    pay_order(order, 1000)

    assert balance_due_in(order.pk) == 1880
    [paid, due] = get_order(order.number).payments
    assert (paid.state, due.method, due.amount, due.state, due.id) == ("captured", "pay_in_store", 1880, "due", None)


def test_an_order_that_owes_nothing_shows_nothing(order):
    write(order, ("placed", 2580), ("cancelled", -2580))

    assert balance_due_in(order.pk) == 0
    assert get_order(order.number).payments == []


def test_authorised_money_is_distinguished_from_the_balance_due(order):
    owe(order, 580)
    pay_order(order, 2000, state="authorised", authorised_until=PLACED_AT, captured_at=None)

    assert open_amounts_of(order.pk) == (580, True)


@pytest.mark.parametrize(
    ("kind", "amount"), [("placed", -1), ("paid", 1), ("cancelled", 5), ("placed", 0), ("gift", 1)]
)
def test_each_kind_only_adds_or_only_reduces(order, kind, amount):
    with pytest.raises(DatabaseError, match="due_entry_adds_or_takes_off_by_its_kind"), transaction.atomic():
        write(order, (kind, amount))

    assert not DueEntry.objects.exists()


def test_cancelling_reduces_the_balance_due_before_it_refunds(order, ana):
    owe(order, 1580)
    pay_order(order, 1000)

    cancel_order(number=order.number, reason="customer", by=Actor("app", customer_id=ana.pk), now=PLACED_AT)

    assert list(DueEntry.objects.order_by("pk").values_list("kind", "amount")) == [
        ("placed", 1580), ("cancelled", -1580),
    ]  # fmt: skip
    assert Payment.objects.get().refunded == 1000
    assert find_breaches() == {}


@pytest.mark.parametrize("state", ["completed", "cancelled", "failed"])
def test_the_audit_finds_a_closed_order_with_a_balance_due(order, state):
    owe(order, 1)
    with no_guards():
        Order.objects.update(state=state)

    assert NEVER_LESS in find_breaches()


def test_the_audit_finds_a_negative_balance_due(order):
    write(order, ("paid", -1))

    assert NEVER_LESS in find_breaches()


OLD = [
    ("due", 500, "placed", [("placed", 500)]),
    ("voided", 500, "cancelled", [("placed", 500), ("cancelled", -500)]),
    ("voided", 500, "failed", [("placed", 500), ("failed", -500)]),
]


@pytest.mark.parametrize(("state", "amount", "of_order", "entries"), OLD)
def test_migrating_makes_entries_of_payments_that_were_due(order, state, amount, of_order, entries):
    with connection.cursor() as cursor, no_guards():
        Order.objects.update(state=of_order)
        Payment.objects.create(order=order, method="pay_in_store", amount=amount, state=state)
        pay_order(order, 80)

        cursor.execute(MIGRATION.ENTRIES)

    assert list(DueEntry.objects.order_by("pk").values_list("kind", "amount")) == entries
    assert Payment.objects.get().amount == 80


def test_migrating_back_makes_one_payment_of_the_balance(order):
    write(order, ("placed", 500), ("paid", -200))
    with connection.cursor() as cursor, no_guards():
        cursor.execute(MIGRATION.PAYMENTS)

    assert list(Payment.objects.values_list("method", "amount", "state")) == [("pay_in_store", 300, "due")]
