"""A till that lost an answer sends its sale again, several times at once and each time under another key."""

from itertools import count
from uuid import uuid4

import pytest

from core.data.invariants import find_breaches
from orders.models import Order
from orders.services.settlement import checkout
from tests.concurrency.racing import Meeting, race
from tests.concurrency.test_orders import CASH
from tests.concurrency.test_orders import till as till

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
