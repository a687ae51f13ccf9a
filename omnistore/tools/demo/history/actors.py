"""The actors and items of a past order."""

from dataclasses import dataclass

from accounts.models import Customer
from core.actors import TILL, Actor
from inventory.models import Location, Variant


@dataclass(frozen=True)
class BasketLine:
    """Units of one variant at their price in cents."""

    variant: Variant
    quantity: int
    amount: int


@dataclass(frozen=True)
class StoreFixture:
    """The store of an order with its clerk, and the location that supplies it."""

    clerk: Customer
    store: Location
    source: Location

    def actor(self, channel: str, customer: Customer | None) -> Actor:
        """Return the actor on a channel: the customer, or the clerk at the till."""
        if channel == TILL:
            return self.at_the_desk()
        return Actor(channel=channel, customer_id=customer.pk if customer else None)

    def at_the_desk(self) -> Actor:
        """Return the clerk at the store's desk."""
        return Actor(channel=TILL, staff_id=self.clerk.pk, store_id=self.store.pk, store_code=self.store.code)
