"""Gift cards, credit and points that people have already."""

from datetime import UTC, datetime

from accounts.models import Balance, BalanceEntry, Customer
from accounts.services.balances.balances import balance_for, change_balance
from accounts.services.balances.gift_cards import issue_gift_card, show_gift_card_code
from core.actors import THE_SYSTEM
from core.ids import new_id

OPENED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def give_credit(customer: Customer, amount: int, *, kind: str = "credit") -> Balance:
    """Credit in euro cents, or points."""
    currency = "" if kind == "points" else "EUR"
    balance_id = balance_for(customer_id=customer.pk, kind=kind, currency=currency, now=OPENED_AT)
    change_balance(
        balance_id=balance_id,
        kind=BalanceEntry.LOADED,
        amount=amount,
        reference=str(new_id()),
        by=THE_SYSTEM,
        now=OPENED_AT,
    )
    return Balance.objects.get(pk=balance_id)


def give_card(amount: int, *, customer: Customer | None = None, currency: str = "EUR") -> Balance:
    """A gift card whose code nobody has seen yet."""
    card_id = issue_gift_card(
        amount=amount,
        currency=currency,
        issued_for="",
        by=THE_SYSTEM,
        now=OPENED_AT,
        customer_id=customer.pk if customer else None,
    )
    return Balance.objects.get(pk=card_id)


def code_of(card: Balance) -> str:
    """The code of a card that was not shown before."""
    return show_gift_card_code(card_id=card.pk, now=OPENED_AT)
