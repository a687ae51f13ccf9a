"""Hands a pickup over at the desk: checks the code or a document, takes the balance due, and records the goods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, NotFound, Refusal
from core.journal import publish
from core.states.moving import move
from core.texts.spelling import plain_name
from inventory.models import StockMovement
from orders.events import CollectedByOther, PickupCodeRefused, PickupCollected
from orders.models import Fulfilment, FulfilmentLine, HandOver, Order
from orders.rules.checkout import Tender
from orders.rules.lifecycle import PICKUP
from orders.rules.pickup_codes import is_pickup_code
from orders.services.fulfilment.cancellation import close_if_done
from orders.services.fulfilment.fulfilments import about_fulfilment, note_goods_out, take_goods_out_of_stock
from orders.services.fulfilment.pickups.preparing import take_pickup
from orders.services.fulfilment.pieces import part_lines, waiting_in
from orders.services.payments.balances_due import balance_due_before_goods_go, payment_due, take_at_desk

MOST_WRONG_CODES = 5


class WrongCode(Refusal):
    """This is not the code of this pickup; `attempts_left` says how many more may be tried."""

    code = "wrong_code"


class PickupLocked(Refusal):
    """Too many wrong codes were tried; a manager must unlock the pickup."""

    code = "pickup_locked"


@dataclass(frozen=True, slots=True)
class Proof:
    """Why somebody may collect a pickup. Made only by prove_by_code and prove_by_document."""

    pickup_id: int
    kind: str


def prove_by_code(*, pickup_id: int, code: str, by: Actor, now: datetime) -> Proof:
    """
    Check a pickup code, in a transaction of its own, so that a wrong one is counted whatever happens next.

    code: as typed or scanned. Locks the order, so that attempts are counted one after another. Raises NotFound,
    WrongCode, and PickupLocked after five wrong codes (the right one does not help then either).
    """
    wrong_codes = _count_if_wrong(pickup_id, code, by=by, now=now)
    if wrong_codes:
        raise WrongCode(_("This is not the code of this pickup."), attempts_left=max(0, MOST_WRONG_CODES - wrong_codes))
    return Proof(pickup_id, HandOver.CODE)


def prove_by_document(*, pickup_id: int) -> Proof:
    """Record that staff have seen an identity document in the name of the buyer or the pickup person."""
    return Proof(pickup_id, HandOver.ID_SEEN)


@transaction.atomic(savepoint=False)
def hand_over_pickup(
    *,
    proof: Proof,
    collected_by: str,
    pieces: Mapping[int, int | None] | None,
    tenders: Sequence[Tender],
    session_id: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """
    Hand a ready pickup, or some pieces of it, to the person at the desk, and take the balance due.

    collected_by: that person; empty for the named pickup person or the buyer. pieces: units by the order line's id,
    None for all that wait of a line, or of the pickup. tenders: cash, card and balances at the desk, needed while
    something is due. session_id: the open till session that takes the cash. Locks the order, then the session,
    balances, and the stock rows last. Raises NotFound, IllegalTransition, PickupLocked, TooManyPieces, PaymentNotTaken
    (see orders.services.payments.authorisations), PaymentDue, PaymentUnderWay, SessionNotOpen, BalanceNotEnough,
    Malformed.
    """
    pickup = take_pickup(pickup_id=proof.pickup_id, store_id=by.store_id)
    PICKUP.check(present=pickup.state, to="collected", by=by)
    if pickup.wrong_codes >= MOST_WRONG_CODES:
        raise _locked()
    waiting = waiting_in([pickup])
    units_waiting = sum(line.quantity for line in waiting)
    lines = waiting if pieces is None else _chosen(waiting, pieces)
    units = sum(line.quantity for line in lines)
    _take_balance_due(pickup.order, tenders, session_id=session_id, by=by, now=now)

    note_goods_out(lines, now=now)
    hand_over = _record(pickup, lines, proof, collected_by, by=by, now=now)
    if units == units_waiting:
        move(PICKUP, pickup, "collected", by=by, wrong_codes=0, finished_at=now)
    else:
        pickup.wrong_codes = 0
        pickup.save(update_fields=["wrong_codes"])
    publish(PickupCollected(**about_fulfilment(pickup, by, now), units=units))
    if not _is_buyer(pickup.order, hand_over.collected_by):
        taken = {str(line.order_line_id): line.quantity for line in lines}
        publish(CollectedByOther(**about_fulfilment(pickup, by, now), hand_over_id=hand_over.pk, line_units=taken))
    close_if_done(order=pickup.order, by=by, now=now)
    take_goods_out_of_stock(lines, kind=StockMovement.HANDED_OVER, by=by, now=now)


@transaction.atomic(durable=True)
def _count_if_wrong(pickup_id: int, code: str, *, by: Actor, now: datetime) -> int:
    """Return how many wrong codes were tried, this one included; 0 if this one is right."""
    pickup = take_pickup(pickup_id=pickup_id, store_id=by.store_id)
    if pickup.wrong_codes >= MOST_WRONG_CODES:
        raise _locked()
    if is_pickup_code(code, fulfilment_id=pickup.pk, secrets=settings.COLLECTION_SECRETS):
        return 0
    pickup.wrong_codes += 1
    pickup.save(update_fields=["wrong_codes"])
    publish(PickupCodeRefused(**about_fulfilment(pickup, by, now), wrong_codes=pickup.wrong_codes))
    return pickup.wrong_codes


def _chosen(waiting: Sequence[FulfilmentLine], pieces: Mapping[int, int | None]) -> list[FulfilmentLine]:
    here = {line.order_line_id for line in waiting}
    missing = [str(line_id) for line_id in pieces if line_id not in here]
    if missing:
        raise NotFound(_("These lines are not waiting in this pickup: %s.") % ", ".join(missing), lines=missing)
    return part_lines(waiting, pieces)


def _take_balance_due(
    order: Order, tenders: Sequence[Tender], *, session_id: int | None, by: Actor, now: datetime
) -> None:
    owed = balance_due_before_goods_go(order)
    if owed and not tenders:
        raise payment_due(owed, order.currency)
    if not owed:
        if tenders:
            raise Malformed(_("Nothing is due on this order."), field="payments")
        return
    take_at_desk(order, tenders, session_id=session_id, by=by, now=now)


def _record(
    pickup: Fulfilment, lines: Sequence[FulfilmentLine], proof: Proof, collected_by: str, *, by: Actor, now: datetime
) -> HandOver:
    assert by.staff_id is not None
    hand_over = HandOver.objects.create(
        fulfilment=pickup,
        staff_id=by.staff_id,
        collected_by=collected_by or _expected_collector(pickup.order),
        proof=proof.kind,
        handed_over_at=now,
    )
    hand_over.lines.set(lines)
    return hand_over


def _expected_collector(order: Order) -> str:
    collector = getattr(order, "collector", None)
    if collector is not None:
        return str(collector.name)
    return (order.customer.name if order.customer else "") or order.contact_email or order.contact_phone


def _is_buyer(order: Order, name: str) -> bool:
    """Return whether a name at the desk is how the shop knows the buyer, whatever the case of its letters."""
    own = (order.customer.name if order.customer else "", order.contact_email, order.contact_phone)
    return plain_name(name).casefold() in {text.casefold() for text in own}


def _locked() -> PickupLocked:
    return PickupLocked(_("Too many wrong codes were tried. Ask a manager to unlock this pickup."))
