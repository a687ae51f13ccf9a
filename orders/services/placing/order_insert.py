"""Inserts an order with its lines, fulfilments and payments, in one statement."""

from datetime import datetime
from typing import Any, NamedTuple

from accounts.queries.records import RECORDS_OF_PERSON
from carts.rules.quote import Discount
from carts.rules.taxes import BasisPoints, Taxed, whole_and_finer
from core.actors import Actor
from core.data import sql
from core.texts.translated import in_language
from orders.queries.views import OrderView
from orders.rules.checkout import CASH
from orders.rules.order_fields import ORDER_FIELDS, columns_written, given_in
from orders.services.payments.gateway import provider_of
from orders.services.placing.new_order import NewOrder, carried_out, method_name, order_state, payment_state
from orders.services.placing.order_read_back import as_read
from orders.services.registers.receipt_numbers import NUMBERED, not_next

# The ids of fulfilments and payments are taken from their sequences before the insert, because the rows that reference
# them are written by the same statement. Foreign keys are checked at commit, so the reservations may come later.
_COLUMNS, _VALUES = columns_written(
    ORDER_FIELDS,
    {
        "store_id": "%(store_id)s::bigint",
        "staff_id": "%(staff)s::bigint",
        "till_session_id": "%(session)s::bigint",
        "shipping_tax": "%(shipping_tax)s",
        "shipping_tax_added": "%(shipping_tax_added)s",
        "fee_tax": "%(fee_tax)s",
        "fee_tax_added": "%(fee_tax_added)s",
        "fees": "%(fees)s::jsonb",
        "receipt_medium": "%(receipt)s",
        "client_id": "%(client_id)s::uuid",
        "request_key": "%(request_key)s",
        "external_id": "''",
        "closed_at": "%(closed_at)s::timestamptz",
    },
)
# A record that was merged into another one has the contact of that one.
_WRITE = f"""
WITH buyer AS (
    SELECT person.email, person.phone
    FROM accounts_customer AS record
    JOIN accounts_customer AS person ON person.id = coalesce(record.merged_into_id, record.id)
    WHERE record.id = %(customer_id)s::bigint
), new_order AS (
    INSERT INTO orders_order ({_COLUMNS}) VALUES ({_VALUES})
    RETURNING id, number, contact_email, contact_phone
), line AS (
    INSERT INTO orders_orderline (
        order_id, position, variant_id, sku, name, quantity, quantity_fulfilled, quantity_cancelled, quantity_returned,
        unit_price, discount, line_total, deposit, is_deposit_taxed, is_gift, gift_earned_from, tax_rate,
        tax_rate_finer, levies, tax_amount, tax_added, return_policy)
    SELECT new_order.id, place, variant_id, sku, name, quantity, fulfilled, 0, 0, unit_price, discount,
           quantity * unit_price - discount, deposit, deposit_taxed, is_gift, gift_earned_from, tax_rate,
           tax_rate_finer, levies, tax_amount, tax_added, return_policy
    FROM new_order, json_to_recordset(%(lines)s::json) AS given(
        place int, variant_id bigint, sku text, name text, quantity int, fulfilled int, unit_price bigint,
        discount bigint, deposit bigint, deposit_taxed bool, is_gift bool, gift_earned_from bigint,
        tax_rate int, tax_rate_finer int, levies jsonb, tax_amount bigint, tax_added bigint,
        return_policy jsonb)
    RETURNING id, position
), tax AS (
    INSERT INTO orders_ordertax (order_id, zone_id, rate, rate_finer, levy, is_included, is_exempt, base, tax)
    SELECT new_order.id, given.*
    FROM new_order, json_to_recordset(%(taxes)s::json) AS given(
        zone_id bigint, rate int, rate_finer int, levy text, is_included bool, is_exempt bool, base bigint, tax bigint)
), discount AS (
    INSERT INTO orders_orderdiscount (order_id, line_id, promotion_id, name, amount)
    SELECT new_order.id, line.id, given.promotion_id, given.name, given.amount
    FROM new_order, json_to_recordset(%(discounts)s::json) AS given(
        place int, promotion_id bigint, name text, line int, amount bigint)
    LEFT JOIN line ON line.position = given.line
    ORDER BY given.place
), part AS (
    SELECT *, nextval('orders_fulfilment_id_seq') AS id
    FROM json_to_recordset(%(parts)s::json) AS given(
        place int, kind text, location_id bigint, address jsonb, promised_at timestamptz, method text,
        method_name text)
), fulfilment AS (
    INSERT INTO orders_fulfilment (
        id, order_id, kind, location_id, state, address, promised_at, tracking, wrong_codes, reject_reason, finished_at,
        method, method_name)
    SELECT part.id, new_order.id, part.kind, part.location_id,
           CASE WHEN %(waits)s::bool THEN 'pending' WHEN part.kind = 'carry_out' THEN 'collected' ELSE 'placed' END,
           part.address, part.promised_at, '', 0, '',
           CASE WHEN part.kind = 'carry_out' AND NOT %(waits)s::bool THEN %(now)s::timestamptz END,
           part.method, part.method_name
    FROM new_order, part
), fulfilment_line AS (
    INSERT INTO orders_fulfilmentline (fulfilment_id, order_line_id, quantity, reservation_id, handed_over_at)
    SELECT part.id, line.id, given.quantity, given.reservation_id,
           CASE WHEN part.kind = 'carry_out' AND NOT %(waits)s::bool THEN %(now)s::timestamptz END
    FROM json_to_recordset(%(part_lines)s::json) AS given(part int, line int, quantity int, reservation_id uuid)
    JOIN part ON part.place = given.part JOIN line ON line.position = given.line
    ORDER BY given.part, given.line
), tender AS (
    SELECT *, CASE WHEN state <> 'due' THEN nextval('orders_payment_id_seq') END AS id
    FROM json_to_recordset(%(tenders)s::json) AS given(
        place int, method text, provider text, amount bigint, tendered bigint, state text, attempt_key uuid,
        payment_method text, rounding bigint, coin bigint, hold_key uuid, points bigint, customer_ref text,
        saves_card bool)
), payment AS (
    INSERT INTO orders_payment (
        id, order_id, method, provider, amount, refunded, tendered, rounding, coin, hold_key, points, state,
        captured_at)
    SELECT tender.id, new_order.id, tender.method, tender.provider, tender.amount, 0, tender.tendered, tender.rounding,
           tender.coin, tender.hold_key, tender.points, tender.state,
           CASE WHEN tender.state = 'captured' THEN %(now)s::timestamptz END
    FROM new_order, tender WHERE tender.state <> 'due'
), due AS (
    INSERT INTO orders_balancedueentry (order_id, kind, amount, occurred_at)
    SELECT new_order.id, 'placed', tender.amount, %(now)s FROM new_order, tender WHERE tender.state = 'due'
), attempt AS (
    INSERT INTO orders_paymentattempt (
        payment_id, key, payment_method, customer_ref, saves_card, captures_at_once, outcome, provider_ref, detail,
        asked_at)
    SELECT tender.id, tender.attempt_key, tender.payment_method, tender.customer_ref, tender.saves_card,
           %(captures)s::bool, 'asked', '', '', %(now)s
    FROM tender WHERE tender.attempt_key IS NOT NULL
), sale AS (
    SELECT session.store_id, session.register FROM orders_tillsession AS session
    WHERE session.id = %(session)s::bigint AND %(is_numbered)s::bool
), {NUMBERED}, numbered AS (
    INSERT INTO orders_registerreceipt (order_id, store_id, register, sequence, numbered_at)
    SELECT new_order.id, counted.store_id, counted.register, counted.last, %(now)s
    FROM new_order, counted WHERE counted.last = coalesce(%(sequence)s::int, counted.last)
    RETURNING sequence
), held AS (
    -- The order itself is not counted: a statement does not see its own rows.
    SELECT count(*)::int AS orders, min(placed_at) AS since
    FROM orders_order
    WHERE %(waits)s::bool AND state = 'pending' AND customer_id IN ({RECORDS_OF_PERSON})
)
SELECT new_order.*, (SELECT sequence FROM numbered) AS sequence, held.orders AS held_orders, held.since AS held_since,
       (SELECT array_agg(id ORDER BY position) FROM line) AS lines,
       (SELECT array_agg(id ORDER BY place) FROM part) AS fulfilments,
       (SELECT array_agg(id ORDER BY place) FROM tender) AS payments
FROM new_order, held
"""


class HeldByBuyer(NamedTuple):
    """The orders of the same person whose payment was under way already, and since when the oldest is."""

    orders: int
    since: datetime | None


def write_order(draft: NewOrder, *, by: Actor, now: datetime) -> tuple[OrderView, HeldByBuyer]:
    """
    Write an order with everything that belongs to it, in one statement.

    Return it as it will be read back, and what its buyer holds already; that is nothing if it waits for no payment.
    Raises SequenceNotNext.
    """
    fields = _fields(draft, by, now)
    row = sql.fetch_one(_WRITE, fields | _other_parameters(draft, by, now))
    assert row is not None
    if draft.request.sequence is not None and row["sequence"] is None:
        assert draft.request.session_id is not None
        raise not_next(session_id=draft.request.session_id)
    return as_read(draft, fields, row), HeldByBuyer(row["held_orders"], row["held_since"])


def _fields(draft: NewOrder, by: Actor, now: datetime) -> dict[str, Any]:
    """Return the order's own fields by name, as they are written and will be read; PostgreSQL adds id and number."""
    cart, request, totals = draft.cart, draft.request, draft.quote.totals
    return {
        **given_in(request),
        "placed_at": request.occurred_at or now,
        "channel": by.channel,
        "store": by.store_code or None,
        "state": order_state(draft),
        "customer_id": draft.customer_id,
        "currency": cart.currency,
        "items_total": totals.items,
        "discount_total": totals.discount,
        "shipping_total": totals.shipping,
        "tax_total": totals.tax,
        "deposit_total": totals.deposit,
        "fee_total": totals.fees,
        "grand_total": totals.grand,
        "cart_id": cart.id,
    }


def _other_parameters(draft: NewOrder, by: Actor, now: datetime) -> dict[str, Any]:
    return {
        "store_id": by.store_id,
        "staff": by.staff_id,
        "session": draft.request.session_id,
        "sequence": draft.request.sequence,
        # What a till has printed while it was offline has its number, even if its payment is asked for only now.
        "is_numbered": not draft.waits
        or (draft.request.sequence is not None and draft.request.occurred_at is not None),
        "shipping_tax": draft.quote.shipping_taxed.tax,
        "shipping_tax_added": draft.quote.shipping_taxed.added,
        "fee_tax": draft.quote.fees_taxed.tax,
        "fee_tax_added": draft.quote.fees_taxed.added,
        "fees": _fees(draft),
        "receipt": draft.request.receipt_medium,
        "client_id": draft.request.client_id,
        "request_key": draft.request.request_key,
        "closed_at": now if draft.is_complete else None,
        "now": now,
        "waits": draft.waits,
        "customer": draft.customer_id,
        "captures": draft.captures,
        "lines": sql.as_json(_line_rows(draft)),
        "taxes": sql.as_json(_tax_rows(draft)),
        "discounts": sql.as_json(_discount_rows(draft)),
        "parts": sql.as_json(_part_rows(draft)),
        "part_lines": sql.as_json(_part_line_rows(draft)),
        "tenders": sql.as_json(_tender_rows(draft)),
    }


def _line_rows(draft: NewOrder) -> list[sql.Row]:
    gone, quoted = carried_out(draft), draft.quote.lines
    earned_from = {gift.line_id: gift.earned_from for gift in draft.quote.gifts}
    return [
        {
            "place": place,
            "variant_id": line.variant_id,
            "sku": line.sku,
            "name": in_language(line.name, draft.request.language),
            "quantity": line.quantity,
            "fulfilled": gone.get(line.id, 0),
            "unit_price": line.unit_price,
            "discount": quoted[line.id].discount,
            "deposit": quoted[line.id].deposit.amount,
            "deposit_taxed": quoted[line.id].deposit.bears_tax,
            "is_gift": line.is_gift,
            "gift_earned_from": earned_from.get(line.id, 0),
            **_rate_columns("tax_rate", quoted[line.id].tax_rate),
            "levies": _levies(quoted[line.id].taxed),
            "tax_amount": quoted[line.id].taxed.tax,
            "tax_added": quoted[line.id].taxed.added,
            "return_policy": draft.return_policies.get(line.id),
        }
        for place, line in enumerate(draft.cart.lines, 1)
    ]


def _fees(draft: NewOrder) -> str | None:
    fees: list[sql.Row] = [{"name": each.fee.name, "amount": each.amount} for each in draft.quote.fees]
    return sql.as_json(fees) if fees else None


def _tax_rows(draft: NewOrder) -> list[sql.Row]:
    return [
        {
            "zone_id": tax.zone_id,
            **_rate_columns("rate", tax.basis_points),
            "levy": tax.levy,
            "is_included": tax.is_included,
            "is_exempt": tax.is_exempt,
            "base": tax.base,
            "tax": tax.tax,
        }
        for tax in draft.quote.taxes
    ]


def _rate_columns(name: str, basis_points: BasisPoints) -> dict[str, int]:
    whole, finer = whole_and_finer(basis_points)
    return {name: whole, f"{name}_finer": finer}


def _levies(taxed: Taxed) -> list[list[Any]] | None:
    """Return name, rate in its two parts, tax, and other taxes in its base, of each of several taxes; None for one."""
    simple = sum(levy.tax for levy in taxed.levies if not levy.is_compound)
    return [
        [levy.name, *whole_and_finer(levy.basis_points), levy.tax, simple if levy.is_compound else 0]
        for levy in taxed.levies
    ] or None


def _discount_rows(draft: NewOrder) -> list[sql.Row]:
    """Return the rows by promotion, in the order in which the cart lists them, which is the order they are shown in."""
    quoted = draft.quote.lines
    shares: list[tuple[int | None, Discount]] = [
        (place, share)
        for discount in draft.quote.discounts
        for place, line in enumerate(draft.cart.lines, 1)
        for share in quoted[line.id].discounts
        if share.promotion_id == discount.promotion_id
    ]
    shares += [(None, discount) for discount in draft.quote.discounts if discount.target == "shipping"]
    return [
        {
            "place": place,
            "promotion_id": share.promotion_id,
            "name": in_language(share.name, draft.request.language),
            "line": line,
            "amount": share.amount,
        }
        for place, (line, share) in enumerate(shares, 1)
    ]


def _part_rows(draft: NewOrder) -> list[sql.Row]:
    return [
        {
            "place": place,
            "kind": allocation.kind,
            "location_id": allocation.source.id,
            "address": allocation.address,
            "promised_at": allocation.promised_at,
            "method": allocation.method.code if allocation.method else "",
            "method_name": method_name(allocation, draft.request.language),
        }
        for place, allocation in enumerate(draft.allocations, 1)
    ]


def _part_line_rows(draft: NewOrder) -> list[sql.Row]:
    place_of = {line.id: place for place, line in enumerate(draft.cart.lines, 1)}
    return [
        {
            "part": place,
            "line": place_of[line.line_id],
            "quantity": line.quantity,
            "reservation_id": line.reservation_id,
        }
        for place, allocation in enumerate(draft.allocations, 1)
        for line in allocation.lines
    ]


def _tender_rows(draft: NewOrder) -> list[sql.Row]:
    return [
        {
            "place": place,
            "method": tender.method,
            "provider": provider_of(tender),
            "amount": tender.amount,
            "tendered": tender.tendered if tender.method == CASH else None,
            "state": payment_state(tender, draft),
            "attempt_key": tender.attempt_key,
            "payment_method": tender.payment_method,
            "rounding": tender.rounding,
            "coin": tender.coin,
            "hold_key": tender.hold_key,
            "points": tender.points,
            "customer_ref": tender.customer_ref,
            "saves_card": tender.saves_card,
        }
        for place, tender in enumerate(draft.tenders, 1)
    ]
