"""Ledgers of money, points and consents are append-only."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from accounts.models import BalanceEntry, Consent, PointRedemption
from accounts.services.balances.balances import change_balance
from core.actors import THE_SYSTEM
from orders.models import BalanceDueEntry, Refund
from tests.factories.balances import give_credit
from tests.factories.inventory import make_variant
from tests.factories.orders import PLACED_AT, make_order, owe
from tests.factories.states import no_guards

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledgers(ana, high_street):
    """One row of each ledger, by its model."""
    Consent.objects.create(
        customer=ana, medium="email", purpose="marketing", is_given=True, channel="web", text_version="1",
        decided_at=PLACED_AT,
    )  # fmt: skip
    points = give_credit(ana, 10, kind="points")
    change_balance(
        balance_id=points.pk, kind=BalanceEntry.CORRECTED, amount=-4, reference="act", by=THE_SYSTEM, now=PLACED_AT
    )
    order = make_order((make_variant(), 1, 1000), store=high_street, customer=ana)
    payment = order.payments.get()
    owe(order, 10)
    Refund.objects.create(payment=payment, key=uuid.uuid4(), amount=10, reason="damage", asked_at=PLACED_AT)


# Changes of a row from which somebody could profit.
CHANGES = [
    (BalanceEntry, {"amount": 1_000_000}),
    (BalanceEntry, {"reference": "another"}),
    (Consent, {"is_given": False}),
    (PointRedemption, {"points": 5}),
    (BalanceDueEntry, {"amount": 5}),
    (BalanceDueEntry, {"kind": "authorisation_lost"}),
    (Refund, {"amount": 5}),
    (Refund, {"key": uuid.uuid4()}),
]


@pytest.mark.parametrize(("ledger", "change"), CHANGES)
def test_no_row_can_be_rewritten(ledgers, ledger, change):
    before = list(ledger.objects.order_by("pk").values())

    with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
        ledger.objects.filter(pk=ledger.objects.latest("pk").pk).update(**change)

    assert list(ledger.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("ledger", [BalanceEntry, Consent, BalanceDueEntry, PointRedemption, Refund])
def test_no_row_can_be_deleted(ledgers, ledger):
    before = ledger.objects.count()

    with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
        ledger.objects.all().delete()

    assert ledger.objects.count() == before > 0


def test_the_outcome_of_a_row_can_be_recorded_on_it(ledgers):
    PointRedemption.objects.update(restored=1)
    Refund.objects.update(state="done", done_at=PLACED_AT, provider_ref="re_1")

    assert PointRedemption.objects.get().restored == 1
    assert Refund.objects.get().provider_ref == "re_1"


def test_without_the_guard_money_could_be_rewritten(ledgers):
    """Negative control: if this fails, the tests above have shown nothing."""
    with no_guards():
        BalanceEntry.objects.update(amount=1_000_000)

    assert set(BalanceEntry.objects.values_list("amount", flat=True)) == {1_000_000}
