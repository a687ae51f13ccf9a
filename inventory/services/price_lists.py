"""Setting prices of lists, and working lists that begin or end into what the catalogue shows."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.journal import publish
from core.money import LARGEST_AMOUNT, Money
from inventory.events import PriceListChanged
from inventory.services.prices import PriceNotValid

LARGEST_QUANTITY = 1_000_000
VARIANTS_AT_ONCE = 5_000

_LOCK = "SELECT id, code, currency FROM inventory_pricelist WHERE id = %(list)s FOR NO KEY UPDATE"
_SET = """
INSERT INTO inventory_listprice AS present (price_list_id, variant_id, min_quantity, amount, updated_at)
SELECT %(list)s, variant.id, %(min_quantity)s, %(amount)s, %(now)s
FROM inventory_variant AS variant WHERE variant.id = %(variant)s
ON CONFLICT (variant_id, price_list_id, min_quantity) DO UPDATE
SET amount = excluded.amount, updated_at = excluded.updated_at
"""
_REMOVE = """
DELETE FROM inventory_listprice
WHERE price_list_id = %(list)s AND variant_id = %(variant)s AND min_quantity = %(min_quantity)s
"""
# A list is due when it was changed, or when its beginning or its end has come since it was last worked in.
_DUE = """
SELECT id, code, xmin::text || ctid::text AS version,
       CASE WHEN turned_at IS NULL THEN %(now)s
            ELSE greatest(starts_at, CASE WHEN ends_at <= %(now)s THEN ends_at END) END AS moment
FROM inventory_pricelist
WHERE turned_at IS NULL OR (starts_at > turned_at AND starts_at <= %(now)s)
      OR (ends_at > turned_at AND ends_at <= %(now)s)
ORDER BY id
"""
_VARIANTS = """
SELECT DISTINCT variant_id FROM inventory_listprice
WHERE price_list_id = %(list)s AND variant_id > %(after)s ORDER BY variant_id LIMIT %(limit)s
"""
_KEEP = "SELECT inventory_keep_public_prices(%(variants)s::bigint[], %(moment)s)"
# Whoever changed the list meanwhile made another version of its row: then it stays due.
_TURNED = """
UPDATE inventory_pricelist SET turned_at = %(now)s
WHERE id = %(list)s AND xmin::text || ctid::text = %(version)s
"""


class OtherCurrency(Refusal):
    """The amount is not in the currency of the list."""

    code = "other_currency"


@transaction.atomic
def set_list_price(
    *, price_list_id: int, variant_id: int, min_quantity: int = 1, price: Money, by: Actor, now: datetime
) -> None:
    """
    Set what a unit of a variant costs in a list, from so many units on.

    min_quantity: 1 to 1,000,000. Locks the list. Raises NotFound, PriceNotValid and OtherCurrency.
    """
    if not 0 <= price.amount <= LARGEST_AMOUNT:
        raise PriceNotValid(_("A price must be between 0 and %s.") % LARGEST_AMOUNT, amount=price.amount)
    if not 1 <= min_quantity <= LARGEST_QUANTITY:
        raise PriceNotValid(_("A quantity must be between 1 and %s.") % LARGEST_QUANTITY, min_quantity=min_quantity)
    found = _locked(price_list_id)
    if found["currency"] != price.currency:
        raise OtherCurrency(_("The prices of this list are in %s.") % found["currency"], currency=found["currency"])
    parameters = {
        "list": price_list_id, "variant": variant_id, "min_quantity": min_quantity, "amount": price.amount, "now": now,
    }  # fmt: skip
    if not sql.execute(_SET, parameters):
        raise NotFound(_("There is no such variant."))
    tell_of_prices(price_list_id=price_list_id, code=found["code"], prices=1, by=by, now=now)


@transaction.atomic
def remove_list_price(*, price_list_id: int, variant_id: int, min_quantity: int, by: Actor, now: datetime) -> None:
    """Take a price out of a list; one that is not there is no mistake. Locks the list. Raises NotFound."""
    found = _locked(price_list_id)
    parameters = {"list": price_list_id, "variant": variant_id, "min_quantity": min_quantity}
    if sql.execute(_REMOVE, parameters):
        tell_of_prices(price_list_id=price_list_id, code=found["code"], prices=1, by=by, now=now)


def tell_of_prices(*, price_list_id: int, code: str, prices: int, by: Actor, now: datetime) -> None:
    """Publish that a list, or so many prices in it, changed."""
    publish(PriceListChanged(by=by, occurred_at=now, ref=code, price_list_id=price_list_id, prices=prices))


def turn_price_lists(*, now: datetime) -> int:
    """
    Work lists that were changed, began or ended into price ranges and histories. Return how many lists it were.

    What a cart costs never waits for this: it is reckoned anew each time. Safe to repeat, and to break off: each five
    thousand variants are a transaction of their own.
    """
    due = sql.fetch_all(_DUE, {"now": now})
    for row in due:
        prices = _keep(row["id"], row["moment"])
        with transaction.atomic():
            sql.execute(_TURNED, {"list": row["id"], "now": now, "version": row["version"]})
            tell_of_prices(price_list_id=row["id"], code=row["code"], prices=prices, by=THE_SYSTEM, now=now)
    return len(due)


def _keep(price_list_id: int, moment: datetime) -> int:
    after = kept = 0
    while True:
        rows = sql.fetch_all(_VARIANTS, {"list": price_list_id, "after": after, "limit": VARIANTS_AT_ONCE})
        if not rows:
            return kept
        variants = [row["variant_id"] for row in rows]
        with transaction.atomic():
            sql.fetch_one(_KEEP, {"variants": variants, "moment": moment})
        after, kept = variants[-1], kept + len(variants)


def _locked(price_list_id: int) -> sql.Row:
    found = sql.fetch_one(_LOCK, {"list": price_list_id})
    if found is None:
        raise NotFound(_("There is no such price list."))
    return found
