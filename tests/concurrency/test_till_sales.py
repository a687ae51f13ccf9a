"""A till that lost an answer or its line sends sales again or late, several at once."""

from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.utils import timezone

from core.data.invariants import find_breaches
from orders.models import Order, TillSession
from orders.services.registers import late_sales
from orders.services.settlement import checkout
from tests.concurrency.racing import Meeting, race
from tests.concurrency.test_orders import CASH
from tests.concurrency.test_orders import till as till
from tests.factories.orders import make_till_session

pytestmark = pytest.mark.django_db(transaction=True)

COPIES = 4


@pytest.fixture
def send_copies(till, mug, monkeypatch):
    """Send the same sale at once; every copy has looked for the sale before any of them writes it."""
    find = checkout.find_order_by_client_id
    find_and_meet, calls = Meeting(COPIES).after(find), count()
    monkeypatch.setattr(
        checkout,
        "find_order_by_client_id",
        lambda client_id: (find_and_meet if next(calls) < COPIES else find)(client_id),
    )
    body = {"session": till.session, "lines": [{"sku": "MUG"}], "payments": [CASH], "client_id": str(uuid4())}
    return lambda: race([lambda: till.post("till/sales/", body)] * COPIES)


def test_copies_of_a_sale_are_sold_once_and_all_get_its_order(send_copies):
    answers = send_copies()

    assert [answer.status_code for answer in answers] == [201] * COPIES
    assert {answer.json()["number"] for answer in answers} == {Order.objects.get().number}
    assert find_breaches() == {}


def test_without_looking_again_the_others_fail(send_copies, monkeypatch):
    monkeypatch.setattr(checkout, "ONE_PER_CLIENT_ID", "no constraint's name")

    answers = send_copies()

    assert sorted(answer.status_code for answer in answers) == [201] + [500] * (COPIES - 1)


@pytest.fixture
def send_late_sales(till, mug, tess, high_street, monkeypatch):
    """Send late sales of a closed register at once; none has looked for a rescue session before all are there."""
    now = timezone.now()
    closed = make_till_session(
        high_street,
        tess,
        opened_at=now - timedelta(hours=8),
        closed_at=now - timedelta(hours=1),
        counted=10_000,
        expected=10_000,
    )
    monkeypatch.setattr(late_sales, "_rescue", Meeting(COPIES).before(late_sales._rescue))
    occurred_at = (now - timedelta(hours=2)).isoformat()
    bodies = [
        {
            "session": str(closed.pk),
            "lines": [{"sku": "MUG"}],
            "payments": [CASH],
            "client_id": str(uuid4()),
            "occurred_at": occurred_at,
        }
        for _ in range(COPIES)
    ]
    return lambda: race([lambda body=body: till.post("till/sales/", body) for body in bodies])


def test_late_sales_of_a_register_begin_one_rescue(send_late_sales):
    answers = send_late_sales()

    assert [answer.status_code for answer in answers] == [201] * COPIES
    rescue = TillSession.objects.get(rescues__isnull=False)
    assert Order.objects.filter(till_session=rescue).count() == COPIES
    assert find_breaches() == {}


def test_without_yielding_to_the_first_the_others_fail(send_late_sales, monkeypatch):
    yielding = "ON CONFLICT (rescues_id) WHERE closed_at IS NULL DO NOTHING"
    assert yielding in late_sales._RESCUE
    monkeypatch.setattr(late_sales, "_RESCUE", late_sales._RESCUE.replace(yielding, ""))

    answers = send_late_sales()

    assert sorted(answer.status_code for answer in answers) == [201] + [500] * (COPIES - 1)
