"""Invoices that are issued at the same moment: their numbers have no gap and no double; each race is real."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from core.actors import THE_SYSTEM
from core.data.invariants import find_breaches
from orders.models import Invoice, Order
from orders.models.orders import OrderQuerySet
from orders.services.documents import invoicing
from orders.services.documents.invoicing import invoice_if_complete, request_invoice
from tests.concurrency.racing import Meeting, race
from tests.factories.documents import make_seller
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
GAPS = "the invoices and credit notes of a legal entity are numbered without gaps in each year"
# What a shop without the counter's row would do: look for the highest number, or take one of a sequence.
HIGHEST = """
SELECT coalesce(max(sequence), 0) + 1 AS last FROM orders_invoice
WHERE legal_entity_id = %(entity)s AND kind = %(kind)s AND year = %(year)s
"""
OF_A_SEQUENCE = "SELECT nextval('invoice_numbers')::int AS last"


@pytest.fixture
def store():
    store = make_store("mitte")
    make_seller(store)
    return store


def sold(store, count):
    mug = make_variant(sku="MUG")
    orders = [make_order((mug, 1, 1290), store=store, kind="ship", state="shipped") for _order in range(count)]
    Order.objects.update(state="completed", closed_at=NOW)
    return orders


def issue(order):
    return lambda: request_invoice(order_number=order.number, by=THE_SYSTEM, now=NOW).sequence


def issue_and_fail(order):
    def act():
        with transaction.atomic():
            issue(order)()
            raise RuntimeError("what came with it failed")

    return act


def sequences():
    return sorted(Invoice.objects.values_list("sequence", flat=True))


def test_invoices_issued_at_once_have_no_gap_and_no_double(store):
    orders = sold(store, 6)

    results = race([issue(order) for order in orders])

    assert sorted(results) == [1, 2, 3, 4, 5, 6]
    assert GAPS not in find_breaches()


def test_without_the_counters_row_two_would_get_one_number(store, monkeypatch):
    """Negative control: both find the same highest number; only the table's own constraint stops one then."""
    orders = sold(store, 2)
    monkeypatch.setattr(invoicing, "_NEXT", HIGHEST)
    monkeypatch.setattr(invoicing.sql, "fetch_one", _meeting_at(HIGHEST, Meeting(2), invoicing.sql.fetch_one))

    results = race([issue(order) for order in orders])

    assert sum(isinstance(result, IntegrityError) for result in results) == 1
    assert sequences() == [1]


def test_an_invoice_that_was_rolled_back_leaves_no_gap(store):
    orders = sold(store, 6)

    results = race([issue(order) for order in orders[:3]] + [issue_and_fail(order) for order in orders[3:]])

    assert sorted(results[:3]) == [1, 2, 3]
    assert all(isinstance(result, RuntimeError) for result in results[3:])
    assert GAPS not in find_breaches()


def test_a_number_of_a_sequence_would_be_lost_with_the_rollback(store, monkeypatch):
    """Negative control: a sequence counts outside transactions, so its number is gone."""
    orders = sold(store, 2)
    monkeypatch.setattr(invoicing, "_NEXT", OF_A_SEQUENCE)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE invoice_numbers")
    try:
        with pytest.raises(RuntimeError):
            issue_and_fail(orders[0])()
        issue(orders[1])()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE invoice_numbers")

    assert sequences() == [2]


def test_one_order_gets_one_invoice(store):
    [order] = sold(store, 1)

    assert race([issue(order)] * 4) == [1, 1, 1, 1]
    assert sequences() == [1]


def test_without_the_orders_lock_it_would_be_invoiced_twice(store, monkeypatch):
    """Negative control: both see an order without an invoice; only the table's own constraint stops one then."""
    [order] = sold(store, 1)
    monkeypatch.setattr(OrderQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(invoicing, "_sold", Meeting(2).after(invoicing._sold))

    results = race([lambda: invoice_if_complete(order_id=order.pk, by=THE_SYSTEM, now=NOW)] * 2)

    assert sum(isinstance(result, IntegrityError) for result in results) == 1


def _meeting_at(statement, meeting, fetch_one):
    met = meeting.after(fetch_one)
    return lambda asked, parameters: (met if asked == statement else fetch_one)(asked, parameters)
