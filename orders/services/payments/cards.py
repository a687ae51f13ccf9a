"""
Saved cards of shoppers: saved with a successful payment, charged again, removed.

The provider stores the card; the shop stores the provider's reference and what the owner recognises it by.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound
from core.journal import publish
from core.sweeping import Sweep, go_through
from orders.events import CardRemoved, CardSaved
from orders.models import SavedCard
from orders.providers.base import CardDetails
from orders.queries.cards import cards_of, customer_at
from orders.rules.cards import may_be_kept
from orders.rules.checkout import Tender
from orders.services.payments.gateway import detach_card, provider_named

DETACHED_AT_ONCE = 100
DETACHING = Sweep("orders.detach_cards", gettext_lazy("Have a removed card deleted by its provider"))

# A card that was removed meanwhile stays removed, however often the payment is reported.
_KEEP = """
INSERT INTO orders_savedcard (
    customer_id, provider, provider_ref, provider_customer, brand, last4, exp_month, exp_year, created_at)
VALUES (%(customer)s, %(provider)s, %(ref)s, %(customer_ref)s, %(brand)s, %(last4)s, %(month)s, %(year)s, %(now)s)
ON CONFLICT (provider, provider_ref) DO NOTHING RETURNING id
"""
_REMOVE = """
UPDATE orders_savedcard SET removed_at = greatest(%(now)s, created_at)
WHERE id = %(id)s AND customer_id = ANY(%(person_ids)s::bigint[]) AND removed_at IS NULL
RETURNING id, customer_id
"""


def save_cards(cards: Sequence[CardDetails], *, customer_id: int | None, by: Actor, now: datetime) -> None:
    """
    Save cards that a provider has stored, each once, in the caller's transaction.

    customer_id: whose order they paid; cards of an order without a customer are not saved.
    """
    for card in cards:
        if customer_id is None or not may_be_kept(last4=card.last4, month=card.exp_month, year=card.exp_year):
            continue
        row = sql.fetch_one(
            _KEEP,
            {
                "customer": customer_id,
                "provider": card.provider,
                "ref": card.ref,
                "customer_ref": card.customer_ref,
                "brand": card.brand[:40],
                "last4": card.last4,
                "month": card.exp_month,
                "year": card.exp_year,
                "now": now,
            },
        )
        if row:
            publish(CardSaved(by=by, occurred_at=now, customer_id=customer_id, ref=str(row["id"])))


def with_card(
    tender: Tender, *, person_ids: Sequence[int], now: datetime, saved_card: int | None = None, saves: bool = False
) -> Tender:
    """
    Return a tender that charges one of the person's saved cards, or saves its card.

    person_ids: all records of the signed-in person, empty for a guest. Raises NotFound for a card that is not the
    person's or belongs to another provider, Malformed for an expired card, and for a guest who wants to save one.
    """
    provider = provider_named(tender.method)
    if saved_card is None:
        if not saves:
            return tender
        if not person_ids:
            raise Malformed(_("Sign in to save a card."), field="payments")
        return replace(tender, customer_ref=customer_at(provider, person_ids=person_ids), saves_card=True)
    card = next(iter(cards_of(person_ids=person_ids, now=now, card_id=saved_card)), None)
    if card is None or card.provider != provider:
        raise NotFound(_("You have no such card."))
    if card.has_expired:
        raise Malformed(_("This card has expired. Pay with another one."), field="payments")
    return replace(tender, payment_method=card.provider_ref, customer_ref=card.provider_customer)


def remove_card(*, card_id: int, person_ids: Sequence[int], by: Actor, now: datetime) -> None:
    """
    Remove a card, then detach it at the provider; the sweep does that later if the provider does not answer.

    A network call, outside the transaction. Raises NotFound for a card that is not the person's.
    """
    with transaction.atomic(durable=True):
        row = sql.fetch_one(_REMOVE, {"id": card_id, "person_ids": list(person_ids), "now": now})
        if row is None:
            raise NotFound(_("You have no such card."))
        publish(CardRemoved(by=by, occurred_at=now, customer_id=row["customer_id"], ref=str(row["id"])))
    detach_removed(now=now, card_id=card_id)


def detach_removed(*, now: datetime, card_id: int | None = None) -> int:
    """Detach removed cards, or one of them, at their providers. Network calls. Return how many were detached."""
    waiting = SavedCard.objects.filter(removed_at__isnull=False, detached_at__isnull=True).order_by("removed_at")
    left_out = [] if card_id is not None else DETACHING.left_out(now=now)
    waiting = waiting.exclude(pk__in=left_out) if card_id is None else waiting.filter(pk=card_id)
    return go_through(
        DETACHING, list(waiting[:DETACHED_AT_ONCE]), lambda card: _detach(card, now), ref=lambda card: card.pk, now=now
    )


def _detach(card: SavedCard, now: datetime) -> bool:
    if not detach_card(provider=card.provider, ref=card.provider_ref):
        return False
    SavedCard.objects.filter(pk=card.pk).update(detached_at=Greatest(now, F("removed_at")))
    return True
