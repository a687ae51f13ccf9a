"""Events of goods that come back. ref is the order's number; without an order, that of the return."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.journal import Event, Notification
from core.texts.wording import count, money, number, worded

_FOR_BUYER = {"subject": "order", "recipients": "buyer"}


@dataclass(frozen=True, kw_only=True)
class ReturnRequested(Event):
    """The shopper wants to return goods."""

    kind: ClassVar[str] = "return.requested"
    words = worded(
        ngettext_lazy(
            "Order %(number)s: return of %(units)s item requested",
            "Order %(number)s: return of %(units)s items requested",
            "count",
        ),
        count=count("units"),
        units=number("units"),
    )
    order_id: int
    return_id: int
    units: int


@dataclass(frozen=True, kw_only=True)
class ReturnWithdrawn(Event):
    """The shopper no longer wants to return what they asked for."""

    kind: ClassVar[str] = "return.withdrawn"
    words = worded(_("Order %(number)s: the return was withdrawn"))
    order_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnApproved(Event):
    """Staff said that goods may come back."""

    kind: ClassVar[str] = "return.approved"
    words = worded(_("Order %(number)s: the return was approved"))
    notifications = (Notification("return_approved", **_FOR_BUYER),)
    order_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnArrived(Event):
    """A parcel with returned goods is here; nobody has looked into it yet."""

    kind: ClassVar[str] = "return.arrived"
    words = worded(_("Order %(number)s: returned goods have arrived"))
    notifications = (Notification("return_arrived", **_FOR_BUYER),)
    order_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnReceived(Event):
    """Goods of an order were taken back. refund: what goes back for them, in minor units."""

    kind: ClassVar[str] = "return.received"
    words = worded(
        ngettext_lazy(
            "Order %(number)s: %(units)s item returned", "Order %(number)s: %(units)s items returned", "count"
        ),
        count=count("units"),
        units=number("units"),
    )
    notifications = (Notification("return_received", **_FOR_BUYER),)
    order_id: int
    return_id: int
    units: int
    refund: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ReturnWithoutOrder(Event):
    """Goods were taken back whose order nobody knows. ref: the return's number; amount: the credit, minor units."""

    kind: ClassVar[str] = "return.received_without_order"
    words = worded(_("Return %(number)s without an order, %(amount)s as credit"), amount=money("amount"))
    return_id: int
    units: int
    amount: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ReturnRejected(Event):
    """Staff refused a return request; the reason is on the return."""

    kind: ClassVar[str] = "return.rejected"
    words = worded(_("Order %(number)s: the return was refused"))
    notifications = (Notification("return_rejected", **_FOR_BUYER),)
    order_id: int
    return_id: int


@dataclass(frozen=True, kw_only=True)
class ReturnImported(Event):
    """A return of another system was imported. order_id: empty if its order was not found."""

    kind: ClassVar[str] = "return.imported"
    words = worded(_("Return %(number)s taken over from another system, %(amount)s"), amount=money("amount"))

    return_id: int
    order_id: int | None
    amount: int
    currency: str
    lines: int
