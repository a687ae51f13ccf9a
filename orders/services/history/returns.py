"""What came back: each line with the order line it gives back, where that can be told."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from core import journal, sql
from core.actors import Actor
from core.ids import new_id
from orders.models import Payment, Refund, Return, ReturnLine
from orders.services.history.accounting import Source
from orders.services.history.events import ReturnImported
from orders.services.history.matching import Returned, Sold, match_returns

REASON = "imported"

_RETURNED = """
SELECT line.line, staged.ordinal, staged.invoice, staged.external_id, staged.customer_id, staged.channel, staged.store,
    staged.currency, staged.placed_at, line.sku, coalesce(nullif(line.sku, ''), line.name) AS thing,
    -line.quantity AS quantity, line.unit_price, variant.id AS variant_id
FROM import_orders AS staged
JOIN import_rows AS line ON line.invoice = staged.invoice AND line.is_return AND line.reason = ''
LEFT JOIN inventory_variant AS variant ON variant.sku = line.sku AND NOT line.is_charge
WHERE staged.piece = %(piece)s AND staged.is_return AND NOT staged.there
ORDER BY staged.ordinal, line.line
"""
# Locked in the order of their keys, as everywhere, so that a return at a desk meanwhile cannot take the same units.
_SOLD = """
SELECT line.id, line.order_id, placed.customer_id, wanted.thing, line.unit_price, placed.placed_at,
    line.quantity_fulfilled - line.quantity_returned AS units_out
FROM (
    SELECT DISTINCT * FROM unnest(%(customers)s::bigint[], %(things)s::text[], %(prices)s::bigint[])
        AS wanted (customer_id, thing, unit_price)
) AS wanted
JOIN orders_order AS placed ON placed.customer_id = wanted.customer_id
    AND starts_with(placed.external_id, %(source)s::text || ':')
JOIN orders_orderline AS line ON line.order_id = placed.id AND line.unit_price = wanted.unit_price
    AND wanted.thing = CASE WHEN line.sku = '' THEN line.name ELSE line.sku END
WHERE line.quantity_fulfilled > line.quantity_returned
ORDER BY line.id FOR UPDATE OF line
"""
_GIVE_BACK = """
UPDATE orders_orderline AS line SET quantity_returned = line.quantity_returned + back.quantity
FROM (
    SELECT line_id, sum(quantity) AS quantity FROM unnest(%(lines)s::bigint[], %(quantities)s::int[])
        AS back (line_id, quantity) GROUP BY line_id
) AS back
WHERE line.id = back.line_id
"""
_PAY_BACK = """
UPDATE orders_payment AS payment SET refunded = payment.refunded + back.amount
FROM (
    SELECT payment_id, sum(amount) AS amount FROM unnest(%(payments)s::bigint[], %(amounts)s::bigint[])
        AS back (payment_id, amount) GROUP BY payment_id
) AS back
WHERE payment.id = back.payment_id
"""


@transaction.atomic
def write_returns(*, source: Source, piece: int) -> None:
    """
    Write the returns of one piece, with their refunds, and mark what they give back on the lines of their orders.

    The lines of one return may belong to several orders: it becomes one return for each, and one without an order for
    what could not be found. Locks the order lines in question.
    """
    rows = sql.fetch_all(_RETURNED, {"piece": piece})
    matches = match_returns([_returned(row) for row in rows], _sold(source, rows))
    parts: defaultdict[tuple[str, int | None], list[sql.Row]] = defaultdict(list)
    for row in rows:
        match = matches.get(row["line"])
        parts[row["external_id"], match.order_id if match else None].append(row)

    made = _make_returns(source, parts)
    ReturnLine.objects.bulk_create(
        ReturnLine(
            parent=parent,
            order_line_id=matches[row["line"]].line_id if row["line"] in matches else None,
            variant_id=row["variant_id"],
            sku=row["sku"],
            quantity=row["quantity"],
            amount=row["quantity"] * row["unit_price"],
        )
        for parent, lines in zip(made, parts.values(), strict=True)
        for row in lines
    )
    given_back = [(matches[row["line"]].line_id, row["quantity"]) for row in rows if row["line"] in matches]
    sql.execute(
        _GIVE_BACK,
        {"lines": [line for line, _ in given_back], "quantities": [quantity for _, quantity in given_back]},
    )
    _make_refunds(made)
    _tell(made, list(parts.values()))


def _returned(row: sql.Row) -> Returned:
    key = (row["customer_id"], row["thing"], row["unit_price"]) if row["customer_id"] else None
    return Returned(row["line"], key, row["quantity"], row["placed_at"])


def _sold(source: Source, rows: Sequence[sql.Row]) -> list[Sold]:
    known = [row for row in rows if row["customer_id"]]
    found = sql.fetch_all(
        _SOLD,
        {
            "customers": [row["customer_id"] for row in known],
            "things": [row["thing"] for row in known],
            "prices": [row["unit_price"] for row in known],
            "source": source.name,
        },
    )
    return [
        Sold(
            row["id"],
            row["order_id"],
            (row["customer_id"], row["thing"], row["unit_price"]),
            row["placed_at"],
            row["units_out"],
        )
        for row in found
    ]


def _make_returns(source: Source, parts: dict[tuple[str, int | None], list[sql.Row]]) -> list[Return]:
    made: list[Return] = []
    parts_so_far: defaultdict[str, int] = defaultdict(int)
    for (external_id, order_id), rows in parts.items():
        parts_so_far[external_id] += 1
        number = parts_so_far[external_id]
        suffix = f"~{number}" if number > 1 else ""
        first = rows[0]
        made.append(
            Return(
                number=f"{source.prefix}-{first['invoice']}{suffix}",
                order_id=order_id,
                customer_id=first["customer_id"],
                state="refunded",
                method="store" if first["store"] else "ship",
                refund_to="original",
                channel=first["channel"],
                currency=first["currency"],
                amount=sum(row["quantity"] * row["unit_price"] for row in rows),
                external_id=f"{external_id}{suffix}",
                requested_at=first["placed_at"],
            )
        )
    return Return.objects.bulk_create(made)


def _make_refunds(made: Sequence[Return]) -> None:
    """Give the money of matched returns back on the payments of their orders; the others have no payment here."""
    worth = [(part, part.order_id) for part in made if part.order_id and part.amount]
    payments = dict(
        Payment.objects.filter(order_id__in=[order_id for _, order_id in worth], method="imported").values_list(
            "order_id", "pk"
        )
    )
    Refund.objects.bulk_create(
        Refund(
            payment_id=payments[order_id],
            key=new_id(),
            amount=part.amount,
            state=Refund.DONE,
            reason=REASON,
            asked_at=part.requested_at,
            done_at=part.requested_at,
        )
        for part, order_id in worth
    )
    sql.execute(
        _PAY_BACK,
        {
            "payments": [payments[order_id] for _, order_id in worth],
            "amounts": [part.amount for part, _ in worth],
        },
    )


def _tell(made: Sequence[Return], lines: Sequence[Sequence[sql.Row]]) -> None:
    journal.publish(
        *(
            ReturnImported(
                by=Actor(channel=part.channel, customer_id=part.customer_id, store_code=rows[0]["store"]),
                occurred_at=part.requested_at,
                customer_id=part.customer_id,
                ref=part.number,
                return_id=part.pk,
                order_id=part.order_id,
                amount=part.amount,
                currency=part.currency,
                lines=len(rows),
            )
            for part, rows in zip(made, lines, strict=True)
        )
    )
