"""Reads orders: one statement for an order with everything that belongs to it, one for a page of a list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.data import sql
from core.errors import NotFound
from orders.queries.scopes import IS_SERVED
from orders.queries.views import DUE, DiscountView, FeeView, FulfilmentView, LineView, OrderView, PaymentView, TaxView
from orders.rules.checkout import PAY_IN_STORE
from orders.rules.order_fields import ORDER_FIELDS, columns_read

MOST_FOUND = 1000

_COLUMNS = f"""
SELECT {columns_read(ORDER_FIELDS, table="orders")}, orders.fees,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', line.id, 'variant_id', line.variant_id, 'sku', line.sku, 'name', line.name,
            'quantity', line.quantity, 'unit_price', line.unit_price, 'discount', line.discount,
            'line_total', line.line_total, 'fulfilled', line.quantity_fulfilled,
            'cancelled', line.quantity_cancelled, 'returned', line.quantity_returned,
            'tax_rate', trim_scale(line.tax_rate + line.tax_rate_finer * 0.001),
            'tax', line.tax_amount, 'deposit', line.deposit, 'is_gift', line.is_gift,
            'return_policy', line.return_policy) ORDER BY line.position), '[]')
        FROM orders_orderline AS line WHERE line.order_id = orders.id) AS lines,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', fulfilment.id, 'kind', fulfilment.kind, 'store', location.code, 'state', fulfilment.state,
            'address', fulfilment.address, 'promised_at', fulfilment.promised_at, 'ready_at', fulfilment.ready_at,
            'expires_at', fulfilment.expires_at, 'tracking', fulfilment.tracking,
            'tracking_url', fulfilment.tracking_url,
            'method', fulfilment.method, 'method_name', fulfilment.method_name,
            'lines', (SELECT coalesce(jsonb_agg(jsonb_build_array(part.order_line_id, part.quantity)
                                                ORDER BY part.id), '[]')
                      FROM (SELECT order_line_id, sum(quantity)::int AS quantity, min(id) AS id
                            FROM orders_fulfilmentline WHERE fulfilment_id = fulfilment.id
                            GROUP BY order_line_id) AS part))
            ORDER BY fulfilment.id), '[]')
        FROM orders_fulfilment AS fulfilment JOIN inventory_location AS location ON location.id = fulfilment.location_id
        WHERE fulfilment.order_id = orders.id) AS fulfilments,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', payment.id, 'method', payment.method, 'amount', payment.amount, 'state', payment.state,
            'refunded', payment.refunded, 'tendered', payment.tendered, 'rounding', payment.rounding,
            'points', payment.points, 'authorised_until', payment.authorised_until,
            'card', (SELECT max(card.code_end) FROM accounts_balancehold AS hold
                     JOIN accounts_balance AS card ON card.id = hold.balance_id
                     WHERE hold.reference = payment.hold_key AND payment.method = 'gift_card'))
            ORDER BY payment.id), '[]')
        FROM orders_payment AS payment WHERE payment.order_id = orders.id) AS payments,
       (SELECT sum(amount)::bigint FROM orders_balancedueentry WHERE order_id = orders.id) AS due,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', refund.id::text, 'method', payment.method,
            'at_desk', payment.provider = '' AND payment.hold_key IS NULL AND refund.goes_to <> 'exchange'
                       OR refund.goes_to = 'cash',
            'amount', refund.amount,
            'state', refund.state, 'reason', refund.reason, 'goes_to', refund.goes_to,
            'asked_at', refund.asked_at) ORDER BY refund.id), '[]')
        FROM orders_refund AS refund JOIN orders_payment AS payment ON payment.id = refund.payment_id
        WHERE payment.order_id = orders.id) AS refunds,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'number', goods.number, 'state', goods.state, 'reject_reason', goods.reject_reason,
            'method', goods.method, 'refund', goods.refund_to,
            'amount', goods.amount, 'withheld_for_gifts', goods.withheld_for_gifts,
            'fee', goods.fee, 'charges_back', goods.charges_back,
            'requested_at', goods.requested_at,
            'lines', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                          'line', part.order_line_id::text, 'sku', part.sku, 'quantity', part.quantity,
                          'reason', part.reason) ORDER BY part.id), '[]')
                      FROM orders_returnline AS part WHERE part.parent_id = goods.id)) ORDER BY goods.id), '[]')
        FROM orders_return AS goods WHERE goods.order_id = orders.id) AS returns,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'rate', trim_scale(tax.rate + tax.rate_finer * 0.001), 'levy', tax.levy, 'is_included', tax.is_included,
            'is_exempt', tax.is_exempt, 'base', tax.base, 'tax', tax.tax)
            ORDER BY tax.rate DESC, tax.rate_finer DESC, tax.id), '[]')
        FROM orders_ordertax AS tax WHERE tax.order_id = orders.id) AS taxes,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('name', given.name, 'amount', given.amount,
            'target', CASE WHEN given.is_shipping THEN 'shipping' ELSE 'items' END) ORDER BY given.first), '[]')
        FROM (SELECT name, line_id IS NULL AS is_shipping, sum(amount)::bigint AS amount, min(id) AS first
              FROM orders_orderdiscount WHERE order_id = orders.id GROUP BY promotion_id, name, line_id IS NULL)
            AS given) AS discounts,
       (SELECT jsonb_build_object('name', collector.name, 'phone', collector.phone)
        FROM orders_collector AS collector WHERE collector.order_id = orders.id) AS collector
FROM orders_order AS orders LEFT JOIN inventory_location AS store ON store.id = orders.store_id
"""
_BY_NUMBER = f"{_COLUMNS} WHERE orders.number = %(number)s"
_BY_CLIENT_ID = f"{_COLUMNS} WHERE orders.client_id = %(client_id)s AND orders.state <> 'failed'"
_BY_REQUEST_KEY = (
    f"{_COLUMNS} WHERE orders.request_key = %(request_key)s AND orders.request_key <> '' AND orders.state <> 'failed'"
)
_OF_CUSTOMER = f"""{_COLUMNS}
WHERE orders.customer_id = ANY(%(customers)s::bigint[]) AND orders.state <> 'failed'
  AND (%(after)s::bigint IS NULL OR orders.id < %(after)s::bigint)
ORDER BY orders.id DESC LIMIT %(limit)s
"""
_AT_TILL = f"""{_COLUMNS}
WHERE orders.customer_id = ANY(%(customers)s::bigint[]) AND orders.state <> 'failed' AND {IS_SERVED}
ORDER BY orders.id DESC LIMIT %(limit)s
"""
# Each way of finding an order uses its own index, and only the orders to be shown are read whole; a guest is found by
# the contact they left. The operators ~>=~ and ~<~ compare letter by letter, which a prepared LIKE could not look up.
_FOUND = f"""{_COLUMNS}
WHERE orders.id = ANY(ARRAY(
    SELECT id FROM (
        SELECT id, state FROM orders_order WHERE number = %(number)s
        UNION
        SELECT id, state FROM orders_order WHERE customer_id = ANY(%(customers)s::bigint[])
        UNION
        SELECT id, state FROM orders_order WHERE customer_id IS NULL AND %(email)s <> '' AND contact_email = %(email)s
        UNION
        SELECT id, state FROM orders_order
        WHERE customer_id IS NULL AND contact_phone <> '' AND %(phone)s <> ''
          AND reverse(contact_phone) ~>=~ %(phone)s AND reverse(contact_phone) ~<~ (%(phone)s || ':')) AS hit
    WHERE state <> 'failed' AND (%(after)s::bigint IS NULL OR id < %(after)s::bigint)
      AND EXISTS (
          SELECT FROM orders_order AS orders
          WHERE orders.id = hit.id AND (orders.number = %(number)s OR {IS_SERVED}))
    ORDER BY id DESC LIMIT %(limit)s))
ORDER BY orders.id DESC
"""
_IDS = """
SELECT id FROM (
    (SELECT id FROM orders_order WHERE number ~>=~ %(text)s AND number ~<~ (%(text)s || chr(1114111)) LIMIT %(limit)s)
    UNION
    (SELECT id FROM orders_order WHERE contact_email ~>=~ %(email)s AND contact_email ~<~ (%(email)s || chr(1114111))
     LIMIT %(limit)s)
    UNION
    (SELECT id FROM orders_order WHERE contact_phone ~>=~ %(text)s AND contact_phone ~<~ (%(text)s || chr(1114111))
     LIMIT %(limit)s)
    UNION
    SELECT id FROM orders_order WHERE external_id <> '' AND external_id = %(text)s
    UNION
    (SELECT id FROM orders_order WHERE customer_id = ANY(%(customers)s::bigint[]) ORDER BY id DESC LIMIT %(limit)s)
) AS hit ORDER BY id DESC LIMIT %(limit)s
"""
_ORDERED_WITH = """
SELECT orders.number FROM orders_order AS orders JOIN carts_cart AS cart ON cart.id = orders.cart_id
WHERE orders.state <> 'failed' AND cart.state = 'ordered' AND cart.version = %(version)s
  AND (cart.customer_id = ANY(%(customers)s::bigint[])
       OR (cart.token_hash <> '' AND cart.token_hash = %(token_hash)s))
ORDER BY orders.id DESC LIMIT 1
"""
_OF_CART = "SELECT number FROM orders_order WHERE cart_id = %(cart)s AND state <> 'failed' ORDER BY id DESC LIMIT 1"
_OPENED_BY = """
SELECT EXISTS (
    SELECT FROM carts_cart WHERE id = %(cart)s AND token_hash <> '' AND token_hash = %(token_hash)s) AS opens
"""
# Whoever orders without signing in, with an address that an account has verified, still sees what they have just done.
_JUST_JOINED = """
SELECT EXISTS (
    SELECT FROM orders_order AS orders JOIN carts_cart AS cart ON cart.id = orders.cart_id AND cart.customer_id IS NULL
    JOIN accounts_customer AS owner ON owner.id = orders.customer_id
        AND coalesce(owner.signed_up_at, owner.joined_at) < orders.placed_at
    WHERE orders.id = %(order)s AND orders.placed_at > now() - interval '1 hour') AS is_so
"""


def get_order(number: str) -> OrderView:
    """Return an order by its number. Raises NotFound."""
    row = sql.fetch_one(_BY_NUMBER, {"number": number})
    if row is None:
        raise NotFound(_("There is no such order."))
    return _view(row)


def get_order_for(*, number: str, customer_ids: Sequence[int], token_hash: str) -> OrderView:
    """
    Return an order to its owner: one of the person's records, or whoever has the token of the cart it came from.

    Raises NotFound, alike for an order that does not exist and one of somebody else.
    """
    order = get_order(number)
    is_own = order.customer_id is not None and order.customer_id in customer_ids
    if not is_own and not _is_opened_by(order, token_hash):
        raise NotFound(_("There is no such order."))
    return order


def is_open_to_guests(order: OrderView) -> bool:
    """
    Return whether an order is shown to whoever holds its link or its cart's token, without signing in.

    So it is until somebody signs up with it. An order that joined an account which was there before stays open to its
    guest for an hour: they have just placed it.
    """
    if order.customer_id is None:
        return True
    row = sql.fetch_one(_JUST_JOINED, {"order": order.id})
    return bool(row and row["is_so"])


def find_order_by_client_id(client_id: object) -> OrderView | None:
    """Return the sale that a till made under its own id, if it is stored already."""
    row = sql.fetch_one(_BY_CLIENT_ID, {"client_id": client_id})
    return _view(row) if row else None


def find_order_by_request_key(request_key: str) -> OrderView | None:
    """Return the order that the request with this key has placed, if any."""
    row = sql.fetch_one(_BY_REQUEST_KEY, {"request_key": request_key})
    return _view(row) if row else None


def orders_of(*, customer_ids: Sequence[int], after: int | None, limit: int) -> list[OrderView]:
    """Return a person's orders of every channel, newest first."""
    rows = sql.fetch_all(_OF_CUSTOMER, {"customers": list(customer_ids), "after": after, "limit": limit})
    return [_view(row) for row in rows]


def orders_at_till(*, customer_ids: Sequence[int], store_id: int, limit: int) -> list[OrderView]:
    """Return a person's orders that a store serves (orders.queries.scopes), newest first."""
    rows = sql.fetch_all(_AT_TILL, {"customers": list(customer_ids), "store": store_id, "limit": limit})
    return [_view(row) for row in rows]


def find_orders(
    *,
    number: str,
    customer_ids: Sequence[int],
    email: str,
    phone_end: str,
    store_id: int,
    after: int | None,
    limit: int,
) -> list[OrderView]:
    """
    Return the order with this number, and those of these customers or of a guest with this contact, newest first.

    email: a whole address in lower case; phone_end: the last digits of a number. Either may be empty. store_id: who
    asks; by its whole number an order of any store is found, by its buyer only one that this store serves.
    """
    rows = sql.fetch_all(
        _FOUND,
        {
            "number": number,
            "customers": list(customer_ids),
            "email": email,
            "phone": phone_end[::-1],
            "store": store_id,
            "after": after,
            "limit": limit,
        },
    )
    return [_view(row) for row in rows]


def find_order_ids(text: str, *, customer_ids: Sequence[int]) -> list[int]:
    """
    Return the ids of the orders, the newest MOST_FOUND at most, that the back office looks for.

    text: the beginning of a number, of a guest's or buyer's e-mail address or phone number, or a whole number of
    another system. customer_ids: customers whose orders match too.
    """
    parameters = {"text": text, "email": text.lower(), "customers": list(customer_ids), "limit": MOST_FOUND}
    return [row["id"] for row in sql.fetch_all(_IDS, parameters)]


def number_ordered_with(*, customer_ids: Sequence[int], token_hash: str, version: int) -> str | None:
    """Return the number of the order made from the owner's cart at exactly this version, if there is one."""
    row = sql.fetch_one(_ORDERED_WITH, {"customers": list(customer_ids), "token_hash": token_hash, "version": version})
    return str(row["number"]) if row else None


def number_of_cart(cart_id: int) -> str | None:
    """Return the number of the order made from a cart, if there is one."""
    row = sql.fetch_one(_OF_CART, {"cart": cart_id})
    return str(row["number"]) if row else None


def _is_opened_by(order: OrderView, token_hash: str) -> bool:
    if not token_hash or order.cart_id is None or not is_open_to_guests(order):
        return False
    row = sql.fetch_one(_OPENED_BY, {"cart": order.cart_id, "token_hash": token_hash})
    return bool(row and row["opens"])


def _view(row: dict[str, Any]) -> OrderView:
    lines = [LineView(**line) for line in row.pop("lines")]
    payments = [_payment(payment) for payment in row.pop("payments")]
    if due := row.pop("due"):
        payments.append(PaymentView(None, PAY_IN_STORE, due, DUE))
    taxes = [TaxView(**tax) for tax in row.pop("taxes")]
    discounts = [DiscountView(**discount) for discount in row.pop("discounts")]
    fees = [FeeView(**fee) for fee in row.pop("fees") or ()]
    # A part whose goods all went elsewhere has ended, and says nothing to anybody.
    parts = [part for part in row.pop("fulfilments") if part["lines"] or part["state"] != "cancelled"]
    fulfilments = [_fulfilment(part) for part in parts]
    return OrderView(
        lines=lines, fulfilments=fulfilments, payments=payments, taxes=taxes, discounts=discounts, fees=fees, **row
    )


def _payment(row: dict[str, Any]) -> PaymentView:
    if row["authorised_until"] is not None:
        row["authorised_until"] = _instant(row["authorised_until"])
    return PaymentView(**row)


def _fulfilment(row: dict[str, Any]) -> FulfilmentView:
    for name in ("promised_at", "ready_at", "expires_at"):
        row[name] = _instant(row[name])
    row["lines"] = [(line_id, quantity) for line_id, quantity in row["lines"]]
    return FulfilmentView(**row)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
