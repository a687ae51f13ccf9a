"""What a checkout asks for, and whether it makes sense in itself. Amounts in minor units."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from core.errors import Malformed, Refusal
from core.errors import gettext_noop as _

SHIP, PICKUP, CARRY_OUT = "ship", "pickup", "carry_out"
CASH, CARD, PAY_IN_STORE, TEST = "cash", "card", "pay_in_store", "test"


class PaymentNotPossible(Refusal):
    """This tender cannot pay this order here."""

    code = "payment_not_possible"


@dataclass(frozen=True, slots=True)
class FulfilmentWish:
    """
    Some lines (all of them when None) that are to reach the shopper in one way.

    store: the code of the store for a pickup. address: where to ship, as a copy for the order.
    """

    kind: str
    store: str = ""
    address: dict[str, Any] = field(default_factory=dict)
    lines: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Tender:
    """A way to pay: amount None for all that is owed; tendered: cash laid down; payment_method: the provider's name."""

    method: str
    amount: int | None = None
    tendered: int | None = None
    payment_method: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """
    A whole checkout. expected_total and currency: what the shopper saw; None where no screen showed a total.

    customer_id: whom staff recognised, for a cart that is nobody's yet. occurred_at: when a till made the sale, if it
    could not send it at once.
    """

    fulfilments: tuple[FulfilmentWish, ...]
    tenders: tuple[Tender, ...]
    cart_version: int | None = None
    expected_total: int | None = None
    expected_currency: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    receipt_medium: str = ""
    language: str = "en"
    client_id: UUID | None = None
    session_id: int | None = None
    customer_id: int | None = None
    occurred_at: datetime | None = None
    request_mark: str = ""


@dataclass(frozen=True, slots=True)
class PlannedTender:
    """A tender with its amount worked out."""

    method: str
    amount: int
    tendered: int | None
    payment_method: str
    attempt_key: UUID | None = None


def assign_lines(wishes: Sequence[FulfilmentWish], line_ids: Sequence[int]) -> list[list[int]]:
    """
    Return for each fulfilment the ids of its lines; every line of the cart belongs to exactly one.

    Raises Malformed if a line is left out, named twice, or not in the cart.
    """
    if not wishes:
        raise Malformed(_("Say how the goods reach the shopper."), field="fulfilments")
    if len(wishes) == 1 and wishes[0].lines is None:
        return [list(line_ids)]
    assigned = [list(wish.lines or ()) for wish in wishes]
    named = [line_id for ids in assigned for line_id in ids]
    if sorted(named) != sorted(line_ids):
        raise Malformed(
            _("With several fulfilments, name every line of the cart in exactly one of them."),
            field="fulfilments",
            lines=[str(line_id) for line_id in line_ids],
        )
    return assigned


def plan_tenders(tenders: Sequence[Tender], *, owed: int, kinds: set[str]) -> list[PlannedTender]:
    """
    Work out what each tender pays, so that together they pay just what is owed.

    At most one may leave its amount out and takes the rest. kinds: the fulfilments' kinds, for paying in the store.
    Raises Malformed when the amounts do not add up, PaymentNotPossible for a tender that does not fit.
    """
    if owed == 0:
        return []
    fixed = sum(tender.amount for tender in tenders if tender.amount is not None)
    open_ended = [tender for tender in tenders if tender.amount is None]
    if len(open_ended) > 1 or fixed > owed or (fixed < owed and not open_ended) or (fixed == owed and open_ended):
        raise Malformed(_("The payments do not add up to the total."), field="payments", owed=owed, paid=fixed)
    planned = [
        PlannedTender(
            tender.method,
            owed - fixed if tender.amount is None else tender.amount,
            tender.tendered,
            tender.payment_method,
        )
        for tender in tenders
    ]
    for tender in planned:
        _check_tender(tender, kinds)
    return planned


def _check_tender(tender: PlannedTender, kinds: set[str]) -> None:
    if tender.amount <= 0:
        raise Malformed(_("A payment must be above zero."), field="payments")
    if tender.method == CASH and (tender.tendered or 0) < tender.amount:
        raise Malformed(_("The cash does not cover the amount."), field="payments", owed=tender.amount)
    if tender.method == PAY_IN_STORE and kinds != {PICKUP}:
        raise PaymentNotPossible(_("Only what is collected in a store can be paid there."), method=tender.method)
