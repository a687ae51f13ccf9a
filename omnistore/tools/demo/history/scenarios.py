"""What happened to the orders of the demo's last ninety days: the kinds of story, and who lived which."""

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
# How long after the order its story ended, by the state in which it did.
ENDS_AFTER = {
    "delivered": timedelta(days=3),
    "shipped": timedelta(hours=6),
    "cancelled": timedelta(hours=2),
    "failed": timedelta(minutes=1),
}
SHOPPING_HOURS = (10, 16)
SUNDAY = 6


@dataclass(frozen=True)
class Story:
    """
    One way an order can go. Days ago: when it may have been placed; 0 and 0 mean within the last hours.

    begun_on: where the first line went into the cart. channel: where it was bought. state: where its goods are now.
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
class Chapter:
    """One story with its people, its place and its day; a customer of None is somebody the till does not know."""

    story: Story
    customer: Customer | None
    store: Location
    placed_at: datetime
    contact_email: str = field(default="")

    @property
    def has_cart(self) -> bool:
        """Whether it began as the customer's own cart, and not as goods on a counter or a guest's wish."""
        return self.customer is not None and (self.story.kind != CARRY_OUT or bool(self.story.begun_on))

    def ended_at(self, now: datetime) -> datetime | None:
        """Return when the goods were gone or free again; None while the order is under way."""
        story = self.story
        if story.state not in GONE | TAKEN_BACK:
            return None
        if story.kind == CARRY_OUT:
            return self.placed_at
        if story.state == "expired":
            return self.placed_at + timedelta(days=self.store.pickup_keep_days, hours=3)
        return min(self.placed_at + ENDS_AFTER.get(story.state, timedelta(hours=25)), now)


STORIES = {
    story.name: story
    for story in (
        Story("shipped_home", WEB, SHIP, "delivered"),
        Story("shipped_from_app", APP, SHIP, "delivered", begun_on=WEB),
        Story("on_its_way", APP, SHIP, "shipped", oldest_days=3, newest_days=1),
        Story("just_ordered", WEB, SHIP, "placed", oldest_days=0, newest_days=0),
        Story("thought_better", WEB, SHIP, "cancelled"),
        Story("card_declined", WEB, SHIP, "failed", oldest_days=6, newest_days=2),
        Story("given_back", WEB, SHIP, "delivered", is_returned=True, oldest_days=24),
        Story("collected", APP, PICKUP, "collected", begun_on=WEB),
        Story("collected_and_paid", WEB, PICKUP, "collected", method="pay_in_store"),
        Story("ready", APP, PICKUP, "ready", oldest_days=3, newest_days=1),
        Story("ready_to_pay", WEB, PICKUP, "ready", method="pay_in_store", oldest_days=3, newest_days=1),
        Story("picking", APP, PICKUP, "picking", oldest_days=0, newest_days=0),
        Story("accepted", WEB, PICKUP, "accepted", oldest_days=0, newest_days=0),
        Story("waiting", APP, PICKUP, "placed", oldest_days=0, newest_days=0),
        Story("never_collected", WEB, PICKUP, "expired", oldest_days=70, newest_days=20),
        Story("not_on_the_shelf", WEB, PICKUP, "cancelled"),
        Story("carried_out", TILL, CARRY_OUT, "collected", method="cash"),
        Story("from_app_to_till", TILL, CARRY_OUT, "collected", begun_on=APP, method="cash"),
    )
}

# Sara lived a bit of everything, so that her timeline shows what one customer on every channel looks like.
SARAS = (
    "carried_out", "shipped_home", "collected", "from_app_to_till", "given_back", "collected_and_paid", "on_its_way",
    "ready",
)  # fmt: skip
RARE = (
    "just_ordered", "waiting", "accepted", "picking", "ready_to_pay", "never_collected", "not_on_the_shelf",
    "thought_better", "card_declined", "ready", "waiting", "just_ordered", "on_its_way", "given_back", "picking",
)  # fmt: skip
USUAL = ("shipped_home", "shipped_from_app", "collected", "collected_and_paid", "carried_out", "from_app_to_till")
UNKNOWN_BUYERS = 14
GUESTS = ("guest.one@example.com", "guest.two@example.com", "guest.three@example.com")


def plan_chapters(
    *, rng: random.Random, now: datetime, shoppers: list[Customer], locations: dict[str, Location]
) -> list[Chapter]:
    """Decide who bought what way, where and when; the oldest chapter comes first."""
    rare = list(RARE)
    chapters = []
    for customer, item in zip(shoppers, people.shoppers(), strict=True):
        store = locations[item.home_store]
        for name in _names(rng, item, rare):
            chapters.append(Chapter(STORIES[name], customer, store, _moment(rng, STORIES[name], store, now)))
    stores = [location for location in locations.values() if location.kind == Location.STORE]
    for number in range(UNKNOWN_BUYERS):
        store, story = stores[number % len(stores)], STORIES["carried_out"]
        chapters.append(Chapter(story, None, store, _moment(rng, story, store, now)))
    for email in GUESTS:
        store, story = rng.choice(stores), STORIES["shipped_home"]
        chapters.append(Chapter(story, None, store, _moment(rng, story, store, now), contact_email=email))
    return sorted(chapters, key=lambda chapter: chapter.placed_at)


def _names(rng: random.Random, item: people.ShopperContent, rare: list[str]) -> list[str]:
    if item.email == "shopper@example.com":
        return list(SARAS)
    if not item.has_account:
        return ["carried_out"] * item.orders
    names = [rng.choice(USUAL) for _ in range(item.orders)]
    if rare and names:
        names[-1] = rare.pop(0)
    return names


def _moment(rng: random.Random, story: Story, store: Location, now: datetime) -> datetime:
    """Return when the order was placed: on a working day in shopping hours, or within the last hours."""
    if not story.oldest_days:
        return now - timedelta(minutes=rng.randint(20, 110))
    zone = ZoneInfo(store.time_zone)
    day = now.astimezone(zone) - timedelta(days=rng.randint(story.newest_days, story.oldest_days))
    if day.weekday() == SUNDAY and story.newest_days < story.oldest_days:
        day -= timedelta(days=1)
    return day.replace(
        hour=rng.randint(*SHOPPING_HOURS), minute=rng.randrange(60), second=rng.randrange(60), microsecond=0
    )
