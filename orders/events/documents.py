"""Events of documents. ref is the order's number."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from core.journal import Event, Notification
from core.texts.wording import money, worded

_FOR_BUYER = {"subject": "order", "recipients": "buyer"}


@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(Event):
    """An order's invoice was issued. document: its number. total: minor units."""

    kind: ClassVar[str] = "invoice.issued"
    words = worded(_("Order %(number)s: invoice issued, %(total)s"), total=money("total"))
    notifications = (Notification("invoice_issued", **_FOR_BUYER),)
    order_id: int
    invoice_id: int
    document: str
    total: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued(Event):
    """A part of an order's invoice was taken back. document: the credit note's number. total: minor units."""

    kind: ClassVar[str] = "invoice.credited"
    words = worded(_("Order %(number)s: credit note issued, %(total)s"), total=money("total"))
    notifications = (Notification("credit_note_issued", **_FOR_BUYER),)
    order_id: int
    invoice_id: int
    document: str
    total: int
    currency: str
