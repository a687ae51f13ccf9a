"""Changes wish lists."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from carts.events import SavedForLater
from carts.models import WishlistItem
from carts.services.carts import Owner, put_line_in, take_line_out
from core.actors import Actor
from core.errors import NotFound
from core.journal import publish
from core.texts.spelling import plain_text
from inventory.models import Product, Variant


@transaction.atomic(durable=True)
def save_for_later(*, customer_id: int, sku: str, by: Actor, now: datetime) -> WishlistItem:
    """Add a variant to the person's wish list, once at most. Raises NotFound for a variant that is not on sale."""
    variant = Variant.objects.filter(
        sku__iexact=plain_text(sku), is_active=True, product__state=Product.PUBLISHED
    ).first()
    if variant is None:
        raise NotFound(_("%(sku)s is not on sale.") % {"sku": sku}, sku=sku)
    item, is_new = WishlistItem.objects.get_or_create(
        customer_id=customer_id, variant=variant, defaults={"added_channel": by.channel, "added_at": now}
    )
    if is_new:
        publish(SavedForLater(by=by, occurred_at=now, customer_id=customer_id, ref=sku, variant_id=variant.pk))
    return item


@transaction.atomic(durable=True)
def move_line_to_wishlist(
    *, owner: Owner, customer_id: int, line_id: int, by: Actor, now: datetime, version: int | None
) -> None:
    """Move a line from the cart to the wish list. Locks the cart. Raises as remove_line does."""
    removed = take_line_out(owner=owner, line_id=line_id, by=by, now=now, version=version)
    _item, is_new = WishlistItem.objects.get_or_create(
        customer_id=customer_id,
        variant_id=removed["variant_id"],
        defaults={"added_channel": by.channel, "added_at": now},
    )
    if is_new:
        publish(
            SavedForLater(
                by=by, occurred_at=now, customer_id=customer_id, ref=removed["sku"], variant_id=removed["variant_id"]
            )
        )


@transaction.atomic(durable=True)
def move_saved_to_cart(*, owner: Owner, sku: str, by: Actor, now: datetime) -> None:
    """
    Move one unit of a variant from the person's wish list to the cart; a request sent twice moves it once.

    Locks the cart. Raises NotFound for a variant that is not on the list, and as add_to_cart does: then it stays on the
    list.
    """
    _take_off(list(owner.customer_ids), sku)
    put_line_in(owner=owner, sku=sku, quantity=1, by=by, now=now, version=None)


@transaction.atomic(durable=True)
def forget_saved(*, customer_ids: list[int], sku: str) -> None:
    """Remove a variant from the person's wish list. Raises NotFound if it is not on it."""
    _take_off(customer_ids, sku)


def _take_off(customer_ids: list[int], sku: str) -> None:
    deleted, _rows = WishlistItem.objects.filter(
        customer_id__in=customer_ids, variant__sku__iexact=plain_text(sku)
    ).delete()
    if not deleted:
        raise NotFound(_("This is not on the wish list."))
