"""Asking providers for money: network calls, never inside a transaction."""

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
    One amount to ask one provider for, in minor units, under the key of an attempt that is committed already.

    captures: it is taken at once; otherwise it is kept for us until goods leave. customer_ref, saves_card: as in the
    port of providers.
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
    """What became of a charge: a provider's outcome, or unknown when no answer came."""

    key: UUID
    outcome: str
    ref: str = ""
    detail: str = ""
    next_action: dict[str, Any] | None = None
    card: CardDetails | None = None


def ask_providers(charges: Sequence[ChargeRequest]) -> list[PaymentResult]:
    """Charge each amount, in order; after one that is declined the rest are not asked for."""
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
    Ask the provider what became of a key; one that never arrived counts as declined.

    gives_up: end a charge that still waits for the shopper.
    """
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        return PaymentResult(key, UNKNOWN, detail="the provider is switched off")
    try:
        found = port.give_up(key=key) if gives_up else port.find(key=key)
    except PaymentError as error:
        return PaymentResult(key, UNKNOWN, detail=str(error)[:200])
    return _outcome(key, found) if found else PaymentResult(key, DECLINED, detail="never arrived")


def capture(*, key: UUID, provider: str, amount: int) -> PaymentResult:
    """Take what a provider keeps for us, or a part of it; the rest is let go of. Unknown when no answer came."""
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        return PaymentResult(key, UNKNOWN, detail="the provider is switched off")
    try:
        return _outcome(key, port.capture(key=key, amount=amount))
    except PaymentError as error:
        return PaymentResult(key, DECLINED if error.permanent else UNKNOWN, detail=str(error)[:200])


def detach_card(*, provider: str, ref: str) -> bool:
    """Have a provider let go of a saved card. Return False if it has to be asked again."""
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
