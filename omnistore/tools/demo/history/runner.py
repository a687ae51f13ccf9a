"""Runs the scenario of a past order through the shop's services, each step at its time in the past."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from carts.queries.carts import CartView
from carts.services.carts import Owner
from carts.services.placing import cart_from_lines, take_cart
from core.actors import SYSTEM, TILL, Actor
from omnistore.tools.demo.history.actors import BasketLine, StoreFixture
from omnistore.tools.demo.history.scenarios import CARRY_OUT, PICKUP, SHIP, TAKEN_BACK, PastOrder
from orders.models import Fulfilment
from orders.queries.views import OrderView
from orders.rules.checkout import CARD, CASH, PAY_IN_STORE, TEST, CheckoutRequest, FulfilmentRequest, Tender
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.pickups.deadlines import expire_overdue_pickups
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.fulfilment.pickups.preparing import (
    accept_pickup,
    make_pickup_ready,
    reject_pickup,
    start_picking,
)
from orders.services.fulfilment.shipping import note_delivery, send_parcel
from orders.services.payments.authorisations import capture_authorised
from orders.services.payments.gateway import ask_providers
from orders.services.payments.refunding.refunds import settle_refunds
from orders.services.placing.placement import place_order
from orders.services.registers.till_sessions import close_till_session, expected_cash, open_till_session
from orders.services.returns.requests import LineToReturn, request_return
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


class ScenarioRunner:
    """Runs past orders, oldest first, with the till sessions of their cash sales."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._tills: dict[str, tuple[date, int, StoreFixture]] = {}

    def run(self, past_order: PastOrder, basket_lines: list[BasketLine], fixture: StoreFixture) -> None:
        """Place the order and run the steps of its scenario."""
        order = self._order(past_order, basket_lines, fixture)
        if past_order.scenario.kind == PICKUP:
            self._collect(past_order, order, fixture)
        elif past_order.scenario.kind == SHIP:
            self._send(past_order, order, fixture)
        ended_at = past_order.ended_at(self._now)
        if ended_at and past_order.scenario.state in TAKEN_BACK:
            settle_refunds(now=ended_at + REFUNDED_AFTER)

    def close_tills(self) -> None:
        """Count and close every till that is still open."""
        for code in list(self._tills):
            self._close_till(code)

    def _order(self, past_order: PastOrder, basket_lines: list[BasketLine], fixture: StoreFixture) -> OrderView:
        by = fixture.actor(past_order.scenario.channel, past_order.customer)
        session_id = self._open_till(past_order, fixture) if past_order.scenario.channel == TILL else None
        with transaction.atomic():
            cart = self._take_cart(past_order, basket_lines, fixture)
            checkout_request = _request_of(past_order, cart, fixture, session_id)
            placed = place_order(cart=cart, request=checkout_request, by=by, now=past_order.placed_at)
        if not placed.charges:
            return placed.order
        outcomes = ask_providers(placed.charges)
        answered_at = past_order.placed_at + timedelta(seconds=1)
        return settle_payments(order=placed.order, outcomes=outcomes, by=by, now=answered_at)

    def _take_cart(self, past_order: PastOrder, basket_lines: list[BasketLine], fixture: StoreFixture) -> CartView:
        if past_order.has_cart:
            assert past_order.customer is not None
            return take_cart(
                owner=Owner(customer_ids=(past_order.customer.pk,)),
                version=None,
                by=fixture.actor(past_order.scenario.channel, past_order.customer),
                now=past_order.placed_at,
            )
        return cart_from_lines(
            lines=[(basket_line.variant.sku, basket_line.quantity) for basket_line in basket_lines],
            customer_id=past_order.customer.pk if past_order.customer else None,
            by=fixture.actor(past_order.scenario.channel, past_order.customer),
            now=past_order.placed_at,
        )

    def _collect(self, past_order: PastOrder, order: OrderView, fixture: StoreFixture) -> None:
        """Run a pickup's steps at the desk, and its end if the scenario has one."""
        scenario, desk, placed_at = past_order.scenario, fixture.at_the_desk(), past_order.placed_at
        pickup_id = order.fulfilments[0].id
        ended_at = past_order.ended_at(self._now)
        if scenario.state == "cancelled":
            assert ended_at is not None
            reject_pickup(pickup_id=pickup_id, reason="The last piece is damaged", by=desk, now=ended_at)
            return
        minutes = fixture.store.pickup_lead_minutes - READY_BEFORE_PROMISE_MINUTES
        steps = (
            (accept_pickup, ACCEPTED_AFTER),
            (start_picking, PICKING_AFTER),
            (make_pickup_ready, timedelta(minutes=minutes)),
        )
        reached = PICKUP_STEPS.index(scenario.state) + 1 if scenario.state in PICKUP_STEPS else len(steps)
        for step, after in steps[: 0 if scenario.state == "placed" else reached]:
            step(pickup_id=pickup_id, by=desk, now=placed_at + after)
        if scenario.state == "collected":
            assert ended_at is not None
            capture_authorised(number=order.number, by=desk, now=ended_at)
            hand_over_pickup(
                proof=prove_by_document(pickup_id=pickup_id),
                collected_by="",
                pieces=None,
                tenders=[Tender(CARD, at_terminal=True)] if scenario.method == PAY_IN_STORE else [],
                session_id=None,
                by=desk,
                now=ended_at,
            )
        elif scenario.state == "expired":
            _expire(pickup_id)

    def _send(self, past_order: PastOrder, order: OrderView, fixture: StoreFixture) -> None:
        """Send and deliver the parcels, cancel the order, or request a return."""
        scenario, ended_at = past_order.scenario, past_order.ended_at(self._now)
        shopper = fixture.actor(scenario.channel, past_order.customer)
        if ended_at is None or scenario.state == "failed":
            return
        if scenario.state == "cancelled":
            cancel_order(number=order.number, reason="changed_mind", by=shopper, now=ended_at)
            return
        for parcel in Fulfilment.objects.filter(order_id=order.id).order_by("pk"):
            packer = Actor(channel=SYSTEM, staff_id=fixture.clerk.pk, store_id=parcel.location_id)
            left_at = past_order.placed_at + (ended_at - past_order.placed_at) / 2
            capture_authorised(number=order.number, by=packer, now=left_at)
            send_parcel(parcel_id=parcel.pk, tracking=f"DEMO{parcel.pk:09d}", by=packer, now=left_at)
            if scenario.state == "delivered":
                note_delivery(parcel_id=parcel.pk, by=packer, now=ended_at)
        if scenario.is_returned:
            request_return(
                number=order.number,
                lines=[LineToReturn(order.lines[0].id, 1, "Does not fit")],
                method="store",
                refund_to="original",
                by=shopper,
                now=ended_at + RETURNED_AFTER,
            )

    def _open_till(self, past_order: PastOrder, fixture: StoreFixture) -> int:
        """Return the till session of the store on that day; close an earlier day's session first."""
        code, zone = fixture.store.code, ZoneInfo(fixture.store.time_zone)
        day = past_order.placed_at.astimezone(zone).date()
        if code in self._tills and self._tills[code][0] != day:
            self._close_till(code)
        if code not in self._tills:
            session = open_till_session(
                register=REGISTER,
                opening_float=FLOAT_CENTS,
                by=fixture.at_the_desk(),
                now=datetime.combine(day, OPENS, zone),
            )
            self._tills[code] = (day, session.pk, fixture)
        return self._tills[code][1]

    def _close_till(self, code: str) -> None:
        day, session_id, fixture = self._tills.pop(code)
        close_till_session(
            session_id=session_id,
            counted=expected_cash(session_id=session_id),
            may_differ=False,
            by=fixture.at_the_desk(),
            now=datetime.combine(day, CLOSES, ZoneInfo(fixture.store.time_zone)),
        )


def _request_of(
    past_order: PastOrder, cart: CartView, fixture: StoreFixture, session_id: int | None
) -> CheckoutRequest:
    scenario, customer = past_order.scenario, past_order.customer
    store = fixture.store.code if scenario.kind == PICKUP else ""
    address = _address_of(past_order) if scenario.kind == SHIP else {}
    return CheckoutRequest(
        fulfilments=(FulfilmentRequest(scenario.kind, store=store, address=address),),
        tenders=(_tender(past_order, cart),),
        contact_email=customer.email if customer else past_order.contact_email,
        contact_phone=str(customer.phone) if customer else "",
        language=customer.language if customer else "en",
        session_id=session_id,
    )


def _tender(past_order: PastOrder, cart: CartView) -> Tender:
    """Return the order's tender: cash in round notes, or a payment that the test provider approves or declines."""
    if past_order.scenario.kind == CARRY_OUT:
        total = sum(line.quantity * (line.unit_price or 0) for line in cart.lines)
        return Tender(CASH, tendered=-(-total // CASH_STEP_CENTS) * CASH_STEP_CENTS)
    if past_order.scenario.method == PAY_IN_STORE:
        return Tender(PAY_IN_STORE)
    return Tender(TEST, payment_method="decline" if past_order.scenario.state == "failed" else "approve")


def _expire(pickup_id: int) -> None:
    """Expire an uncollected pickup with the shop's sweep, just after its deadline."""
    expires_at = Fulfilment.objects.get(pk=pickup_id).expires_at
    assert expires_at is not None
    expire_overdue_pickups(now=expires_at + SWEPT_AFTER)


def _address_of(past_order: PastOrder) -> dict[str, str]:
    """Return the parcel's address: the customer's, or for guests one near the store."""
    names = ("name", "street_address", "postal_code", "city", "country_code", "phone")
    address = past_order.customer.addresses.first() if past_order.customer else None
    if address:
        return {name: getattr(address, name) for name in names}
    store = past_order.store
    values = ("Guest Shopper", store.street_address, store.postal_code, store.city, store.country_code, "")
    return dict(zip(names, values, strict=True))
