"""
The adapter for Stripe: PaymentIntents, refunds and Terminal readers.

Every intent and refund has our key in its metadata and is made with it as idempotency key. The result of a key is found
by listing what was created at the key's own time (our keys begin with the millisecond of their creation), because a
list, unlike a search, shows at once what exists, and because Stripe forgets idempotency keys after a day.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from core.network import about_to_call
from core.texts.formats import money_text
from core.texts.languages import active_language
from orders.providers.base import (
    APPROVED,
    AUTHORISED,
    CHARGE,
    DECLINED,
    NEEDS_ACTION,
    REFUND,
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
from orders.providers.stripe.amounts import counted, counted_back, limits_of
from orders.rules.checkout import CARD, READER

KEPT = "kept"  # Marks an intent that is captured only when goods leave.
WINDOW_BEFORE_SECONDS, WINDOW_AFTER_SECONDS = 300, 3600
TIMEOUT_SECONDS = (3.05, 20)
# An intent is read with its whole card, so that a saved card needs no second call that could fail.
WITH_CARD: Any = {"expand": ["payment_method"]}
_MAY_GO_WELL_LATER = (stripe.APIConnectionError, stripe.RateLimitError, stripe.IdempotencyError)

_TOKEN = re.compile(r"pm_\w+", re.ASCII)
_SCRIPTS = "https://js.stripe.com"

logging.getLogger("stripe").setLevel(logging.WARNING)  # Otherwise the library logs every request.
logger = logging.getLogger(__name__)


class StripeProvider:
    """Charges cards online, and at readers that the server drives; card data never reaches this server."""

    name = "stripe"
    methods: tuple[str, ...] = (CARD,)
    drives_readers = True
    lists_refunds = True

    def is_on(self) -> bool:
        """As in the base class: with a key."""
        return bool(settings.STRIPE_SECRET_KEY)

    def limits(self, currency: str) -> ChargeLimits:
        """As in the base class."""
        return limits_of(currency)

    def page(self) -> PaymentPage:
        """As in the base class. What is typed goes to Stripe; the form sends the token that it gives for it."""
        return PaymentPage(
            CARD,
            title=_("Card"),
            hint=" ".join(_hints(settings.SHOP_CURRENCY)),
            fields="stripe/fields.html",
            token="card_token",  # noqa: S106
            action="stripe/action.html",
            values={"key": settings.STRIPE_PUBLISHABLE_KEY},
            hosts={
                "script-src": _SCRIPTS,
                "frame-src": f"{_SCRIPTS} https://hooks.stripe.com",
                "connect-src": "https://api.stripe.com",
            },
            saves_cards=True,
        )

    def is_token(self, payment_method: str) -> bool:
        """As in the base class."""
        return bool(_TOKEN.fullmatch(payment_method))

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """As in the base class; an event older than five minutes is refused."""
        secret = settings.STRIPE_WEBHOOK_SECRET
        if not secret:
            raise BadSignature("no secret for webhooks is set")
        try:
            event = stripe.Webhook.construct_event(body, headers.get("Stripe-Signature", ""), secret).to_dict()
        except (stripe.SignatureVerificationError, UnicodeDecodeError, AttributeError, ValueError) as error:
            raise BadSignature(str(error)) from error
        payload = event.get("data", {}).get("object", {})
        metadata = payload.get("metadata") or {}
        return ProviderEvent(
            number=str(event.get("id", "")),
            kind=str(event.get("type", "")),
            attempt_key=_key_of(metadata.get("attempt")),
            refund_key=_key_of(metadata.get("refund")),
            has_failed=payload.get("status") in ("failed", "canceled"),
        )

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
        """As in the base class. payment_method: a pm_ of Stripe's hosted fields, or `reader:tmr_...` for a terminal."""
        fields: dict[str, Any] = {
            "amount": counted(amount, currency),
            "currency": currency.lower(),
            "capture_method": settings.STRIPE_CAPTURE if captures else "manual",
            "metadata": {"attempt": str(key)} | ({} if captures else {"capture": KEPT}),
        }
        reader = payment_method.removeprefix(READER) if payment_method.startswith(READER) else ""
        if reader:
            fields |= {"payment_method_types": ["card_present"], "capture_method": "automatic"}
        else:
            fields |= {
                "payment_method": payment_method,
                "confirm": True,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            }
        try:
            if customer_ref or saves_card:
                fields["customer"] = customer_ref or _new_customer(key)
            if saves_card:
                fields |= {"setup_future_usage": "on_session"} | WITH_CARD
            intent = _client().v1.payment_intents.create(fields, {"idempotency_key": f"charge-{key}"})  # type: ignore[arg-type]
            if intent.amount != fields["amount"] or intent.currency != fields["currency"]:
                raise PaymentError(f"{intent.id} is of another amount or currency than was asked for.", permanent=False)
            if reader and intent.status == "requires_payment_method":
                _client().v1.terminal.readers.process_payment_intent(
                    reader, {"payment_intent": intent.id}, {"idempotency_key": f"reader-{key}"}
                )
                return ProviderResult(NEEDS_ACTION, ref=intent.id, next_action={"type": "reader", "reader": reader})
            return _answer(intent)
        except stripe.CardError as error:
            return _declined(error)
        except stripe.StripeError as error:
            raise _payment_error(error) from error

    def confirm(self, *, key: UUID, fields: Mapping[str, str], ref: str = "") -> bool:
        """As in the base class: the browser confirms at Stripe itself."""
        return False

    def detach_card(self, *, ref: str) -> None:
        """As in the base class."""
        try:
            _client().v1.payment_methods.detach(ref)
        except stripe.InvalidRequestError as error:
            # A card without a customer is detached already.
            logger.info("stripe has no %s to detach: %s", ref, _words(error))
        except stripe.StripeError as error:
            raise _payment_error(error) from error

    def capture(self, *, key: UUID, amount: int, ref: str = "") -> ProviderResult:
        """As in the base class; an intent is captured once, so the rest is voided."""
        try:
            intent = _intent_of(key)
            if intent is None or intent.status != "requires_capture":
                return _answer(intent) if intent else ProviderResult(DECLINED, detail="there is no such charge")
            currency = intent.currency.upper()
            return _answer(
                _client().v1.payment_intents.capture(
                    intent.id,
                    {"amount_to_capture": counted(amount, currency)},
                    {"idempotency_key": f"capture-{key}-{amount}"},
                )
            )
        except stripe.InvalidRequestError as error:
            return ProviderResult(DECLINED, detail=_words(error))
        except stripe.StripeError as error:
            raise _payment_error(error) from error

    def retrieve(self, *, key: UUID, ref: str = "") -> ProviderResult | None:
        """As in the base class."""
        try:
            intent = _intent_of(key)
            return None if intent is None else _answer(intent)
        except stripe.StripeError as error:
            raise _payment_error(error) from error

    def cancel(self, *, key: UUID, ref: str = "") -> ProviderResult:
        """As in the base class; a reader that waits for a card returns to its own screen by itself."""
        try:
            intent = _intent_of(key)
            if intent is None:
                return ProviderResult(DECLINED, detail="never arrived")
            if intent.status in ("succeeded", "canceled", "processing"):
                return _answer(intent)
            return _answer(_client().v1.payment_intents.cancel(intent.id, {}, {"idempotency_key": f"cancel-{key}"}))
        except stripe.InvalidRequestError:
            # It was approved between our two calls.
            return self.retrieve(key=key) or ProviderResult(DECLINED)
        except stripe.StripeError as error:
            raise _payment_error(error) from error

    def refund(self, *, charge_key: UUID, key: UUID, amount: int, charge_ref: str = "") -> ProviderResult:
        """As in the base class. Raises PaymentError while the refund is under way at the bank."""
        try:
            intent = _intent_of(charge_key)
            known = _refund_of(intent.id, key) if intent else None
        except stripe.StripeError as error:
            # Even a refused API key does not mean that the refund failed.
            raise PaymentError(_words(error), permanent=False) from error
        if intent is None:
            return ProviderResult(DECLINED, detail="there is no such charge")
        made = known or _new_refund(intent, key, amount)
        if isinstance(made, ProviderResult):
            return made
        if made.status == "succeeded":
            return ProviderResult(APPROVED, ref=made.id)
        if made.status in ("failed", "canceled"):
            return ProviderResult(DECLINED, ref=made.id, detail=str(made.failure_reason or made.status)[:200])
        raise PaymentError(f"{made.id} is {made.status}.", permanent=False)

    def transactions(self, *, since: datetime, until: datetime) -> list[ProviderTransaction]:
        """As in the base class."""
        window: Any = {"created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())}, "limit": 100}
        try:
            intents = list(_client().v1.payment_intents.list(window).auto_paging_iter())
            refunds = list(_client().v1.refunds.list(window).auto_paging_iter())
        except stripe.StripeError as error:
            raise _payment_error(error) from error
        charged = [_transaction(CHARGE, row, "attempt") for row in intents]
        return charged + [_transaction(REFUND, row, "refund") for row in refunds]


def _hints(currency: str) -> Iterator[str]:
    yield _("Your card number goes straight to the payment provider. This shop never sees it.")
    least = limits_of(currency).least
    if least > 1:
        yield _("Cards pay %(amount)s or more.") % {"amount": money_text(least, currency, active_language())}


def _client() -> stripe.StripeClient:
    about_to_call("Stripe")
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_URL},
        max_network_retries=settings.STRIPE_RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def _intent_of(key: UUID) -> stripe.PaymentIntent | None:
    made_at = key.int >> 80  # The milliseconds that a version 7 UUID begins with.
    window: Any = {"gte": made_at // 1000 - WINDOW_BEFORE_SECONDS, "lte": made_at // 1000 + WINDOW_AFTER_SECONDS}
    page = _client().v1.payment_intents.list({"created": window, "limit": 100, "expand": ["data.payment_method"]})
    intent = next(
        (candidate for candidate in page.auto_paging_iter() if getattr(candidate.metadata, "attempt", "") == str(key)),
        None,
    )
    if intent is not None and intent.status == "requires_capture" and not _is_kept(intent):
        return _taken(intent, str(key))
    return intent


def _taken(intent: stripe.PaymentIntent, key: str) -> stripe.PaymentIntent:
    return _client().v1.payment_intents.capture(intent.id, WITH_CARD, {"idempotency_key": f"capture-{key}"})


def _new_customer(key: UUID) -> str:
    return _client().v1.customers.create({}, {"idempotency_key": f"customer-{key}"}).id


def _card_of(intent: stripe.PaymentIntent) -> CardDetails | None:
    """Return the card that an intent was to save; None if it was to save none, or was paid by another method."""
    means, owner = intent.payment_method, intent.customer
    if not intent.setup_future_usage or not owner or means is None or isinstance(means, str) or not means.card:
        return None
    card = means.card
    owner_ref = owner if isinstance(owner, str) else owner.id
    return CardDetails(
        StripeProvider.name, means.id, owner_ref, card.brand, card.last4 or "", card.exp_month, card.exp_year
    )


def _refund_of(intent_id: str, key: UUID) -> stripe.Refund | None:
    page = _client().v1.refunds.list({"payment_intent": intent_id, "limit": 100})
    return next(
        (refund for refund in page.auto_paging_iter() if getattr(refund.metadata, "refund", "") == str(key)), None
    )


def _transaction(kind: str, row: stripe.PaymentIntent | stripe.Refund, key_name: str) -> ProviderTransaction:
    currency = row.currency.upper()
    moved = getattr(row, "amount_received", 0) or row.amount
    amount = counted_back(moved, currency)
    return ProviderTransaction(
        kind, row.id, getattr(row.metadata, key_name, ""), amount, currency, row.status == "succeeded"
    )


def _new_refund(intent: stripe.PaymentIntent, key: UUID, amount: int) -> stripe.Refund | ProviderResult:
    try:
        return _client().v1.refunds.create(
            {
                "payment_intent": intent.id,
                "amount": counted(amount, intent.currency.upper()),
                "metadata": {"refund": str(key)},
            },
            {"idempotency_key": f"refund-{key}"},
        )
    except stripe.InvalidRequestError as error:
        return ProviderResult(DECLINED, detail=_words(error))
    except stripe.StripeError as error:
        raise PaymentError(_words(error), permanent=False) from error


def _answer(intent: stripe.PaymentIntent) -> ProviderResult:
    match intent.status:
        case "succeeded":
            return ProviderResult(APPROVED, ref=intent.id, card=_card_of(intent))
        case "requires_capture" if _is_kept(intent):
            return ProviderResult(AUTHORISED, ref=intent.id, card=_card_of(intent))
        case "requires_capture":
            # Authorised; the money is captured at once, under its own key.
            return _answer(_taken(intent, getattr(intent.metadata, "attempt", intent.id)))
        case "requires_action":
            return ProviderResult(NEEDS_ACTION, ref=intent.id, next_action=_next_action(intent))
        case "processing":
            raise PaymentError(f"{intent.id} is being processed.", permanent=False)
        case "requires_payment_method" if (
            "card_present" in intent.payment_method_types and not intent.last_payment_error
        ):
            return ProviderResult(NEEDS_ACTION, ref=intent.id, next_action={"type": "reader"})
    error = intent.last_payment_error
    return ProviderResult(DECLINED, ref=intent.id, detail=str(error.code if error else intent.status)[:200])


def _is_kept(intent: stripe.PaymentIntent) -> bool:
    return getattr(intent.metadata, "capture", "") == KEPT


def _next_action(intent: stripe.PaymentIntent) -> dict[str, Any]:
    return {
        "type": "use_stripe_sdk",
        "client_secret": intent.client_secret,
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
    }


def _declined(error: stripe.CardError) -> ProviderResult:
    intent = error.error.payment_intent if error.error else None
    code = (error.error.decline_code or error.error.code) if error.error else ""
    return ProviderResult(DECLINED, ref=intent.id if intent else "", detail=str(code or "declined")[:200])


def _payment_error(error: stripe.StripeError) -> PaymentError:
    is_passing = (
        isinstance(error, _MAY_GO_WELL_LATER) or (error.http_status or 500) >= 500 or type(error) is stripe.APIError
    )
    if not is_passing:
        logger.error("stripe refuses our request: %s", _words(error))
    return PaymentError(_words(error), permanent=not is_passing)


def _words(error: stripe.StripeError) -> str:
    return (error.user_message or str(error))[:200]


def _key_of(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


PROVIDER: PaymentProvider = StripeProvider()
