"""The content of a receipt, worded for its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from core.data import sql
from core.texts.formats import day_text, money_text, number_text, percent_text, time_text
from core.texts.translated import in_language
from orders.models import BalanceDueEntry, Payment, Refund
from orders.queries.orders import get_order
from orders.queries.views import OrderView, PaymentView

# The name of each payment method; one that means little to the reader is just called paid.
_METHODS = dict([*Payment.METHODS, BalanceDueEntry.METHOD]) | {
    "test": gettext_lazy("Paid"),
    "imported": gettext_lazy("Paid"),
}
# The store that sold the order, or else the location that serves it: its name, address and time zone are printed, with
# the legal entity that sold there at that moment; the first one, for an order from before any was entered.
_PLACE = """
SELECT location.name, location.street_address, location.postal_code, location.city, location.phone, location.time_zone,
       seller.name AS seller, seller.street_address AS seller_street, seller.postal_code AS seller_postcode,
       seller.city AS seller_city, seller.tax_number, seller.vat_number, session.register, known.serial_number,
       numbered.sequence,
       (SELECT points FROM accounts_pointaccrual WHERE reference = orders.number) AS points,
       (SELECT json_agg(json_build_array(origin.name, part.sku, part.quantity_received, part.amount, first.number)
                        ORDER BY part.id)
        FROM orders_return AS goods JOIN orders_returnline AS part ON part.parent_id = goods.id
        JOIN orders_orderline AS origin ON origin.id = part.order_line_id
        JOIN orders_order AS first ON first.id = origin.order_id
        WHERE goods.exchanged_for_id = orders.id AND part.quantity_received > 0) AS taken_back
FROM orders_order AS orders
LEFT JOIN LATERAL (SELECT location_id FROM orders_fulfilment
                   WHERE order_id = orders.id ORDER BY state = 'cancelled', id LIMIT 1)
    AS served ON true
JOIN inventory_location AS location ON location.id = coalesce(orders.store_id, served.location_id)
LEFT JOIN LATERAL (
    SELECT entity.* FROM orders_seller AS period JOIN orders_legalentity AS entity ON entity.id = period.legal_entity_id
    WHERE period.location_id = location.id
    ORDER BY period.since <= orders.placed_at DESC, abs(extract(epoch FROM period.since - orders.placed_at)) LIMIT 1
) AS seller ON true
LEFT JOIN orders_tillsession AS session ON session.id = orders.till_session_id
LEFT JOIN orders_registerreceipt AS numbered ON numbered.order_id = orders.id
LEFT JOIN orders_cashregister AS known ON known.store_id = session.store_id AND known.name = session.register
WHERE orders.id = %(order)s
"""


_NAMED = ("seller", "tax_number", "vat_number", "register", "serial_number")


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A line as it is printed. deposit: on one unit, and deposits: on all of them."""

    name: str
    sku: str
    quantity: str
    unit_price: str
    discount: str
    line_total: str
    deposit: str
    deposits: str


@dataclass(frozen=True, slots=True)
class ReceiptPayment:
    """A tender as it is printed; state is a code for the template. rounding, tendered and change: cash only."""

    name: str
    state: str
    amount: str
    rounding: str
    tendered: str
    change: str


@dataclass(frozen=True, slots=True)
class ReceiptTax:
    """A rate as it is printed, with the taxed amount (base), the tax (tax) and both together (gross)."""

    rate: str
    is_exempt: bool
    base: str
    tax: str
    gross: str


@dataclass(frozen=True, slots=True)
class ReceiptReturn:
    """Goods of an earlier order that came back for those that were sold; amount: what they had cost."""

    name: str
    sku: str
    quantity: str
    amount: str
    order: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    A receipt, all amounts and times as text in its reader's language; an amount of zero is empty.

    seller: the legal entity, with its address and numbers. register, serial_number: of the till that sold it; sequence:
    the number among its receipts.
    taken_back: the goods that these were exchanged for. refunds: what each is called, with its amount.
    discounts: each promotion with what it took off. points: what it has earned, and points_text the same in words.
    """

    shop: str
    number: str
    state: str
    day: str
    time: str
    place: str
    address: str
    phone: str
    lines: list[ReceiptLine]
    items: str
    discounts: list[tuple[str, str]]
    discount: str
    deposit: str
    shipping: str
    fees: list[tuple[str, str]]
    tax: str
    total: str
    taxes: list[ReceiptTax]
    payments: list[ReceiptPayment]
    refunds: list[tuple[str, str]]
    points: int = 0
    points_text: str = ""
    seller: str = ""
    seller_address: str = ""
    tax_number: str = ""
    vat_number: str = ""
    register: str = ""
    serial_number: str = ""
    sequence: str = ""
    taken_back: Sequence[ReceiptReturn] = ()


def receipt_of(number: str, *, language: str) -> Receipt:
    """Return the receipt of an order, in two statements. language: of the reader. Raises NotFound."""
    order = get_order(number)
    place = sql.fetch_one(_PLACE, {"order": order.id}) or {}

    def money(amount: int) -> str:
        return money_text(amount, order.currency, language) if amount else ""

    placed_at = order.placed_at.astimezone(ZoneInfo(place.get("time_zone", settings.SHOP_TIME_ZONE)))
    return Receipt(
        shop=settings.SHOP_NAME,
        number=order.number,
        state=order.state,
        day=day_text(placed_at.date(), language),
        time=time_text(placed_at, language),
        place=in_language(place["name"], language) if place else "",
        address=_address(place, "street_address", "postal_code", "city"),
        phone=place.get("phone", ""),
        lines=[
            ReceiptLine(
                name=line.name,
                sku=line.sku,
                quantity=number_text(line.quantity, language),
                unit_price=money_text(line.unit_price, order.currency, language),
                discount=money(-line.discount),
                line_total=money_text(line.line_total, order.currency, language),
                deposit=money(line.deposit),
                deposits=money(line.deposits),
            )
            for line in order.lines
        ],
        items=money(order.items_total),
        discounts=[
            (discount.name, money(-discount.amount)) for discount in order.discounts if discount.target == "items"
        ],
        discount=money(-order.discount_total),
        deposit=money(order.deposit_total),
        shipping=money(order.shipping_total),
        fees=[(in_language(fee.name, language), money(fee.amount)) for fee in order.fees],
        tax=money(order.tax_total),
        total=money_text(order.grand_total, order.currency, language),
        taxes=_taxes(order, language),
        payments=_payments(order, language),
        refunds=_refunds(order, language),
        taken_back=[
            ReceiptReturn(name, sku, number_text(units, language), money_text(amount, order.currency, language), first)
            for name, sku, units, amount, first in place.get("taken_back") or ()
        ],
        sequence=number_text(place["sequence"], language) if place.get("sequence") else "",
        points=place.get("points") or 0,
        points_text=number_text(place.get("points") or 0, language),
        seller_address=_address(place, "seller_street", "seller_postcode", "seller_city"),
        **{name: place.get(name) or "" for name in _NAMED},
    )


def _taxes(order: OrderView, language: str) -> list[ReceiptTax]:
    return [
        ReceiptTax(
            rate=f"{tax.levy} {percent_text(tax.rate, language)}".strip(),
            is_exempt=tax.is_exempt,
            base=money_text(tax.base, order.currency, language),
            tax=money_text(tax.tax, order.currency, language),
            gross=money_text(tax.base + tax.tax, order.currency, language),
        )
        for tax in order.taxes
    ]


def name_of_payment(payment: PaymentView) -> str:
    """Return the display name of a payment's method."""
    name = str(_METHODS.get(payment.method, payment.method))
    return f"{name} …{payment.card}" if payment.card else name


def _payments(order: OrderView, language: str) -> list[ReceiptPayment]:
    return [
        ReceiptPayment(
            name=name_of_payment(payment),
            state=payment.state,
            amount=money_text(payment.amount, order.currency, language),
            tendered=money_text(payment.tendered, order.currency, language) if payment.tendered else "",
            rounding=money_text(payment.rounding, order.currency, language) if payment.rounding else "",
            change=money_text(payment.change, order.currency, language) if payment.tendered else "",
        )
        for payment in order.payments
        if payment.state in ("captured", "due")
    ]


def _refunds(order: OrderView, language: str) -> list[tuple[str, str]]:
    return [
        (
            gettext("Exchanged") if refund["reason"] == Refund.EXCHANGE else gettext("Refunded"),
            money_text(-refund["amount"], order.currency, language),
        )
        for refund in order.refunds
        if refund["state"] != Refund.FAILED
    ]


def _address(place: sql.Row, street: str, postcode: str, city: str) -> str:
    town = " ".join(filter(None, [place.get(postcode), place.get(city)]))
    return ", ".join(filter(None, [place.get(street), town]))
