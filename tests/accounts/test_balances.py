from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Balance, BalanceEntry, PointAccrual, PointBatch
from accounts.queries.balances import holdings_of
from accounts.services.balances.balances import (
    HOLD_LIFETIME,
    BalanceNotEnough,
    HoldRequest,
    balance_for,
    change_balance,
    expire_balances,
    hold_balances,
    release_holds,
    release_lapsed_holds,
    spend_holds,
)
from core.actors import Actor
from core.data.invariants import find_breaches
from core.ids import new_id
from core.models import JournalEntry
from tests.factories.balances import give_card, give_credit
from tests.refusals import refused

NOW = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
AT_TILL = Actor(channel="till", store_code="high-street")


def amounts(balance):
    balance.refresh_from_db()
    return balance.amount, balance.held


def hold(balance, amount, *, now=NOW):
    reference = new_id()
    hold_balances(requests=[HoldRequest(reference, (balance.pk,), amount)], now=now)
    return reference


def test_a_change_is_written_once(ana):
    balance_id = balance_for(customer_id=ana.pk, kind="credit", currency="EUR", now=NOW)
    change = {"balance_id": balance_id, "kind": BalanceEntry.LOADED, "amount": 500, "reference": "R-1"}

    assert change_balance(**change, by=AT_TILL, now=NOW)
    assert not change_balance(**change, by=AT_TILL, now=NOW)

    assert Balance.objects.get().amount == 500
    entry = BalanceEntry.objects.get()
    assert (entry.amount, entry.channel, entry.store, entry.occurred_at) == (500, "till", "high-street", NOW)
    assert JournalEntry.objects.get().payload == {
        "balance": "credit", "cause": "loaded", "amount": 500, "currency": "EUR",
    }  # fmt: skip
    assert find_breaches() == {}


def test_a_person_has_one_balance_of_a_kind(ana):
    first = balance_for(customer_id=ana.pk, kind="credit", currency="EUR", now=NOW)

    assert balance_for(customer_id=ana.pk, kind="credit", currency="EUR", now=NOW) == first
    assert balance_for(customer_id=ana.pk, kind="points", currency="", now=NOW) != first


def test_a_held_amount_is_neither_held_nor_taken_again(ana):
    credit = give_credit(ana, 1000)
    hold(credit, 700)

    with refused(BalanceNotEnough) as refusal:
        hold(credit, 301)
    assert refusal.value.details == {"available": 300}
    with refused(BalanceNotEnough):
        change_balance(
            balance_id=credit.pk, kind=BalanceEntry.CORRECTED, amount=-301, reference="x", by=AT_TILL, now=NOW
        )
    assert amounts(credit) == (1000, 700)


def test_a_hold_is_spent_once(ana):
    credit = give_credit(ana, 1000)
    reference = hold(credit, 700)

    for _time in range(2):
        assert spend_holds(references=[reference], note="Order 1", by=AT_TILL, now=NOW)

    assert amounts(credit) == (300, 0)
    spent = BalanceEntry.objects.get(kind="spent")
    assert (spent.amount, spent.reference, spent.note) == (-700, str(reference), "Order 1")
    assert find_breaches() == {}


def test_a_hold_is_released_once_and_never_after_it_was_spent(ana):
    credit = give_credit(ana, 1000)
    released, spent = hold(credit, 700), hold(credit, 100)
    spend_holds(references=[spent], note="", by=AT_TILL, now=NOW)

    assert release_holds(references=[released, spent], now=NOW) == 1
    assert release_holds(references=[released, spent], now=NOW) == 0
    assert amounts(credit) == (900, 0)
    assert find_breaches() == {}


def test_an_expired_hold_is_free_again_and_still_spent_if_the_balance_suffices(ana):
    credit = give_credit(ana, 1000)
    early, late = hold(credit, 600), hold(credit, 400)
    later = NOW + HOLD_LIFETIME + timedelta(seconds=1)

    assert release_lapsed_holds(now=NOW + HOLD_LIFETIME) == 0
    assert release_lapsed_holds(now=later) == 2
    assert amounts(credit) == (1000, 0)
    assert spend_holds(references=[early], note="", by=AT_TILL, now=later)
    hold(credit, 1, now=later)

    assert not spend_holds(references=[late], note="", by=AT_TILL, now=later)
    assert find_breaches() == {}


def test_all_records_of_a_person_pay_together(ana, ben):
    anas, bens = give_credit(ana, 300), give_credit(ben, 500)
    held = holdings_of(person_ids=[ana.pk, ben.pk], currency="EUR")["credit"]
    reference = new_id()

    hold_balances(requests=[HoldRequest(reference, held.ids, 600)], now=NOW)
    spend_holds(references=[reference], note="", by=AT_TILL, now=NOW)

    assert held.free == 800
    assert (amounts(anas), amounts(bens)) == ((0, 0), (200, 0))
    assert find_breaches() == {}


def test_several_holds_succeed_together_or_not_at_all(ana):
    credit = give_credit(ana, 300)
    card = give_card(500)
    requests = [HoldRequest(new_id(), (credit.pk,), 300), HoldRequest(new_id(), (card.pk,), 501)]

    with refused(BalanceNotEnough):
        hold_balances(requests=requests, now=NOW)


@pytest.mark.parametrize("change", [{"state": "blocked"}, {"expires_at": NOW}])
def test_a_blocked_or_expired_card_pays_nothing(db, change):
    card = give_card(500)
    Balance.objects.update(**change)

    with refused(BalanceNotEnough) as refusal:
        hold(card, 1)
    assert refusal.value.details == {"available": 0}


def test_the_balance_of_a_card_expires_with_it(db):
    card, lasting = give_card(500), give_card(700)
    Balance.objects.filter(pk=card.pk).update(expires_at=NOW)

    assert expire_balances(now=NOW + timedelta(minutes=1)) == 1
    assert expire_balances(now=NOW + timedelta(minutes=1)) == 0
    assert (amounts(card), amounts(lasting)) == ((0, 0), (700, 0))
    assert find_breaches() == {}


def test_a_balance_that_disagrees_with_its_entries_or_holds_is_found(ana):
    credit = give_credit(ana, 300)
    hold(credit, 100)
    Balance.objects.filter(pk=credit.pk).update(amount=299, held=99)

    assert set(find_breaches()) == {
        "a balance is the sum of its entries and never below zero",
        "what is held of a balance is what its holds say",
        "what was issued and not spent, taken back or expired is what people have",
    }


def test_batches_that_do_not_add_up_to_the_balance_are_found(ana):
    points = give_credit(ana, 100, kind="points")
    PointBatch.objects.update(remaining=90)

    assert set(find_breaches()) == {
        "the batches of points that may be spent make up the balance",
        "what is left of a batch of points is what nobody took out",
    }

    PointBatch.objects.update(remaining=100)
    PointAccrual.objects.create(balance=points, reference="1", points=5, terms={}, channel="web", earned_at=NOW)
    assert set(find_breaches()) == {"a purchase earned what its batches brought and nobody took back"}
