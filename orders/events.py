"""What happens to orders, as the rest of the house hears of it. ref is always the order's number."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """The promise holds: the payment is there or is due at the desk. total: minor units."""

    kind: ClassVar[str] = "order.placed"
    order_id: int
    cart_id: int | None
    total: int
    currency: str
    units: int


@dataclass(frozen=True, kw_only=True)
class BalancePaid(Event):
    """Something that an order still owed was paid. amount: minor units."""

    kind: ClassVar[str] = "order.due_paid"
    order_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(Event):
    """Money that a provider kept for us was taken, because goods leave. amount: minor units."""

    kind: ClassVar[str] = "payment.captured"
    order_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class AuthorisationLost(Event):
    """Money that a provider kept for us can no longer be taken; it is due again. amount: minor units."""

    kind: ClassVar[str] = "payment.authorisation_lost"
    order_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class OrderPaymentFailed(Event):
    """
    The payment did not come, or came too late; stock and cart are free again.

    refund: minor units that were paid all the same, and go back.
    """

    kind: ClassVar[str] = "order.payment_failed"
    order_id: int
    reason: str
    refund: int = 0


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """The order was cancelled before it left; refund: minor units that go back."""

    kind: ClassVar[str] = "order.cancelled"
    order_id: int
    reason: str
    refund: int


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(Event):
    """All that was promised was handed over."""

    kind: ClassVar[str] = "order.completed"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class PickupAccepted(Event):
    """The store took the pickup on."""

    kind: ClassVar[str] = "pickup.accepted"
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupPicking(Event):
    """The store began to pick."""

    kind: ClassVar[str] = "pickup.picking"
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupReady(Event):
    """The goods lie at the desk: the buyer is told, once."""

    kind: ClassVar[str] = "pickup.ready"
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupRejected(Event):
    """The store cannot serve the pickup; refund: minor units that go back."""

    kind: ClassVar[str] = "pickup.rejected"
    order_id: int
    fulfilment_id: int
    refund: int


@dataclass(frozen=True, kw_only=True)
class PickupCollected(Event):
    """The goods, or some of them, were handed over at the desk."""

    kind: ClassVar[str] = "pickup.collected"
    order_id: int
    fulfilment_id: int
    units: int


@dataclass(frozen=True, kw_only=True)
class PickupExpired(Event):
    """Nobody came in time: cancelled, put back, refunded."""

    kind: ClassVar[str] = "pickup.expired"
    order_id: int
    fulfilment_id: int
    refund: int


@dataclass(frozen=True, kw_only=True)
class PickupCodeRefused(Event):
    """Somebody showed a wrong collection code."""

    kind: ClassVar[str] = "pickup.code_refused"
    order_id: int
    fulfilment_id: int
    wrong_codes: int


@dataclass(frozen=True, kw_only=True)
class PickupUnlocked(Event):
    """A manager let codes be tried again."""

    kind: ClassVar[str] = "pickup.unlocked"
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class ParcelPicking(Event):
    """Somebody began to pick and pack a parcel."""

    kind: ClassVar[str] = "parcel.picking"
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class OrderShipped(Event):
    """A parcel left."""

    kind: ClassVar[str] = "order.shipped"
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class ParcelDelivered(Event):
    """A parcel arrived."""

    kind: ClassVar[str] = "parcel.delivered"
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class CollectorNamed(Event):
    """The buyer named another person to collect the order."""

    kind: ClassVar[str] = "pickup.collector_named"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnRequested(Event):
    """The shopper wants to give something back."""

    kind: ClassVar[str] = "return.requested"
    order_id: int
    return_id: int
    units: int


@dataclass(frozen=True, kw_only=True)
class ReceiptRequested(Event):
    """The receipt is to be sent; where to is kept in the request's own row."""

    kind: ClassVar[str] = "receipt.requested"
    order_id: int
    receipt_request_id: int


@dataclass(frozen=True, kw_only=True)
class CardSaved(Event):
    """A card is kept for its owner's next time; ref is the card's id."""

    kind: ClassVar[str] = "card.saved"


@dataclass(frozen=True, kw_only=True)
class CardRemoved(Event):
    """Its owner has struck out a saved card; ref is the card's id."""

    kind: ClassVar[str] = "card.removed"


@dataclass(frozen=True, kw_only=True)
class TillOpened(Event):
    """A till session began; ref is the register."""

    kind: ClassVar[str] = "till.opened"
    session_id: int


@dataclass(frozen=True, kw_only=True)
class TillClosed(Event):
    """A till session ended; difference: counted minus expected, minor units."""

    kind: ClassVar[str] = "till.closed"
    session_id: int
    difference: int


@dataclass(frozen=True, kw_only=True)
class RefundDone(Event):
    """Money went back: the provider confirmed it, or staff handed it over. amount: minor units."""

    kind: ClassVar[str] = "refund.done"
    order_id: int
    refund_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Event):
    """The provider will not give this money back; somebody has to find another way. amount: minor units."""

    kind: ClassVar[str] = "refund.failed"
    order_id: int
    refund_id: int
    amount: int
    currency: str
