"""The port to whoever moves the money."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

APPROVED, DECLINED, NEEDS_ACTION, AUTHORISED = "approved", "declined", "needs_action", "authorised"
CHARGE, REFUND = "charge", "refund"


class PaymentError(Exception):
    """
    The provider gave no usable answer.

    permanent: it never will for this request (it is misconfigured, or the request is wrong). Otherwise the outcome is
    unknown, and asking again with the same key tells it.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class CardDetails:
    """
    A card that a provider keeps for its owner. ref, customer_ref: the provider's names of the card and of its owner.

    last4: the last four digits; more of the number is never known here.
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

    card: the means of payment, if the money is there and the card was to be saved.
    """

    outcome: str
    ref: str = ""
    detail: str = ""
    next_action: dict[str, Any] | None = None
    card: CardDetails | None = None


@dataclass(frozen=True, slots=True)
class ProviderTransaction:
    """
    Money that a provider says it has moved: a charge, or a refund. key: ours, as the provider kept it; empty if none.

    amount in minor units of currency. is_done: the money has moved; otherwise it may yet, or never will.
    """

    kind: str
    ref: str
    key: str
    amount: int
    currency: str
    is_done: bool


class PaymentProvider(Protocol):
    """Charges and refunds. Every call carries a key of ours: the same key never moves money twice."""

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
        Take an amount in minor units by a means of payment; without captures, have it kept for us.

        customer_ref: whose saved card it is, by the provider's name. saves_card: keep the card for its owner, who is
        new to the provider without a customer_ref. Raises PaymentError.
        """
        ...

    def detach_card(self, *, ref: str) -> None:
        """Let go of a saved card, or of one that is gone already. Raises PaymentError."""
        ...

    def capture(self, *, key: UUID, amount: int) -> ProviderResult:
        """Take what was kept, or a part; what is left of it is let go of. Safe to repeat. Raises PaymentError."""
        ...

    def find(self, *, key: UUID) -> ProviderResult | None:
        """Tell what became of a key; None if it never arrived. Raises PaymentError."""
        ...

    def give_up(self, *, key: UUID) -> ProviderResult:
        """End a charge that waits for the shopper or is kept, unless it was approved meanwhile. Raises PaymentError."""
        ...

    def refund(self, *, charge_key: UUID, key: UUID, amount: int) -> ProviderResult:
        """Give back part of a charge, in minor units. Raises PaymentError."""
        ...

    def movements(self, *, since: datetime, until: datetime) -> list[ProviderTransaction]:
        """List what was moved by charges and refunds that were made in a time. Raises PaymentError."""
        ...
