"""Events of orders, for the other parts of the shop. ref is always the order's number."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.journal import Event, Notification, ShopEvent
from core.texts.wording import count, money, number, worded
from orders.events.documents import CreditNoteIssued as CreditNoteIssued
from orders.events.documents import InvoiceIssued as InvoiceIssued
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
