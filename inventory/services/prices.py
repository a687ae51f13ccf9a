"""Sets ordinary prices."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.journal import publish
from core.money import LARGEST_AMOUNT, Money
from inventory.events import PriceChanged
from inventory.models import Price

# A separate statement locks the variant, so that the next one sees a concurrent change.
_LOCK = "SELECT sku FROM inventory_variant WHERE id = %(variant)s FOR NO KEY UPDATE"
_PRESENT = "SELECT amount FROM inventory_price WHERE variant_id = %(variant)s AND currency = %(currency)s"
_SET = """
INSERT INTO inventory_price (variant_id, currency, amount, updated_at)
VALUES (%(variant)s, %(currency)s, %(amount)s, %(now)s)
ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount, updated_at = excluded.updated_at
"""


class PriceNotValid(Refusal):
    """The price is negative or too large."""

    code = "price_not_valid"


@transaction.atomic
def set_floor(*, variant_id: int, currency: str, floor: int | None) -> None:
    """Set the price of a variant below which no promotion takes a unit, in minor units; None for none."""
    if floor is not None and not 0 <= floor <= LARGEST_AMOUNT:
        raise PriceNotValid(_("A price must be between 0 and %s.") % LARGEST_AMOUNT, amount=floor)
    Price.objects.filter(variant_id=variant_id, currency=currency).update(floor=floor)


@transaction.atomic
def set_price(*, variant_id: int, price: Money, by: Actor, now: datetime) -> bool:
    """
    Set the price of a variant in one currency, tax included. Return whether it changed.

    Carts that contain the variant show the new price when they are next read, with the old one beside it. Locks the
    variant. Raises PriceNotValid, NotFound.
    """
    if not 0 <= price.amount <= LARGEST_AMOUNT:
        raise PriceNotValid(_("A price must be between 0 and %s.") % LARGEST_AMOUNT, amount=price.amount)
    parameters = {"variant": variant_id, "currency": price.currency, "amount": price.amount, "now": now}
    variant = sql.fetch_one(_LOCK, parameters)
    if variant is None:
        raise NotFound(_("There is no such variant."))
    present = sql.fetch_one(_PRESENT, parameters)
    previous = present["amount"] if present else None
    if previous == price.amount:
        return False
    sql.execute(_SET, parameters)
    publish(
        PriceChanged(
            by=by,
            occurred_at=now,
            ref=variant["sku"],
            variant_id=variant_id,
            currency=price.currency,
            amount=price.amount,
            previous=previous,
        )
    )
    return True
