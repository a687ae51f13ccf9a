"""
Changes carts.

Each change is one statement that locks the cart's row, checks that the cart is open and at the version that the caller
saw, increases the version, and changes the line. So two devices cannot overwrite each other unnoticed.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from carts.events import CartEmptied, CartLineAdded, CartLineChanged, CartLineRemoved
from carts.rules.cart_codes import code_expires_at
from carts.services.cart_codes import new_code
from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound, Refusal
from core.journal import INSERT_EVENT, publish
from core.texts.spelling import plain_text
from inventory.queries.price_lists import SEGMENTS, STEPS
from inventory.rules.price_lists import PriceContext, parse_price_tiers, price_of

LARGEST_QUANTITY = 9999
_MAY_CHANGE = """
    state = 'open' AND (%(version)s::int IS NULL OR version = %(version)s::int)
"""
_OWNED = """
    (customer_id = ANY(%(customers)s::bigint[]) OR (token_hash <> '' AND token_hash = %(token_hash)s))
"""

_ADD = """
WITH wanted AS (
    SELECT variant.id, price.amount, buyer.segments, {steps} AS steps
    FROM (SELECT {segments} AS segments) AS buyer
    CROSS JOIN inventory_variant AS variant
    JOIN inventory_product AS product ON product.id = variant.product_id AND product.state = 'published'
    JOIN inventory_price AS price ON price.variant_id = variant.id AND price.currency = %(currency)s
    WHERE upper(variant.sku) = upper(%(sku)s) AND variant.is_active
), cart AS (
    {cart}
    RETURNING {cart_id}, version
), line AS (
    INSERT INTO carts_cartline AS present (cart_id, variant_id, quantity, unit_price_when_added, added_channel,
                                           added_store_id, added_by_staff_id, added_at)
    SELECT cart.id, wanted.id, %(quantity)s::int, wanted.amount, %(channel)s, %(store)s::bigint, %(staff)s::bigint,
           %(now)s
    FROM cart, wanted
    ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = present.quantity + EXCLUDED.quantity
    RETURNING id, present.quantity = %(quantity)s::int AS is_new
), code AS (
    INSERT INTO carts_cartcode (cart_id, code, expires_at) SELECT cart.id, %(code)s, %(code_expires_at)s FROM cart
    ON CONFLICT DO NOTHING
), event AS (
    {event}
    SELECT %(now)s, %(kind)s, %(customer)s::bigint, %(channel)s, %(store_code)s, %(staff)s::bigint, %(sku)s,
           jsonb_build_object('cart_id', cart.id, 'variant_id', wanted.id, 'quantity', %(quantity)s::int)
    FROM cart, wanted
)
SELECT wanted.id AS variant_id, cart.id AS cart_id, wanted.amount, wanted.segments, wanted.steps,
       line.id AS line_id, line.is_new
FROM (SELECT 1) AS always LEFT JOIN wanted ON true LEFT JOIN cart ON true LEFT JOIN line ON true
"""
_NEW_CART = """
    INSERT INTO carts_cart AS present (customer_id, token_hash, currency, state, version, merge_report,
                                       created_channel, created_at, changed_at)
    SELECT %(customer)s::bigint, %(token_hash)s, %(currency)s, 'open', 1, '[]', %(channel)s, %(now)s, %(now)s
    FROM wanted
"""
_LISTED = {
    "segments": SEGMENTS.format(person="%(customer)s::bigint"),
    "steps": STEPS.format(currency="%(currency)s", segments="buyer.segments"),
}
# Sets what a unit cost when it was added, where that is not its ordinary price.
_SET_ADDED_PRICES = """
UPDATE carts_cartline SET unit_price_when_added = priced.amount
FROM unnest(%(lines)s::bigint[], %(amounts)s::bigint[]) AS priced(id, amount) WHERE carts_cartline.id = priced.id
"""
_ADD_FOR_CUSTOMER = _ADD.format(
    cart=f"""{_NEW_CART}
    ON CONFLICT (customer_id) WHERE state = 'open' DO UPDATE
    SET version = present.version + 1, changed_at = EXCLUDED.changed_at, merge_report = '[]'
    WHERE %(version)s::int IS NULL OR present.version = %(version)s::int""",
    cart_id="present.id",
    event=INSERT_EVENT,
    **_LISTED,
)
_ADD_FOR_TOKEN = _ADD.format(
    cart=f"""
    UPDATE carts_cart SET version = version + 1, changed_at = %(now)s, merge_report = '[]'
    FROM wanted WHERE token_hash = %(token_hash)s AND token_hash <> '' AND {_MAY_CHANGE}""",
    cart_id="carts_cart.id",
    event=INSERT_EVENT,
    **_LISTED,
)
_ADD_TO_NEW = _ADD.format(cart=_NEW_CART, cart_id="present.id", event=INSERT_EVENT, **_LISTED)

# Locks the owner's open cart if it has the line (or any line at all), and increases its version.
_TAKE_CART = f"""
WITH cart AS (
    UPDATE carts_cart SET version = version + 1, changed_at = %(now)s, merge_report = '[]'
    WHERE {_OWNED} AND {_MAY_CHANGE}
      AND EXISTS (
          SELECT FROM carts_cartline AS line
          WHERE line.cart_id = carts_cart.id AND (%(line)s::bigint IS NULL OR line.id = %(line)s::bigint))
    RETURNING id, version, customer_id
)
"""
_RESULT = """
SELECT cart.id AS cart_id, cart.version, cart.customer_id, line.variant_id, variant.sku
FROM cart JOIN line ON true JOIN inventory_variant AS variant ON variant.id = line.variant_id
"""
_SET_QUANTITY = f"""{_TAKE_CART}, line AS (
    UPDATE carts_cartline SET quantity = %(quantity)s::int FROM cart
    WHERE carts_cartline.cart_id = cart.id AND carts_cartline.id = %(line)s
    RETURNING carts_cartline.variant_id
) {_RESULT}"""
_REMOVE = f"""{_TAKE_CART}, line AS (
    DELETE FROM carts_cartline USING cart
    WHERE carts_cartline.cart_id = cart.id
      AND (%(line)s::bigint IS NULL OR carts_cartline.id = %(line)s::bigint)
    RETURNING carts_cartline.variant_id
) {_RESULT}"""

_PRESENT = f"SELECT id, version, state FROM carts_cart WHERE {_OWNED} ORDER BY (state = 'open') DESC, id DESC LIMIT 1"


class VersionConflict(Refusal):
    """The cart was changed since the caller last saw it. The view returns the current cart with this refusal."""

    code = "version_conflict"


class TokenSpent(Refusal):
    """The anonymous cart of this token was ordered or merged; the next one gets a token of its own."""

    code = "cart_token_spent"


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a cart: a person, by all the ids of their records (the survivor's first), or a token's holder."""

    customer_ids: tuple[int, ...] = ()
    token_hash: str = ""

    @property
    def customer_id(self) -> int | None:
        return self.customer_ids[0] if self.customer_ids else None

    def parameters(self) -> dict[str, Any]:
        return {"customers": list(self.customer_ids), "token_hash": self.token_hash}


def new_token() -> str:
    """Return a new secret that opens one anonymous cart."""
    return secrets.token_urlsafe(24)


def hash_of(token: str) -> str:
    """Return what is stored of a token: its SHA-256, which opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic(durable=True)
def add_to_cart(*, owner: Owner, sku: str, quantity: int, by: Actor, now: datetime, version: int | None = None) -> int:
    """
    Add units of a variant to the owner's cart; a person without a cart gets one. The same variant adds up.

    quantity: 1 to 9999, and so for the sum. version: the one the caller saw; no check without it. Locks the cart.
    Returns the cart's id. Raises NotFound for a variant that is not on sale, VersionConflict, Malformed, and TokenSpent
    if the owner's token opens no cart.
    """
    return put_line_in(owner=owner, sku=sku, quantity=quantity, by=by, now=now, version=version)


def put_line_in(*, owner: Owner, sku: str, quantity: int, by: Actor, now: datetime, version: int | None) -> int:
    """Add a line as add_to_cart does, within the caller's transaction."""
    statement = _ADD_FOR_CUSTOMER if owner.customer_ids else _ADD_FOR_TOKEN
    return _add(statement, owner, sku, quantity, by, now, version)


@transaction.atomic(durable=True)
def add_to_new_cart(*, token: str, sku: str, quantity: int, by: Actor, now: datetime) -> int:
    """
    Create an anonymous cart with a first line. token: a new one from new_token(), the only key to this cart.

    Returns the cart's id. Raises NotFound for a variant that is not on sale.
    """
    return _add(_ADD_TO_NEW, Owner(token_hash=hash_of(token)), sku, quantity, by, now, None)


def put_into_cart(
    *, owner: Owner, sku: str, quantity: int, by: Actor, now: datetime, version: int | None = None
) -> tuple[Owner, str]:
    """
    Add to the owner's cart, or create an anonymous one for an owner without a cart or with a spent token.

    Returns the owner of the cart, and the token of a new anonymous cart, else an empty one. Raises as add_to_cart does,
    except TokenSpent.
    """
    try:
        if not owner.customer_ids and not owner.token_hash:
            raise TokenSpent("")
        add_to_cart(owner=owner, sku=sku, quantity=quantity, by=by, now=now, version=version)
        return owner, ""
    except TokenSpent:
        # There is no token yet, or its cart was ordered or merged, so a new cart is created.
        token = new_token()
        add_to_new_cart(token=token, sku=sku, quantity=quantity, by=by, now=now)
        return Owner(token_hash=hash_of(token)), token


@transaction.atomic(durable=True)
def change_quantity(
    *, owner: Owner, line_id: int, quantity: int, by: Actor, now: datetime, version: int | None = None
) -> int:
    """
    Set a line's quantity. quantity: 1 to 9999. Locks the cart. Returns the cart's id.

    Raises NotFound for a line that is not in the owner's open cart, and VersionConflict.
    """
    row = _change(_SET_QUANTITY, owner, now, version, {"line": line_id, "quantity": quantity})
    publish(
        CartLineChanged(
            by=by,
            occurred_at=now,
            customer_id=row["customer_id"],
            ref=row["sku"],
            cart_id=row["cart_id"],
            variant_id=row["variant_id"],
            quantity=quantity,
        )
    )
    return int(row["cart_id"])


@transaction.atomic(durable=True)
def remove_line(*, owner: Owner, line_id: int, by: Actor, now: datetime, version: int | None = None) -> None:
    """
    Remove a line from the cart. Locks the cart.

    Raises NotFound for a line that is not in the owner's open cart, and VersionConflict.
    """
    take_line_out(owner=owner, line_id=line_id, by=by, now=now, version=version)


@transaction.atomic(savepoint=False)
def take_line_out(*, owner: Owner, line_id: int, by: Actor, now: datetime, version: int | None) -> sql.Row:
    """Remove a line within the caller's transaction. Returns its variant_id and sku; raises as remove_line does."""
    row = _change(_REMOVE, owner, now, version, {"line": line_id})
    publish(
        CartLineRemoved(
            by=by,
            occurred_at=now,
            customer_id=row["customer_id"],
            ref=row["sku"],
            cart_id=row["cart_id"],
            variant_id=row["variant_id"],
        )
    )
    return row


@transaction.atomic(durable=True)
def empty_cart(*, owner: Owner, by: Actor, now: datetime, version: int | None = None) -> None:
    """Remove all lines from the cart; an empty cart stays as it is. Locks the cart. Raises VersionConflict."""
    rows = sql.fetch_all(_REMOVE, {**owner.parameters(), "now": now, "version": version, "line": None})
    if not rows:
        present = sql.fetch_one(_PRESENT, owner.parameters())
        if version is not None and present is not None and present["version"] != version:
            raise version_conflict(owner)
        return
    publish(
        CartEmptied(
            by=by,
            occurred_at=now,
            customer_id=rows[0]["customer_id"],
            cart_id=rows[0]["cart_id"],
            lines=len(rows),
        )
    )


def _add(statement: str, owner: Owner, sku: str, quantity: int, by: Actor, now: datetime, version: int | None) -> int:
    parameters = {
        "customer": owner.customer_id,
        "token_hash": "" if owner.customer_ids else owner.token_hash,
        "currency": settings.SHOP_CURRENCY,
        "sku": plain_text(sku),
        "quantity": quantity,
        "channel": by.channel,
        "store": by.store_id,
        "store_code": by.store_code,
        "staff": by.staff_id,
        "kind": CartLineAdded.kind,
        "now": now,
        "version": version,
        # The answer shows the code. If another cart has the same one, the answer makes another.
        "code": new_code(),
        "code_expires_at": code_expires_at(now),
    }
    with _QuantityChecked():
        row = sql.fetch_one(statement, parameters)
    assert row is not None
    if row["variant_id"] is None:
        raise NotFound(_("%(sku)s is not on sale.") % {"sku": sku}, sku=sku)
    if row["cart_id"] is None:
        raise _cannot_change(owner)
    if row["steps"] and row["is_new"]:
        context = PriceContext(now, by.channel, by.store_code, frozenset(row["segments"] or ()))
        price = price_of(row["amount"], parse_price_tiers(row["steps"]), quantity=1, context=context)
        if price is not None and price.amount != row["amount"]:
            set_added_prices({row["line_id"]: price.amount})
    return int(row["cart_id"])


def set_added_prices(amounts: Mapping[int, int]) -> None:
    """Set what one unit of each line cost when it was added. amounts: minor units, by line id."""
    sql.execute(_SET_ADDED_PRICES, {"lines": list(amounts), "amounts": list(amounts.values())})


def _change(statement: str, owner: Owner, now: datetime, version: int | None, change: Mapping[str, Any]) -> sql.Row:
    row = sql.fetch_one(statement, {**owner.parameters(), "now": now, "version": version, **change})
    if row is not None:
        return row
    present = sql.fetch_one(_PRESENT, owner.parameters())
    if version is not None and present is not None and present["version"] != version:
        raise version_conflict(owner)
    raise NotFound(_("The cart has no such line."))


def _cannot_change(owner: Owner) -> Refusal:
    present = sql.fetch_one(_PRESENT, owner.parameters())
    if present is None or present["state"] != "open":
        return TokenSpent(_("The cart of this token is closed. Continue without the token."))
    return version_conflict(owner)


def version_conflict(owner: Owner) -> VersionConflict:
    """Return the refusal with the current version of the owner's cart."""
    present = sql.fetch_one(_PRESENT, owner.parameters())
    return VersionConflict(
        _("The cart has changed. Check it and try again."),
        version=present["version"] if present else None,
    )


class _QuantityChecked:
    """Turns a violation of the table's quantity limit into a refusal that names the field."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError) and "cart_line_quantity" in str(error):
            raise Malformed(_("At most %(most)d of an item.") % {"most": LARGEST_QUANTITY}, field="quantity") from error
