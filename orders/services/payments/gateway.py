"""
Calls payment providers: network calls, never inside a transaction. Nothing else calls them.

What a provider is asked without a call, such as its payment page, is asked here too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Malformed, NotFound, Refusal
from core.money import money_json
from core.network import about_to_call
from orders.providers import SANDBOX, all_providers, provider_for, provider_taking
from orders.providers.base import (
    DECLINED,
    BadSignature,
    CardDetails,
    ChargeLimits,
    PaymentError,
    PaymentPage,
    PaymentProvider,
    ProviderEvent,
    ProviderResult,
    ProviderTransaction,
)
from orders.rules.cash import CashRule, CashTerms, cash_rounding
from orders.rules.checkout import CARD, TEST, PlannedTender

UNKNOWN = "unknown"


class AmountNotCharged(Refusal):
    """The provider does not charge so little; `least` is what it charges."""

    code = "amount_not_charged"


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """
    One amount to charge through one provider, in minor units, under the key of an attempt that is already committed.

    captures: the money is captured at once; otherwise it is authorised until goods leave. customer_ref, saves_card: as
    in orders.providers.base. ref: the provider's number of it, once that is known.
    """

    key: UUID
    provider: str
    amount: int
    currency: str
    payment_method: str
    captures: bool = True
    customer_ref: str = ""
    saves_card: bool = False
    ref: str = ""


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


def look_up(*, key: UUID, provider: str, gives_up: bool, ref: str = "") -> PaymentResult:
    """
    Return the provider's result for a key; a charge that never arrived counts as declined.

    gives_up: cancel a charge that still waits for the shopper. ref: the provider's number of it, if it is known.
    """
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        return PaymentResult(key, UNKNOWN, detail="the provider is switched off")
    try:
        result = port.cancel(key=key, ref=ref) if gives_up else port.retrieve(key=key, ref=ref)
    except PaymentError as error:
        return PaymentResult(key, UNKNOWN, detail=str(error)[:200])
    return _outcome(key, result) if result else PaymentResult(key, DECLINED, detail="never arrived")


def confirm(*, key: UUID, provider: str, fields: Mapping[str, str], ref: str = "") -> bool:
    """Tell a provider what its page sent back with the shopper. Return False if nothing waited, or nobody answered."""
    about_to_call("a payment provider")
    port = provider_for(provider)
    try:
        return port is not None and port.confirm(key=key, fields=fields, ref=ref)
    except PaymentError:
        return False


def capture(*, key: UUID, provider: str, amount: int, ref: str = "") -> PaymentResult:
    """Capture all or a part of an authorisation and void the rest. Unknown when the provider did not answer."""
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        return PaymentResult(key, UNKNOWN, detail="the provider is switched off")
    try:
        return _outcome(key, port.capture(key=key, amount=amount, ref=ref))
    except PaymentError as error:
        return PaymentResult(key, DECLINED if error.permanent else UNKNOWN, detail=str(error)[:200])


def refund(*, provider: str, charge_key: UUID, charge_ref: str, key: UUID, amount: int) -> PaymentResult:
    """Refund part of a charge. Unknown when the provider did not answer or is switched off."""
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        return PaymentResult(key, UNKNOWN, detail="the provider is switched off")
    try:
        return _outcome(key, port.refund(charge_key=charge_key, charge_ref=charge_ref, key=key, amount=amount))
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


def transactions(*, provider: str, since: datetime, until: datetime) -> list[ProviderTransaction]:
    """Return the charges and refunds in a provider's records. Raises PaymentError."""
    about_to_call("a payment provider")
    port = provider_for(provider)
    if port is None:
        raise PaymentError("The provider is switched off.", permanent=False)
    return port.transactions(since=since, until=until)


def read_webhook(*, provider: str, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
    """Return a webhook's event. Raises NotFound without such a provider, Malformed for an invalid signature."""
    port = provider_for(provider)
    if port is None:
        raise NotFound(_("Not found, or you do not have access."))
    try:
        return port.read_webhook(body, headers)
    except BadSignature as error:
        raise Malformed(_("This webhook event has no valid signature.")) from error


def payment_pages() -> list[PaymentPage]:
    """Return what payment pages show: the ways to pay of the providers that take them, cards first."""
    return [port.page() for port in _taking_online()]


def payment_page(provider: str) -> PaymentPage | None:
    """Return what pages show of a provider that is switched on."""
    port = provider_for(provider)
    return port.page() if port else None


def takes_saved_cards(provider: str) -> bool:
    """Return whether cards that a provider keeps can be charged: no other provider takes their method now."""
    return any(port.name == provider for port in _taking_online())


def providers_on() -> list[str]:
    """Return the names of the providers that are switched on."""
    return [name for name in all_providers() if provider_for(name)]


def is_taken(method: str) -> bool:
    """Return whether a provider takes a method."""
    return provider_taking(method) is not None


def is_token(method: str, payment_method: str) -> bool:
    """Return whether the provider that takes a method gave out this payment method."""
    port = provider_taking(method)
    return port is not None and port.is_token(payment_method)


def drives_readers() -> bool:
    """Return whether the provider that takes cards drives card readers."""
    port = provider_taking(CARD)
    return port is not None and port.drives_readers


def lists_refunds(provider: str) -> bool:
    """Return whether a provider's transactions include refunds."""
    port = provider_for(provider)
    return port is not None and port.lists_refunds


def needs_provider(tender: PlannedTender) -> bool:
    """Return whether somebody outside has to be asked for this tender."""
    return tender.method in (CARD, TEST) and not tender.at_terminal


def chargeable(tender: PlannedTender, currency: str) -> PlannedTender:
    """
    Return a tender for a provider, rounded to what that charges. Raises AmountNotCharged below its least charge.

    The rounding stands with the payment, as that of cash does: 1.234 of a currency in thousandths is charged as 1.230.
    """
    port = provider_taking(tender.method)
    limits = port.limits(currency) if port else ChargeLimits()
    rounding = cash_rounding(tender.amount, CashTerms(CashRule(limits.step)))
    if tender.amount + rounding < limits.least:
        least = money_json(limits.least, currency)
        raise AmountNotCharged(
            _("Cards pay %(amount)s %(currency)s or more here. Choose another way to pay.") % least, least=least
        )
    return tender._replace(rounding=rounding, coin=limits.step)


def provider_of(tender: PlannedTender) -> str:
    """Return the name of who has to be asked for a tender; empty for nobody."""
    if not needs_provider(tender):
        return ""
    return provider_named(tender.method)


def provider_named(method: str) -> str:
    """Return the name of the provider that takes a method; the test provider stands in where none does."""
    port = provider_taking(method)
    return port.name if port else SANDBOX


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
            # A route of the web shop, which stands above this app and reads what the shopper brings back.
            return_url=f"{settings.PUBLIC_URL}/payments/{charge.key}/return/",
        )
    except PaymentError as error:
        return PaymentResult(charge.key, DECLINED if error.permanent else UNKNOWN, detail=str(error)[:200])
    return _outcome(charge.key, answer)


def _outcome(key: UUID, answer: ProviderResult) -> PaymentResult:
    return PaymentResult(key, answer.outcome, answer.ref, answer.detail, answer.next_action, answer.card)


def _taking_online() -> list[PaymentProvider]:
    return [port for method in (CARD, TEST) if (port := provider_taking(method))]
