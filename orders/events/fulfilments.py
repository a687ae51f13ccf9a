"""Events of goods on their way to the shopper: pickups, parcels, and changes of where they go."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.journal import Event, Notification
from core.texts.wording import count, number, worded

_FOR_BUYER = {"subject": "order", "recipients": "buyer"}


@dataclass(frozen=True, kw_only=True)
class FulfilmentChanged(Event):
    """Goods go to another store or address, or another way; fulfilment_id: where they are now."""

    kind: ClassVar[str] = "fulfilment.changed"
    words = worded(_("Order %(number)s: goods go another way"))
    notifications = (Notification("fulfilment_changed", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupAccepted(Event):
    """The store accepted the pickup."""

    kind: ClassVar[str] = "pickup.accepted"
    words = worded(_("Order %(number)s: the store accepted it"))
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupPicking(Event):
    """The store began to pick."""

    kind: ClassVar[str] = "pickup.picking"
    words = worded(_("Order %(number)s: the store is picking"))
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupReady(Event):
    """The goods are at the desk: the buyer is notified, once."""

    kind: ClassVar[str] = "pickup.ready"
    words = worded(_("Order %(number)s ready to be collected"))
    notifications = (Notification("pickup_ready", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupReminded(Event):
    """The deadline of goods at the desk is near, and nobody came yet."""

    kind: ClassVar[str] = "pickup.reminded"
    words = worded(_("Order %(number)s: the buyer was reminded to collect it"))
    notifications = (Notification("pickup_reminded", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupExtended(Event):
    """Staff keep goods at the desk longer. until: the new deadline, in UTC; reason: for staff."""

    kind: ClassVar[str] = "pickup.extended"
    words = worded(_("Order %(number)s is kept longer"))
    notifications = (Notification("pickup_extended", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int
    until: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PickupRejected(Event):
    """The store cannot serve the pickup; refund: minor units that are refunded."""

    kind: ClassVar[str] = "pickup.rejected"
    words = worded(_("Order %(number)s: the store could not fulfil it"))
    notifications = (Notification("pickup_rejected", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int
    refund: int


@dataclass(frozen=True, kw_only=True)
class PickupCollected(Event):
    """The goods, or some of them, were handed over at the desk."""

    kind: ClassVar[str] = "pickup.collected"
    words = worded(
        ngettext_lazy(
            "Order %(number)s: %(units)s item collected", "Order %(number)s: %(units)s items collected", "count"
        ),
        count=count("units"),
        units=number("units"),
    )
    order_id: int
    fulfilment_id: int
    units: int


@dataclass(frozen=True, kw_only=True)
class PickupExpired(Event):
    """Nobody came in time: cancelled, returned to stock, refunded."""

    kind: ClassVar[str] = "pickup.expired"
    words = worded(_("Order %(number)s was not collected in time"))
    notifications = (Notification("pickup_expired", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int
    refund: int


@dataclass(frozen=True, kw_only=True)
class PickupCodeRefused(Event):
    """Somebody showed a wrong pickup code."""

    kind: ClassVar[str] = "pickup.code_refused"
    words = worded(_("Order %(number)s: a wrong collection code was shown"))
    order_id: int
    fulfilment_id: int
    wrong_codes: int


@dataclass(frozen=True, kw_only=True)
class PickupUnlocked(Event):
    """A manager allowed codes to be tried again."""

    kind: ClassVar[str] = "pickup.unlocked"
    words = worded(_("Order %(number)s: collection codes may be tried again"))
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class ParcelPicking(Event):
    """Somebody began to pick and pack a parcel."""

    kind: ClassVar[str] = "parcel.picking"
    words = worded(_("Order %(number)s: a parcel is being packed"))
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class OrderShipped(Event):
    """A parcel left."""

    kind: ClassVar[str] = "order.shipped"
    words = worded(_("Order %(number)s: a parcel left"))
    notifications = (Notification("order_shipped", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class ParcelDelivered(Event):
    """A parcel arrived."""

    kind: ClassVar[str] = "parcel.delivered"
    words = worded(_("Order %(number)s: a parcel arrived"))
    notifications = (Notification("parcel_delivered", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class ParcelLost(Event):
    """A carrier says that it lost a parcel; staff send the goods again or pay them back."""

    kind: ClassVar[str] = "parcel.lost"
    words = worded(_("Order %(number)s: the carrier lost a parcel"))
    order_id: int
    fulfilment_id: int
    shipment_id: int


@dataclass(frozen=True, kw_only=True)
class ParcelSentBack(Event):
    """A carrier brings a parcel back, because nobody took it or its address is wrong."""

    kind: ClassVar[str] = "parcel.sent_back"
    words = worded(_("Order %(number)s: a parcel is on its way back to us"))
    order_id: int
    fulfilment_id: int
    shipment_id: int


@dataclass(frozen=True, kw_only=True)
class CollectorNamed(Event):
    """The buyer named another person to collect the order."""

    kind: ClassVar[str] = "pickup.collector_named"
    words = worded(_("Order %(number)s: another person may collect it"))
    order_id: int


@dataclass(frozen=True, kw_only=True)
class CollectorRemoved(Event):
    """The buyer took back that another person may collect the order."""

    kind: ClassVar[str] = "pickup.collector_removed"
    words = worded(_("Order %(number)s: only the buyer may collect it"))
    order_id: int


@dataclass(frozen=True, kw_only=True)
class CollectedByOther(Event):
    """
    Somebody else than the buyer took goods at the desk; the hand-over says who.

    line_units: how many of each order line, by its id.
    """

    kind: ClassVar[str] = "pickup.collected_by_other"
    words = worded(_("Order %(number)s: somebody else collected it"))
    notifications = (Notification("pickup_collected_by_other", **_FOR_BUYER),)
    order_id: int
    fulfilment_id: int
    hand_over_id: int
    line_units: dict[str, int]
