"""
The test provider: plays a payment provider without money, scripted by the means of payment.

`approve` (or none), `decline`, `needs_action` (approves once confirmed), `timeout` (charges, then says nothing) and
`lost` (never arrives) are the scripts. Its books are a table of its own, as a provider's are outside the shop.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Case, Value, When

from core import sql
from orders.models import SandboxCharge
from orders.providers.base import (
    APPROVED,
    AUTHORISED,
    CHARGE,
    DECLINED,
    NEEDS_ACTION,
    Movement,
    PaymentError,
    ProviderAnswer,
)

SCRIPTS = {"": APPROVED, "approve": APPROVED, "decline": DECLINED, "needs_action": NEEDS_ACTION, "timeout": APPROVED}

_CHARGE = """
INSERT INTO orders_sandboxcharge AS charge (
    key, amount, currency, outcome, is_authorisation, refunded, refund_keys, charged_at)
VALUES (%(key)s, %(amount)s, %(currency)s, %(outcome)s, %(is_authorisation)s, 0, '[]', now())
ON CONFLICT (key) DO UPDATE SET outcome = charge.outcome
RETURNING outcome
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
    """Keeps every promise of the port, and moves no money."""

    name = "test"

    def charge(
        self, *, key: UUID, amount: int, currency: str, payment_method: str, captures: bool = True
    ) -> ProviderAnswer:
        if payment_method == "lost":
            raise PaymentError("The request did not arrive.", permanent=False)
        if payment_method not in SCRIPTS:
            raise PaymentError(f"The test provider knows no {payment_method!r}.", permanent=True)
        outcome = SCRIPTS[payment_method]
        row = sql.fetch_one(
            _CHARGE,
            {
                "key": key,
                "amount": amount,
                "currency": currency,
                "outcome": AUTHORISED if outcome == APPROVED and not captures else outcome,
                "is_authorisation": not captures,
            },
        )
        assert row is not None
        if payment_method == "timeout":
            raise PaymentError("No answer came in time.", permanent=False)
        return _answer(key, row["outcome"])

    def capture(self, *, key: UUID, amount: int) -> ProviderAnswer:
        sql.execute(_CAPTURE, {"key": key, "amount": amount})
        found = self.find(key=key)
        return found if found and found.outcome == APPROVED else ProviderAnswer(DECLINED, detail="nothing is kept")

    def find(self, *, key: UUID) -> ProviderAnswer | None:
        charge = SandboxCharge.objects.filter(key=key).first()
        return _answer(key, charge.outcome) if charge else None

    def give_up(self, *, key: UUID) -> ProviderAnswer:
        SandboxCharge.objects.filter(key=key, outcome__in=(NEEDS_ACTION, AUTHORISED)).update(outcome=DECLINED)
        return self.find(key=key) or ProviderAnswer(DECLINED)

    def confirm(self, *, key: UUID) -> bool:
        """Play the shopper who confirms the payment with his bank. Return whether there was anything to confirm."""
        waiting = SandboxCharge.objects.filter(key=key, outcome=NEEDS_ACTION)
        approved = Case(When(is_authorisation=True, then=Value(AUTHORISED)), default=Value(APPROVED))
        return bool(waiting.update(outcome=approved))

    def refund(self, *, charge_key: UUID, key: UUID, amount: int) -> ProviderAnswer:
        done = sql.execute(_REFUND, {"key": charge_key, "refund_key": str(key), "amount": amount})
        return ProviderAnswer(APPROVED if done else DECLINED, ref=f"re_{key.hex}")

    def movements(self, *, since: datetime, until: datetime) -> list[Movement]:
        charges = SandboxCharge.objects.filter(charged_at__gte=since, charged_at__lt=until)
        return [
            Movement(CHARGE, f"ch_{one.key.hex}", str(one.key), one.amount, one.currency, one.outcome == APPROVED)
            for one in charges
        ]


def _answer(key: UUID, outcome: str) -> ProviderAnswer:
    next_action = None
    if outcome == NEEDS_ACTION:
        next_action = {"type": "confirm", "url": f"/api/v1/test-provider/{key}/confirmation/"}
    return ProviderAnswer(outcome, ref=f"ch_{key.hex}", next_action=next_action)
