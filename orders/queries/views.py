"""An order as it is read: values, no rows. Amounts in minor units of the order's currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext

from orders.rules.order_fields import QUESTIONS, OrderField, OrderFields


class LineView(NamedTuple):
    """
    A line of an order. returned: units that came back. tax_rate: in basis points; tax: contained or added.

    deposit: on each unit, beside the line's total. is_gift: a promotion added it. return_policy: its terms then, as
    inventory.rules.return_policies keeps them; None without one.
    """

    id: int
    variant_id: int | None
    sku: str
    name: str
    quantity: int
    unit_price: int
    discount: int
    line_total: int
    fulfilled: int = 0
    cancelled: int = 0
    returned: int = 0
    tax_rate: float | Decimal = 0
    tax: int = 0
    deposit: int = 0
    is_gift: bool = False
    return_policy: dict[str, Any] | None = None

    @property
    def deposits(self) -> int:
        """Return the deposit on all of its units."""
        return self.quantity * self.deposit


class FulfilmentView(NamedTuple):
    """
    Some lines with one kind of fulfilment; lines are pairs of order line id and quantity.

    method, method_name: the delivery method by its code and as it was called then; empty without one.
    """

    id: int
    kind: str
    store: str
    state: str
    address: dict[str, Any]
    lines: list[tuple[int, int]]
    promised_at: datetime | None = None
    ready_at: datetime | None = None
    expires_at: datetime | None = None
    tracking: str = ""
    tracking_url: str = ""
    method: str = ""
    method_name: str = ""


# The state of the balance due, which an order shows among its payments.
DUE = "due"


class PaymentView(NamedTuple):
    """
    A tender. rounding: what the cash was more or less than the amount. card: the end of the code of a gift card.

    authorised_until: when the authorisation expires. The balance due is shown as a tender without an id.
    """

    id: int | None
    method: str
    amount: int
    state: str
    refunded: int = 0
    tendered: int | None = None
    rounding: int = 0
    points: int | None = None
    card: str | None = None
    authorised_until: datetime | None = None

    @property
    def change(self) -> int:
        """Return the change in cash."""
        return 0 if self.tendered is None else self.tendered - self.amount - self.rounding


class DiscountView(NamedTuple):
    """What one promotion took off. target: "items", or "shipping" for what it saved there (in no total)."""

    name: str
    amount: int
    target: str


class FeeView(NamedTuple):
    """A fee on the order as a whole. name: in every language of that time."""

    name: Mapping[str, str]
    amount: int


class TaxView(NamedTuple):
    """
    Everything in an order with one rate, in basis points. base: without tax.

    levy: the name of the tax where there are several; goods then stand in the base of each.
    """

    rate: float | Decimal
    is_included: bool
    is_exempt: bool
    base: int
    tax: int
    levy: str = ""


@dataclass(slots=True, kw_only=True)
class OrderView(OrderFields):
    """A whole order: its own fields, and what belongs to it."""

    lines: list[LineView]
    fulfilments: list[FulfilmentView]
    payments: list[PaymentView]
    refunds: Sequence[dict[str, Any]] = ()
    returns: Sequence[dict[str, Any]] = ()
    taxes: Sequence[TaxView] = ()
    discounts: Sequence[DiscountView] = ()
    fees: Sequence[FeeView] = ()
    collector: dict[str, Any] | None = None

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Return the free texts that whoever ordered gave, each with its question in the reader's language."""
        return answers_of(self, QUESTIONS)


def answers_of(order: OrderFields, questions: Sequence[OrderField]) -> list[tuple[str, str]]:
    """Return an order's answers to questions, each with its question in the reader's language; blank ones left out."""
    given = [(question.stored.question, getattr(order, question.name)) for question in questions]
    return [(gettext(question), text) for question, text in given if text]
