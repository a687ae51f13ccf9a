"""Gift cards: issued with a code that is shown once, looked up by it, blocked, replaced, and closed."""

from datetime import datetime
from typing import NoReturn

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Balance, BalanceEntry
from accounts.models.balances import GIFT_CARD
from accounts.queries.balances import GiftCard, find_card_by_hash
from accounts.rules.gift_cards import code_hash, end_of_validity, gift_card_code, plain_code
from accounts.rules.lifecycle import GIFT_CARD as GIFT_CARD_LIFE
from accounts.services.balances.balances import change_balance
from core.actors import Actor
from core.errors import NotFound, Refusal, TooManyRequests
from core.ids import new_id
from core.states.moving import move, move_all

MOST_WRONG_CODES = 20
WRONG_CODES_FORGOTTEN_AFTER_SECONDS = 3600


class GiftCardNotValid(Refusal):
    """No gift card has this code, or it cannot be used: cause is unknown, blocked, closed, expired or currency."""

    code = "gift_card_not_valid"


class TooManyWrongCodes(TooManyRequests):
    """The client tried too many wrong codes."""


class CodeShownAlready(Refusal):
    """The code of this card was shown before; staff can replace the card if it was lost."""

    code = "code_shown_already"


class CodeCannotBeShown(Refusal):
    """The key that this card's code was derived from is not among CODE_KEYS any more; staff can replace the card."""

    code = "code_cannot_be_shown"


class GiftCardNotOpen(Refusal):
    """This card is blocked, closed or in use now; see state."""

    code = "gift_card_not_open"


@transaction.atomic(savepoint=False)
def issue_gift_card(
    *, amount: int, currency: str, issued_for: str, by: Actor, now: datetime, customer_id: int | None = None
) -> int:
    """
    Create a gift card with an amount and return its id; nobody knows its code until it is shown.

    amount: minor units. issued_for: the reference by which it is found again. Every call creates a card, so the caller
    must hold the lock that makes it once.
    """
    key = new_id()
    code = gift_card_code(key, secret=settings.GIFT_CARD_SECRETS[0])
    card = Balance.objects.create(
        kind=GIFT_CARD,
        customer_id=customer_id,
        currency=currency,
        key=key,
        code_hash=code_hash(code),
        code_end=code[-4:],
        issued_for=issued_for,
        expires_at=end_of_validity(now, years=settings.GIFT_CARD_YEARS),
        opened_at=now,
    )
    change_balance(
        balance_id=card.pk, kind=BalanceEntry.LOADED, amount=amount, reference=issued_for or "issue", by=by, now=now
    )
    return int(card.pk)


@transaction.atomic
def show_gift_card_code(*, card_id: int, now: datetime) -> str:
    """Return the code of a card, only once. Raises NotFound, CodeShownAlready, CodeCannotBeShown."""
    if not Balance.objects.filter(pk=card_id, kind=GIFT_CARD, code_shown_at__isnull=True).update(code_shown_at=now):
        if not Balance.objects.filter(pk=card_id, kind=GIFT_CARD).exists():
            raise NotFound(_("There is no such gift card."))
        raise CodeShownAlready(_("The code of this card was shown already. If it is lost, let the card be replaced."))
    return _code_of(Balance.objects.only("key", "code_hash").get(pk=card_id))


def look_up_gift_card(*, code: str, client_key: str, currency: str, now: datetime) -> GiftCard:
    """
    Return the usable gift card with a typed or scanned code.

    client_key: the client key for counting wrong codes (accounts.sign_in.attempt_limits). Raises GiftCardNotValid, and
    TooManyWrongCodes after twenty wrong ones within an hour.
    """
    counter = f"gift-card-guesses:{client_key}"
    if (cache.get(counter) or 0) >= MOST_WRONG_CODES:
        raise TooManyWrongCodes(_("Too many wrong codes. Try again in an hour."))
    card = find_card_by_hash(code_hash(code)) if plain_code(code) else None
    if card is None:
        cache.add(counter, 0, WRONG_CODES_FORGOTTEN_AFTER_SECONDS)
        cache.incr(counter)
        _refuse("unknown")
    if card.state != Balance.ACTIVE:
        _refuse(card.state)
    if not card.is_usable(now):
        _refuse("expired")
    if card.currency != currency:
        _refuse("currency")
    return card


@transaction.atomic(savepoint=False)
def block_gift_card(*, card_id: int, by: Actor) -> None:
    """Stop a card from paying for new orders; existing holds remain. Raises GiftCardNotOpen."""
    _change_state(card_id, present=Balance.ACTIVE, to=Balance.BLOCKED, by=by)


@transaction.atomic(savepoint=False)
def unblock_gift_card(*, card_id: int, by: Actor) -> None:
    """Allow a blocked card to pay again. Raises GiftCardNotOpen."""
    _change_state(card_id, present=Balance.BLOCKED, to=Balance.ACTIVE, by=by)


@transaction.atomic(savepoint=False)
def replace_gift_card(*, card_id: int, by: Actor, now: datetime) -> int:
    """
    Move a card's balance to a new card, for example after its code was lost, and close the old card.

    The new card keeps the old one's expiry. Locks the old card. Returns the new one's id. Raises GiftCardNotOpen for a
    card that is closed, empty, or held for an order under way.
    """
    card = _locked(card_id)
    if card.state == Balance.CLOSED or card.held or not card.amount:
        raise GiftCardNotOpen(_("Nothing can be moved: this card is closed, empty or in use."), state=card.state)
    left, reference = card.amount, f"replaces {card.pk}"
    fresh = issue_gift_card(
        amount=left, currency=card.currency, issued_for=reference, by=by, now=now, customer_id=card.customer_id
    )
    Balance.objects.filter(pk=fresh).update(expires_at=card.expires_at, issued_for=card.issued_for or reference)
    change_balance(
        balance_id=card.pk, kind=BalanceEntry.MOVED, amount=-left, reference=f"replaced by {fresh}", by=by, now=now
    )
    move_all(GIFT_CARD_LIFE, [card.pk], Balance.CLOSED)
    return fresh


@transaction.atomic(savepoint=False)
def void_gift_card(*, card_id: int, reference: str, by: Actor, now: datetime) -> int:
    """
    Void a card whose purchase is refunded, and take its balance. Return that amount, in minor units.

    Locks the card. Raises GiftCardNotOpen while a part of it is held for an order under way.
    """
    card = _locked(card_id)
    if card.held:
        raise GiftCardNotOpen(_("This card is being used for an order right now. Try again later."), state=card.state)
    if card.amount:
        change_balance(
            balance_id=card.pk, kind=BalanceEntry.TAKEN_BACK, amount=-card.amount, reference=reference, by=by, now=now
        )
    move_all(GIFT_CARD_LIFE, [card.pk], Balance.CLOSED)
    return card.amount


@transaction.atomic(savepoint=False)
def give_back_to_card(*, card_id: int, amount: int, reference: str, by: Actor, now: datetime) -> int:
    """
    Refund money to the card that paid, or to a new one if that card is closed. Return the id of the card.

    amount: minor units. reference: the refund, so that it is added once. Locks the card.
    """
    card = _locked(card_id)
    if _as_read(card).is_usable(now):
        change_balance(
            balance_id=card.pk, kind=BalanceEntry.GIVEN_BACK, amount=amount, reference=reference, by=by, now=now
        )
        return int(card.pk)
    known = Balance.objects.filter(kind=GIFT_CARD, issued_for=reference).values_list("pk", flat=True).first()
    if known is not None:
        return int(known)
    return issue_gift_card(
        amount=amount, currency=card.currency, issued_for=reference, by=by, now=now, customer_id=card.customer_id
    )


def _as_read(card: Balance) -> GiftCard:
    return GiftCard(
        card.pk, card.currency, card.amount, card.free, card.state, card.code_end, card.expires_at, card.code_shown_at,
        card.customer_id, card.issued_for,
    )  # fmt: skip


def _locked(card_id: int) -> Balance:
    card = Balance.objects.select_for_update().filter(pk=card_id, kind=GIFT_CARD).first()
    if card is None:
        raise NotFound(_("There is no such gift card."))
    return card


def _change_state(card_id: int, *, present: str, to: str, by: Actor) -> None:
    card = _locked(card_id)
    if card.state != present:
        raise GiftCardNotOpen(_("The state of this card does not allow this change."), state=card.state)
    move(GIFT_CARD_LIFE, card, to, by=by)


def _code_of(card: Balance) -> str:
    for secret in settings.GIFT_CARD_SECRETS:
        code = gift_card_code(card.key, secret=secret)
        if code_hash(code) == card.code_hash:
            return code
    # The transaction is rolled back, so the card is not marked as shown.
    raise CodeCannotBeShown(_("The code of this card can no longer be shown. Let the card be replaced."))


def _refuse(cause: str) -> NoReturn:
    words = {
        "unknown": _("No gift card has this code. Check the code."),
        "blocked": _("This gift card is blocked. Please contact us."),
        "closed": _("This gift card is closed."),
        "expired": _("This gift card has expired."),
        "currency": _("This gift card is in another currency."),
    }
    raise GiftCardNotValid(words[cause], cause=cause)
