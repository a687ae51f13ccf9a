"""Sets prices of lists, and applies lists that begin or end to what the catalogue shows."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.journal import publish
from core.money import LARGEST_AMOUNT, Money
from core.sweeping import Sweep, go_through
from inventory.events import PriceListChanged
from inventory.services.prices import PriceNotValid

LARGEST_QUANTITY = 1_000_000
VARIANTS_AT_ONCE = 5_000
TURNING = Sweep("inventory.turn_price_lists", gettext_lazy("Apply a price list that begins or ends"))

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
# A list is due after a change, and when its beginning or end has passed since it was last applied.
_DUE = """
SELECT id, code, xmin::text || ctid::text AS version,
       CASE WHEN applied_until IS NULL THEN %(now)s
            ELSE greatest(starts_at, CASE WHEN ends_at <= %(now)s THEN ends_at END) END AS moment
FROM inventory_pricelist
WHERE applied_until IS NULL OR (starts_at > applied_until AND starts_at <= %(now)s)
      OR (ends_at > applied_until AND ends_at <= %(now)s)
ORDER BY id
"""
_VARIANTS = """
SELECT DISTINCT variant_id FROM inventory_listprice
WHERE price_list_id = %(list)s AND variant_id > %(after)s ORDER BY variant_id LIMIT %(limit)s
"""
_KEEP = "SELECT inventory_record_public_prices(%(variants)s::bigint[], %(moment)s)"
# A concurrent change gives the row another version; the list then stays due.
_TURNED = """
UPDATE inventory_pricelist SET applied_until = %(now)s
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
    Set the price of one unit of a variant in a list, from a quantity on.

    min_quantity: 1 to 1,000,000. Locks the list. Raises NotFound, PriceNotValid and OtherCurrency.
    """
    if not 0 <= price.amount <= LARGEST_AMOUNT:
        raise PriceNotValid(_("A price must be between 0 and %s.") % LARGEST_AMOUNT, amount=price.amount)
    if not 1 <= min_quantity <= LARGEST_QUANTITY:
        raise PriceNotValid(_("A quantity must be between 1 and %s.") % LARGEST_QUANTITY, min_quantity=min_quantity)
    price_list = _locked(price_list_id)
    if price_list["currency"] != price.currency:
        raise OtherCurrency(
            _("The prices of this list are in %s.") % price_list["currency"], currency=price_list["currency"]
        )
    parameters = {
        "list": price_list_id, "variant": variant_id, "min_quantity": min_quantity, "amount": price.amount, "now": now,
    }  # fmt: skip
    if not sql.execute(_SET, parameters):
        raise NotFound(_("There is no such variant."))
    publish_list_change(price_list_id=price_list_id, code=price_list["code"], prices=1, by=by, now=now)


@transaction.atomic
def remove_list_price(*, price_list_id: int, variant_id: int, min_quantity: int, by: Actor, now: datetime) -> None:
    """Remove a price from a list; one that is not there is no error. Locks the list. Raises NotFound."""
    price_list = _locked(price_list_id)
    parameters = {"list": price_list_id, "variant": variant_id, "min_quantity": min_quantity}
    if sql.execute(_REMOVE, parameters):
        publish_list_change(price_list_id=price_list_id, code=price_list["code"], prices=1, by=by, now=now)


def publish_list_change(*, price_list_id: int, code: str, prices: int, by: Actor, now: datetime) -> None:
    """Publish that a list, or so many of its prices, changed."""
    publish(PriceListChanged(by=by, occurred_at=now, ref=code, price_list_id=price_list_id, prices=prices))


def turn_price_lists(*, now: datetime) -> int:
    """
    Apply lists that were changed, began or ended to price ranges and histories. Return the number of lists.

    The price of a cart never waits for this: it is computed every time. Safe to repeat and to interrupt: each five
    thousand variants are a transaction of their own.
    """
    due = sql.fetch_all(_DUE, {"now": now})
    return go_through(TURNING, due, lambda row: _turn(row, now), ref=lambda row: row["code"], now=now)


def _turn(row: sql.Row, now: datetime) -> bool:
    prices = _keep(row["id"], row["moment"])
    with transaction.atomic():
        sql.execute(_TURNED, {"list": row["id"], "now": now, "version": row["version"]})
        publish_list_change(price_list_id=row["id"], code=row["code"], prices=prices, by=THE_SYSTEM, now=now)
    return True


def _keep(price_list_id: int, moment: datetime) -> int:
    after = applied = 0
    while True:
        rows = sql.fetch_all(_VARIANTS, {"list": price_list_id, "after": after, "limit": VARIANTS_AT_ONCE})
        if not rows:
            return applied
        variants = [row["variant_id"] for row in rows]
        with transaction.atomic():
            sql.fetch_one(_KEEP, {"variants": variants, "moment": moment})
        after, applied = variants[-1], applied + len(variants)


def _locked(price_list_id: int) -> sql.Row:
    price_list = sql.fetch_one(_LOCK, {"list": price_list_id})
    if price_list is None:
        raise NotFound(_("There is no such price list."))
    return price_list
