"""What happens to people, as the rest of the house hears of it."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    """Staff noted somebody who has no account."""

    kind: ClassVar[str] = "customer.registered"


@dataclass(frozen=True, kw_only=True)
class CustomerVerified(Event):
    """
    A person proved that an address or number is his: whatever is known by it alone may be given to him.

    medium: email or phone. Which one it is, is read from the person, not from here.
    """

    kind: ClassVar[str] = "customer.verified"
    medium: str


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """A person's own details changed; fields names which, not what they became."""

    kind: ClassVar[str] = "customer.changed"
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(Event):
    """
    Two records turned out to be one person; customer_id is the survivor's, to which the duplicate's id now leads.

    cause: "staff" when somebody decided it, "claimed" when the person proved the address or number of the other.
    """

    kind: ClassVar[str] = "customer.merged"
    merge_id: int
    duplicate_id: int
    survivor_id: int
    cause: str


@dataclass(frozen=True, kw_only=True)
class CustomersUnmerged(Event):
    """A merge was a mistake and was undone: the duplicate stands for itself again."""

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
    """A business has another VAT number now; country is that which issued it, empty if it has none any more."""

    kind: ClassVar[str] = "customer.tax_number_changed"
    country: str


@dataclass(frozen=True, kw_only=True)
class BalanceChanged(Event):
    """
    Something was added to a person's gift card, credit or points, or taken from it, other than by spending it.

    balance: gift_card, credit or points. cause: the kind of the entry. amount: minor units or points, with its sign.
    """

    kind: ClassVar[str] = "balance.changed"
    balance: str
    cause: str
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PointsPending(Event):
    """A purchase earned points, which may be spent later. ref: its number."""

    kind: ClassVar[str] = "points.pending"
    points: int


@dataclass(frozen=True, kw_only=True)
class PointsExpireSoon(Event):
    """Points of a person end soon if they are not spent; said once. expires_at: when the first of them do."""

    kind: ClassVar[str] = "points.expire_soon"
    points: int
    expires_at: str


@dataclass(frozen=True, kw_only=True)
class TierChanged(Event):
    """Somebody has another tier now; both are codes, empty for none. is_up: it is a higher one."""

    kind: ClassVar[str] = "loyalty.tier_changed"
    tier: str
    former: str
    is_up: bool
