"""The scenarios of past orders, and the plan of who had which, where and when."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Customer
from core.actors import APP, TILL, WEB
from inventory.models import Location
from omnistore.tools.demo.customers import people

SHIP, PICKUP, CARRY_OUT = "ship", "pickup", "carry_out"
GONE = {"delivered", "shipped", "collected"}
TAKEN_BACK = {"cancelled", "expired", "failed"}
# How long after the order its scenario ended, by the final state.
ENDS_AFTER = {
    "delivered": timedelta(days=3),
    "shipped": timedelta(hours=6),
    "cancelled": timedelta(hours=2),
    "failed": timedelta(minutes=1),
}
SHOPPING_HOURS = (10, 16)
SUNDAY = 6


@dataclass(frozen=True)
class Scenario:
    """
    The course of an order. oldest_days, newest_days: days ago that it was placed; 0 and 0 mean in the last hours.

    begun_on: the channel of the cart's first line. channel: that of the order. state: the fulfilment's present state.
    """

    name: str
    channel: str
    kind: str
    state: str
    begun_on: str = ""
    method: str = "test"
    oldest_days: int = 85
    newest_days: int = 8
    is_returned: bool = False


@dataclass(frozen=True)
class PastOrder:
    """A scenario with its customer, store and time; the customer is None if the till does not know them."""

    scenario: Scenario
    customer: Customer | None
    store: Location
    placed_at: datetime
    contact_email: str = field(default="")

    @property
    def has_cart(self) -> bool:
        """Return whether it began as the customer's cart, and not as a sale of scanned items or a guest's order."""
        return self.customer is not None and (self.scenario.kind != CARRY_OUT or bool(self.scenario.begun_on))

    def ended_at(self, now: datetime) -> datetime | None:
        """Return when the goods left or were released; None while the order is open."""
        scenario = self.scenario
        if scenario.state not in GONE | TAKEN_BACK:
            return None
        if scenario.kind == CARRY_OUT:
            return self.placed_at
        if scenario.state == "expired":
            return self.placed_at + timedelta(days=self.store.pickup_keep_days, hours=3)
        return min(self.placed_at + ENDS_AFTER.get(scenario.state, timedelta(hours=25)), now)


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("shipped_home", WEB, SHIP, "delivered"),
        Scenario("shipped_from_app", APP, SHIP, "delivered", begun_on=WEB),
        Scenario("on_its_way", APP, SHIP, "shipped", oldest_days=3, newest_days=1),
        Scenario("just_ordered", WEB, SHIP, "placed", oldest_days=0, newest_days=0),
        Scenario("thought_better", WEB, SHIP, "cancelled"),
        Scenario("card_declined", WEB, SHIP, "failed", oldest_days=6, newest_days=2),
        Scenario("given_back", WEB, SHIP, "delivered", is_returned=True, oldest_days=24),
        Scenario("collected", APP, PICKUP, "collected", begun_on=WEB),
        Scenario("collected_and_paid", WEB, PICKUP, "collected", method="pay_in_store"),
        Scenario("ready", APP, PICKUP, "ready", oldest_days=3, newest_days=1),
        Scenario("ready_to_pay", WEB, PICKUP, "ready", method="pay_in_store", oldest_days=3, newest_days=1),
        Scenario("picking", APP, PICKUP, "picking", oldest_days=0, newest_days=0),
        Scenario("accepted", WEB, PICKUP, "accepted", oldest_days=0, newest_days=0),
        Scenario("waiting", APP, PICKUP, "placed", oldest_days=0, newest_days=0),
        Scenario("never_collected", WEB, PICKUP, "expired", oldest_days=70, newest_days=20),
        Scenario("not_on_the_shelf", WEB, PICKUP, "cancelled"),
        Scenario("carried_out", TILL, CARRY_OUT, "collected", method="cash"),
        Scenario("from_app_to_till", TILL, CARRY_OUT, "collected", begun_on=APP, method="cash"),
    )
}

# Sara has a bit of everything, so her timeline shows one customer on every channel.
SARAS_SCENARIOS = (
    "carried_out", "shipped_home", "collected", "from_app_to_till", "given_back", "collected_and_paid", "on_its_way",
    "ready",
)  # fmt: skip
RARE_SCENARIOS = (
    "just_ordered", "waiting", "accepted", "picking", "ready_to_pay", "never_collected", "not_on_the_shelf",
    "thought_better", "card_declined", "ready", "waiting", "just_ordered", "on_its_way", "given_back", "picking",
)  # fmt: skip
USUAL_SCENARIOS = (
    "shipped_home",
    "shipped_from_app",
    "collected",
    "collected_and_paid",
    "carried_out",
    "from_app_to_till",
)
UNKNOWN_BUYERS = 14
GUESTS = ("guest.one@example.com", "guest.two@example.com", "guest.three@example.com")


def plan_past_orders(
    *, rng: random.Random, now: datetime, shoppers: list[Customer], locations: dict[str, Location]
) -> list[PastOrder]:
    """Choose each order's scenario, store and time; the oldest order comes first."""
    rare = list(RARE_SCENARIOS)
    past_orders = []
    for customer, item in zip(shoppers, people.shoppers(), strict=True):
        store = locations[item.home_store]
        for name in _names(rng, item, rare):
            past_orders.append(PastOrder(SCENARIOS[name], customer, store, _moment(rng, SCENARIOS[name], store, now)))
    stores = [location for location in locations.values() if location.kind == Location.STORE]
    for number in range(UNKNOWN_BUYERS):
        store, scenario = stores[number % len(stores)], SCENARIOS["carried_out"]
        past_orders.append(PastOrder(scenario, None, store, _moment(rng, scenario, store, now)))
    for email in GUESTS:
        store, scenario = rng.choice(stores), SCENARIOS["shipped_home"]
        past_orders.append(PastOrder(scenario, None, store, _moment(rng, scenario, store, now), contact_email=email))
    return sorted(past_orders, key=lambda past_order: past_order.placed_at)


def _names(rng: random.Random, item: people.ShopperContent, rare: list[str]) -> list[str]:
    if item.email == "shopper@example.com":
        return list(SARAS_SCENARIOS)
    if not item.has_account:
        return ["carried_out"] * item.orders
    names = [rng.choice(USUAL_SCENARIOS) for _ in range(item.orders)]
    if rare and names:
        names[-1] = rare.pop(0)
    return names


def _moment(rng: random.Random, scenario: Scenario, store: Location, now: datetime) -> datetime:
    """Return when the order was placed: on a working day in opening hours, or in the last hours."""
    if not scenario.oldest_days:
        return now - timedelta(minutes=rng.randint(20, 110))
    zone = ZoneInfo(store.time_zone)
    day = now.astimezone(zone) - timedelta(days=rng.randint(scenario.newest_days, scenario.oldest_days))
    if day.weekday() == SUNDAY and scenario.newest_days < scenario.oldest_days:
        day -= timedelta(days=1)
    return day.replace(
        hour=rng.randint(*SHOPPING_HOURS), minute=rng.randrange(60), second=rng.randrange(60), microsecond=0
    )
