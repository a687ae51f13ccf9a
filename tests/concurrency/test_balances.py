"""Many tills take from one balance at the same moment; each race is shown to be real by removing its guard."""

import threading
from datetime import UTC, datetime

import pytest

from accounts.models import Balance
from accounts.services.balances import balances
from accounts.services.balances.balances import (
    BalanceNotEnough,
    HoldRequest,
    change_balance,
    hold_balances,
    spend_holds,
)
from core.actors import Actor
from core.data import sql
from core.data.invariants import find_breaches
from core.ids import new_id
from tests.concurrency.racing import race
from tests.factories.accounts import make_customer
from tests.factories.balances import give_card, give_credit

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TILL = Actor(channel="till")


def payer(card, amount):
    def pay():
        reference = new_id()
        hold_balances(requests=[HoldRequest(reference, (card.pk,), amount)], now=NOW)
        return spend_holds(references=[reference], note="", by=TILL, now=NOW)

    return pay


def test_two_tills_never_overdraw_a_card():
    card = give_card(5000)

    results = race([payer(card, 3000) for _till in range(8)])

    assert results.count(True) == 1
    assert sum(isinstance(result, BalanceNotEnough) for result in results) == 7
    card.refresh_from_db()
    assert (card.amount, card.held) == (2000, 0)
    assert find_breaches() == {}


def test_a_card_would_be_overdrawn_if_checking_and_taking_were_two_steps():
    """Negative control: if this fails, the test above proves nothing."""
    card = give_card(5000)
    both_have_looked = threading.Barrier(2)

    def look_then_hold(*, requests, now):
        (request,) = requests
        seen = Balance.objects.get(pk=card.pk)
        both_have_looked.wait(timeout=30)
        if seen.free >= request.amount:
            sql.execute(
                """
                WITH taken AS (UPDATE accounts_balance SET held = %(held)s WHERE id = %(balance)s)
                INSERT INTO accounts_balancehold (balance_id, reference, amount, state, held_at, expires_at)
                VALUES (%(balance)s, %(reference)s, %(amount)s, 'held', %(now)s, %(now)s)
                """,
                {
                    "held": seen.held + request.amount,
                    "balance": card.pk,
                    "reference": request.reference,
                    "amount": request.amount,
                    "now": now,
                },
            )

    runner = lambda: look_then_hold(requests=[HoldRequest(new_id(), (card.pk,), 3000)], now=NOW)  # noqa: E731
    race([runner, runner])

    assert "what is held of a balance is what its holds say" in find_breaches()


def test_an_action_sent_many_times_counts_once():
    credit = give_credit(make_customer(), 100)

    results = race(
        [
            lambda: change_balance(
                balance_id=credit.pk, kind="given_back", amount=50, reference="refund 1", by=TILL, now=NOW
            )
            for _time in range(8)
        ]
    )

    assert results.count(True) == 1
    credit.refresh_from_db()
    assert credit.amount == 150
    assert find_breaches() == {}


def test_an_action_would_count_twice_if_its_entry_were_looked_up_first():
    """Negative control: without the entry's uniqueness, both find nothing and both add."""
    credit = give_credit(make_customer(), 100)
    both_have_looked = threading.Barrier(2)

    def look_then_add():
        known = credit.entries.filter(kind="given_back", reference="refund 1").exists()
        both_have_looked.wait(timeout=30)
        if not known:
            sql.execute(balances._CHANGE, {"balance": credit.pk, "amount": 50})

    race([look_then_add, look_then_add])

    credit.refresh_from_db()
    assert credit.amount == 200


def test_balances_taken_in_any_order_do_not_deadlock():
    cards = [give_card(100_000) for _number in range(4)]

    def hold(place):
        turned = cards[place % 4 :] + cards[: place % 4]
        requests = [HoldRequest(new_id(), (card.pk,), 10) for card in (turned if place % 2 else turned[::-1])]
        return lambda: hold_balances(requests=requests, now=NOW)

    assert race([hold(place) for place in range(12)]) == [None] * 12
    assert set(Balance.objects.values_list("held", flat=True)) == {120}
    assert find_breaches() == {}
