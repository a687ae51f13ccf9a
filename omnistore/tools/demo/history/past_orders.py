"""Writes the demo's past: carts that were filled, ordered, picked, collected, sent, cancelled and given back."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import Customer
from carts.models import WishlistItem
from carts.services.carts import Owner, add_to_cart
from core.actors import APP, TILL, WEB
from core.data.imports.progress import Progress
from inventory.models import Location, Price, StockLevel, Variant
from omnistore.tools.demo.history.actors import Basket, Seat
from omnistore.tools.demo.history.runner import Stage
from omnistore.tools.demo.history.scenarios import SHIP, Chapter, plan_chapters

LEFT_ON_THE_SHELF = 2
OPEN_CARTS = {
    "yusuf@example.com": (WEB, APP),
    "greta@example.com": (WEB,),
    "omid@example.com": (APP, TILL),
    "antje@example.com": (WEB, WEB, APP),
    "veera@example.com": (APP,),
    "theresa@example.com": (TILL, WEB),
}
WISHERS = ("shopper@example.com", "layla@example.com", "magdalena@example.com")


class Shelf:
    """What is still free at each place, so that a made-up order never sells a demo's last piece."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._prices = dict(Price.objects.filter(currency=settings.SHOP_CURRENCY).values_list("variant_id", "amount"))
        self._free: dict[int, dict[int, int]] = {}
        for level in StockLevel.objects.order_by("pk"):
            self._free.setdefault(level.location_id, {})[level.variant_id] = level.available - LEFT_ON_THE_SHELF
        self._variants = Variant.objects.select_related("product").in_bulk()

    def take(self, location: Location) -> list[Basket]:
        """Pick one to three things of a place, each once or twice."""
        free = self._free[location.pk]
        candidates = [variant for variant in sorted(free) if free[variant] > 0]
        baskets = []
        for variant_id in self._rng.sample(candidates, self._rng.choice((1, 1, 2, 2, 3))):
            quantity = min(free[variant_id], self._rng.choice((1, 1, 1, 2)))
            free[variant_id] -= quantity
            baskets.append(Basket(self._variants[variant_id], quantity, self._prices[variant_id]))
        return baskets

    def any_sku(self, location: Location) -> str:
        """Name something that a place has, without taking it."""
        free = self._free[location.pk]
        return self._variants[self._rng.choice([variant for variant in sorted(free) if free[variant] > 0])].sku


def write_history(
    *,
    rng: random.Random,
    now: datetime,
    locations: dict[str, Location],
    staff: dict[str, Customer],
    shoppers: list[Customer],
    progress: Progress,
) -> None:
    """Write the orders of the last ninety days in the order in which they came, then the carts that are open today."""
    shelf = Shelf(rng)
    stage = Stage(now=now)
    clerks = _clerks(staff, locations)
    chapters = plan_chapters(rng=rng, now=now, shoppers=shoppers, locations=locations)
    for done, chapter in enumerate(chapters, start=1):
        source = locations["wh-berlin"] if chapter.story.kind == SHIP else chapter.store
        seat = Seat(clerk=clerks[chapter.store.code], store=chapter.store, source=source)
        baskets = shelf.take(source)
        if chapter.has_cart:
            _fill_cart(chapter, baskets, seat)
        stage.play(chapter, baskets, seat)
        progress.show("Writing history", done / len(chapters))
    stage.close_tills()
    _write_open_carts(rng, now, shelf, shoppers, locations, clerks)


def _clerks(staff: dict[str, Customer], locations: dict[str, Location]) -> dict[str, Customer]:
    clerks = [person for person in staff.values() if person.home_store and "clerk" in person.email]
    return {person.home_store: person for person in clerks if person.home_store in locations}


def _fill_cart(chapter: Chapter, baskets: list[Basket], seat: Seat) -> None:
    """Put the things into the customer's cart in the hour before: the first where it was begun, the rest at the end."""
    assert chapter.customer is not None
    owner = Owner(customer_ids=(chapter.customer.pk,))
    for place, basket in enumerate(baskets):
        is_first = place == 0
        channel = (chapter.story.begun_on if is_first else "") or chapter.story.channel
        minutes = 55 if is_first else 12 - 3 * place
        add_to_cart(
            owner=owner,
            sku=basket.variant.sku,
            quantity=basket.quantity,
            by=seat.actor(channel, chapter.customer),
            now=chapter.placed_at - timedelta(minutes=minutes),
        )


def _write_open_carts(
    rng: random.Random,
    now: datetime,
    shelf: Shelf,
    shoppers: list[Customer],
    locations: dict[str, Location],
    clerks: dict[str, Customer],
) -> None:
    by_email = {person.email: person for person in shoppers}
    for email, channels in OPEN_CARTS.items():
        person = by_email[email]
        store = locations[person.home_store]
        for place, channel in enumerate(channels):
            by = Seat(clerk=clerks[store.code], store=store, source=store).actor(channel, person)
            moment = now - timedelta(hours=30 - 8 * place, minutes=rng.randrange(60))
            sku = shelf.any_sku(store)
            add_to_cart(owner=Owner(customer_ids=(person.pk,)), sku=sku, quantity=1, by=by, now=moment)
    wishes = [
        WishlistItem(customer=by_email[email], variant=variant, added_channel=WEB, added_at=now - timedelta(days=9))
        for email in WISHERS
        for variant in rng.sample(list(Variant.objects.filter(is_active=True).order_by("pk")), 3)
    ]
    WishlistItem.objects.bulk_create(wishes)
