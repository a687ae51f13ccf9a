"""Writes one past order with everything that belongs to it: stock, money, goods on their way, and the journal."""

import random
import uuid
from datetime import datetime, timedelta

from django.conf import settings

from carts.models import Cart
from core import sql
from core.actors import TILL, Actor
from core.journal import publish
from core.translated import in_language
from inventory.models import StockMovement
from inventory.services.reservations import (
    StockWish,
    fulfil_reservations,
    release_reservations,
    reserve_stock,
)
from omnistore.demo.aftermath import Aftermath
from omnistore.demo.cast import Basket, Seat
from omnistore.demo.stories import CARRY_OUT, GONE, PICKUP, SHIP, TAKEN_BACK, Chapter
from omnistore.demo.town import FREE_FROM_CENTS, SHIPPING_CENTS
from orders.events import OrderPlaced
from orders.models import Fulfilment, FulfilmentLine, Order, OrderLine

LEAVES_AS = {SHIP: StockMovement.SHIPPED, PICKUP: StockMovement.HANDED_OVER, CARRY_OUT: StockMovement.SOLD}
SHIP_DAYS = 2


class Recorder:
    """Writes orders one after the other, oldest first, as their numbers run."""

    def __init__(self, *, rng: random.Random, now: datetime) -> None:
        self._rng = rng
        self._now = now
        self._aftermath = Aftermath(rng=rng, now=now)

    def record(self, chapter: Chapter, baskets: list[Basket], seat: Seat) -> Order:
        """Write the chapter's order in the state in which its story leaves it."""
        by = seat.actor(chapter.story.channel, chapter.customer)
        order = self._write_order(chapter, baskets, seat)
        fulfilment = self._write_fulfilment(chapter, order, seat)
        lines = self._write_lines(chapter, order, baskets)
        reservations = self._move_stock(chapter, baskets, seat, by)
        FulfilmentLine.objects.bulk_create(
            FulfilmentLine(
                fulfilment=fulfilment,
                order_line=line,
                quantity=line.quantity,
                reservation_id=reservation,
                handed_over_at=fulfilment.finished_at if chapter.story.state in GONE else None,
            )
            for line, reservation in zip(lines, reservations, strict=True)
        )
        if chapter.story.state != "failed":
            Cart.objects.filter(pk=order.cart_id).update(state=Cart.ORDERED, changed_at=chapter.placed_at)
            publish(
                OrderPlaced(
                    by=by,
                    occurred_at=chapter.placed_at,
                    customer_id=order.customer_id,
                    ref=order.number,
                    order_id=order.pk,
                    cart_id=order.cart_id,
                    total=order.grand_total,
                    currency=order.currency,
                    units=sum(basket.quantity for basket in baskets),
                )
            )
        self._aftermath.tell(chapter, order, fulfilment, lines, seat)
        return order

    def close_tills(self) -> None:
        """Count and close every till session that the orders opened."""
        self._aftermath.close_tills()

    def _write_order(self, chapter: Chapter, baskets: list[Basket], seat: Seat) -> Order:
        story, customer = chapter.story, chapter.customer
        items = sum(basket.quantity * basket.amount for basket in baskets)
        shipping = SHIPPING_CENTS if story.kind == SHIP and items < FREE_FROM_CENTS else 0
        row = sql.fetch_one("SELECT nextval('orders_order_number')::text AS number", {})
        assert row is not None
        is_sold_in_store = story.channel == TILL
        return Order.objects.create(
            number=row["number"],
            cart=Cart.objects.filter(customer=customer, state=Cart.OPEN).first() if customer else None,
            customer=customer,
            state=_order_state(story.state),
            channel=story.channel,
            store=seat.store if is_sold_in_store else None,
            staff=seat.clerk if is_sold_in_store else None,
            till_session=self._aftermath.till_session(seat, chapter.placed_at) if is_sold_in_store else None,
            currency=settings.SHOP_CURRENCY,
            items_total=items,
            shipping_total=shipping,
            grand_total=items + shipping,
            contact_email=customer.email if customer else chapter.contact_email,
            contact_phone=str(customer.phone) if customer else "",
            language=customer.language if customer else "en",
            client_id=self._uuid() if is_sold_in_store else None,
            cancel_reason=chapter.story.reason if story.state in TAKEN_BACK else "",
            placed_at=chapter.placed_at,
            closed_at=chapter.ended_at(self._now),
        )

    def _write_fulfilment(self, chapter: Chapter, order: Order, seat: Seat) -> Fulfilment:
        story, placed_at = chapter.story, chapter.placed_at
        is_ready = story.kind == PICKUP and story.state in {"ready", "collected", "expired"}
        is_accepted = is_ready or story.state in {"accepted", "picking"}
        ready_at = placed_at + timedelta(minutes=seat.store.pickup_lead_minutes - 10)
        promised = {SHIP: timedelta(days=SHIP_DAYS), PICKUP: timedelta(minutes=seat.store.pickup_lead_minutes)}
        return Fulfilment.objects.create(
            order=order,
            kind=story.kind,
            location=seat.source,
            state="cancelled" if story.state == "failed" else story.state,
            address=_address_of(chapter) if story.kind == SHIP else {},
            promised_at=placed_at + promised[story.kind] if story.kind in promised else None,
            accepted_at=placed_at + timedelta(minutes=5) if is_accepted else None,
            ready_at=ready_at if is_ready else None,
            expires_at=ready_at + timedelta(days=seat.store.pickup_keep_days) if is_ready else None,
            finished_at=chapter.ended_at(self._now),
            tracking=f"DEMO{self._rng.randrange(10**9):09d}" if story.state in {"shipped", "delivered"} else "",
        )

    def _write_lines(self, chapter: Chapter, order: Order, baskets: list[Basket]) -> list[OrderLine]:
        is_gone, is_back = chapter.story.state in GONE, chapter.story.state in TAKEN_BACK
        return OrderLine.objects.bulk_create(
            OrderLine(
                order=order,
                position=position,
                variant=basket.variant,
                sku=basket.variant.sku,
                name=in_language(basket.variant.product.name, order.language),
                quantity=basket.quantity,
                quantity_fulfilled=basket.quantity if is_gone else 0,
                quantity_cancelled=basket.quantity if is_back else 0,
                unit_price=basket.amount,
                line_total=basket.quantity * basket.amount,
            )
            for position, basket in enumerate(baskets, start=1)
        )

    def _move_stock(self, chapter: Chapter, baskets: list[Basket], seat: Seat, by: Actor) -> list[uuid.UUID]:
        """Promise the units as the shop does, and let them leave or be free again; return the reservations."""
        wishes = [
            StockWish(basket.variant.pk, seat.source.pk, basket.quantity, basket.variant.sku, self._uuid())
            for basket in baskets
        ]
        ids = [wish.reservation_id for wish in wishes]
        story = chapter.story
        reserve_stock(wishes=wishes, by=by, now=chapter.placed_at, spares_safety=story.kind != CARRY_OUT)
        left_at = chapter.ended_at(self._now)
        if story.state in GONE:
            assert left_at is not None
            leaver = by if story.kind == CARRY_OUT else seat.at_the_desk() if story.kind == PICKUP else by
            fulfil_reservations(ids=ids, kind=LEAVES_AS[story.kind], by=leaver, now=left_at)
        elif story.state in TAKEN_BACK:
            assert left_at is not None
            release_reservations(ids=ids, by=by, now=left_at, reason=chapter.story.reason)
        return ids

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._rng.getrandbits(128), version=4)


def _order_state(state: str) -> str:
    """Return the order's state for the state of its only fulfilment."""
    if state in GONE:
        return Order.COMPLETED
    if state in {"cancelled", "expired"}:
        return Order.CANCELLED
    return Order.FAILED if state == "failed" else Order.PLACED


def _address_of(chapter: Chapter) -> dict[str, str]:
    """Return a copy of the customer's address for the parcel; a guest gave one near the store."""
    names = ("name", "street_address", "postal_code", "city", "country_code", "phone")
    address = chapter.customer.addresses.first() if chapter.customer else None
    if address:
        return {name: getattr(address, name) for name in names}
    store = chapter.store
    values = ("Guest Shopper", store.street_address, store.postal_code, store.city, store.country_code, "")
    return dict(zip(names, values, strict=True))
