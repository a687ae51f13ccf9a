"""An order that is about to be written, and what its parts are at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from carts.queries.carts import CartView
from carts.rules.quote import Quote
from core.texts.translated import in_language
from orders.models import Order, Payment
from orders.queries.views import DUE
from orders.rules.checkout import CARRY_OUT, PAY_IN_STORE, CheckoutRequest, PlannedTender
from orders.services.placing.allocation import Allocation


@dataclass(frozen=True, slots=True)
class NewOrder:
    """
    Everything an order consists of, computed and checked.

    waits: a provider must be asked for money first. captures: the provider captures the money at once.
    return_policies: the terms that lines keep, by the cart line's id; lines without a policy are left out.
    """

    cart: CartView
    request: CheckoutRequest
    allocations: Sequence[Allocation]
    quote: Quote
    tenders: Sequence[PlannedTender]
    waits: bool
    captures: bool = True
    return_policies: Mapping[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def customer_id(self) -> int | None:
        """Return whose order it becomes: the cart's owner, or the customer whom staff recognised."""
        return self.cart.customer_id or self.request.customer_id

    @property
    def is_complete(self) -> bool:
        """
        Return whether nothing is left to do once it is written: everything is carried out of the store at once.

        Gift cards are handed out a moment later, when the paid order is committed.
        """
        is_carried = all(allocation.kind == CARRY_OUT for allocation in self.allocations)
        return not self.waits and is_carried and not any(line.is_stored_value for line in self.cart.lines)


def payment_state(tender: PlannedTender, draft: NewOrder) -> str:
    """Return the first state of a payment; one that needs no provider is held if the order waits for money."""
    if tender.method == PAY_IN_STORE:
        return DUE
    if tender.attempt_key is not None:
        return Payment.PENDING
    return Payment.HELD if draft.waits else Payment.CAPTURED


def order_state(draft: NewOrder) -> str:
    """Return the first state of an order."""
    if draft.waits:
        return Order.PENDING
    return Order.COMPLETED if draft.is_complete else Order.PLACED


def carried_out(draft: NewOrder) -> dict[int, int]:
    """Return the units by cart line that leave the store at once."""
    if draft.waits:
        return {}
    carried = [allocation for allocation in draft.allocations if allocation.kind == CARRY_OUT]
    return {line.line_id: line.quantity for allocation in carried for line in allocation.lines}


def method_name(allocation: Allocation, language: str) -> str:
    """Return the name of the delivery method as the order keeps it; empty without one."""
    return in_language(allocation.method.name, language) if allocation.method else ""
