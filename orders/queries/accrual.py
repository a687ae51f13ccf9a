"""What an order, or a cart, earns points for: read in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.queries.records import RECORDS_OF_PERSON
from accounts.rules.loyalty import Bonus, Earner, accrual_amounts, percent_for, points_earned
from carts.queries.carts import CartView
from carts.rules.quote import Quote
from core.data import sql
from core.money import places_of

_SEGMENTS_AND_TIER = """
SELECT (SELECT coalesce(jsonb_agg(membership.segment_id), '[]') FROM accounts_segmentmembership AS membership
        WHERE membership.customer_id IN (SELECT id FROM person) AND membership.since <= %(now)s
          AND (membership.until IS NULL OR membership.until > %(now)s)) AS segments,
       (SELECT tier_id FROM accounts_tiermembership WHERE customer_id IN (SELECT id FROM person)
        ORDER BY points DESC LIMIT 1) AS tier,
       (SELECT coalesce(jsonb_agg(to_jsonb(bonus)), '[]') FROM (
            SELECT bonus.percent, bonus.segment_id AS segment, bonus.tier_id AS tier,
                   coalesce(category.path, '') AS category, bonus.starts_at, bonus.ends_at
            FROM orders_pointbonus AS bonus LEFT JOIN inventory_category AS category ON category.id = bonus.category_id
            WHERE bonus.is_active) AS bonus) AS bonuses
"""
_CONTEXT = f"""
WITH person AS ({RECORDS_OF_PERSON})
{_SEGMENTS_AND_TIER}
"""
_CART = f"""
WITH person AS ({RECORDS_OF_PERSON}), programme AS (
    SELECT points_per_unit FROM accounts_loyaltyprogramme WHERE currency = %(currency)s AND is_active
)
{_SEGMENTS_AND_TIER}, (SELECT points_per_unit FROM programme) AS points_per_unit,
       ARRAY(SELECT id FROM inventory_product WHERE id = ANY(%(products)s::bigint[]) AND kind = 'goods') AS goods,
       (SELECT coalesce(sum(amount - held), 0)::bigint FROM accounts_balance
        WHERE customer_id IN (SELECT id FROM person) AND kind = 'points' AND state = 'active') AS available,
       (SELECT tier.name FROM accounts_tiermembership AS standing
        JOIN accounts_loyaltytier AS tier ON tier.id = standing.tier_id
        WHERE standing.customer_id IN (SELECT id FROM person) ORDER BY standing.points DESC LIMIT 1) AS tier_name
"""
# What was charged for units that were neither cancelled nor returned; and for shipping, if anything is still shipped,
# with fees and the deposits that did not come back: like shipping, they earn nothing, and money pays for them first.
# So does what was kept for returns, or given back with them.
_ORDER = """
SELECT orders.id, orders.number, orders.state, orders.currency, orders.placed_at, orders.closed_at,
       coalesce(person.merged_into_id, person.id) AS person_id, orders.channel, coalesce(store.code, '') AS store,
       CASE WHEN EXISTS (SELECT FROM orders_fulfilment AS parcel
                         WHERE parcel.order_id = orders.id AND parcel.kind = 'ship' AND parcel.state <> 'cancelled')
            THEN orders.shipping_total + orders.shipping_tax_added ELSE 0 END
       + orders.fee_total + orders.fee_tax_added
       + (SELECT coalesce(sum(deposit * (quantity - quantity_cancelled - quantity_returned)), 0)::bigint
          FROM orders_orderline WHERE order_id = orders.id)
       + (SELECT coalesce(sum(fee - charges_back), 0)::bigint FROM orders_return
          WHERE order_id = orders.id AND state IN ('refunded', 'exchanged')) AS shipping,
       (SELECT coalesce(sum(amount - refunded), 0)::bigint FROM orders_payment
        WHERE order_id = orders.id AND state = 'captured' AND method <> 'points') AS kept,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', line.id, 'paid', line.line_total + line.tax_added, 'quantity', line.quantity,
            'gone', line.quantity_cancelled + line.quantity_returned,
            'earns', coalesce(product.kind = 'goods', false), 'category', coalesce(category.path, ''))
            ORDER BY line.position), '[]')
        FROM orders_orderline AS line
        LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
        LEFT JOIN inventory_product AS product ON product.id = variant.product_id
        LEFT JOIN inventory_category AS category ON category.id = product.category_id
        WHERE line.order_id = orders.id) AS lines
FROM orders_order AS orders JOIN accounts_customer AS person ON person.id = orders.customer_id
LEFT JOIN inventory_location AS store ON store.id = orders.store_id
WHERE orders.id = %(order)s
"""


@dataclass(frozen=True, slots=True)
class AccrualLine:
    """A line of an order. value: what was charged for the units that are left; category: the path of its category."""

    id: int
    value: int
    earns: bool
    category: str


@dataclass(frozen=True, slots=True)
class AccrualOrder:
    """
    An order as the programme sees it; amounts in minor units. kept: money received and not refunded, without points.
    """

    id: int
    number: str
    state: str
    currency: str
    placed_at: datetime
    closed_at: datetime | None
    person_id: int
    channel: str
    store: str
    shipping: int
    kept: int
    lines: list[AccrualLine]

    def amounts(self) -> dict[int, int]:
        """Return the amount of each line, by its id, that earns points."""
        earning = [line for line in self.lines if line.earns]
        nothing = self.shipping + sum(line.value for line in self.lines if not line.earns)
        shares = accrual_amounts([line.value for line in earning], kept=self.kept, earning_nothing=nothing)
        return {line.id: share for line, share in zip(earning, shares, strict=True)}


@dataclass(frozen=True, slots=True)
class EarningContext:
    """Who earns, and by which rules."""

    earner: Earner
    bonuses: list[Bonus]


@dataclass(frozen=True, slots=True)
class AccrualCart:
    """
    What a person's cart would earn.

    points_per_unit: 0 where nothing is earned. goods: ids of products that earn. available: points that may be spent;
    tier_name: in every language, of the person's tier.
    """

    cart: CartView
    context: EarningContext
    points_per_unit: int
    goods: frozenset[int]
    available: int
    tier_name: dict[str, str] | None

    def points(self, quote: Quote, *, by_points: int = 0) -> int:
        """Return the points that the cart earns at a quote. by_points: minor units of it that points pay."""
        earning = {line.id: line.item for line in self.cart.lines if line.item.product_id in self.goods}
        charged = {line_id: line.total + line.taxed.added for line_id, line in quote.lines.items()}
        nothing = quote.totals.shipping + quote.shipping_taxed.added + quote.totals.deposit
        nothing += quote.totals.fees + quote.fees_taxed.added
        nothing += sum(value for line_id, value in charged.items() if line_id not in earning)
        shares = accrual_amounts(
            [charged[line_id] for line_id in earning], kept=quote.totals.grand - by_points, earning_nothing=nothing
        )
        percents = [
            percent_for(self.context.bonuses, categories=item.categories, earner=self.context.earner)
            for item in earning.values()
        ]
        return points_earned(
            zip(shares, percents, strict=True),
            points_per_unit=self.points_per_unit,
            minor_per_unit=10 ** places_of(self.cart.currency),
        )


def accrual_cart(cart: CartView, *, customer_id: int, now: datetime) -> AccrualCart:
    """Return what a cart would earn for a person, by any of their records; in one statement."""
    products = [line.item.product_id for line in cart.lines]
    parameters = {"customer": customer_id, "now": now, "currency": cart.currency, "products": products}
    row = sql.fetch_one(_CART, parameters)
    assert row is not None
    return AccrualCart(
        cart=cart,
        context=_context(row, now),
        points_per_unit=row["points_per_unit"] or 0,
        goods=frozenset(row["goods"]),
        available=row["available"],
        tier_name=row["tier_name"],
    )


def accrual_order(*, order_id: int) -> AccrualOrder | None:
    """Return an order with what it earns points for; None for one without a customer."""
    row = sql.fetch_one(_ORDER, {"order": order_id})
    if row is None:
        return None
    lines = [AccrualLine(line["id"], _left(line), line["earns"], line["category"]) for line in row["lines"]]
    return AccrualOrder(**{**row, "lines": lines})


def accrual_context(*, customer_id: int, now: datetime) -> EarningContext:
    """Return the person's segments and tier, by any of their records, and the rules for more points."""
    row = sql.fetch_one(_CONTEXT, {"customer": customer_id, "now": now})
    assert row is not None
    return _context(row, now)


def _context(row: sql.Row, now: datetime) -> EarningContext:
    earner = Earner(now, frozenset(row["segments"]), row["tier"])
    return EarningContext(earner, [_bonus(bonus) for bonus in row["bonuses"]])


def _left(line: dict[str, Any]) -> int:
    """Return what is left of the charge after units that are gone were refunded, computed as for refunds."""
    paid = int(line["paid"])
    return paid - paid * int(line["gone"]) // int(line["quantity"])


def _bonus(fields: dict[str, Any]) -> Bonus:
    moments = {
        name: datetime.fromisoformat(fields[name]) if fields[name] else None for name in ("starts_at", "ends_at")
    }
    return Bonus(**{**fields, **moments})
