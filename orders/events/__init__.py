"""Events of orders, for the other parts of the shop. ref is always the order's number."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.journal import Event, Notification, ShopEvent
from core.texts.wording import money, worded
from orders.events.documents import CreditNoteIssued as CreditNoteIssued
from orders.events.documents import InvoiceIssued as InvoiceIssued
from orders.events.fulfilments import CollectedByOther as CollectedByOther
from orders.events.fulfilments import CollectorNamed as CollectorNamed
from orders.events.fulfilments import CollectorRemoved as CollectorRemoved
from orders.events.fulfilments import FulfilmentChanged as FulfilmentChanged
from orders.events.fulfilments import OrderShipped as OrderShipped
from orders.events.fulfilments import ParcelDelivered as ParcelDelivered
from orders.events.fulfilments import ParcelLost as ParcelLost
from orders.events.fulfilments import ParcelPicking as ParcelPicking
from orders.events.fulfilments import ParcelSentBack as ParcelSentBack
from orders.events.fulfilments import PickupAccepted as PickupAccepted
from orders.events.fulfilments import PickupCodeRefused as PickupCodeRefused
from orders.events.fulfilments import PickupCollected as PickupCollected
from orders.events.fulfilments import PickupExpired as PickupExpired
from orders.events.fulfilments import PickupExtended as PickupExtended
from orders.events.fulfilments import PickupPicking as PickupPicking
from orders.events.fulfilments import PickupReady as PickupReady
from orders.events.fulfilments import PickupRejected as PickupRejected
from orders.events.fulfilments import PickupReminded as PickupReminded
from orders.events.fulfilments import PickupUnlocked as PickupUnlocked
from orders.events.returns import ReturnApproved as ReturnApproved
from orders.events.returns import ReturnImported as ReturnImported
from orders.events.returns import ReturnReceived as ReturnReceived
from orders.events.returns import ReturnRejected as ReturnRejected
from orders.events.returns import ReturnRequested as ReturnRequested
from orders.events.returns import ReturnWithdrawn as ReturnWithdrawn
from orders.events.returns import ReturnWithoutOrder as ReturnWithoutOrder

_FOR_BUYER = {"subject": "order", "recipients": "buyer"}


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """An order was confirmed: the payment is there or is due at the desk. total: minor units."""

    kind: ClassVar[str] = "order.placed"
    words = worded(_("Order %(number)s placed, %(total)s"), total=money("total"))
    notifications = (Notification("order_placed", **_FOR_BUYER), Notification("receipt", **_FOR_BUYER))
    order_id: int
    cart_id: int | None
    total: int
    currency: str
    units: int


@dataclass(frozen=True, kw_only=True)
class OrderRespelt(ShopEvent):
    """What an order says about people and places was brought into its one spelling. fields: which; parts by a dot."""

    kind: ClassVar[str] = "order.respelt"
    order_id: int
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class BalancePaid(Event):
    """The balance due of an order, or a part of it, was paid. amount: minor units."""

    kind: ClassVar[str] = "order.due_paid"
    words = worded(_("Order %(number)s: %(amount)s paid"), amount=money("amount"))
    order_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(Event):
    """Authorised money was captured, because goods leave. amount: minor units."""

    kind: ClassVar[str] = "payment.captured"
    words = worded(_("Order %(number)s: %(amount)s taken from the card"), amount=money("amount"))
    order_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class AuthorisationLost(Event):
    """Authorised money can no longer be captured; it is due again. amount: minor units."""

    kind: ClassVar[str] = "payment.authorisation_lost"
    words = worded(
        _("Order %(number)s: %(amount)s can no longer be taken from the card and are due"), amount=money("amount")
    )
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
    words = worded(_("Order %(number)s: the payment did not arrive"))
    notifications = (Notification("order_not_placed", **_FOR_BUYER),)
    order_id: int
    reason: str
    refund: int = 0


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """The whole order was cancelled before it left; refund: minor units that are refunded."""

    kind: ClassVar[str] = "order.cancelled"
    words = worded(_("Order %(number)s cancelled"))
    notifications = (Notification("order_cancelled", **_FOR_BUYER),)
    order_id: int
    reason: str
    refund: int


@dataclass(frozen=True, kw_only=True)
class OrderPartlyCancelled(Event):
    """
    Some goods of the order were cancelled; others of it stay ordered, or had left before.

    line_units: how many of each order line, by its id. refund: minor units that are refunded.
    """

    kind: ClassVar[str] = "order.partly_cancelled"
    words = worded(_("Order %(number)s: some goods cancelled"))
    notifications = (Notification("order_partly_cancelled", **_FOR_BUYER),)
    order_id: int
    reason: str
    refund: int
    line_units: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(Event):
    """Everything that was ordered and not cancelled was handed over."""

    kind: ClassVar[str] = "order.completed"
    words = worded(_("Order %(number)s completed"))
    order_id: int


@dataclass(frozen=True, kw_only=True)
class ReceiptRequested(Event):
    """The receipt is to be sent; the address is in the request's own row."""

    kind: ClassVar[str] = "receipt.requested"
    words = worded(_("Order %(number)s: receipt asked for"))
    notifications = (Notification("receipt", subject="order", recipients="receipt_address"),)
    order_id: int
    receipt_request_id: int


@dataclass(frozen=True, kw_only=True)
class CardSaved(Event):
    """A card was saved for its owner; ref is the card's id."""

    kind: ClassVar[str] = "card.saved"
    words = worded(_("A card was saved for next time"))


@dataclass(frozen=True, kw_only=True)
class CardRemoved(Event):
    """The owner removed a saved card; ref is the card's id."""

    kind: ClassVar[str] = "card.removed"
    words = worded(_("A saved card was removed"))


@dataclass(frozen=True, kw_only=True)
class TillOpened(ShopEvent):
    """A till session began; ref is the register."""

    kind: ClassVar[str] = "till.opened"
    session_id: int


@dataclass(frozen=True, kw_only=True)
class TillClosed(ShopEvent):
    """A till session ended; difference: counted minus expected, minor units."""

    kind: ClassVar[str] = "till.closed"
    session_id: int
    difference: int


@dataclass(frozen=True, kw_only=True)
class RefundDone(Event):
    """A refund was completed: the provider confirmed it, or staff paid it out. amount: minor units."""

    kind: ClassVar[str] = "refund.done"
    words = worded(_("Order %(number)s: %(amount)s refunded"), amount=money("amount"))
    order_id: int
    refund_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PriceReduced(Event):
    """Staff gave a part of the price back for goods that stay with the buyer. refund: minor units; reason: a code."""

    kind: ClassVar[str] = "refund.price_reduced"
    words = worded(_("Order %(number)s: the price was reduced by %(amount)s"), amount=money("refund"))
    notifications = (Notification("price_reduced", **_FOR_BUYER),)
    order_id: int
    refund: int
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundToNewCard(Event):
    """Money went back to a gift card, and the one that had paid has ended: it is on a new one. refund: minor units."""

    kind: ClassVar[str] = "refund.to_new_card"
    words = worded(_("Order %(number)s: %(amount)s refunded to a new gift card"), amount=money("refund"))
    notifications = (Notification("refund_to_new_card", **_FOR_BUYER),)
    order_id: int
    refund: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Event):
    """The provider will not refund this money; somebody has to find another way. amount: minor units."""

    kind: ClassVar[str] = "refund.failed"
    words = worded(_("Order %(number)s: a refund failed"))
    order_id: int
    refund_id: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class OrderImported(Event):
    """
    An order of another system was imported; its time is when it was placed.

    total: minor units; lines: how many lines it has.
    """

    kind: ClassVar[str] = "order.imported"
    words = worded(_("Order %(number)s taken over from another system, %(total)s"), total=money("total"))

    order_id: int
    total: int
    currency: str
    lines: int
    country: str = ""
