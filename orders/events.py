"""Events of orders, for the other parts of the shop. ref is always the order's number."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """An order was confirmed: the payment is there or is due at the desk. total: minor units."""

    kind: ClassVar[str] = "order.placed"
    order_id: int
    cart_id: int | None
    total: int
    currency: str
    units: int


@dataclass(frozen=True, kw_only=True)
class BalancePaid(Event):
    """The balance due of an order, or a part of it, was paid. amount: minor units."""

    kind: ClassVar[str] = "order.due_paid"
    order_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(Event):
    """Authorised money was captured, because goods leave. amount: minor units."""

    kind: ClassVar[str] = "payment.captured"
    order_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class AuthorisationLost(Event):
    """Authorised money can no longer be captured; it is due again. amount: minor units."""

    kind: ClassVar[str] = "payment.authorisation_lost"
    order_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class OrderPaymentFailed(Event):
    """
    The payment failed, or came too late; stock and cart are free again.

    refund: minor units that were paid all the same, and are refunded.
    """

    kind: ClassVar[str] = "order.payment_failed"
    order_id: int
    reason: str
    refund: int = 0


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """The order was cancelled before it left; refund: minor units that are refunded."""

    kind: ClassVar[str] = "order.cancelled"
    order_id: int
    reason: str
    refund: int


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(Event):
    """Everything that was ordered and not cancelled was handed over."""

    kind: ClassVar[str] = "order.completed"
    order_id: int


@dataclass(frozen=True, kw_only=True)
class PickupAccepted(Event):
    """The store accepted the pickup."""

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
    """The goods are at the desk: the buyer is notified, once."""

    kind: ClassVar[str] = "pickup.ready"
    order_id: int
    fulfilment_id: int


@dataclass(frozen=True, kw_only=True)
class PickupRejected(Event):
    """The store cannot serve the pickup; refund: minor units that are refunded."""

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
    """Nobody came in time: cancelled, returned to stock, refunded."""

    kind: ClassVar[str] = "pickup.expired"
    order_id: int
    fulfilment_id: int
    refund: int


@dataclass(frozen=True, kw_only=True)
class PickupCodeRefused(Event):
    """Somebody showed a wrong pickup code."""

    kind: ClassVar[str] = "pickup.code_refused"
    order_id: int
    fulfilment_id: int
    wrong_codes: int


@dataclass(frozen=True, kw_only=True)
class PickupUnlocked(Event):
    """A manager allowed codes to be tried again."""

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
    """The shopper wants to return goods."""

    kind: ClassVar[str] = "return.requested"
    order_id: int
    return_id: int
    units: int


@dataclass(frozen=True, kw_only=True)
class ReceiptRequested(Event):
    """The receipt is to be sent; the address is in the request's own row."""

    kind: ClassVar[str] = "receipt.requested"
    order_id: int
    receipt_request_id: int


@dataclass(frozen=True, kw_only=True)
class CardSaved(Event):
    """A card was saved for its owner; ref is the card's id."""

    kind: ClassVar[str] = "card.saved"


@dataclass(frozen=True, kw_only=True)
class CardRemoved(Event):
    """The owner removed a saved card; ref is the card's id."""

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
    """A refund was completed: the provider confirmed it, or staff paid it out. amount: minor units."""

    kind: ClassVar[str] = "refund.done"
    order_id: int
    refund_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Event):
    """The provider will not refund this money; somebody has to find another way. amount: minor units."""

    kind: ClassVar[str] = "refund.failed"
    order_id: int
    refund_id: int
    amount: int
    currency: str
