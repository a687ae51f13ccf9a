"""Calls payment providers: network calls, never inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.network import about_to_call
from orders.providers import SANDBOX, provider_for, provider_of_cards
from orders.providers.base import DECLINED, CardDetails, PaymentError, ProviderResult
from orders.rules.checkout import CARD, TEST, PlannedTender

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """
    One amount to charge through one provider, in minor units, under the key of an attempt that is already committed.

    captures: the money is captured at once; otherwise it is authorised until goods leave. customer_ref, saves_card: as
    in orders.providers.base.
    """

    key: UUID
    provider: str
    amount: int
    currency: str
    payment_method: str
    captures: bool = True
    customer_ref: str = ""
    saves_card: bool = False


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """The result of a charge: the provider's outcome, or unknown when it did not answer."""

    key: UUID
    outcome: str
    ref: str = ""
    detail: str = ""
    next_action: dict[str, Any] | None = None
    card: CardDetails | None = None


def ask_providers(charges: Sequence[ChargeRequest]) -> list[PaymentResult]:
    """Charge each amount, in order; after a decline, the remaining ones are not charged."""
    about_to_call("a payment provider")
    outcomes: list[PaymentResult] = []
    for charge in charges:
        if outcomes and outcomes[-1].outcome == DECLINED:
            outcomes.append(PaymentResult(charge.key, DECLINED, detail="not asked"))
        else:
            outcomes.append(_ask(charge))
    return outcomes


def look_up(*, key: UUID, provider: str, gives_up: bool) -> PaymentResult:
    """
    Return the provider's result for a key; a charge that never arrived counts as declined.

    gives_up: cancel a charge that still waits for the shopper.
    """
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        return PaymentResult(key, UNKNOWN, detail="the provider is switched off")
    try:
        result = port.give_up(key=key) if gives_up else port.find(key=key)
    except PaymentError as error:
        return PaymentResult(key, UNKNOWN, detail=str(error)[:200])
    return _outcome(key, result) if result else PaymentResult(key, DECLINED, detail="never arrived")


def capture(*, key: UUID, provider: str, amount: int) -> PaymentResult:
    """Capture all or a part of an authorisation and void the rest. Unknown when the provider did not answer."""
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        return PaymentResult(key, UNKNOWN, detail="the provider is switched off")
    try:
        return _outcome(key, port.capture(key=key, amount=amount))
    except PaymentError as error:
        return PaymentResult(key, DECLINED if error.permanent else UNKNOWN, detail=str(error)[:200])


def detach_card(*, provider: str, ref: str) -> bool:
    """Detach a saved card at its provider. Return False if the call must be repeated."""
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        return False
    try:
        port.detach_card(ref=ref)
    except PaymentError:
        return False
    return True


def _ask(charge: ChargeRequest) -> PaymentResult:
    provider = provider_for(charge.provider)
    if provider is None:
        return PaymentResult(charge.key, DECLINED, detail="the provider is switched off")
    try:
        answer = provider.charge(
            key=charge.key,
            amount=charge.amount,
            currency=charge.currency,
            payment_method=charge.payment_method,
            captures=charge.captures,
            customer_ref=charge.customer_ref,
            saves_card=charge.saves_card,
        )
    except PaymentError as error:
        return PaymentResult(charge.key, DECLINED if error.permanent else UNKNOWN, detail=str(error)[:200])
    return _outcome(charge.key, answer)


def _outcome(key: UUID, answer: ProviderResult) -> PaymentResult:
    return PaymentResult(key, answer.outcome, answer.ref, answer.detail, answer.next_action, answer.card)


def needs_provider(tender: PlannedTender) -> bool:
    """Return whether somebody outside has to be asked for this tender."""
    return tender.method in (CARD, TEST)


def provider_of(tender: PlannedTender) -> str:
    """Return the name of who has to be asked for a tender; empty for nobody."""
    if not needs_provider(tender):
        return ""
    return provider_of_cards() if tender.method == CARD else SANDBOX
