"""
The test provider: acts like a payment provider without money, scripted by the payment method.

`approve` (or none), `decline`, `needs_action` (approves once confirmed), `timeout` (charges, then does not answer) and
`lost` (never arrives) are the scripts. A card that it has saved approves for its owner. Its records are in a table of
their own, as a provider's are outside the shop.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from core.data import sql
from orders.models import SandboxCharge
from orders.providers.base import (
    APPROVED,
    AUTHORISED,
    CHARGE,
    DECLINED,
    NEEDS_ACTION,
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
from orders.rules.checkout import TEST

SCRIPTS = {"": APPROVED, "approve": APPROVED, "decline": DECLINED, "needs_action": NEEDS_ACTION, "timeout": APPROVED}
LOST = "lost"
SAVED = "pm_"  # Begins the id of a saved card.
YEARS_OF_A_CARD = 3

_CHARGE = """
INSERT INTO orders_sandboxcharge AS charge (
    key, amount, currency, outcome, is_authorisation, card_of, refunded, refund_keys, charged_at)
VALUES (%(key)s, %(amount)s, %(currency)s, %(outcome)s, %(is_authorisation)s, %(card_of)s, 0, '[]', now())
ON CONFLICT (key) DO UPDATE SET outcome = charge.outcome
RETURNING outcome, card_of, charged_at
"""
_CAPTURE = """
UPDATE orders_sandboxcharge SET outcome = 'approved', amount = %(amount)s
WHERE key = %(key)s AND outcome = 'authorised' AND amount >= %(amount)s
"""
_REFUND = """
UPDATE orders_sandboxcharge
SET refunded = refunded + CASE WHEN refund_keys ? %(refund_key)s::text THEN 0 ELSE %(amount)s::bigint END,
    refund_keys = refund_keys || to_jsonb(%(refund_key)s::text)
WHERE key = %(key)s AND outcome = 'approved'
  AND (refund_keys ? %(refund_key)s::text OR refunded + %(amount)s::bigint <= amount)
"""


class SandboxProvider:
    """Implements the whole interface of providers, and moves no money."""

    name = TEST
    methods: tuple[str, ...] = (TEST,)
    drives_readers = False
    lists_refunds = False

    def is_on(self) -> bool:
        return bool(settings.ENABLE_TEST_PROVIDER)

    def limits(self, currency: str) -> ChargeLimits:
        return ChargeLimits()

    def page(self) -> PaymentPage:
        cards = {
            "approve": _("pays"),
            "needs_action": _("asks you to confirm first"),
            "decline": _("is declined"),
        }
        return PaymentPage(
            TEST,
            title=_("Test card"),
            hint=_("Play money: this shop is a demo, and no money moves."),
            fields="sandbox/fields.html",
            token="card",  # noqa: S106
            action="sandbox/action.html",
            values={"cards": cards},
            saves_cards=True,
        )

    def is_token(self, payment_method: str) -> bool:
        return payment_method in SCRIPTS or payment_method == LOST or payment_method.startswith(SAVED)

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        raise BadSignature("the test provider sends no webhooks")

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
        if payment_method == LOST:
            raise PaymentError("The request did not arrive.", permanent=False)
        if payment_method.startswith(SAVED):
            outcome = APPROVED if _is_saved(payment_method, customer_ref) else DECLINED
        elif payment_method in SCRIPTS:
            outcome = SCRIPTS[payment_method]
        else:
            raise PaymentError(f"The test provider knows no {payment_method!r}.", permanent=True)
        row = sql.fetch_one(
            _CHARGE,
            {
                "key": key,
                "amount": amount,
                "currency": currency,
                "outcome": AUTHORISED if outcome == APPROVED and not captures else outcome,
                "is_authorisation": not captures,
                "card_of": (customer_ref or f"cus_{key.hex}") if saves_card else "",
            },
        )
        assert row is not None
        if payment_method == "timeout":
            raise PaymentError("No answer came in time.", permanent=False)
        return _answer(key, row["outcome"], row["card_of"], row["charged_at"])

    def detach_card(self, *, ref: str) -> None:
        SandboxCharge.objects.filter(key=_key_of_card(ref)).update(card_of="")

    def capture(self, *, key: UUID, amount: int, ref: str = "") -> ProviderResult:
        sql.execute(_CAPTURE, {"key": key, "amount": amount})
        charge = self.retrieve(key=key)
        return charge if charge and charge.outcome == APPROVED else ProviderResult(DECLINED, detail="nothing is kept")

    def retrieve(self, *, key: UUID, ref: str = "") -> ProviderResult | None:
        charge = SandboxCharge.objects.filter(key=key).first()
        return _answer(key, charge.outcome, charge.card_of, charge.charged_at) if charge else None

    def cancel(self, *, key: UUID, ref: str = "") -> ProviderResult:
        SandboxCharge.objects.filter(key=key, outcome__in=(NEEDS_ACTION, AUTHORISED)).update(outcome=DECLINED)
        return self.retrieve(key=key) or ProviderResult(DECLINED)

    def confirm(self, *, key: UUID, fields: Mapping[str, str], ref: str = "") -> bool:
        """Act as the shopper who confirms the payment with their bank. Return whether there was anything to confirm."""
        waiting = SandboxCharge.objects.filter(key=key, outcome=NEEDS_ACTION)
        approved = Case(When(is_authorisation=True, then=Value(AUTHORISED)), default=Value(APPROVED))
        return bool(waiting.update(outcome=approved))

    def refund(self, *, charge_key: UUID, key: UUID, amount: int, charge_ref: str = "") -> ProviderResult:
        done = sql.execute(_REFUND, {"key": charge_key, "refund_key": str(key), "amount": amount})
        return ProviderResult(APPROVED if done else DECLINED, ref=f"re_{key.hex}")

    def transactions(self, *, since: datetime, until: datetime) -> list[ProviderTransaction]:
        charges = SandboxCharge.objects.filter(charged_at__gte=since, charged_at__lt=until)
        return [
            ProviderTransaction(
                CHARGE,
                f"ch_{charge.key.hex}",
                str(charge.key),
                charge.amount,
                charge.currency,
                charge.outcome == APPROVED,
            )
            for charge in charges
        ]


def _is_saved(ref: str, customer_ref: str) -> bool:
    if not customer_ref:
        return False
    good = (APPROVED, AUTHORISED)
    return SandboxCharge.objects.filter(key=_key_of_card(ref), card_of=customer_ref, outcome__in=good).exists()


def _key_of_card(ref: str) -> UUID:
    """Return the key of the charge that saved a card; for an unknown reference, a key that no charge has."""
    try:
        return UUID(ref.removeprefix(SAVED))
    except ValueError:
        return UUID(int=0)


def _answer(key: UUID, outcome: str, card_of: str, charged_at: datetime) -> ProviderResult:
    next_action = card = None
    if card_of and outcome in (APPROVED, AUTHORISED):
        ref, year = f"{SAVED}{key.hex}", charged_at.year + YEARS_OF_A_CARD
        card = CardDetails(
            SandboxProvider.name, ref, card_of, brand="Test card", last4="4242", exp_month=12, exp_year=year
        )
    if outcome == NEEDS_ACTION:
        next_action = {"type": "confirm", "url": f"/api/v1/test-provider/{key}/confirmation/"}
    return ProviderResult(outcome, ref=f"ch_{key.hex}", next_action=next_action, card=card)


PROVIDER: PaymentProvider = SandboxProvider()
