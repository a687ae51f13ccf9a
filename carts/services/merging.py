"""Merges the carts of one person: at sign-in, and when staff find that two records are the same person."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from carts.events import CartsMerged, CartsParted
from carts.models import Cart
from carts.rules.merging import KEPT, MergedLine, MergeLine, merge_lines
from core.actors import Actor
from core.data import sql
from core.journal import publish

_ENSURE_CART = """
INSERT INTO carts_cart (customer_id, token_hash, currency, state, version, merge_report, created_channel, created_at,
                        changed_at)
VALUES (%(customer)s, '', %(currency)s, 'open', 1, '[]', %(channel)s, %(now)s, %(now)s)
ON CONFLICT (customer_id) WHERE state = 'open' DO NOTHING
"""
_LINES = """
SELECT line.cart_id, line.variant_id, variant.sku, line.quantity
FROM carts_cartline AS line JOIN inventory_variant AS variant ON variant.id = line.variant_id
WHERE line.cart_id = ANY(%(carts)s::bigint[]) ORDER BY line.id
"""
_MOVE_VOUCHERS = """
INSERT INTO carts_cartvoucher (cart_id, voucher_id, added_at)
SELECT %(target)s, voucher_id, added_at FROM carts_cartvoucher WHERE cart_id = %(source)s
ON CONFLICT (cart_id, voucher_id) DO NOTHING
"""
_MOVE = """
INSERT INTO carts_cartline AS present (cart_id, variant_id, quantity, unit_price_when_added, added_channel,
                                       added_store_id, added_by_staff_id, added_at)
SELECT %(target)s, variant_id, quantity, unit_price_when_added, added_channel, added_store_id, added_by_staff_id,
       added_at
FROM carts_cartline WHERE cart_id = %(source)s ORDER BY id
ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = greatest(present.quantity, EXCLUDED.quantity)
"""
# A line that came over whole has the other cart's own moment; one that both carts had stays as it is.
_TAKE_BACK = """
DELETE FROM carts_cartline AS present USING carts_cartline AS former
WHERE present.cart_id = %(target)s AND former.cart_id = %(source)s AND present.variant_id = former.variant_id
  AND present.added_at = former.added_at AND present.quantity = former.quantity
"""
_TAKE_VOUCHERS_BACK = """
DELETE FROM carts_cartvoucher AS present USING carts_cartvoucher AS former
WHERE present.cart_id = %(target)s AND former.cart_id = %(source)s AND present.voucher_id = former.voucher_id
  AND present.added_at = former.added_at
"""


@transaction.atomic
def merge_token_cart(*, token_hash: str, customer_id: int, by: Actor, now: datetime) -> list[MergedLine]:
    """
    Merge the anonymous cart of a token into the person's own cart; the token opens no cart from then on.

    Safe to repeat, and on two devices at once: both carts are locked in order of id. Returns the result for each line;
    none if the token opens no cart.
    """
    return _merge(Cart.objects.filter(token_hash=token_hash), customer_id, by, now)


@transaction.atomic
def merge_customers_carts(*, duplicate_id: int, survivor_id: int, by: Actor, now: datetime) -> list[MergedLine]:
    """Merge the open cart of a duplicate customer record into the survivor's cart. Locks both carts."""
    return _merge(Cart.objects.filter(customer_id=duplicate_id), survivor_id, by, now)


@transaction.atomic
def part_customers_carts(
    *, duplicate_id: int, survivor_id: int, merged_at: datetime, by: Actor, now: datetime
) -> int | None:
    """
    Give a person their cart back whose record was merged into another one by mistake; safe to repeat.

    What came over from it leaves the survivor's cart, unless it was changed since; a line that both had stays in both.
    A cart that was ordered meanwhile stays ordered. merged_at: when the records were merged. Locks both carts. Return
    the id of the cart that is open again, if there is one.
    """
    source = Cart.objects.filter(customer_id=duplicate_id, state=Cart.MERGED, changed_at=merged_at).first()
    if source is None or source.merged_into_id is None:
        return None
    target_id = source.merged_into_id
    pair = Cart.objects.filter(pk__in=[source.pk, target_id]).order_by("pk").select_for_update()
    locked = {cart.pk: cart for cart in pair}
    source, target = locked[source.pk], locked[target_id]
    is_over = source.state != Cart.MERGED or target.state != Cart.OPEN or target.customer_id != survivor_id
    if is_over or Cart.objects.filter(customer_id=duplicate_id, state=Cart.OPEN).exists():
        return None
    sql.execute(_TAKE_BACK, {"source": source.pk, "target": target.pk})
    sql.execute(_TAKE_VOUCHERS_BACK, {"source": source.pk, "target": target.pk})
    source.state, source.merged_into = Cart.OPEN, None
    target.merge_report = []
    for cart in (source, target):
        cart.version += 1
        cart.changed_at = now
        cart.save(update_fields=["state", "merged_into", "version", "changed_at", "merge_report"])
        publish(CartsParted(by=by, occurred_at=now, customer_id=cart.customer_id, cart_id=cart.pk))
    return source.pk


@transaction.atomic(savepoint=False)
def merge_lines_back(*, source: Cart, target: Cart, by: Actor, now: datetime) -> list[MergedLine]:
    """Merge the lines of a cart whose order failed into its owner's newer cart. The caller has locked both."""
    return _merge_into(source, target, by, now)


def _merge(sources: Any, customer_id: int, by: Actor, now: datetime) -> list[MergedLine]:
    source_ids = list(sources.filter(state=Cart.OPEN).values_list("pk", flat=True))
    if not source_ids:
        return []
    sql.execute(
        _ENSURE_CART,
        {"customer": customer_id, "currency": settings.SHOP_CURRENCY, "channel": by.channel, "now": now},
    )
    targets = Cart.objects.filter(customer_id=customer_id, state=Cart.OPEN).values_list("pk", flat=True)
    locked = {
        cart.pk: cart for cart in Cart.objects.filter(pk__in=[*source_ids, *targets]).order_by("pk").select_for_update()
    }
    # The state is checked under the lock: another device may have merged or ordered either cart meanwhile.
    source = next((locked[pk] for pk in source_ids if pk in locked and locked[pk].state == Cart.OPEN), None)
    target = next(
        (cart for cart in locked.values() if cart.customer_id == customer_id and cart.state == Cart.OPEN), None
    )
    if source is None or target is None or source == target:
        return []
    return _merge_into(source, target, by, now)


def _merge_into(source: Cart, target: Cart, by: Actor, now: datetime) -> list[MergedLine]:
    rows = sql.fetch_all(_LINES, {"carts": [source.pk, target.pk]})
    by_cart: dict[int, list[MergeLine]] = {source.pk: [], target.pk: []}
    for row in rows:
        by_cart[row["cart_id"]].append(MergeLine(row["variant_id"], row["sku"], row["quantity"]))
    merged = merge_lines(present=by_cart[target.pk], other=by_cart[source.pk])

    sql.execute(_MOVE, {"source": source.pk, "target": target.pk})
    sql.execute(_MOVE_VOUCHERS, {"source": source.pk, "target": target.pk})
    source.state, source.merged_into, source.changed_at = Cart.MERGED, target, now
    source.save(update_fields=["state", "merged_into", "changed_at"])
    target.version += 1
    target.changed_at = now
    target.merge_report = [
        {"sku": line.sku, "action": line.action, "quantity": line.quantity, "reason": line.reason} for line in merged
    ]
    target.save(update_fields=["version", "changed_at", "merge_report"])
    publish(
        CartsMerged(
            by=by,
            occurred_at=now,
            customer_id=target.customer_id,
            cart_id=target.pk,
            source_id=source.pk,
            lines=sum(line.action != KEPT for line in merged),
        )
    )
    return merged
