"""Sales of one register at the same moment: their receipts' numbers have no gap and no double; each race is real."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.data.invariants import find_breaches
from inventory.models import StockLevel
from orders.models import Order, RegisterReceipt
from orders.services.registers import receipt_numbers
from orders.services.registers.receipt_numbers import number_sale
from tests.client import Api
from tests.concurrency.racing import meeting_in_sql, race
from tests.concurrency.test_orders import CASH
from tests.factories.orders import make_order, make_till_session

pytestmark = pytest.mark.django_db(transaction=True)

SALES = 6
GAPS = "the receipts of a register are numbered without gaps"
OF_A_SEQUENCE = """
INSERT INTO orders_registerreceipt (order_id, store_id, register, sequence, numbered_at)
SELECT orders.id, session.store_id, session.register, nextval('receipt_numbers'), %(now)s FROM orders_order AS orders
JOIN orders_tillsession AS session ON session.id = orders.till_session_id
WHERE orders.id = %(order)s AND %(sequence)s::int IS NULL
"""


@pytest.fixture
def session(tess, high_street):
    return make_till_session(high_street, tess, register="till-1", opened_at=timezone.now() - timedelta(hours=8))


@pytest.fixture(autouse=True)
def plenty(mug):
    StockLevel.objects.filter(variant=mug).update(on_hand=SALES)


@pytest.fixture
def till(tess, session, mug):
    return Api(tess)


def sell(till, session, **changes):
    body = {"session": str(session.pk), "lines": [{"sku": "MUG"}], "payments": [CASH], "client_id": str(uuid4())}
    return lambda: till.post("till/sales/", body | changes).status_code


def sequences():
    return sorted(RegisterReceipt.objects.values_list("sequence", flat=True))


def waited(mug, high_street, session, count):
    return [make_order((mug, 1, 1290), store=high_street, till_session=session) for _order in range(count)]


def number(order):
    return lambda: number_sale(order_id=order.pk, now=timezone.now())


def number_and_fail(order):
    def act():
        with transaction.atomic():
            number(order)()
            raise RuntimeError("what came with it failed")

    return act


def test_sales_at_once_have_no_gap_and_no_double(till, session):
    refused = sell(till, session, lines=[{"sku": "MUG", "quantity": 7}])

    answers = race([sell(till, session) for _sale in range(SALES)] + [refused] * 3)

    assert sorted(answers) == [201] * SALES + [409] * 3
    assert sequences() == list(range(1, SALES + 1))
    assert GAPS not in find_breaches()


def test_one_printed_number_is_taken_once(till, session):
    occurred_at = (timezone.now() - timedelta(hours=1)).isoformat()

    answers = race([sell(till, session, occurred_at=occurred_at, sequence=1) for _sale in range(4)])

    assert sorted(answers) == [201, 409, 409, 409]
    assert (sequences(), Order.objects.count()) == ([1], 1)


def test_sales_that_waited_and_were_rolled_back_leave_no_gap(mug, high_street, session):
    orders = waited(mug, high_street, session, 6)

    race([number(order) for order in orders[:3]] + [number_and_fail(order) for order in orders[3:]])

    assert sequences() == [1, 2, 3]


def test_a_number_of_a_sequence_would_be_lost_with_the_rollback(mug, high_street, session, monkeypatch):
    """Negative control: a sequence counts outside transactions, so its number is gone."""
    first, second = waited(mug, high_street, session, 2)
    monkeypatch.setattr(receipt_numbers, "_NUMBER", OF_A_SEQUENCE)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE receipt_numbers")
    try:
        with pytest.raises(RuntimeError):
            number_and_fail(first)()
        number(second)()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE receipt_numbers")

    assert sequences() == [2]


def test_one_sale_gets_one_number(mug, high_street, session):
    [order] = waited(mug, high_street, session, 1)

    assert race([number(order)] * 4) == [None] * 4
    assert sequences() == [1]


def test_without_the_orders_lock_it_would_be_numbered_twice(mug, high_street, session, monkeypatch):
    """Negative control: both see a sale without a number; only the table's own constraint stops one then."""
    [order] = waited(mug, high_street, session, 1)
    unlocked = receipt_numbers._WAITS.replace("FOR UPDATE OF orders", "")
    assert unlocked != receipt_numbers._WAITS
    monkeypatch.setattr(receipt_numbers, "_WAITS", unlocked)
    meeting = receipt_numbers._NUMBER.replace("%(order)s AND NOT", "%(order)s AND racers_meet(2) AND NOT")
    assert meeting != receipt_numbers._NUMBER
    monkeypatch.setattr(receipt_numbers, "_NUMBER", meeting)

    with meeting_in_sql():
        results = race([number(order)] * 2)

    assert sum(isinstance(result, IntegrityError) for result in results) == 1
