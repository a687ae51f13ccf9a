"""Writes the demo's history: its past orders, and the carts and wish lists of today."""

import random
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import Customer
from carts.models import WishlistItem
from carts.services.carts import Owner, add_to_cart
from core.actors import APP, TILL, WEB
from core.data.imports.progress import Progress
from inventory.models import Location, Price, StockLevel, Variant
from omnistore.tools.demo.history.actors import BasketLine, StoreFixture
from omnistore.tools.demo.history.runner import ScenarioRunner
from omnistore.tools.demo.history.scenarios import SHIP, PastOrder, plan_past_orders

UNITS_LEFT = 2
OPEN_CARTS = {
    "yusuf@example.com": (WEB, APP),
    "greta@example.com": (WEB,),
    "omid@example.com": (APP, TILL),
    "antje@example.com": (WEB, WEB, APP),
    "veera@example.com": (APP,),
    "theresa@example.com": (TILL, WEB),
}
WISHLIST_OWNERS = ("shopper@example.com", "layla@example.com", "magdalena@example.com")


class FreeStock:
    """The free stock of each location, so that a past order never sells the last unit."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._prices = dict(Price.objects.filter(currency=settings.SHOP_CURRENCY).values_list("variant_id", "amount"))
        self._free: dict[int, dict[int, int]] = {}
        for level in StockLevel.objects.order_by("pk"):
            self._free.setdefault(level.location_id, {})[level.variant_id] = level.available - UNITS_LEFT
        self._variants = Variant.objects.select_related("product").in_bulk()

    def take(self, location: Location) -> list[BasketLine]:
        """Take one to three variants of a location, one or two units each."""
        free = self._free[location.pk]
        candidates = [variant for variant in sorted(free) if free[variant] > 0]
        basket_lines = []
        for variant_id in self._rng.sample(candidates, self._rng.choice((1, 1, 2, 2, 3))):
            quantity = min(free[variant_id], self._rng.choice((1, 1, 1, 2)))
            free[variant_id] -= quantity
            basket_lines.append(BasketLine(self._variants[variant_id], quantity, self._prices[variant_id]))
        return basket_lines

    def any_sku(self, location: Location) -> str:
        """Return the SKU of a variant that a location has, without taking it."""
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
    """Write the orders of the last ninety days, oldest first, then today's open carts."""
    stock = FreeStock(rng)
    runner = ScenarioRunner(now=now)
    clerks = _clerks(staff, locations)
    past_orders = plan_past_orders(rng=rng, now=now, shoppers=shoppers, locations=locations)
    for done, past_order in enumerate(past_orders, start=1):
        source = locations["wh-berlin"] if past_order.scenario.kind == SHIP else past_order.store
        fixture = StoreFixture(clerk=clerks[past_order.store.code], store=past_order.store, source=source)
        basket_lines = stock.take(source)
        if past_order.has_cart:
            _fill_cart(past_order, basket_lines, fixture)
        runner.run(past_order, basket_lines, fixture)
        progress.show("Writing history", done / len(past_orders))
    runner.close_tills()
    _write_open_carts(rng, now, stock, shoppers, locations, clerks)


def _clerks(staff: dict[str, Customer], locations: dict[str, Location]) -> dict[str, Customer]:
    clerks = [member for member in staff.values() if member.home_store and "clerk" in member.email]
    return {clerk.home_store: clerk for clerk in clerks if clerk.home_store in locations}


def _fill_cart(past_order: PastOrder, basket_lines: list[BasketLine], fixture: StoreFixture) -> None:
    """Fill the customer's cart in the hour before: the first line where the cart was begun, the rest at the end."""
    assert past_order.customer is not None
    owner = Owner(customer_ids=(past_order.customer.pk,))
    for index, basket_line in enumerate(basket_lines):
        is_first = index == 0
        channel = (past_order.scenario.begun_on if is_first else "") or past_order.scenario.channel
        minutes = 55 if is_first else 12 - 3 * index
        add_to_cart(
            owner=owner,
            sku=basket_line.variant.sku,
            quantity=basket_line.quantity,
            by=fixture.actor(channel, past_order.customer),
            now=past_order.placed_at - timedelta(minutes=minutes),
        )


def _write_open_carts(
    rng: random.Random,
    now: datetime,
    stock: FreeStock,
    shoppers: list[Customer],
    locations: dict[str, Location],
    clerks: dict[str, Customer],
) -> None:
    by_email = {shopper.email: shopper for shopper in shoppers}
    for email, channels in OPEN_CARTS.items():
        customer = by_email[email]
        store = locations[customer.home_store]
        for index, channel in enumerate(channels):
            by = StoreFixture(clerk=clerks[store.code], store=store, source=store).actor(channel, customer)
            moment = now - timedelta(hours=30 - 8 * index, minutes=rng.randrange(60))
            sku = stock.any_sku(store)
            add_to_cart(owner=Owner(customer_ids=(customer.pk,)), sku=sku, quantity=1, by=by, now=moment)
    wishlist = [
        WishlistItem(customer=by_email[email], variant=variant, added_channel=WEB, added_at=now - timedelta(days=9))
        for email in WISHLIST_OWNERS
        for variant in rng.sample(list(Variant.objects.filter(is_active=True).order_by("pk")), 3)
    ]
    WishlistItem.objects.bulk_create(wishlist)
