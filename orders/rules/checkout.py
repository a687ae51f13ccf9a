"""What a checkout request contains, and whether it is consistent. Amounts in minor units."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from core.errors import Malformed, Refusal
from core.errors import gettext_noop as _
from orders.rules.cash import NO_CASH, CashTerms, cash_rounding
from orders.rules.order_fields import GivenFields

SHIP, PICKUP, CARRY_OUT = "ship", "pickup", "carry_out"
CASH, CARD, PAY_IN_STORE, TEST = "cash", "card", "pay_in_store", "test"
GIFT_CARD, CREDIT, POINTS = "gift_card", "credit", "points"
EXCHANGE = "exchange"  # Goods that came back pay for others.
BALANCES = (GIFT_CARD, CREDIT, POINTS)
READER = "reader:"  # Begins the name of a payment method that is a terminal.


class PaymentNotPossible(Refusal):
    """This tender cannot pay this order here."""

    code = "payment_not_possible"


@dataclass(frozen=True, slots=True)
class FulfilmentRequest:
    """
    Some lines (all of them when None) that are to reach the shopper in one way.

    store: the code of the store for a pickup. address: where to ship, as a copy for the order. method: the code of the
    delivery method; empty for the cheapest.
    """

    kind: str
    store: str = ""
    address: dict[str, Any] = field(default_factory=dict)
    lines: tuple[int, ...] | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class Tender:
    """
    A way to pay: amount None for everything owed, or, for a balance, as much of it as there is.

    tendered: cash received; payment_method: the provider's id, customer_ref: its id of the owner of the saved card, or
    of the card to be saved; saves_card: it is saved for next time. balance_ids: the gift card, or the rows of the
    person's credit or points; limit: the most that they can pay, but no more than most_percent of the whole; least:
    below which they pay nothing. at_terminal: the card was taken at the store's own terminal, so no provider is asked.
    """

    method: str
    amount: int | None = None
    tendered: int | None = None
    payment_method: str = ""
    balance_ids: tuple[int, ...] = ()
    limit: int | None = None
    least: int = 0
    most_percent: int = 100
    customer_ref: str = ""
    saves_card: bool = False
    at_terminal: bool = False

    def most_of(self, total: int) -> int:
        """Return what a balance may pay of everything owed."""
        return min(self.limit or 0, total * self.most_percent // 100)


@dataclass(slots=True, kw_only=True)
class CheckoutRequest(GivenFields):
    """
    A whole checkout. expected_total and currency: what the shopper saw; None where no screen showed a total.

    customer_id: the customer whom staff recognised, for a cart without an owner. occurred_at: when a till made the
    sale, if it could not send it at once; such a late sale is a fact, and neither stock nor the range of goods refuses
    it. source: the network that a guest's request came from. sequence: the number that the register printed on the
    receipt of a late sale, if it did.
    """

    fulfilments: tuple[FulfilmentRequest, ...]
    tenders: tuple[Tender, ...]
    cart_version: int | None = None
    expected_total: int | None = None
    expected_currency: str = ""
    receipt_medium: str = ""
    client_id: UUID | None = None
    session_id: int | None = None
    customer_id: int | None = None
    occurred_at: datetime | None = None
    request_key: str = ""
    source: str = ""
    sequence: int | None = None

    @property
    def is_late(self) -> bool:
        return self.occurred_at is not None


class PlannedTender(NamedTuple):
    """
    A tender with its computed amount.

    rounding: what cash is more or less than the amount, where small coins are missing; coin: what it is a multiple of.
    points: how many pay the amount.
    attempt_key, hold_key: the keys for the provider, and for the hold of a balance.
    """

    method: str
    amount: int
    tendered: int | None
    payment_method: str
    attempt_key: UUID | None = None
    balance_ids: tuple[int, ...] = ()
    hold_key: UUID | None = None
    points: int | None = None
    rounding: int = 0
    coin: int = 1
    customer_ref: str = ""
    saves_card: bool = False
    at_terminal: bool = False

    @property
    def units(self) -> int:
        """Return what is taken from a balance: points, or minor units."""
        return self.amount if self.points is None else self.points


def without_stored_value(
    requests: Sequence[FulfilmentRequest], gift_card_ids: Collection[int], line_ids: Sequence[int]
) -> tuple[list[FulfilmentRequest], list[int]]:
    """
    Return the fulfilments of the goods and the ids of their lines, without the lines that are gift cards.

    A gift card is handed out as a code as soon as it is paid: it is in no parcel and no pickup, whatever was asked for.
    """
    goods = [line_id for line_id in line_ids if line_id not in gift_card_ids]
    if len(goods) == len(line_ids):
        return list(requests), goods
    kept = [
        request
        if request.lines is None
        else replace(request, lines=tuple(line_id for line_id in request.lines if line_id not in gift_card_ids))
        for request in requests
    ]
    return [request for request in kept if goods and (request.lines is None or request.lines)], goods


def assign_lines(requests: Sequence[FulfilmentRequest], line_ids: Sequence[int]) -> list[list[int]]:
    """
    Return for each fulfilment the ids of its lines; every line belongs to exactly one.

    Raises Malformed if a line is left out, named twice, or not in the cart.
    """
    if not requests and not line_ids:
        return []
    if not requests:
        raise Malformed(_("Say how the goods are delivered."), field="fulfilments")
    if len(requests) == 1 and requests[0].lines is None:
        return [list(line_ids)]
    assigned = [list(request.lines or ()) for request in requests]
    named = [line_id for ids in assigned for line_id in ids]
    if sorted(named) != sorted(line_ids):
        raise Malformed(
            _("With several fulfilments, each cart line must be in exactly one of them."),
            field="fulfilments",
            lines=[str(line_id) for line_id in line_ids],
        )
    return assigned


def plan_tenders(
    tenders: Sequence[Tender],
    *,
    owed: int,
    kinds: set[str],
    cash: CashTerms = NO_CASH,
    point_value: int = 1,
    total: int | None = None,
    only_money: int = 0,
) -> list[PlannedTender]:
    """
    Compute what each tender pays, so that together they pay exactly what is owed.

    Balances without an amount pay first, as far as they reach; at most one other tender may leave its amount out and
    pays the rest, if there is one. kinds: the fulfilments' kinds, for paying in the store. cash: how it is rounded;
    point_value: minor units that a point pays; total: the whole balance due, if owed is a part of it. only_money: what
    gift cards, credit and points cannot pay of the total. Raises Malformed when the amounts do not add up,
    PaymentNotPossible for a tender that does not fit.
    """
    if owed == 0:
        return []
    total = owed if total is None else total
    fixed = sum(tender.amount for tender in tenders if tender.amount is not None)
    shared = shares_of(tenders, left=owed - fixed, total=total, only_money=only_money)
    paid = sum(tender.amount for tender in shared if tender.amount is not None)
    open_ended = [tender for tender in shared if tender.amount is None]
    is_covered_by_balances = paid == owed and fixed < owed
    if is_covered_by_balances:
        shared = [tender for tender in shared if tender.amount is not None]
    elif len(open_ended) > 1 or paid > owed or (paid < owed) != bool(open_ended):
        raise Malformed(_("The payments do not add up to the total."), field="payments", owed=owed, paid=paid)
    planned = [
        _planned(tender, owed - paid if tender.amount is None else tender.amount, point_value)
        for tender in shared
        if tender.amount != 0 or tender.limit is None
    ]
    planned = _in_coins(planned, cash._replace(is_part=cash.is_part or owed < total))
    for tender in planned:
        _check_tender(tender, kinds)
    _check_points(tenders, planned, total)
    if only_money and sum(tender.amount for tender in planned if tender.method in BALANCES) > total - only_money:
        raise PaymentNotPossible(
            _("Gift cards cannot be bought with gift cards, store credit or points. Pay for them another way."),
            method=GIFT_CARD,
            only_money=only_money,
        )
    return planned


def shares_of(tenders: Sequence[Tender], *, left: int, total: int, only_money: int = 0) -> list[Tender]:
    """
    Return the tenders with amounts for balances that had none, in order, from what is left of a total.

    only_money: what balances cannot pay of the total.
    """
    by_balances = sum(tender.amount for tender in tenders if tender.amount is not None and tender.method in BALANCES)
    left = max(0, min(left, total - only_money - by_balances))
    shared = []
    for tender in tenders:
        if tender.amount is None and tender.limit is not None:
            amount = max(0, min(left, tender.most_of(total)))
            tender = replace(tender, amount=amount if amount >= tender.least else 0)
            left -= tender.amount or 0
        shared.append(tender)
    return shared


def part_of(owed: int, tenders: Sequence[Tender], *, only_money: int = 0) -> int:
    """Return how much is paid, if it may be a part: the sum of the tenders, or all if one of them pays the rest."""
    fixed = sum(tender.amount for tender in tenders if tender.amount is not None)
    amounts = [tender.amount for tender in shares_of(tenders, left=owed - fixed, total=owed, only_money=only_money)]
    named = sum(amount for amount in amounts if amount is not None)
    return named if None not in amounts and 0 < named < owed else owed


def takes_at_once(*, kinds: set[str], methods: Sequence[str], sells_gift_cards: bool = False) -> bool:
    """
    Return whether cards are captured with the order even where the shop captures when goods leave.

    kinds: of the fulfilments; what is carried out leaves now, and so do gift cards. methods: the providers' payment
    methods; a card at a reader is captured there.
    """
    return sells_gift_cards or CARRY_OUT in kinds or any(method.startswith(READER) for method in methods)


def points_for(amount: int, *, point_value: int) -> int:
    """Return how many points pay an amount in minor units; the unused value of the last one is lost."""
    return -(-amount // point_value)


def _check_points(tenders: Sequence[Tender], planned: Sequence[PlannedTender], total: int) -> None:
    by_points = sum(tender.amount for tender in planned if tender.method == POINTS)
    limits = next((tender for tender in tenders if tender.method == POINTS), None)
    if not by_points or limits is None:
        return
    most = total * limits.most_percent // 100
    if not limits.least <= by_points <= most:
        raise PaymentNotPossible(
            _("The points are outside the limits of this shop."),
            method=POINTS,
            least=limits.least,
            most=most,
        )


def _planned(tender: Tender, amount: int, point_value: int) -> PlannedTender:
    return PlannedTender(
        tender.method,
        amount,
        tender.tendered,
        tender.payment_method,
        balance_ids=tender.balance_ids,
        points=points_for(amount, point_value=point_value) if tender.method == POINTS else None,
        customer_ref=tender.customer_ref,
        saves_card=tender.saves_card,
        at_terminal=tender.at_terminal,
    )


def _in_coins(planned: Sequence[PlannedTender], cash: CashTerms) -> list[PlannedTender]:
    """Return the tenders with the roundings of those in cash, of which each knows those before."""
    cash = cash._replace(is_part=cash.is_part or any(tender.method != CASH for tender in planned))
    rounded = []
    for tender in planned:
        if tender.method == CASH:
            tender = tender._replace(rounding=cash_rounding(tender.amount, cash), coin=cash.coin)
            cash = cash._replace(carried=cash.carried + tender.rounding)
        rounded.append(tender)
    return rounded


def _check_tender(tender: PlannedTender, kinds: set[str]) -> None:
    if tender.amount <= 0:
        raise Malformed(_("A payment must be above zero."), field="payments")
    if tender.method == CASH and (tender.tendered or 0) < tender.amount + tender.rounding:
        raise Malformed(
            _("The cash does not cover the amount."), field="payments", owed=tender.amount + tender.rounding
        )
    if tender.method == PAY_IN_STORE and kinds != {PICKUP}:
        raise PaymentNotPossible(_("Only pickup orders can be paid in the store."), method=tender.method)
