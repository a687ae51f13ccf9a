"""What an invoice is made of: who sold what to whom, and what of it was not given back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carts.rules.taxes import MEMBER_STATES
from core.data import sql
from core.money import split
from core.texts.spelling import plain_name
from orders.models import Order
from orders.rules.documents.invoices import Charge, Statement, SuppliedLine, TaxKey, TaxPart, borne, mentions_of, stated

# The seller is that of the receipt (orders/queries/receipts.py). A line's returns: what goods came back to, those that
# were taken without a refund apart, because their buyer still pays for them; what was withheld for kept gifts and
# as the policy's fee; and what of shipping and fees went back by law.
_SOLD = """
SELECT seller.id AS seller_id,
       jsonb_build_object('name', seller.name, 'street_address', seller.street_address,
           'postal_code', seller.postal_code, 'city', seller.city, 'country_code', seller.country_code,
           'tax_number', seller.tax_number, 'vat_number', seller.vat_number) AS seller,
       location.name AS place, location.time_zone,
       person.name AS person, number.number AS tax_number,
       (SELECT jsonb_build_object('number', answer.number, 'name', answer.name) FROM accounts_taxnumbercheck AS answer
        WHERE answer.customer_id IN (record.id, person.id) AND answer.is_valid
          AND answer.answered_at <= orders.placed_at ORDER BY answer.answered_at DESC LIMIT 1) AS freed_by,
       (SELECT address FROM orders_fulfilment
        WHERE order_id = orders.id AND kind = 'ship' ORDER BY state = 'cancelled', id LIMIT 1) AS sent_to,
       (SELECT to_jsonb(home) FROM accounts_address AS home
        WHERE home.customer_id = person.id ORDER BY is_default DESC, id LIMIT 1) AS home,
       (SELECT buyer FROM orders_invoicerequest WHERE order_id = orders.id) AS wished,
       (SELECT coalesce(max(part.handed_over_at), orders.closed_at, orders.placed_at)
        FROM orders_fulfilmentline AS part JOIN orders_fulfilment AS leg ON leg.id = part.fulfilment_id
        WHERE leg.order_id = orders.id) AS supplied_at,
       EXISTS (SELECT FROM orders_fulfilment WHERE order_id = orders.id AND kind = 'ship')
           AND NOT EXISTS (SELECT FROM orders_fulfilment
                           WHERE order_id = orders.id AND kind = 'ship' AND state <> 'cancelled') AS sends_nothing,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(tax.rate, tax.rate_finer, tax.levy, tax.is_exempt, tax.base,
               tax.tax, zone.country) ORDER BY tax.id), '[]')
        FROM orders_ordertax AS tax JOIN carts_taxzone AS zone ON zone.id = tax.zone_id
        WHERE tax.order_id = orders.id) AS taxes,
       (SELECT coalesce(sum(charges_back), 0)::bigint
        FROM orders_return WHERE order_id = orders.id AND state IN ('refunded', 'exchanged')) AS charges_back,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(goods.withheld_for_gifts + goods.fee, coalesce(
               (SELECT jsonb_agg(jsonb_build_array(part.order_line_id, part.amount) ORDER BY part.id)
                FROM orders_returnline AS part
                WHERE part.parent_id = goods.id AND part.order_line_id IS NOT NULL AND part.amount > 0), '[]'))
            ORDER BY goods.received_at NULLS FIRST, goods.id), '[]')
        FROM orders_return AS goods
        WHERE goods.order_id = orders.id AND goods.state IN ('refunded', 'exchanged')
          AND goods.withheld_for_gifts + goods.fee <> 0) AS withheld,
       (SELECT jsonb_agg(jsonb_build_object(
            'id', line.id, 'name', line.name, 'sku', line.sku, 'quantity', line.quantity,
            'unit_price', line.unit_price, 'tax_rate', line.tax_rate, 'tax_finer', line.tax_rate_finer,
            'tax', line.tax_amount, 'levies', line.levies,
            'full', line.line_total + line.tax_added + line.deposit * line.quantity,
            'untaxed', CASE WHEN line.is_deposit_taxed THEN 0 ELSE line.deposit END,
            'gone', line.quantity_cancelled + line.quantity_returned,
            'is_voucher', coalesce(product.kind = 'gift_card', false),
            'is_sent', EXISTS (SELECT FROM orders_fulfilmentline AS part
                JOIN orders_fulfilment AS parcel ON parcel.id = part.fulfilment_id AND parcel.kind = 'ship'
                WHERE part.order_line_id = line.id),
            'given', coalesce(back.given, 0),
            'given_units', coalesce(back.units, 0)) ORDER BY line.position)
        FROM orders_orderline AS line
        LEFT JOIN inventory_variant AS variant ON variant.id = line.variant_id
        LEFT JOIN inventory_product AS product ON product.id = variant.product_id
        LEFT JOIN LATERAL (
            SELECT sum(part.amount) AS given, sum(part.quantity_received) AS units
            FROM orders_returnline AS part JOIN orders_return AS goods ON goods.id = part.parent_id
            WHERE part.order_line_id = line.id AND goods.state = 'closed') AS back ON true
        WHERE line.order_id = orders.id) AS lines
FROM orders_order AS orders
LEFT JOIN LATERAL (SELECT location_id FROM orders_fulfilment
                   WHERE order_id = orders.id ORDER BY state = 'cancelled', id LIMIT 1)
    AS served ON true
LEFT JOIN inventory_location AS location ON location.id = coalesce(orders.store_id, served.location_id)
LEFT JOIN LATERAL (
    SELECT entity.* FROM orders_seller AS period JOIN orders_legalentity AS entity ON entity.id = period.legal_entity_id
    WHERE period.location_id = location.id
    ORDER BY period.since <= orders.placed_at DESC, abs(extract(epoch FROM period.since - orders.placed_at)) LIMIT 1
) AS seller ON true
LEFT JOIN accounts_customer AS record ON record.id = orders.customer_id
LEFT JOIN accounts_customer AS person ON person.id = coalesce(record.merged_into_id, record.id)
LEFT JOIN LATERAL (SELECT number FROM accounts_taxnumber WHERE customer_id IN (record.id, person.id)
                   ORDER BY customer_id = record.id DESC LIMIT 1) AS number ON true
WHERE orders.id = %(order)s
"""
# Where a tax of _SOLD says whether its buyer was exempt.
_IS_EXEMPT = 3
_ADDRESS = ("company", "street_address", "postal_code", "city", "city_area", "country_area", "country_code")


@dataclass(frozen=True, slots=True)
class Sold:
    """
    An order as a document states it now. seller_id: None while no legal entity sells there; seller, buyer: addresses
    with numbers. zone: the time zone of the place that sold.
    """

    seller_id: int | None
    seller: Mapping[str, str]
    buyer: Mapping[str, str]
    place: Mapping[str, str]
    zone: str
    supplied_at: datetime
    statement: Statement
    mentions: list[str]


def sold_of(order: Order, kept: Mapping[int, int]) -> Sold:
    """
    Return what an invoice of an order is made of, in one statement.

    kept: what was paid for the units of each line that are not gone, by its id, in minor units.
    """
    row = sql.fetch_one(_SOLD, {"order": order.pk})
    assert row is not None
    taxes = [
        TaxPart(TaxKey(_rate(rate, finer), levy, is_exempt), base, tax)
        for rate, finer, levy, is_exempt, base, tax, _country in row["taxes"]
    ]
    lines = _lines(row, kept, taxes)
    statement = stated(
        lines, _charges(order, sends_nothing=row["sends_nothing"], given_back=row["charges_back"]), taxes
    )
    mentions = mentions_of(
        statement.taxes,
        seller_country=row["seller"]["country_code"] or "",
        countries={tax[-1] for tax in row["taxes"]},
        union=MEMBER_STATES,
        has_voucher=any(line.is_voucher and line.kept_units for line in lines),
    )
    return Sold(
        seller_id=row["seller_id"],
        seller=row["seller"],
        buyer=_buyer(row, order),
        place=row["place"] or {},
        zone=row["time_zone"] or "UTC",
        supplied_at=row["supplied_at"],
        statement=statement,
        mentions=mentions,
    )


def _lines(row: sql.Row, kept: Mapping[int, int], taxes: list[TaxPart]) -> list[SuppliedLine]:
    # What was withheld is still paid, for the goods that came back without their gifts, or for their return.
    withheld = borne([(amount, _summed(parts)) for amount, parts in row["withheld"]])
    known = {part.key for part in taxes}
    return [
        SuppliedLine(
            id=line["id"],
            name=line["name"],
            sku=line["sku"],
            quantity=line["quantity"],
            unit_price=line["unit_price"],
            kept_units=line["quantity"] - line["gone"] + line["given_units"],
            full=line["full"],
            kept=kept[line["id"]] + line["given"] + withheld.get(line["id"], 0),
            untaxed=line["untaxed"],
            dues=_dues(line, known),
            is_voucher=line["is_voucher"],
        )
        for line in row["lines"]
    ]


def _summed(parts: list[tuple[int, int]]) -> Counter[int]:
    sums: Counter[int] = Counter()
    for line_id, amount in parts:
        sums[line_id] += amount
    return sums


def _dues(line: Mapping[str, Any], known: set[TaxKey]) -> tuple[tuple[TaxKey, int, int], ...]:
    if line["levies"]:
        return tuple((TaxKey(_rate(rate, finer), levy), tax, also) for levy, rate, finer, tax, also in line["levies"])
    rate = _rate(line["tax_rate"], line["tax_finer"])
    # A line only knows that its rate is zero; the order knows whether its buyer is exempt, and only what is sent is.
    possible = [TaxKey(rate), TaxKey(rate, "", is_exempt=True)]
    keys = [key for key in (reversed(possible) if line["is_sent"] else possible) if key in known]
    return tuple((key, line["tax"], 0) for key in keys[:1])


def _charges(order: Order, *, sends_nothing: bool, given_back: int) -> list[Charge]:
    shipping = order.shipping_total + order.shipping_tax_added
    fees = order.fees or []
    amounts = [fee["amount"] for fee in fees]
    added = split(order.fee_tax_added, amounts) if order.fee_tax_added and any(amounts) else [0] * len(fees)
    asked: list[tuple[str, int, int, Mapping[str, str]]] = [
        ("shipping", shipping, 0 if sends_nothing else shipping, {})
    ]
    for place, (fee, tax) in enumerate(zip(fees, added, strict=True)):
        asked.append((f"fee:{place}", fee["amount"] + tax, fee["amount"] + tax, fee["name"]))
    charges = []
    for key, full, kept, name in asked:
        back = min(kept, given_back)
        given_back -= back
        charges.append(Charge(key, full, kept - back, name))
    return charges


def _buyer(row: sql.Row, order: Order) -> dict[str, str]:
    wished = row["wished"] or {}
    address = wished or row["sent_to"] or row["home"] or {}
    buyer = {name: str(address.get(name) or "") for name in _ADDRESS}
    buyer["name"] = str(address.get("name") or row["person"] or "")
    buyer["vat_number"] = _vat_number(row, wished, address)
    return buyer | {"contact": order.contact_email or order.contact_phone}


def _vat_number(row: sql.Row, wished: Mapping[str, Any], address: Mapping[str, Any]) -> str:
    """
    Return the number that stands beside the buyer's name.

    What was sold free of tax names the number that freed it on that day, whatever has become of it. Otherwise the
    customer's own number belongs to the customer's own name, and not to another company's.
    """
    own, freed_by = str(row["tax_number"] or ""), row["freed_by"] or {}
    if any(tax[_IS_EXEMPT] for tax in row["taxes"]):
        return str(freed_by.get("number") or own)
    if wished.get("tax_number"):
        return str(wished["tax_number"])
    home = row["home"] or {}
    names = (row["person"], home.get("name"), home.get("company"), freed_by.get("name"))
    named = address.get("company") or wished.get("name")
    return own if not named or _plain(named) in {_plain(name) for name in names if name} else ""


def _plain(name: str) -> str:
    return plain_name(name).casefold()


def _rate(whole: int, finer: int) -> str:
    return f"{whole}.{finer:03d}".rstrip("0").rstrip(".") if finer else str(whole)
