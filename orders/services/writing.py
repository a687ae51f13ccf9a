"""Writing an order with its lines, fulfilments and payments, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from carts.queries.carts import CartView
from carts.rules.quote import Discount, Quote
from core import sql
from core.actors import Actor
from core.translated import in_language
from orders.models import Fulfilment, Order, Payment
from orders.providers import SANDBOX, provider_of_cards
from orders.queries.views import DiscountView, FulfilmentView, LineView, OrderView, PaymentView, TaxView
from orders.rules.checkout import CARD, CARRY_OUT, CASH, PAY_IN_STORE, TEST, PlannedTender, Wish
from orders.services.sources import Part

# Sequences are asked for the ids of fulfilments and payments before they are inserted, because the rows that point to
# them are written by the same statement. Foreign keys are checked at commit, so the reservations may come later.
_WRITE = """
WITH new_order AS (
    INSERT INTO orders_order (
        number, cart_id, customer_id, state, channel, store_id, staff_id, till_session_id, currency, items_total,
        discount_total, shipping_total, tax_total, shipping_tax, shipping_tax_added, grand_total, contact_email,
        contact_phone, receipt_medium, language, client_id, request_mark, external_id, cancel_reason, placed_at,
        closed_at)
    VALUES (
        nextval('orders_order_number')::text, %(cart)s, %(customer)s::bigint, %(state)s, %(channel)s,
        %(store)s::bigint, %(staff)s::bigint, %(session)s::bigint, %(currency)s, %(items)s, %(discount)s, %(shipping)s,
        %(tax)s, %(shipping_tax)s, %(shipping_tax_added)s, %(grand)s, %(email)s, %(phone)s, %(receipt)s, %(language)s,
        %(client_id)s::uuid, %(request_mark)s, '', '', %(placed_at)s, %(closed_at)s::timestamptz)
    RETURNING id, number
), line AS (
    INSERT INTO orders_orderline (
        order_id, position, variant_id, sku, name, quantity, quantity_fulfilled, quantity_cancelled, quantity_returned,
        unit_price, discount, line_total, tax_rate, tax_amount, tax_added)
    SELECT new_order.id, place, variant_id, sku, name, quantity, fulfilled, 0, 0, unit_price, discount,
           quantity * unit_price - discount, tax_rate, tax_amount, tax_added
    FROM new_order,
         unnest(%(variants)s::bigint[], %(skus)s::text[], %(names)s::text[], %(quantities)s::int[],
                %(fulfilled)s::int[], %(unit_prices)s::bigint[], %(discounts)s::bigint[], %(tax_rates)s::int[],
                %(tax_amounts)s::bigint[], %(taxes_added)s::bigint[])
             WITH ORDINALITY AS given(variant_id, sku, name, quantity, fulfilled, unit_price, discount, tax_rate,
                                      tax_amount, tax_added, place)
    RETURNING id, position
), tax AS (
    INSERT INTO orders_ordertax (order_id, zone_id, rate, is_included, is_exempt, base, tax)
    SELECT new_order.id, given.*
    FROM new_order,
         unnest(%(zones)s::bigint[], %(zone_rates)s::int[], %(zones_include)s::bool[], %(zones_exempt)s::bool[],
                %(bases)s::bigint[], %(zone_taxes)s::bigint[]) AS given
), discount AS (
    INSERT INTO orders_orderdiscount (order_id, line_id, promotion_id, name, amount)
    SELECT new_order.id, line.id, given.promotion_id, given.name, given.amount
    FROM new_order,
         unnest(%(offers)s::bigint[], %(offer_names)s::text[], %(offer_lines)s::int[], %(offer_amounts)s::bigint[])
             WITH ORDINALITY AS given(promotion_id, name, position, amount, place)
    LEFT JOIN line ON line.position = given.position
    ORDER BY given.place
), part AS (
    SELECT *, nextval(pg_get_serial_sequence('orders_fulfilment', 'id')) AS id
    FROM unnest(%(kinds)s::text[], %(locations)s::bigint[], %(addresses)s::jsonb[], %(promised)s::timestamptz[])
         WITH ORDINALITY AS given(kind, location_id, address, promised_at, place)
), fulfilment AS (
    INSERT INTO orders_fulfilment (
        id, order_id, kind, location_id, state, address, promised_at, tracking, wrong_codes, reject_reason, finished_at)
    SELECT part.id, new_order.id, part.kind, part.location_id,
           CASE WHEN %(waits)s::bool THEN 'pending' WHEN part.kind = 'carry_out' THEN 'collected' ELSE 'placed' END,
           part.address, part.promised_at, '', 0, '',
           CASE WHEN part.kind = 'carry_out' AND NOT %(waits)s::bool THEN %(now)s::timestamptz END
    FROM new_order, part
), fulfilment_line AS (
    INSERT INTO orders_fulfilmentline (fulfilment_id, order_line_id, quantity, reservation_id, handed_over_at)
    SELECT part.id, line.id, given.quantity, given.reservation_id,
           CASE WHEN part.kind = 'carry_out' AND NOT %(waits)s::bool THEN %(now)s::timestamptz END
    FROM unnest(%(part_places)s::int[], %(line_places)s::int[], %(part_quantities)s::int[], %(reservations)s::uuid[])
         AS given(part_place, line_place, quantity, reservation_id)
    JOIN part ON part.place = given.part_place JOIN line ON line.position = given.line_place
    ORDER BY given.part_place, given.line_place
), tender AS (
    SELECT *, nextval(pg_get_serial_sequence('orders_payment', 'id')) AS id
    FROM unnest(%(methods)s::text[], %(providers)s::text[], %(amounts)s::bigint[], %(tendered)s::bigint[],
                %(payment_states)s::text[], %(attempt_keys)s::uuid[], %(payment_methods)s::text[],
                %(roundings)s::bigint[], %(hold_keys)s::uuid[], %(points)s::bigint[], %(customer_refs)s::text[],
                %(saves_cards)s::bool[])
         WITH ORDINALITY AS given(method, provider, amount, tendered, state, attempt_key, payment_method, rounding,
                                  hold_key, points, customer_ref, saves_card, place)
), payment AS (
    INSERT INTO orders_payment (
        id, order_id, method, provider, amount, refunded, tendered, rounding, hold_key, points, state, captured_at)
    SELECT tender.id, new_order.id, tender.method, tender.provider, tender.amount, 0, tender.tendered, tender.rounding,
           tender.hold_key, tender.points, tender.state,
           CASE WHEN tender.state = 'captured' THEN %(now)s::timestamptz END
    FROM new_order, tender
), attempt AS (
    INSERT INTO orders_paymentattempt (
        payment_id, key, payment_method, customer_ref, saves_card, captures_at_once, outcome, provider_ref, detail,
        asked_at)
    SELECT tender.id, tender.attempt_key, tender.payment_method, tender.customer_ref, tender.saves_card,
           %(captures)s::bool, 'asked', '', '', %(now)s
    FROM tender WHERE tender.attempt_key IS NOT NULL
)
SELECT new_order.id, new_order.number, (SELECT array_agg(id ORDER BY position) FROM line) AS lines,
       (SELECT array_agg(id ORDER BY place) FROM part) AS fulfilments,
       (SELECT array_agg(id ORDER BY place) FROM tender) AS payments
FROM new_order
"""

_STATE_BY_METHOD = {PAY_IN_STORE: Payment.DUE, CARD: Payment.PENDING, TEST: Payment.PENDING}


@dataclass(frozen=True, slots=True)
class Draft:
    """
    Everything an order is made of, worked out and checked.

    waits: a provider has to be asked for money first. captures: it takes it at once.
    """

    cart: CartView
    wish: Wish
    parts: Sequence[Part]
    quote: Quote
    tenders: Sequence[PlannedTender]
    waits: bool
    captures: bool = True

    @property
    def customer_id(self) -> int | None:
        """Whose order it becomes: the cart's owner, or whom staff recognised."""
        return self.cart.customer_id or self.wish.customer_id

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do once it is written: all of it goes over the counter at once."""
        return not self.waits and all(part.kind == CARRY_OUT for part in self.parts)


def needs_provider(tender: PlannedTender) -> bool:
    """Return whether somebody outside has to be asked for this tender."""
    return _STATE_BY_METHOD.get(tender.method) == Payment.PENDING


def provider_of(tender: PlannedTender) -> str:
    """Return the name of who has to be asked for a tender; empty for nobody."""
    if not needs_provider(tender):
        return ""
    return provider_of_cards() if tender.method == CARD else SANDBOX


def write_order(draft: Draft, *, by: Actor, now: datetime) -> OrderView:
    """Write an order with all that belongs to it, in one statement, and return it as it will be read back."""
    row = sql.fetch_one(_WRITE, _parameters(draft, by, now))
    assert row is not None
    return _as_read(draft, row, by, now)


def _parameters(draft: Draft, by: Actor, now: datetime) -> dict[str, Any]:
    cart, wish, totals = draft.cart, draft.wish, draft.quote.totals
    place_of = {line.id: place for place, line in enumerate(cart.lines, 1)}
    flat = [(place, line) for place, part in enumerate(draft.parts, 1) for line in part.lines]
    gone = _carried_out(draft)
    return {
        "cart": cart.id,
        "customer": draft.customer_id,
        "state": _order_state(draft),
        "channel": by.channel,
        "store": by.store_id,
        "staff": by.staff_id,
        "session": wish.session_id,
        "currency": cart.currency,
        "items": totals.items,
        "discount": totals.discount,
        "shipping": totals.shipping,
        "tax": totals.tax,
        "shipping_tax": draft.quote.shipping_taxed.tax,
        "shipping_tax_added": draft.quote.shipping_taxed.added,
        "grand": totals.grand,
        "email": wish.contact_email,
        "phone": wish.contact_phone,
        "receipt": wish.receipt_medium,
        "language": wish.language,
        "client_id": wish.client_id,
        "request_mark": wish.request_mark,
        "now": now,
        "placed_at": wish.occurred_at or now,
        "closed_at": now if draft.is_complete else None,
        "waits": draft.waits,
        "captures": draft.captures,
        "variants": [line.variant_id for line in cart.lines],
        "skus": [line.sku for line in cart.lines],
        "names": [in_language(line.name, wish.language) for line in cart.lines],
        "quantities": [line.quantity for line in cart.lines],
        "fulfilled": [gone.get(line.id, 0) for line in cart.lines],
        "unit_prices": [line.unit_price for line in cart.lines],
        "kinds": [part.kind for part in draft.parts],
        "locations": [part.source.id for part in draft.parts],
        "addresses": [orjson.dumps(part.address).decode() for part in draft.parts],
        "promised": [part.promised_at for part in draft.parts],
        "part_places": [place for place, _line in flat],
        "line_places": [place_of[line.line_id] for _place, line in flat],
        "part_quantities": [line.quantity for _place, line in flat],
        "reservations": [line.reservation_id for _place, line in flat],
        **_quote_parameters(draft),
        **_tender_parameters(draft),
    }


def _quote_parameters(draft: Draft) -> dict[str, Any]:
    lines = [draft.quote.lines[line.id] for line in draft.cart.lines]
    taxes = draft.quote.taxes
    # Offer by offer, as the cart lists them: what was written first is told first.
    discounts: list[tuple[int | None, Discount]] = [
        (place, share)
        for discount in draft.quote.discounts
        for place, line in enumerate(lines, 1)
        for share in line.discounts
        if share.offer_id == discount.offer_id
    ]
    discounts += [(None, discount) for discount in draft.quote.discounts if discount.target == "shipping"]
    return {
        "discounts": [line.discount for line in lines],
        "tax_rates": [line.tax_rate for line in lines],
        "tax_amounts": [line.taxed.tax for line in lines],
        "taxes_added": [line.taxed.added for line in lines],
        "zones": [tax.zone_id for tax in taxes],
        "zone_rates": [tax.basis_points for tax in taxes],
        "zones_include": [tax.is_included for tax in taxes],
        "zones_exempt": [tax.is_exempt for tax in taxes],
        "bases": [tax.base for tax in taxes],
        "zone_taxes": [tax.tax for tax in taxes],
        "offers": [discount.offer_id for _place, discount in discounts],
        "offer_names": [in_language(discount.name, draft.wish.language) for _place, discount in discounts],
        "offer_lines": [place for place, _discount in discounts],
        "offer_amounts": [discount.amount for _place, discount in discounts],
    }


def _tender_parameters(draft: Draft) -> dict[str, Any]:
    tenders = draft.tenders
    return {
        "methods": [tender.method for tender in tenders],
        "providers": [provider_of(tender) for tender in tenders],
        "amounts": [tender.amount for tender in tenders],
        "tendered": [tender.tendered if tender.method == CASH else None for tender in tenders],
        "payment_states": [_payment_state(tender, draft) for tender in tenders],
        "attempt_keys": [tender.attempt_key for tender in tenders],
        "payment_methods": [tender.payment_method for tender in tenders],
        "roundings": [tender.rounding for tender in tenders],
        "hold_keys": [tender.hold_key for tender in tenders],
        "points": [tender.points for tender in tenders],
        "customer_refs": [tender.customer_ref for tender in tenders],
        "saves_cards": [tender.saves_card for tender in tenders],
    }


def _payment_state(tender: PlannedTender, draft: Draft) -> str:
    """What the shop has in its own hands is held as long as it waits for others' money, and captured without."""
    return _STATE_BY_METHOD.get(tender.method) or (Payment.HELD if draft.waits else Payment.CAPTURED)


def _order_state(draft: Draft) -> str:
    if draft.waits:
        return Order.PENDING
    return Order.COMPLETED if draft.is_complete else Order.PLACED


def _carried_out(draft: Draft) -> dict[int, int]:
    """Units by cart line that leave over the counter at once."""
    if draft.waits:
        return {}
    return {line.line_id: line.quantity for part in draft.parts if part.kind == CARRY_OUT for line in part.lines}


def _as_read(draft: Draft, row: sql.Row, by: Actor, now: datetime) -> OrderView:
    cart, wish, totals = draft.cart, draft.wish, draft.quote.totals
    order_lines = dict(zip((line.id for line in cart.lines), row["lines"], strict=True))
    state_of = {Fulfilment.CARRY_OUT: "collected"}
    return OrderView(
        id=row["id"],
        number=row["number"],
        state=_order_state(draft),
        placed_at=wish.occurred_at or now,
        channel=by.channel,
        store=by.store_code or None,
        customer_id=draft.customer_id,
        currency=cart.currency,
        items_total=totals.items,
        discount_total=totals.discount,
        shipping_total=totals.shipping,
        tax_total=totals.tax,
        grand_total=totals.grand,
        contact_email=wish.contact_email,
        contact_phone=wish.contact_phone,
        language=wish.language,
        cart_id=cart.id,
        lines=_lines_as_read(draft, row["lines"]),
        discounts=[
            DiscountView(in_language(discount.name, wish.language), discount.amount, discount.target)
            for discount in draft.quote.discounts
        ],
        taxes=[
            TaxView(tax.basis_points, tax.is_included, tax.is_exempt, tax.base, tax.tax) for tax in draft.quote.taxes
        ],
        fulfilments=[
            FulfilmentView(
                id=fulfilment_id,
                kind=part.kind,
                store=part.source.code,
                state="pending" if draft.waits else state_of.get(part.kind, "placed"),
                address=part.address,
                promised_at=part.promised_at,
                lines=[(order_lines[line.line_id], line.quantity) for line in part.lines],
            )
            for part, fulfilment_id in zip(draft.parts, row["fulfilments"], strict=True)
        ],
        payments=[
            _payment_as_read(payment_id, tender, draft)
            for tender, payment_id in zip(draft.tenders, row["payments"] or (), strict=True)
        ],
    )


def _lines_as_read(draft: Draft, ids: Sequence[int]) -> list[LineView]:
    gone, quoted = _carried_out(draft), draft.quote.lines
    return [
        LineView(
            id=line_id,
            variant_id=line.variant_id,
            sku=line.sku,
            name=in_language(line.name, draft.wish.language),
            quantity=line.quantity,
            unit_price=line.unit_price or 0,
            discount=quoted[line.id].discount,
            line_total=quoted[line.id].total,
            fulfilled=gone.get(line.id, 0),
            tax_rate=quoted[line.id].tax_rate,
            tax=quoted[line.id].taxed.tax,
        )
        for line, line_id in zip(draft.cart.lines, ids, strict=True)
    ]


def _payment_as_read(payment_id: int, tender: PlannedTender, draft: Draft) -> PaymentView:
    return PaymentView(
        id=payment_id,
        method=tender.method,
        amount=tender.amount,
        state=_payment_state(tender, draft),
        tendered=tender.tendered if tender.method == CASH else None,
        rounding=tender.rounding,
        points=tender.points,
    )
