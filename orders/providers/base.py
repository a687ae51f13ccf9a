"""
The port of payment providers.

A provider is one folder below orders/providers whose package exports PROVIDER. The folder holds all that the shop
knows of it: its settings, the templates and scripts of its payment page, the hosts that these load from, and its
webhook's format. Only orders/services/payments/gateway.py calls a provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

APPROVED, DECLINED, NEEDS_ACTION, AUTHORISED = "approved", "declined", "needs_action", "authorised"
CHARGE, REFUND = "charge", "refund"
REDIRECT = "redirect"  # The type of a next_action that leads the shopper to its url.


class PaymentError(Exception):
    """
    The provider gave no usable answer.

    permanent: it never will for this request (the configuration or the request is wrong). Otherwise the outcome is
    unknown, and asking again with the same key finds it.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class BadSignature(Exception):
    """A webhook event is forged, stale or malformed."""


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


class ChargeLimits(NamedTuple):
    """What a provider charges: no less than least, and only multiples of step; in minor units."""

    least: int = 1
    step: int = 1


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


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """
    A webhook event. number: the provider's own; attempt_key, refund_key: our key of what it is about, None if neither.

    has_failed: it reports that a refund failed. Nothing else of it is believed: the provider is asked.
    """

    number: str
    kind: str
    attempt_key: UUID | None = None
    refund_key: UUID | None = None
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """
    What payment pages show of a provider. title, hint: its choice among the ways to pay. method: the tender's.

    fields: the template of its own fields. token: the name of the form's field whose value becomes the payment method;
    both are empty for a provider that asks on a page of its own. action: the template shown while a payment waits for
    the shopper; without one, they get a link to the next_action's url. values: for these templates, as page.values.
    hosts: from where the pages load, by directive of the Content-Security-Policy. saves_cards: it offers to save cards.
    """

    method: str
    title: str
    hint: str
    fields: str = ""
    token: str = ""
    action: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    saves_cards: bool = False


class PaymentProvider(Protocol):
    """
    A payment provider. Every call has a key of ours: the same key never moves money twice.

    name: stored with each payment, and part of the webhook's route. methods: the tenders' methods that it takes.
    drives_readers: it drives card readers, which are named by a payment method that begins with `reader:`.
    lists_refunds: its transactions include refunds. ref, in the calls below: the provider's number of the charge, if an
    earlier answer told it; a provider that finds charges by our key needs none.
    """

    name: str
    methods: tuple[str, ...]
    drives_readers: bool
    lists_refunds: bool

    def is_on(self) -> bool:
        """Return whether the settings switch it on. Called in each checkout, so it asks nobody."""
        ...

    def limits(self, currency: str) -> ChargeLimits:
        """Return what it charges of a currency; another amount is rounded or refused before anything is asked."""
        ...

    def page(self) -> PaymentPage:
        """Return what payment pages show of it, in the active language."""
        ...

    def is_token(self, payment_method: str) -> bool:
        """
        Return whether a text is a payment method of its page, its app library or a saved card, and no card's number.

        A provider that needs none for a charge accepts the empty text.
        """
        ...

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Return the event in a webhook's request once its signature is verified. Raises BadSignature."""
        ...

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
        return_url: str = "",
    ) -> ProviderResult:
        """
        Charge an amount in minor units with a payment method; authorise it only, if captures is false.

        customer_ref: the owner of a saved card, by the provider's id. saves_card: save the card for its owner, who is
        new to the provider without a customer_ref. return_url: where its own page sends the shopper back; such a
        provider answers needs_action with a next_action of the type redirect. Raises PaymentError.
        """
        ...

    def confirm(self, *, key: UUID, fields: Mapping[str, str], ref: str = "") -> bool:
        """
        Tell the provider what its page sent back with the shopper; retrieve then says what came of it.

        fields come from the browser, so nothing in them is true before the provider says so. Return False if the charge
        waits for nothing. Raises PaymentError.
        """
        ...

    def retrieve(self, *, key: UUID, ref: str = "") -> ProviderResult | None:
        """Return the result of a key; None if it never arrived. Raises PaymentError."""
        ...

    def capture(self, *, key: UUID, amount: int, ref: str = "") -> ProviderResult:
        """Capture all or a part of an authorisation and void the rest. Safe to repeat. Raises PaymentError."""
        ...

    def cancel(self, *, key: UUID, ref: str = "") -> ProviderResult:
        """
        Cancel a charge that waits for the shopper or is authorised, unless it was captured meanwhile. Raises
        PaymentError.
        """
        ...

    def refund(self, *, charge_key: UUID, key: UUID, amount: int, charge_ref: str = "") -> ProviderResult:
        """Refund part of a charge, in minor units. Raises PaymentError."""
        ...

    def detach_card(self, *, ref: str) -> None:
        """Detach a saved card, by the provider's id; safe to repeat. Raises PaymentError."""
        ...

    def transactions(self, *, since: datetime, until: datetime) -> list[ProviderTransaction]:
        """List the charges and refunds that were created in a period. Raises PaymentError."""
        ...
