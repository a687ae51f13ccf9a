"""Takes a cart for an order, and gives it back to the shopper if the order fails."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from carts.models import Cart
from carts.queries.carts import LINES, CartView, cart_as_sold, get_cart, view_of
from carts.rules.problems import PRICE_CHANGED
from carts.services.carts import Owner, VersionConflict, set_added_prices
from carts.services.merging import merge_lines_back
from carts.services.vouchers import give_vouchers_back, put_vouchers
from core.actors import Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.texts.spelling import plain_text

# The same statement reads the lines. Its snapshot may be older than the cart it waited for; then the versions differ,
# and the lines are read again.
_TAKE = f"""
WITH taken AS (
    UPDATE carts_cart SET state = 'ordered', changed_at = %(now)s
    WHERE state = 'open' AND (%(version)s::int IS NULL OR version = %(version)s::int)
      AND (customer_id = ANY(%(customers)s::bigint[])
           OR (token_hash <> '' AND token_hash = %(token_hash)s)
           OR id = %(cart)s::bigint)
    RETURNING id, version
)
SELECT taken.version AS taken_version, seen.* FROM taken
JOIN LATERAL ({LINES.format(whose="cart.id = taken.id")}) AS seen ON true
"""
_PRESENT = """
SELECT version FROM carts_cart
WHERE state = 'open' AND (customer_id = ANY(%(customers)s::bigint[])
       OR (token_hash <> '' AND token_hash = %(token_hash)s) OR id = %(cart)s::bigint)
"""
_PRICE = "inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s"
# What everybody paid at a moment; the first price of goods whose history began later.
_FORMER_PRICE = """LATERAL (
        SELECT amount FROM inventory_pricehistory
        WHERE variant_id = variant.id AND currency = %(currency)s
        ORDER BY since <= %(at)s::timestamptz DESC, abs(extract(epoch FROM since - %(at)s::timestamptz)), id DESC
        LIMIT 1) AS price ON true"""
_FROM_LINES = """
WITH wanted AS (
    SELECT variant.id, price.amount, requested.quantity, requested.place
    FROM unnest(%(skus)s::text[], %(quantities)s::int[]) WITH ORDINALITY AS requested(sku, quantity, place)
    JOIN inventory_variant AS variant ON upper(variant.sku) = upper(requested.sku)
    JOIN {price}
), cart AS (
    INSERT INTO carts_cart (customer_id, token_hash, currency, state, version, merge_report, created_channel,
                            created_at, changed_at)
    VALUES (%(customer)s::bigint, '', %(currency)s, 'ordered', 1, '[]', %(channel)s, %(now)s, %(now)s)
    RETURNING id
), line AS (
    INSERT INTO carts_cartline (cart_id, variant_id, quantity, unit_price_when_added, added_channel, added_store_id,
                                added_by_staff_id, added_at)
    SELECT cart.id, wanted.id, sum(wanted.quantity), min(wanted.amount), %(channel)s, %(store)s::bigint,
           %(staff)s::bigint, %(now)s
    FROM cart, wanted GROUP BY cart.id, wanted.id ORDER BY min(wanted.place)
    RETURNING id
)
SELECT cart.id, (SELECT array_agg(place) FROM wanted) AS found FROM cart
"""
_FROM_LINES_NOW = _FROM_LINES.format(price=_PRICE)
_FROM_LINES_AT = _FROM_LINES.format(price=_FORMER_PRICE)


class CartEmpty(Refusal):
    """The cart has nothing to order."""

    code = "cart_empty"


@transaction.atomic(savepoint=False)
def take_cart(
    *,
    owner: Owner,
    cart_id: int | None = None,
    version: int | None,
    by: Actor,
    now: datetime,
    at: datetime | None = None,
) -> CartView:
    """
    Take the owner's open cart (or the one with this id) for an order: from here on nobody else can change it.

    version: the one the shopper saw; no check without it. by: whose prices apply. at: the moment of the prices, if not
    now. Locks the cart until the transaction ends; a rollback gives it back.
    Raises CartEmpty if there is no open cart with lines, and VersionConflict.
    """
    parameters = {**owner.parameters(), "cart": cart_id, "version": version, "now": now}
    moment = at or now
    rows = sql.fetch_all(_TAKE, parameters)
    if not rows:
        present = sql.fetch_one(_PRESENT, parameters)
        if present is None:
            raise CartEmpty(_("The cart is empty."))
        raise VersionConflict(_("The cart has changed. Check it before you order."), version=present["version"])
    is_stale = any(row["version"] != row["taken_version"] for row in rows)
    cart = get_cart(rows[0]["cart_id"], by=by, now=moment) if is_stale else view_of(rows, by=by, now=moment)
    if cart is None or not cart.lines:
        raise CartEmpty(_("The cart is empty."))
    return cart


@transaction.atomic(savepoint=False)
def cart_from_lines(
    *,
    lines: Sequence[tuple[str, int]],
    customer_id: int | None,
    by: Actor,
    now: datetime,
    voucher_codes: Sequence[str] = (),
    at: datetime | None = None,
) -> CartView:
    """
    Create a cart that is ordered at once, for a sale at the till without the shopper's own cart.

    lines: pairs of SKU and quantity. at: when the sale happened, if not now: it costs what it cost then, and goods that
    are no longer on sale were. Raises NotFound for SKUs without a price, VoucherNotValid.
    """
    row = sql.fetch_one(
        _FROM_LINES_AT if at else _FROM_LINES_NOW,
        {
            "skus": [plain_text(sku) for sku, _quantity in lines],
            "quantities": [quantity for _sku, quantity in lines],
            "currency": settings.SHOP_CURRENCY,
            "customer": customer_id,
            "channel": by.channel,
            "store": by.store_id,
            "staff": by.staff_id,
            "now": now,
            "at": at,
        },
    )
    assert row is not None
    missing = [sku for place, (sku, _quantity) in enumerate(lines, 1) if place not in (row["found"] or ())]
    if missing:
        raise NotFound(_("Not on sale: %(skus)s.") % {"skus": ", ".join(missing)}, skus=missing)
    put_vouchers(cart_id=row["id"], codes=voucher_codes, customer_id=customer_id, now=now)
    cart = cart_as_sold(row["id"], by=by, at=at) if at else get_cart(row["id"], by=by, now=now)
    return _with_added_prices(cart)


@transaction.atomic(savepoint=False)
def give_cart_back(*, cart_id: int, by: Actor, now: datetime) -> None:
    """
    Reopen an ordered cart whose order failed, at the version it had.

    If its owner has a newer cart, the lines are merged into that one. Locks the carts.
    """
    cart = Cart.objects.select_for_update().get(pk=cart_id)
    if cart.state != Cart.ORDERED:
        return
    give_vouchers_back(cart_id=cart_id, now=now)
    newer = None
    if cart.customer_id is not None:
        newer = Cart.objects.select_for_update().filter(customer_id=cart.customer_id, state=Cart.OPEN).first()
    if newer is None:
        cart.state = Cart.OPEN
        cart.save(update_fields=["state"])
    else:
        merge_lines_back(source=cart, target=newer, by=by, now=now)


def _with_added_prices(cart: CartView) -> CartView:
    """Store what the units of a new cart cost when they were added, and return it without changed prices."""
    listed = {
        line.id: line.single_price
        for line in cart.lines
        if line.single_price is not None and line.single_price != line.unit_price_when_added
    }
    if not listed:
        return cart
    set_added_prices(listed)
    lines = [
        line._replace(
            unit_price_when_added=listed.get(line.id, line.unit_price_when_added),
            problems=[problem for problem in line.problems if problem.code != PRICE_CHANGED],
        )
        for line in cart.lines
    ]
    return cart._replace(lines=lines)
