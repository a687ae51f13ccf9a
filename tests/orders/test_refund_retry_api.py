"""The ways on for a failed refund, over the till's API."""

import uuid

import pytest

from orders.models import Payment, Refund
from orders.services.payments.refunding.refund_outcomes import note_failed_refund
from tests.client import Api
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(ana, mitte, mug, at_desk, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana)
    payment = order.payments.get()
    Payment.objects.filter(pk=payment.pk).update(refunded=500)
    refund = Refund.objects.create(payment=payment, key=uuid.uuid4(), amount=500, reason="test", asked_at=now)
    note_failed_refund(refund_id=refund.pk, by=at_desk, now=now)
    return refund


@pytest.mark.parametrize(
    ("body", "goes_to", "state"),
    [
        ({}, "original", "pending"),
        ({"method": "cash"}, "cash", "pending"),
        ({"method": "credit"}, "credit", "done"),
        ({"method": "transfer", "iban": "DE89 3704 0044 0532 0130 00"}, "transfer", "done"),
    ],
)
def test_each_way_gives_the_money_once(office, failed, body, goes_to, state):
    shown = office.post(f"till/refunds/{failed.pk}/retry/", body)

    assert shown.status_code == 200, shown.content
    assert (shown.json()["goes_to"], shown.json()["state"]) == (goes_to, state)
    assert (failed.followed_by.amount, Payment.objects.get().refunded) == (500, 500)
    again = office.post(f"till/refunds/{failed.pk}/retry/", body)
    assert (again.status_code, again.json()["code"]) == (409, "refund_not_open")


@pytest.mark.parametrize(
    "body",
    [
        {"method": "transfer"},
        {"method": "transfer", "iban": "DE89370400440532013001"},
        {"method": "cash", "iban": "DE89370400440532013000"},
        {"method": "cheque"},
    ],
)
def test_bad_input_gives_nothing(office, failed, body):
    assert office.post(f"till/refunds/{failed.pk}/retry/", body).status_code == 400
    assert Refund.objects.count() == 1


def test_needs_a_right(till, app, office, failed):
    path = f"till/refunds/{failed.pk}/retry/"

    assert [till.post(path).status_code, app.post(path).status_code, Api().post(path).status_code] == [403, 403, 401]
    assert office.post("till/refunds/0/retry/").status_code == 404
    assert Refund.objects.count() == 1
