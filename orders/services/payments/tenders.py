"""
Tenders that need no provider: gift cards, store credit, points, and cash on the counter.

They are held by the transaction that places the order, spent when the order is confirmed, and released when it fails.
All of it is written in our own database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.queries.balances import Holding, holdings_of_customer
from accounts.queries.loyalty import programme_of
from accounts.rules.loyalty import Programme
from accounts.services.balances.balances import HoldRequest, hold_balances, release_holds, spend_holds
from accounts.services.balances.gift_cards import look_up_gift_card
from core.actors import Actor
from core.data import sql
from core.ids import new_id
from core.states.moving import move_all
from orders.queries.cash import cash_terms
from orders.rules.cash import NO_CASH, CashTerms
from orders.rules.checkout import (
    BALANCES,
    CASH,
    GIFT_CARD,
    POINTS,
    PaymentNotPossible,
    PlannedTender,
    Tender,
    part_of,
    plan_tenders,
)
from orders.rules.lifecycle import PAYMENT

_HELD = "SELECT id, hold_key FROM orders_payment WHERE order_id = %(order)s AND state = 'held' ORDER BY id"


def with_gift_card(tender: Tender, code: str, *, client_key: str, now: datetime) -> Tender:
    """
    Return a tender that the gift card with a code pays.

    client_key: who enters the code (accounts.sign_in.attempt_limits). Raises GiftCardNotValid, TooManyWrongCodes.
    """
    card = look_up_gift_card(code=code, client_key=client_key, currency=settings.SHOP_CURRENCY, now=now)
    return replace(tender, balance_ids=(card.id,), limit=card.free)


def with_holdings(tenders: Sequence[Tender], held: Mapping[str, Holding], programme: Programme) -> list[Tender]:
    """
    Return tenders with the credit and points that pay them, and the most that these can pay.

    programme: what points are worth, and how many may be spent.
    """
    return [
        _by_points(tender, held[POINTS], programme)
        if tender.method == POINTS and held
        else replace(tender, balance_ids=held[tender.method].ids, limit=held[tender.method].free)
        if tender.method in held
        else tender
        for tender in tenders
    ]


def plan_payment(
    tenders: Sequence[Tender],
    *,
    owed: int,
    kinds: set[str],
    customer_id: int | None,
    currency: str,
    cash: CashTerms = NO_CASH,
    may_be_part: bool = False,
    only_money: int = 0,
) -> list[PlannedTender]:
    """
    Compute what each tender pays (orders.rules.checkout.plan_tenders), with keys for what must be held.

    customer_id: whose credit and points pay; one statement more if any do. cash: how it is rounded (cash_terms_for).
    may_be_part: tenders that come to less than what is owed pay a part of it. only_money: what balances cannot pay of
    it, because it buys gift cards. Raises
    Malformed, PaymentNotPossible.
    """
    programme = _programme_for(tenders, currency)
    known = _with_balances(tenders, customer_id, currency, programme)
    planned = plan_tenders(
        known,
        owed=part_of(owed, known, only_money=only_money) if may_be_part else owed,
        kinds=kinds,
        cash=cash,
        point_value=programme.point_value or 1,
        total=owed,
        only_money=only_money,
    )
    return [tender._replace(hold_key=new_id()) if tender.method in BALANCES else tender for tender in planned]


def cash_terms_for(
    tenders: Sequence[Tender], *, store_id: int | None, currency: str, order_id: int | None = None
) -> CashTerms:
    """Return how the cash among some tenders is rounded; nothing is asked where none is cash."""
    if not any(tender.method == CASH for tender in tenders):
        return NO_CASH
    return cash_terms(store_id=store_id, currency=currency, order_id=order_id)


def hold_tenders(planned: Sequence[PlannedTender], *, number: str, waits: bool, by: Actor, now: datetime) -> None:
    """
    Hold the balances that pay for an order; spend them at once unless the order waits for a provider.

    Locks the balances until the transaction ends. Raises BalanceNotEnough; roll back then.
    """
    requests = [HoldRequest(tender.hold_key, tender.balance_ids, tender.units) for tender in planned if tender.hold_key]
    if not requests:
        return
    hold_balances(requests=requests, now=now)
    if not waits:
        spend_holds(references=[request.reference for request in requests], note=number, by=by, now=now)


def spend_held_tenders(*, order_id: int, number: str, by: Actor, now: datetime) -> bool:
    """
    Spend what is held for an order whose lock the caller holds.

    Return False if a hold had expired and the balance was spent elsewhere: release the rest then.
    """
    held = sql.fetch_all(_HELD, {"order": order_id})
    keys = [row["hold_key"] for row in held if row["hold_key"]]
    if keys and not spend_holds(references=keys, note=number, by=by, now=now):
        return False
    move_all(PAYMENT, [row["id"] for row in held], "captured", captured_at=now)
    return True


def release_held_tenders(*, order_id: int, now: datetime) -> None:
    """Release what is held for a failed order; the caller holds its lock. Cash is handed back."""
    held = sql.fetch_all(_HELD, {"order": order_id})
    keys = [row["hold_key"] for row in held if row["hold_key"]]
    if keys:
        release_holds(references=keys, now=now)
    move_all(PAYMENT, [row["id"] for row in held], "voided")


def _by_points(tender: Tender, holding: Holding, programme: Programme) -> Tender:
    return replace(
        tender,
        balance_ids=holding.ids,
        limit=holding.free * programme.point_value,
        least=programme.minimum_points * programme.point_value,
        most_percent=programme.most_percent,
    )


def _programme_for(tenders: Sequence[Tender], currency: str) -> Programme:
    if any(tender.method == POINTS for tender in tenders):
        return programme_of(currency)
    return Programme(currency)


def _with_balances(
    tenders: Sequence[Tender], customer_id: int | None, currency: str, programme: Programme
) -> list[Tender]:
    if not any(tender.method in BALANCES and tender.method != GIFT_CARD for tender in tenders):
        return list(tenders)
    if customer_id is None:
        raise PaymentNotPossible(_("Store credit and points need a customer. Sign in first."), method="credit")
    if any(tender.method == POINTS for tender in tenders) and not programme.point_value:
        raise PaymentNotPossible(_("Points cannot be used here."), method=POINTS)
    held = holdings_of_customer(customer_id=customer_id, currency=currency)
    return with_holdings(tenders, held, programme)
