"""Plays a past order through the shop's own services, each step at the time at which it is said to have happened."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from carts.queries.carts import CartView
from carts.services.carts import Owner
from carts.services.placing import cart_from_lines, take_cart
from core.actors import SYSTEM, TILL, Actor
from omnistore.tools.demo.history.actors import Basket, Seat
from omnistore.tools.demo.history.scenarios import CARRY_OUT, PICKUP, SHIP, TAKEN_BACK, Chapter
from orders.models import Fulfilment
from orders.queries.views import OrderView
from orders.rules.checkout import CARD, CASH, PAY_IN_STORE, TEST, CheckoutRequest, FulfilmentRequest, Tender
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.hand_over import hand_over_pickup, prove_by_document
from orders.services.fulfilment.pickup import (
    accept_pickup,
    expire_overdue_pickups,
    make_pickup_ready,
    reject_pickup,
    start_picking,
)
from orders.services.fulfilment.shipping import note_delivery, send_parcel
from orders.services.payments.authorisations import capture_authorised
from orders.services.payments.gateway import ask_providers
from orders.services.payments.refunds import settle_refunds
from orders.services.placing.placement import place_order
from orders.services.registers.till_sessions import close_till_session, expected_cash, open_till_session
from orders.services.returns import LineToReturn, request_return
from orders.services.settlement.payments import settle_payments

ACCEPTED_AFTER = timedelta(minutes=5)
PICKING_AFTER = timedelta(minutes=12)
REFUNDED_AFTER = timedelta(seconds=2)
SWEPT_AFTER = timedelta(minutes=10)
RETURNED_AFTER = timedelta(days=2)
READY_BEFORE_PROMISE_MINUTES = 10
FLOAT_CENTS = 15000
CASH_STEP_CENTS = 500
REGISTER = "1"
OPENS, CLOSES = time(9), time(21)
PICKUP_STEPS = ("accepted", "picking", "ready")


class Stage:
    """Plays one chapter after the other, oldest first, and keeps the tills on which cash is taken meanwhile."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._tills: dict[str, tuple[date, int, Seat]] = {}

    def play(self, chapter: Chapter, baskets: list[Basket], seat: Seat) -> None:
        """Place the chapter's order and take it as far as its story goes."""
        order = self._order(chapter, baskets, seat)
        if chapter.story.kind == PICKUP:
            self._collect(chapter, order, seat)
        elif chapter.story.kind == SHIP:
            self._send(chapter, order, seat)
        ended_at = chapter.ended_at(self._now)
        if ended_at and chapter.story.state in TAKEN_BACK:
            settle_refunds(now=ended_at + REFUNDED_AFTER)

    def close_tills(self) -> None:
        """Count and close every till that is still open."""
        for code in list(self._tills):
            self._close_till(code)

    def _order(self, chapter: Chapter, baskets: list[Basket], seat: Seat) -> OrderView:
        by = seat.actor(chapter.story.channel, chapter.customer)
        session_id = self._open_till(chapter, seat) if chapter.story.channel == TILL else None
        with transaction.atomic():
            cart = self._take_cart(chapter, baskets, seat)
            checkout_request = _request_of(chapter, cart, seat, session_id)
            promised = place_order(cart=cart, request=checkout_request, by=by, now=chapter.placed_at)
        if not promised.charges:
            return promised.order
        outcomes = ask_providers(promised.charges)
        answered_at = chapter.placed_at + timedelta(seconds=1)
        return settle_payments(order=promised.order, outcomes=outcomes, by=by, now=answered_at)

    def _take_cart(self, chapter: Chapter, baskets: list[Basket], seat: Seat) -> CartView:
        if chapter.has_cart:
            assert chapter.customer is not None
            return take_cart(
                owner=Owner(customer_ids=(chapter.customer.pk,)),
                version=None,
                by=seat.actor(chapter.story.channel, chapter.customer),
                now=chapter.placed_at,
            )
        return cart_from_lines(
            lines=[(basket.variant.sku, basket.quantity) for basket in baskets],
            customer_id=chapter.customer.pk if chapter.customer else None,
            by=seat.actor(chapter.story.channel, chapter.customer),
            now=chapter.placed_at,
        )

    def _collect(self, chapter: Chapter, order: OrderView, seat: Seat) -> None:
        """Take a pickup through its steps at the desk, and to its end if it has come to one."""
        story, desk, placed_at = chapter.story, seat.at_the_desk(), chapter.placed_at
        pickup_id = order.fulfilments[0].id
        ended_at = chapter.ended_at(self._now)
        if story.state == "cancelled":
            assert ended_at is not None
            reject_pickup(pickup_id=pickup_id, reason="The last piece is damaged", by=desk, now=ended_at)
            return
        minutes = seat.store.pickup_lead_minutes - READY_BEFORE_PROMISE_MINUTES
        steps = (
            (accept_pickup, ACCEPTED_AFTER),
            (start_picking, PICKING_AFTER),
            (make_pickup_ready, timedelta(minutes=minutes)),
        )
        reached = PICKUP_STEPS.index(story.state) + 1 if story.state in PICKUP_STEPS else len(steps)
        for step, after in steps[: 0 if story.state == "placed" else reached]:
            step(pickup_id=pickup_id, by=desk, now=placed_at + after)
        if story.state == "collected":
            assert ended_at is not None
            capture_authorised(number=order.number, by=desk, now=ended_at)
            hand_over_pickup(
                proof=prove_by_document(pickup_id=pickup_id),
                collected_by="",
                line_ids=None,
                tenders=[Tender(CARD)] if story.method == PAY_IN_STORE else [],
                session_id=None,
                by=desk,
                now=ended_at,
            )
        elif story.state == "expired":
            _expire(pickup_id)

    def _send(self, chapter: Chapter, order: OrderView, seat: Seat) -> None:
        """Let the parcels leave and arrive, or let the shopper cancel, or ask for a return."""
        story, ended_at = chapter.story, chapter.ended_at(self._now)
        shopper = seat.actor(story.channel, chapter.customer)
        if ended_at is None or story.state == "failed":
            return
        if story.state == "cancelled":
            cancel_order(number=order.number, reason="changed_mind", by=shopper, now=ended_at)
            return
        for parcel in Fulfilment.objects.filter(order_id=order.id).order_by("pk"):
            packer = Actor(channel=SYSTEM, staff_id=seat.clerk.pk, store_id=parcel.location_id)
            left_at = chapter.placed_at + (ended_at - chapter.placed_at) / 2
            capture_authorised(number=order.number, by=packer, now=left_at)
            send_parcel(parcel_id=parcel.pk, tracking=f"DEMO{parcel.pk:09d}", by=packer, now=left_at)
            if story.state == "delivered":
                note_delivery(parcel_id=parcel.pk, by=packer, now=ended_at)
        if story.is_returned:
            request_return(
                number=order.number,
                lines=[LineToReturn(order.lines[0].id, 1, "Does not fit")],
                method="store",
                refund_to="original",
                by=shopper,
                now=ended_at + RETURNED_AFTER,
            )

    def _open_till(self, chapter: Chapter, seat: Seat) -> int:
        """Return the session in which the store's till sells on that day, closing yesterday's first."""
        code, zone = seat.store.code, ZoneInfo(seat.store.time_zone)
        day = chapter.placed_at.astimezone(zone).date()
        if code in self._tills and self._tills[code][0] != day:
            self._close_till(code)
        if code not in self._tills:
            session = open_till_session(
                register=REGISTER,
                opening_float=FLOAT_CENTS,
                by=seat.at_the_desk(),
                now=datetime.combine(day, OPENS, zone),
            )
            self._tills[code] = (day, session.pk, seat)
        return self._tills[code][1]

    def _close_till(self, code: str) -> None:
        day, session_id, seat = self._tills.pop(code)
        close_till_session(
            session_id=session_id,
            counted=expected_cash(session_id=session_id),
            may_differ=False,
            by=seat.at_the_desk(),
            now=datetime.combine(day, CLOSES, ZoneInfo(seat.store.time_zone)),
        )


def _request_of(chapter: Chapter, cart: CartView, seat: Seat, session_id: int | None) -> CheckoutRequest:
    story, customer = chapter.story, chapter.customer
    store = seat.store.code if story.kind == PICKUP else ""
    address = _address_of(chapter) if story.kind == SHIP else {}
    return CheckoutRequest(
        fulfilments=(FulfilmentRequest(story.kind, store=store, address=address),),
        tenders=(_tender(chapter, cart),),
        contact_email=customer.email if customer else chapter.contact_email,
        contact_phone=str(customer.phone) if customer else "",
        language=customer.language if customer else "en",
        session_id=session_id,
    )


def _tender(chapter: Chapter, cart: CartView) -> Tender:
    """Say how the order is paid: cash in round notes, or a means that the test provider approves or declines."""
    if chapter.story.kind == CARRY_OUT:
        total = sum(line.quantity * (line.unit_price or 0) for line in cart.lines)
        return Tender(CASH, tendered=-(-total // CASH_STEP_CENTS) * CASH_STEP_CENTS)
    if chapter.story.method == PAY_IN_STORE:
        return Tender(PAY_IN_STORE)
    return Tender(TEST, payment_method="decline" if chapter.story.state == "failed" else "approve")


def _expire(pickup_id: int) -> None:
    """Let the shop's sweep give up a pickup that nobody came for, just after it was no longer kept."""
    expires_at = Fulfilment.objects.get(pk=pickup_id).expires_at
    assert expires_at is not None
    expire_overdue_pickups(now=expires_at + SWEPT_AFTER)


def _address_of(chapter: Chapter) -> dict[str, str]:
    """Return a copy of the customer's address for the parcel; a guest gave one near the store."""
    names = ("name", "street_address", "postal_code", "city", "country_code", "phone")
    address = chapter.customer.addresses.first() if chapter.customer else None
    if address:
        return {name: getattr(address, name) for name in names}
    store = chapter.store
    values = ("Guest Shopper", store.street_address, store.postal_code, store.city, store.country_code, "")
    return dict(zip(names, values, strict=True))
