"""Whether people are notified of an event, and by which medium."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from omnistore.engagement.rules.recipients import Recipient

Facts = Mapping[str, Any]

# Older events come from an import, or from a shop that was down: nobody wants those notifications.
OLDEST_NEWS = timedelta(days=3)
# Events by which somebody asks for a message.
ASKED_FOR = {"receipt.requested"}
# The reasons of a cancellation that follows from the order's last pickup; its own notification covers both.
FAILED_PICKUPS = {"rejected", "expired"}

# By kind of event and template. A notification that is not listed has no condition of its own.
CONDITIONS: Mapping[tuple[str, str], Callable[[Facts], bool]] = {
    # Goods that were carried out need no confirmation, only the receipt, if the customer wanted one.
    ("order.placed", "order_placed"): lambda facts: not facts["is_carry_out"],
    ("order.placed", "receipt"): lambda facts: bool(facts["is_carry_out"]),
    ("order.cancelled", "order_cancelled"): lambda facts: facts["reason"] not in FAILED_PICKUPS,
    # What a carrier brings back, its buyer has not sent; an empty parcel brought nothing.
    ("return.approved", "return_approved"): lambda facts: not facts["is_by_system"],
    ("return.received", "return_received"): lambda facts: bool(facts["units"]),
    # The payment page itself shows the failure, but when a refund starts nobody may be looking at it.
    ("order.payment_failed", "order_not_placed"): lambda facts: bool(facts.get("refund")),
}
# The fact that names the only medium, where the customer chose one for this message.
CHOSEN_MEDIUM: Mapping[tuple[str, str], str] = {("order.placed", "receipt"): "receipt_medium"}


@dataclass(frozen=True, slots=True)
class News:
    """An event and the template by which people may hear of it. facts: its payload, and what its subject adds."""

    kind: str
    template: str
    age: timedelta
    facts: Facts


@dataclass(frozen=True, slots=True)
class Reach:
    """A medium as the policy sees it. address: the kind it takes."""

    medium: str
    address: str
    is_on: bool


def is_worth_sending(news: News) -> bool:
    """Return whether anybody is to hear of it. Another system notified people about the orders that it took."""
    if is_old(news.age) or (news.facts.get("is_imported") and news.kind not in ASKED_FOR):
        return False
    condition = CONDITIONS.get((news.kind, news.template))
    return condition is None or condition(news.facts)


def is_old(age: timedelta) -> bool:
    """Return whether an event is too old to be news, whatever it is."""
    return age > OLDEST_NEWS


def medium_for(news: News, recipient: Recipient, media: Sequence[Reach]) -> Reach | None:
    """
    Choose the medium for one recipient: the preferred one if its address is known, else the first with one.

    media: in the order in which they are tried. Returns None if no medium reaches the recipient.
    """
    # What somebody asked for is queued even if the medium is off: staff see that it failed.
    usable = [reach for reach in media if reach.is_on or news.kind in ASKED_FOR]
    reachable = {reach.medium: reach for reach in usable if recipient.addresses.get(reach.address)}
    chosen = CHOSEN_MEDIUM.get((news.kind, news.template))
    if chosen:
        return reachable.get(news.facts[chosen])
    return reachable.get(recipient.preferred) or next(iter(reachable.values()), None)
