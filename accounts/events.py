"""The events about customers."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    """Staff registered a contact without an account."""

    kind: ClassVar[str] = "customer.registered"


@dataclass(frozen=True, kw_only=True)
class CustomerVerified(Event):
    """
    A person verified an address or number; contacts known by it alone may now be joined to them.

    medium: email or phone. The address or number itself is read from the customer, not from the event.
    """

    kind: ClassVar[str] = "customer.verified"
    medium: str


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """A person's own details changed; fields lists their names, not their values."""

    kind: ClassVar[str] = "customer.changed"
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(Event):
    """
    Two records were merged; customer_id is the survivor's, to which the duplicate's id now leads.

    cause: "staff" for a decision by staff, "claimed" when the person verified the other record's address or number.
    """

    kind: ClassVar[str] = "customer.merged"
    merge_id: int
    duplicate_id: int
    survivor_id: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class CustomersUnmerged(Event):
    """A wrong merge was undone: the duplicate is a separate customer again."""

    kind: ClassVar[str] = "customer.parted"
    merge_id: int
    duplicate_id: int
    survivor_id: int


@dataclass(frozen=True, kw_only=True)
class ConsentDecided(Event):
    """A person allowed or forbade one medium for one purpose."""

    kind: ClassVar[str] = "consent.decided"
    medium: str
    purpose: str
    is_given: bool


@dataclass(frozen=True, kw_only=True)
class TaxNumberChanged(Event):
    """The VAT number of a business changed; country is that of the new number, empty if it was removed."""

    kind: ClassVar[str] = "customer.tax_number_changed"
    country: str


@dataclass(frozen=True, kw_only=True)
class BalanceChanged(Event):
    """
    A person's gift card, credit or points changed other than by spending.

    balance: gift_card, credit or points. cause: the kind of the entry. amount: minor units or points, with its sign.
    """

    kind: ClassVar[str] = "balance.changed"
    balance: str
    cause: str
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PointsPending(Event):
    """A purchase earned pending points. ref: its number."""

    kind: ClassVar[str] = "points.pending"
    points: int


@dataclass(frozen=True, kw_only=True)
class PointsExpireSoon(Event):
    """Points of a person expire soon; published once. expires_at: when the first of them expire."""

    kind: ClassVar[str] = "points.expire_soon"
    points: int
    expires_at: str


@dataclass(frozen=True, kw_only=True)
class TierChanged(Event):
    """A person's tier changed; both tiers are codes, empty for none. is_up: the new one is higher."""

    kind: ClassVar[str] = "loyalty.tier_changed"
    tier: str
    former: str
    is_up: bool
