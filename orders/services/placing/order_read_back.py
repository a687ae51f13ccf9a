"""An order that was just written, as it will be read back, without reading it."""

from collections.abc import Sequence
from typing import Any

from core.data import sql
from core.texts.translated import in_language
from orders.models import Fulfilment
from orders.queries.views import DUE, DiscountView, FeeView, FulfilmentView, LineView, OrderView, PaymentView, TaxView
from orders.rules.checkout import CASH, PlannedTender
from orders.services.placing.new_order import NewOrder, carried_out, method_name, payment_state


def as_read(draft: NewOrder, fields: dict[str, Any], row: sql.Row) -> OrderView:
    """Return an order from its draft, its own fields as they were written, and the ids that PostgreSQL gave."""
    cart, request = draft.cart, draft.request
    order_lines = dict(zip((line.id for line in cart.lines), row["lines"], strict=True))
    state_of = {Fulfilment.CARRY_OUT: "collected"}
    return OrderView(
        **fields | {name: row[name] for name in ("id", "number", "contact_email", "contact_phone")},
        lines=_lines_as_read(draft, row["lines"]),
        discounts=[
            DiscountView(in_language(discount.name, request.language), discount.amount, discount.target)
            for discount in draft.quote.discounts
        ],
        taxes=[
            TaxView(tax.basis_points, tax.is_included, tax.is_exempt, tax.base, tax.tax, tax.levy)
            for tax in draft.quote.taxes
        ],
        fees=[FeeView(each.fee.name, each.amount) for each in draft.quote.fees],
        fulfilments=[
            FulfilmentView(
                id=fulfilment_id,
                kind=allocation.kind,
                store=allocation.source.code,
                state="pending" if draft.waits else state_of.get(allocation.kind, "placed"),
                address=allocation.address,
                promised_at=allocation.promised_at,
                lines=[(order_lines[line.line_id], line.quantity) for line in allocation.lines],
                method=allocation.method.code if allocation.method else "",
                method_name=method_name(allocation, request.language),
            )
            for allocation, fulfilment_id in zip(draft.allocations, row["fulfilments"] or (), strict=True)
        ],
        payments=_payments_as_read(draft, row["payments"] or ()),
    )


def _lines_as_read(draft: NewOrder, ids: Sequence[int]) -> list[LineView]:
    gone, quoted = carried_out(draft), draft.quote.lines
    return [
        LineView(
            id=line_id,
            variant_id=line.variant_id,
            sku=line.sku,
            name=in_language(line.name, draft.request.language),
            quantity=line.quantity,
            unit_price=line.unit_price or 0,
            discount=quoted[line.id].discount,
            line_total=quoted[line.id].total,
            fulfilled=gone.get(line.id, 0),
            tax_rate=quoted[line.id].tax_rate,
            tax=quoted[line.id].taxed.tax,
            deposit=quoted[line.id].deposit.amount,
            is_gift=line.is_gift,
            return_policy=draft.return_policies.get(line.id),
        )
        for line, line_id in zip(draft.cart.lines, ids, strict=True)
    ]


def _payments_as_read(draft: NewOrder, ids: Sequence[int | None]) -> list[PaymentView]:
    payments = [
        _payment_as_read(payment_id, tender, draft) for tender, payment_id in zip(draft.tenders, ids, strict=True)
    ]
    return sorted(payments, key=lambda payment: payment.state == DUE)


def _payment_as_read(payment_id: int | None, tender: PlannedTender, draft: NewOrder) -> PaymentView:
    return PaymentView(
        id=payment_id,
        method=tender.method,
        amount=tender.amount,
        state=payment_state(tender, draft),
        tendered=tender.tendered if tender.method == CASH else None,
        rounding=tender.rounding,
        points=tender.points,
    )
