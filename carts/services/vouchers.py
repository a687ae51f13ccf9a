"""
Vouchers: added to a cart, held by an order, used, and returned.

One conditional UPDATE counts each use, so that one buyer gets the last use however many try at once; the tables' CHECK
constraints guard it too. A use is returned once, by the id of the cart it was taken for.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.queries.records import RECORDS_OF_PERSON
from carts.models import Promotion, Voucher, VoucherBudget
from carts.queries.vouchers import voucher_by_code
from carts.rules.vouchers import (
    LETTERS,
    MOST_IN_A_CART,
    SAME_PROMOTION,
    SIGN_IN,
    SPENT,
    TOO_MANY,
    UNKNOWN,
    USED_BY_YOU,
    USED_UP,
    not_valid,
    objection_to,
    plain_code,
)
from carts.services.carts import Owner, version_conflict
from core.data import sql
from core.errors import NotFound

MOST_IN_A_SERIES = 10_000

_FIND_CART = """
SELECT id, version, customer_id, (SELECT count(*) FROM carts_cartvoucher WHERE cart_id = carts_cart.id) AS held
FROM carts_cart
WHERE state = 'open' AND (customer_id = ANY(%(customers)s::bigint[])
      OR (token_hash <> '' AND token_hash = %(token_hash)s))
ORDER BY id DESC LIMIT 1 FOR UPDATE
"""
_ADD = """
WITH added AS (
    INSERT INTO carts_cartvoucher (cart_id, voucher_id, added_at) VALUES (%(cart)s, %(voucher)s, %(now)s)
    ON CONFLICT (cart_id, voucher_id) DO NOTHING RETURNING cart_id
)
UPDATE carts_cart SET version = version + 1, changed_at = %(now)s FROM added WHERE carts_cart.id = added.cart_id
"""
# Only one voucher of a promotion counts; a second one would only fill a place.
_SAME_PROMOTION = """
SELECT 1 AS has FROM carts_cartvoucher AS held JOIN carts_voucher AS voucher ON voucher.id = held.voucher_id
WHERE held.cart_id = %(cart)s AND voucher.promotion_id = %(promotion)s AND voucher.id <> %(voucher)s
"""
_REMOVE = """
WITH removed AS (
    DELETE FROM carts_cartvoucher USING carts_voucher
    WHERE cart_id = %(cart)s AND voucher_id = carts_voucher.id AND carts_voucher.code = %(code)s RETURNING cart_id
)
UPDATE carts_cart SET version = version + 1, changed_at = %(now)s FROM removed WHERE carts_cart.id = removed.cart_id
"""
_COUNT = """
UPDATE carts_voucher SET uses = uses + 1
WHERE id = %(voucher)s AND is_active AND (max_uses IS NULL OR uses < max_uses)
RETURNING code, promotion_id, max_uses_each
"""
# The uses of all records of the person count; the voucher's row, locked before, lets one of them in at a time.
_COUNT_EACH = f"""
INSERT INTO carts_vouchercount AS present (voucher_id, customer_id, uses, most)
SELECT %(voucher)s, %(customer)s, 1, %(most)s::int
WHERE %(most)s::int > (SELECT coalesce(sum(uses), 0) FROM carts_vouchercount
                       WHERE voucher_id = %(voucher)s AND customer_id IN ({RECORDS_OF_PERSON}))
ON CONFLICT (voucher_id, customer_id) DO UPDATE SET uses = present.uses + 1, most = EXCLUDED.most
WHERE present.uses < EXCLUDED.most
"""
_SPEND = """
UPDATE carts_voucherbudget SET spent = spent + %(amount)s
WHERE promotion_id = %(promotion)s AND spent + %(amount)s <= amount
"""
_HAS_BUDGET = "SELECT 1 AS has FROM carts_voucherbudget WHERE promotion_id = %(promotion)s"
_SPENT = """
SELECT coalesce(sum(used.amount), 0)::bigint AS spent FROM carts_voucheruse AS used
JOIN carts_voucher AS voucher ON voucher.id = used.voucher_id
WHERE voucher.promotion_id = %(promotion)s AND used.state IN ('held', 'used')
"""
_USE = """
INSERT INTO carts_voucheruse (voucher_id, cart_id, customer_id, state, amount, held_at)
VALUES (%(voucher)s, %(cart)s, %(customer)s::bigint, %(state)s, %(amount)s, %(now)s)
"""
_SETTLE = """
UPDATE carts_voucheruse SET state = 'used', settled_at = %(now)s WHERE cart_id = %(cart)s AND state = 'held'
"""
_GIVE_BACK = """
WITH returned AS (
    UPDATE carts_voucheruse SET state = 'returned', settled_at = %(now)s
    WHERE cart_id = %(cart)s AND state IN ('held', 'used') RETURNING voucher_id, customer_id, amount
), voucher AS (
    UPDATE carts_voucher SET uses = uses - 1 FROM returned WHERE carts_voucher.id = returned.voucher_id
    RETURNING promotion_id, returned.amount
), counted AS (
    UPDATE carts_vouchercount AS present SET uses = greatest(present.uses - 1, 0) FROM returned
    WHERE present.voucher_id = returned.voucher_id AND present.customer_id = returned.customer_id
)
UPDATE carts_voucherbudget AS budget SET spent = budget.spent - sums.amount
FROM (SELECT promotion_id, sum(amount) AS amount FROM voucher GROUP BY promotion_id) AS sums
WHERE budget.promotion_id = sums.promotion_id
"""


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """A series to generate: `count` codes with a prefix, each with these limits and this period."""

    name: str
    count: int
    prefix: str = ""
    max_uses: int | None = 1
    max_uses_each: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@transaction.atomic(durable=True)
def add_voucher(*, owner: Owner, code: str, now: datetime, version: int | None = None) -> None:
    """
    Add a voucher to the owner's open cart; one that is already there changes nothing. Locks the cart.

    This spends nothing. Raises NotFound without a cart, VersionConflict, and VoucherNotValid.
    """
    cart = _open_cart(owner, version)
    if cart["held"] >= MOST_IN_A_CART:
        raise not_valid(plain_code(code), TOO_MANY)
    _put(cart["id"], code, customer_id=cart["customer_id"], now=now)


def put_vouchers(*, cart_id: int, codes: Sequence[str], customer_id: int | None, now: datetime) -> None:
    """Add vouchers to a cart that the caller has just created. Raises VoucherNotValid."""
    for code in codes:
        _put(cart_id, code, customer_id=customer_id, now=now)


@transaction.atomic(durable=True)
def remove_voucher(*, owner: Owner, code: str, now: datetime, version: int | None = None) -> None:
    """Remove a voucher from the owner's open cart. Locks the cart. Raises NotFound, VersionConflict."""
    cart = _open_cart(owner, version)
    if not sql.execute(_REMOVE, {"cart": cart["id"], "code": plain_code(code), "now": now}):
        raise NotFound(_("This voucher is not in the cart."))


@transaction.atomic(savepoint=False)
def hold_vouchers(
    *, cart_id: int, amounts: Mapping[int, int], customer_id: int | None, waits: bool, now: datetime
) -> None:
    """
    Count one use of each voucher for an order: held while its payment is awaited, else used at once.

    amounts: the discount of each voucher, by its id. Locks the vouchers in order of their ids, then their budgets.
    Raises VoucherNotValid if one was used up meanwhile; the caller's rollback undoes the others.
    """
    state = "held" if waits else "used"
    for voucher_id in sorted(amounts):
        parameters = {"voucher": voucher_id, "cart": cart_id, "customer": customer_id, "amount": amounts[voucher_id]}
        counted = sql.fetch_one(_COUNT, parameters)
        if counted is None:
            code = Voucher.objects.values_list("code", flat=True).get(pk=voucher_id)
            raise not_valid(code, USED_UP)
        if counted["max_uses_each"] is not None:
            if customer_id is None:
                raise not_valid(counted["code"], SIGN_IN)
            if not sql.execute(_COUNT_EACH, {**parameters, "most": counted["max_uses_each"]}):
                raise not_valid(counted["code"], USED_BY_YOU)
        promotion = {"promotion": counted["promotion_id"], "amount": amounts[voucher_id]}
        if not sql.execute(_SPEND, promotion) and sql.fetch_one(_HAS_BUDGET, promotion):
            raise not_valid(counted["code"], SPENT)
        sql.execute(_USE, {**parameters, "state": state, "now": now})


def settle_vouchers(*, cart_id: int, now: datetime) -> None:
    """Mark the vouchers that an order holds as used, now that it is confirmed; safe to repeat."""
    sql.execute(_SETTLE, {"cart": cart_id, "now": now})


def give_vouchers_back(*, cart_id: int, now: datetime) -> None:
    """Return the vouchers that an order held or used, because it failed or was cancelled; safe to repeat."""
    sql.execute(_GIVE_BACK, {"cart": cart_id, "now": now})


@transaction.atomic
def set_budget(*, promotion_id: int, amount: int) -> None:
    """
    Set the total discount that the vouchers of a promotion may give, in minor units; discounts so far count.

    Raises VoucherNotValid if they already gave more.
    """
    # A separate statement locks the promotion, so that the next one sees every use that was counted before.
    Promotion.objects.select_for_update().get(pk=promotion_id)
    row = sql.fetch_one(_SPENT, {"promotion": promotion_id})
    assert row is not None
    if row["spent"] > amount:
        raise not_valid("", SPENT)
    VoucherBudget.objects.update_or_create(
        promotion_id=promotion_id, defaults={"amount": amount, "spent": row["spent"]}
    )


@transaction.atomic
def generate_series(*, promotion_id: int, request: SeriesRequest) -> list[str]:
    """Generate codes that nobody can guess, and return them. request.count: at most 10000."""
    assert 0 < request.count <= MOST_IN_A_SERIES
    prefix = plain_code(request.prefix)
    codes: set[str] = set()
    while len(codes) < request.count:
        codes.add(prefix + "".join(secrets.choice(LETTERS) for _place in range(10)))
    Voucher.objects.bulk_create(
        Voucher(
            promotion_id=promotion_id,
            code=code,
            series=request.name,
            max_uses=request.max_uses,
            max_uses_each=request.max_uses_each,
            starts_at=request.starts_at,
            ends_at=request.ends_at,
        )
        for code in sorted(codes)
    )
    return sorted(codes)


def _put(cart_id: int, code: str, *, customer_id: int | None, now: datetime) -> None:
    code = plain_code(code)
    voucher = voucher_by_code(code, customer_id=customer_id)
    if voucher is None:
        raise not_valid(code, UNKNOWN)
    reason = objection_to(voucher, now=now)
    if reason is not None:
        raise not_valid(code, reason)
    wanted = {"cart": cart_id, "voucher": voucher.id, "promotion": voucher.promotion_id, "now": now}
    if sql.fetch_one(_SAME_PROMOTION, wanted):
        raise not_valid(code, SAME_PROMOTION)
    sql.execute(_ADD, wanted)


def _open_cart(owner: Owner, version: int | None) -> sql.Row:
    cart = sql.fetch_one(_FIND_CART, owner.parameters())
    if cart is None:
        raise NotFound(_("There is no cart yet. Add something to it first."))
    if version is not None and cart["version"] != version:
        raise version_conflict(owner)
    return cart
