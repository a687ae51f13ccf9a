"""The interface of payment providers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

APPROVED, DECLINED, NEEDS_ACTION, AUTHORISED = "approved", "declined", "needs_action", "authorised"
CHARGE, REFUND = "charge", "refund"


class PaymentError(Exception):
    """
    The provider gave no usable answer.

    permanent: it never will for this request (the configuration or the request is wrong). Otherwise the outcome is
    unknown, and asking again with the same key finds it.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class CardDetails:
    """
    A card that a provider stores for its owner. ref, customer_ref: the provider's ids of the card and of its owner.

    last4: the last four digits; the shop never knows more of the number.
    """

    provider: str
    ref: str
    customer_ref: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, slots=True)
class ProviderResult:
    """
    What the provider did. ref: its own number; next_action: what the shopper must do, for needs_action.

    card: the saved card, if the payment succeeded and the card was to be saved.
    """

    outcome: str
    ref: str = ""
    detail: str = ""
    next_action: dict[str, Any] | None = None
    card: CardDetails | None = None


@dataclass(frozen=True, slots=True)
class ProviderTransaction:
    """
    A charge or refund in a provider's records. key: ours, as the provider stored it; empty if none.

    amount in minor units of currency. is_done: the money has moved; otherwise it may yet, or never will.
    """

    kind: str
    ref: str
    key: str
    amount: int
    currency: str
    is_done: bool


class PaymentProvider(Protocol):
    """Charges and refunds. Every call has a key of ours: the same key never moves money twice."""

    name: str

    def charge(
        self,
        *,
        key: UUID,
        amount: int,
        currency: str,
        payment_method: str,
        captures: bool = True,
        customer_ref: str = "",
        saves_card: bool = False,
    ) -> ProviderResult:
        """
        Charge an amount in minor units with a payment method; authorise it only, if captures is false.

        customer_ref: the owner of a saved card, by the provider's id. saves_card: save the card for its owner, who is
        new to the provider without a customer_ref. Raises PaymentError.
        """
        ...

    def detach_card(self, *, ref: str) -> None:
        """Detach a saved card; safe to repeat. Raises PaymentError."""
        ...

    def capture(self, *, key: UUID, amount: int) -> ProviderResult:
        """Capture all or a part of an authorisation and void the rest. Safe to repeat. Raises PaymentError."""
        ...

    def find(self, *, key: UUID) -> ProviderResult | None:
        """Return the result of a key; None if it never arrived. Raises PaymentError."""
        ...

    def give_up(self, *, key: UUID) -> ProviderResult:
        """
        Cancel a charge that waits for the shopper or is authorised, unless it was captured meanwhile. Raises
        PaymentError.
        """
        ...

    def refund(self, *, charge_key: UUID, key: UUID, amount: int) -> ProviderResult:
        """Refund part of a charge, in minor units. Raises PaymentError."""
        ...

    def movements(self, *, since: datetime, until: datetime) -> list[ProviderTransaction]:
        """List the charges and refunds that were created in a period. Raises PaymentError."""
        ...
