"""What came of a past order: money, the hand-over at the desk, what was given back, and the journal's entries."""

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core import sql
from core.actors import THE_SYSTEM
from core.journal import Event, publish
from omnistore.demo.cast import Seat
from omnistore.demo.stories import GONE, PICKUP, SHIP, TAKEN_BACK, Chapter
from orders import events
from orders.models import (
    Fulfilment,
    HandOver,
    Order,
    OrderLine,
    Payment,
    PaymentAttempt,
    Refund,
    Return,
    ReturnLine,
    TillSession,
)
from orders.providers.sandbox import SandboxProvider

FLOAT_CENTS = 15000
CASH_STEP_CENTS = 500
REGISTER = "1"
OPENS, CLOSES = time(9), time(21)


class Aftermath:
    """Keeps the tills of the days it has told about, until they are counted."""

    def __init__(self, *, rng: random.Random, now: datetime) -> None:
        self._rng = rng
        self._now = now
        self._sandbox = SandboxProvider()
        self._tills: dict[tuple[str, date], TillSession] = {}
        self._clerks: dict[int, Seat] = {}

    def till_session(self, seat: Seat, at: datetime) -> TillSession:
        """Return the session in which the store's till sold on that day, opening it if it is the first sale."""
        zone = ZoneInfo(seat.store.time_zone)
        day = at.astimezone(zone).date()
        key = (seat.store.code, day)
        if key not in self._tills:
            session = TillSession.objects.create(
                store=seat.store,
                register=f"{REGISTER}-{day:%m%d}",
                currency="EUR",
                opening_float=FLOAT_CENTS,
                expected=FLOAT_CENTS,
                opened_by=seat.clerk,
                opened_at=datetime.combine(day, OPENS, zone),
            )
            self._tills[key] = session
            self._clerks[session.pk] = seat
        return self._tills[key]

    def close_tills(self) -> None:
        """Count and close every session that was opened."""
        for (_, day), session in self._tills.items():
            seat = self._clerks[session.pk]
            session.counted = session.expected
            session.closed_by = seat.clerk
            session.closed_at = datetime.combine(day, CLOSES, ZoneInfo(seat.store.time_zone))
            session.register = REGISTER
        TillSession.objects.bulk_update(
            self._tills.values(), ["counted", "expected", "closed_by", "closed_at", "register"]
        )

    def tell(self, chapter: Chapter, order: Order, fulfilment: Fulfilment, lines: list[OrderLine], seat: Seat) -> None:
        """Write what followed from the order, and every event of it."""
        payment = self._pay(chapter, order)
        self._refund(chapter, order, payment)
        if chapter.story.kind == PICKUP and chapter.story.state == "collected":
            self._hand_over(chapter, fulfilment, seat)
        told = list(self._events(chapter, order, fulfilment, lines, seat))
        if chapter.story.is_returned:
            told.append(self._request_return(chapter, order, lines))
        publish(*told)

    def _pay(self, chapter: Chapter, order: Order) -> Payment:
        story, ended_at = chapter.story, chapter.ended_at(self._now)
        is_paid_later = story.method == "pay_in_store"
        state, captured_at = Payment.CAPTURED, chapter.placed_at
        if story.state == "failed":
            state = Payment.DECLINED
        elif is_paid_later and story.state == "collected" and ended_at:
            captured_at = ended_at
        elif is_paid_later:
            state = Payment.VOIDED if story.state in TAKEN_BACK else Payment.DUE
        tendered = None
        if story.method == "cash":
            tendered = -(-order.grand_total // CASH_STEP_CENTS) * CASH_STEP_CENTS
            self._count_cash(order)
        payment = Payment.objects.create(
            order=order,
            method=story.method,
            provider=self._sandbox.name if story.method == "test" else "",
            amount=order.grand_total,
            tendered=tendered,
            state=state,
            captured_at=captured_at if state == Payment.CAPTURED else None,
        )
        if story.method == "test":
            self._charge(order, payment, "decline" if state == Payment.DECLINED else "approve")
        return payment

    def _count_cash(self, order: Order) -> None:
        session = order.till_session
        assert session is not None and session.expected is not None
        session.expected += order.grand_total

    def _charge(self, order: Order, payment: Payment, payment_method: str) -> None:
        """Let the test provider take the money into its own books, and note what it answered."""
        key = self._uuid()
        answer = self._sandbox.charge(
            key=key, amount=payment.amount, currency=order.currency, payment_method=payment_method
        )
        PaymentAttempt.objects.create(
            payment=payment,
            key=key,
            payment_method=payment_method,
            outcome=answer.outcome,
            provider_ref=answer.ref,
            detail=answer.detail,
            asked_at=order.placed_at,
            answered_at=order.placed_at + timedelta(seconds=1),
        )

    def _refund(self, chapter: Chapter, order: Order, payment: Payment) -> None:
        """Give back what was paid for goods that never left."""
        ended_at = chapter.ended_at(self._now)
        if order.state != Order.CANCELLED or payment.state != Payment.CAPTURED or ended_at is None:
            return
        attempt = payment.attempts.get()
        refund = Refund(
            payment=payment,
            key=self._uuid(),
            amount=payment.amount,
            state=Refund.DONE,
            reason=chapter.story.reason,
            asked_at=ended_at,
            done_at=ended_at + timedelta(seconds=2),
        )
        refund.provider_ref = self._sandbox.refund(charge_key=attempt.key, key=refund.key, amount=refund.amount).ref
        refund.save()
        payment.refunded = payment.amount
        payment.save(update_fields=["refunded"])

    def _hand_over(self, chapter: Chapter, fulfilment: Fulfilment, seat: Seat) -> None:
        assert fulfilment.finished_at is not None
        proof = HandOver.objects.create(
            fulfilment=fulfilment,
            staff=seat.clerk,
            collected_by=chapter.customer.name if chapter.customer else "",
            proof=HandOver.CODE,
            handed_over_at=fulfilment.finished_at,
        )
        proof.lines.set(fulfilment.lines.all())

    def _events(
        self, chapter: Chapter, order: Order, fulfilment: Fulfilment, lines: list[OrderLine], seat: Seat
    ) -> Iterator[Event]:
        """Say what happened after the order was placed, in its order."""
        about = {
            "customer_id": order.customer_id,
            "ref": order.number,
            "order_id": order.pk,
            "fulfilment_id": fulfilment.pk,
        }
        desk = seat.at_the_desk()
        if fulfilment.accepted_at:
            yield events.PickupAccepted(by=desk, occurred_at=fulfilment.accepted_at, **about)
            if chapter.story.state != "accepted":
                picking_at = fulfilment.accepted_at + timedelta(minutes=7)
                yield events.PickupPicking(by=desk, occurred_at=picking_at, **about)
        if fulfilment.ready_at:
            yield events.PickupReady(by=desk, occurred_at=fulfilment.ready_at, **about)
        ended_at = chapter.ended_at(self._now)
        if ended_at:
            yield from self._ending(chapter, order, about, sum(line.quantity for line in lines), seat, ended_at)

    def _ending(
        self, chapter: Chapter, order: Order, about: dict[str, Any], units: int, seat: Seat, ended_at: datetime
    ) -> Iterator[Event]:
        """Say how it ended: one event of its kind, and that the order is complete if all of it is gone."""
        story, desk = chapter.story, seat.at_the_desk()
        refund = order.grand_total if story.method == "test" else 0
        about_order = {name: value for name, value in about.items() if name != "fulfilment_id"}
        shopper = {"by": seat.actor(story.channel, chapter.customer), "occurred_at": ended_at, **about_order}
        clerk = {"by": desk, "occurred_at": ended_at, **about}
        system = {"by": THE_SYSTEM, "occurred_at": ended_at, **about}
        endings: dict[tuple[str, str], Callable[[], Event]] = {
            (SHIP, "failed"): lambda: events.OrderPaymentFailed(reason=story.reason, **shopper),
            (SHIP, "cancelled"): lambda: events.OrderCancelled(reason=story.reason, refund=refund, **shopper),
            (SHIP, "shipped"): lambda: events.OrderShipped(**system),
            (SHIP, "delivered"): lambda: events.OrderShipped(**system),
            (PICKUP, "cancelled"): lambda: events.PickupRejected(refund=refund, **clerk),
            (PICKUP, "expired"): lambda: events.PickupExpired(refund=refund, **system),
            (PICKUP, "collected"): lambda: events.PickupCollected(units=units, **clerk),
        }
        ending = endings.get((story.kind, story.state))
        if ending:
            yield ending()
        if story.state in GONE:
            by = THE_SYSTEM if story.kind == SHIP else desk
            yield events.OrderCompleted(by=by, occurred_at=ended_at, **about_order)

    def _request_return(self, chapter: Chapter, order: Order, lines: list[OrderLine]) -> Event:
        """Let the customer ask to give back one piece of the first line."""
        row = sql.fetch_one("SELECT nextval('orders_return_number')::text AS number", {})
        ended_at = chapter.ended_at(self._now)
        assert row is not None and ended_at is not None
        asked_at = ended_at + timedelta(days=2)
        goods = Return.objects.create(
            number=f"R{row['number']}",
            order=order,
            customer=order.customer,
            state="requested",
            method="store",
            refund_to="original",
            channel=chapter.story.channel,
            currency=order.currency,
            amount=lines[0].unit_price,
            requested_at=asked_at,
        )
        ReturnLine.objects.create(
            parent=goods,
            order_line=lines[0],
            variant=lines[0].variant,
            sku=lines[0].sku,
            quantity=1,
            amount=lines[0].unit_price,
            reason="does_not_fit",
        )
        return events.ReturnRequested(
            by=THE_SYSTEM,
            occurred_at=asked_at,
            customer_id=order.customer_id,
            ref=order.number,
            order_id=order.pk,
            return_id=goods.pk,
            units=1,
        )

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._rng.getrandbits(128), version=4)
