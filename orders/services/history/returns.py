"""Writes returns: each line with the order line that it returns, if that can be determined."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from core import journal
from core.actors import Actor
from core.data import sql
from core.ids import new_id
from orders.events import ReturnImported
from orders.models import Payment, Refund, Return, ReturnLine
from orders.services.history.accounting import ImportSource
from orders.services.history.matching import Returned, Sold, match_returns

REASON = "imported"

_RETURNED = """
SELECT line.line, staged.ordinal, staged.invoice, staged.external_id, staged.customer_id, staged.channel, staged.store,
    staged.currency, staged.placed_at, line.sku, coalesce(nullif(upper(line.sku), ''), line.name) AS thing,
    -line.quantity AS quantity, line.unit_price, variant.id AS variant_id
FROM import_orders AS staged
JOIN import_rows AS line ON line.invoice = staged.invoice AND line.is_return AND line.reason = ''
LEFT JOIN inventory_variant AS variant ON upper(variant.sku) = upper(line.sku) AND NOT line.is_charge
WHERE staged.piece = %(piece)s AND staged.is_return AND NOT staged.there
ORDER BY staged.ordinal, line.line
"""
# All lines of the customers are read once and matched together; a query for each returned line reads the whole history
# of a frequent customer thousands of times. They are locked in the order of their keys, as everywhere, so that a return
# at a desk meanwhile cannot take the same units.
_SOLD = """
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT staged.customer_id, coalesce(nullif(upper(back.sku), ''), back.name) AS thing, back.unit_price
    FROM import_orders AS staged
    JOIN import_rows AS back ON back.invoice = staged.invoice AND back.is_return AND back.reason = ''
    WHERE staged.piece = %(piece)s AND staged.is_return AND NOT staged.there AND staged.customer_id IS NOT NULL
), theirs AS MATERIALIZED (
    SELECT line.id, placed.customer_id, coalesce(nullif(upper(line.sku), ''), line.name) AS thing, line.unit_price,
        placed.placed_at
    FROM orders_order AS placed JOIN orders_orderline AS line ON line.order_id = placed.id
    WHERE placed.customer_id IN (SELECT customer_id FROM wanted)
        AND starts_with(placed.external_id, %(source)s::text || ':')
        AND line.quantity_fulfilled > line.quantity_returned
)
SELECT line.id, line.order_id, theirs.customer_id, theirs.thing, line.unit_price, theirs.placed_at,
    line.quantity_fulfilled - line.quantity_returned AS units_out
FROM wanted JOIN theirs USING (customer_id, thing, unit_price) JOIN orders_orderline AS line ON line.id = theirs.id
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
def write_returns(*, source: ImportSource, piece: int) -> None:
    """
    Write the returns of one batch, with their refunds, and count the returned units on the order lines.

    The lines of one return may belong to several orders: it becomes one return for each, and one without an order for
    unmatched lines. Locks the order lines.
    """
    rows = sql.fetch_all(_RETURNED, {"piece": piece})
    matches = match_returns([_returned(row) for row in rows], _sold(source, piece))
    groups: defaultdict[tuple[str, int | None], list[sql.Row]] = defaultdict(list)
    for row in rows:
        match = matches.get(row["line"])
        groups[row["external_id"], match.order_id if match else None].append(row)

    made = _make_returns(source, groups)
    ReturnLine.objects.bulk_create(
        ReturnLine(
            parent=parent,
            order_line_id=matches[row["line"]].line_id if row["line"] in matches else None,
            variant_id=row["variant_id"],
            sku=row["sku"],
            quantity=row["quantity"],
            quantity_received=row["quantity"],
            amount=row["quantity"] * row["unit_price"],
        )
        for parent, lines in zip(made, groups.values(), strict=True)
        for row in lines
    )
    returned = [(matches[row["line"]].line_id, row["quantity"]) for row in rows if row["line"] in matches]
    sql.execute(
        _GIVE_BACK,
        {"lines": [line for line, _ in returned], "quantities": [quantity for _, quantity in returned]},
    )
    _make_refunds(made)
    _publish(made, list(groups.values()))


def _returned(row: sql.Row) -> Returned:
    key = (row["customer_id"], row["thing"], row["unit_price"]) if row["customer_id"] else None
    return Returned(row["line"], key, row["quantity"], row["placed_at"])


def _sold(source: ImportSource, piece: int) -> list[Sold]:
    return [
        Sold(
            row["id"],
            row["order_id"],
            (row["customer_id"], row["thing"], row["unit_price"]),
            row["placed_at"],
            row["units_out"],
        )
        for row in sql.fetch_all(_SOLD, {"piece": piece, "source": source.name})
    ]


def _make_returns(source: ImportSource, groups: dict[tuple[str, int | None], list[sql.Row]]) -> list[Return]:
    made: list[Return] = []
    count_so_far: defaultdict[str, int] = defaultdict(int)
    for (external_id, order_id), rows in groups.items():
        count_so_far[external_id] += 1
        number = count_so_far[external_id]
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
    """Refund matched returns on the payments of their orders; the others have no payment here."""
    worth = [(return_, return_.order_id) for return_ in made if return_.order_id and return_.amount]
    payments = dict(
        Payment.objects.filter(order_id__in=[order_id for _, order_id in worth], method="imported").values_list(
            "order_id", "pk"
        )
    )
    Refund.objects.bulk_create(
        Refund(
            payment_id=payments[order_id],
            key=new_id(),
            amount=return_.amount,
            state=Refund.DONE,
            reason=REASON,
            asked_at=return_.requested_at,
            done_at=return_.requested_at,
        )
        for return_, order_id in worth
    )
    sql.execute(
        _PAY_BACK,
        {
            "payments": [payments[order_id] for _, order_id in worth],
            "amounts": [return_.amount for return_, _ in worth],
        },
    )


def _publish(made: Sequence[Return], lines: Sequence[Sequence[sql.Row]]) -> None:
    journal.publish(
        *(
            ReturnImported(
                by=Actor(channel=return_.channel, customer_id=return_.customer_id, store_code=rows[0]["store"]),
                occurred_at=return_.requested_at,
                customer_id=return_.customer_id,
                ref=return_.number,
                return_id=return_.pk,
                order_id=return_.order_id,
                amount=return_.amount,
                currency=return_.currency,
                lines=len(rows),
            )
            for return_, rows in zip(made, lines, strict=True)
        )
    )
