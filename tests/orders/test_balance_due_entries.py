"""The balance due of an order is the sum of entries that nobody changes."""

import pytest
from django.db import DatabaseError, transaction

from core.actors import Actor
from core.data.invariants import find_breaches
from orders.models import BalanceDueEntry, Order, Payment
from orders.queries.balances_due import balance_due_in, open_amounts_of
from orders.queries.orders import get_order
from orders.services.fulfilment.cancellation import cancel_order
from tests.factories.inventory import make_variant
from tests.factories.orders import PLACED_AT, make_order, owe, pay_order
from tests.factories.states import no_guards

NEVER_LESS = "an order never owes less than nothing, and nothing once it is closed"

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(ana, high_street):
    return make_order((make_variant(), 2, 1290), store=high_street, customer=ana, paid="")


def write(order, *entries):
    for kind, amount in entries:
        BalanceDueEntry.objects.create(order=order, kind=kind, amount=amount, occurred_at=PLACED_AT)


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
    with pytest.raises(DatabaseError, match="balance_due_entry_adds_or_takes_off_by_its_kind"), transaction.atomic():
        write(order, (kind, amount))

    assert not BalanceDueEntry.objects.exists()


def test_cancelling_reduces_the_balance_due_before_it_refunds(order, ana):
    owe(order, 1580)
    pay_order(order, 1000)

    cancel_order(number=order.number, reason="customer", by=Actor("app", customer_id=ana.pk), now=PLACED_AT)

    assert list(BalanceDueEntry.objects.order_by("pk").values_list("kind", "amount")) == [
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
