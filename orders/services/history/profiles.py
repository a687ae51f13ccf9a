"""What the cells of a file of historical orders mean, one profile for each kind of file."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from accounts.services.customers.customer_import import email_of, external_id
from core.currencies import PLACES, WITHDRAWN
from core.data.imports import Cells, Column, RowRefused
from core.data.imports.cells import CACHED, amount, decimal, instant, left_empty, prose, required_text, text, whole
from core.data.imports.staging import Known, knows_nothing
from core.texts.spelling import plain_text
from inventory.rules.skus import NotASku, stored_sku

MOST_UNITS = 1_000_000
LONGEST_NUMBER = 24
# The first letters of the Online Retail II invoices that are not sales.
CANCELLATION, BAD_DEBT = "C", "A"

STAGING = (
    Column("invoice", "text"),
    Column("is_return", "boolean"),
    Column("sku", "text"),
    Column("is_charge", "boolean"),
    Column("name", "text"),
    Column("quantity", "bigint"),
    Column("price", "numeric"),
    Column("unit_price", "bigint"),
    Column("placed_at", "timestamptz"),
    Column("customer", "text"),
    Column("email", "text"),
    Column("currency", "text"),
    Column("channel", "text"),
    Column("store", "text"),
    Column("country", "text"),
)

Read = Callable[[Cells], Sequence[Any]]

# A tilde separates a return's number from the running number of its parts.
_NUMBER = re.compile(r"[^\s~]+")
_CHANNEL = re.compile(r"[a-z]+(?::[a-z0-9_-]{1,30})?")
_PRODUCT_CODE = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """
    A kind of file. reader: makes the function that reads one record, for the source and the present time.

    source: what the external ids begin with, where the kind of file defines it. whole_orders: whether one refused line
    excludes its whole order, so that a corrected file completes it. writes_off_unpaid: whether invoices of no value and
    without a customer are stock corrections. identify: what a refused line is known by. numbers: the columns of
    numbers.
    """

    required: Sequence[str]
    optional: Sequence[str] = ()
    source: str = ""
    whole_orders: bool
    writes_off_unpaid: bool
    reader: Callable[[str, ZoneInfo, datetime], Read]
    identify: Callable[[Cells], Known] = knows_nothing
    numbers: Sequence[str]


def _read_online_retail(source: str, zone: ZoneInfo, now: datetime) -> Read:
    london = ZoneInfo("Europe/London")

    # Lines of one invoice follow each other, and a few thousand articles and a few thousand pairs of quantity and price
    # make up most of the file, so parsed values are cached.
    @lru_cache(maxsize=CACHED)
    def head(invoice: str, written: str, customer: str, country: str) -> tuple[Any, ...]:
        cells = Cells({"invoice": invoice, "customer id": customer, "country": country})
        number = _number(cells, "invoice")
        known = text(cells, "customer id", longest=40)
        placed_at = instant(written, london, now)
        external_id = f"{source}:{known}" if known else ""
        return (placed_at, external_id, "", "GBP", "web", "", text(cells, "country", longest=60)), number

    @lru_cache(maxsize=CACHED)
    def article(code: str, description: str) -> tuple[Any, ...]:
        cells = Cells({"stockcode": code, "description": description})
        sku = required_text(cells, "stockcode", longest=64).upper()
        # Article numbers of goods have five digits, and perhaps letters for the colour; the rest is postage, fees and
        # vouchers.
        return sku, not _PRODUCT_CODE.match(sku), text(cells, "description", longest=300)

    @lru_cache(maxsize=CACHED)
    def money(kind: str, quantity: str, price: str) -> tuple[Any, ...]:
        cells = Cells({"quantity": quantity, "price": price})
        units = whole(cells, "quantity")
        value = decimal(cells, "price")
        try:
            _refuse_unless_sale(kind, units, value)
            return units, str(value), amount(cells, "price", "GBP")
        except RowRefused as refusal:
            raise RowRefused(refusal.reason, refusal.detail, quantity=units, price=str(value)) from None

    def read(cells: Cells) -> Sequence[Any]:
        invoice = cells["invoice"].strip()
        kind = invoice[:1]
        figures = money(kind, cells["quantity"], cells["price"])
        try:
            placed, number = head(invoice, cells["invoicedate"], cells["customer id"], cells["country"])
            return number, kind == CANCELLATION, *article(cells["stockcode"], cells["description"]), *figures, *placed
        except RowRefused as refusal:
            raise RowRefused(refusal.reason, refusal.detail, quantity=figures[0], price=figures[1]) from None

    return read


def _refuse_unless_sale(kind: str, quantity: int, price: Decimal) -> None:
    if abs(quantity) > MOST_UNITS:
        raise RowRefused("quantity_too_large", str(quantity))
    if quantity == 0:
        raise RowRefused("no_quantity")
    if kind == BAD_DEBT:
        raise RowRefused("bad_debt", str(price))
    if price < 0:
        raise RowRefused("negative_price", str(price))
    if kind == CANCELLATION and quantity > 0:
        raise RowRefused("cancellation_adds_units", str(quantity))
    if kind != CANCELLATION and quantity < 0:
        raise RowRefused("stock_write_off" if price == 0 else "negative_quantity", str(quantity))


def _read_simple_csv(source: str, zone: ZoneInfo, now: datetime) -> Read:
    def read(cells: Cells) -> Sequence[Any]:
        known: dict[str, Any] = {}
        try:
            known["quantity"] = quantity = whole(cells, "quantity")
            price = decimal(cells, "unit_price")
            known["price"] = str(price)
            return _simple_line(cells, quantity, price, zone, now)
        except RowRefused as refusal:
            raise RowRefused(refusal.reason, refusal.detail, **known) from None

    return read


def _identify_simple_csv(cells: Cells) -> Known:
    return {"invoice": _number(cells, "order")}


def _simple_line(cells: Cells, quantity: int, price: Decimal, zone: ZoneInfo, now: datetime) -> Sequence[Any]:
    if quantity == 0:
        raise RowRefused("no_quantity")
    if abs(quantity) > MOST_UNITS:
        raise RowRefused("quantity_too_large", str(quantity))
    currency = required_text(cells, "currency", longest=3).upper()
    if currency not in PLACES and currency not in WITHDRAWN:
        raise RowRefused("unknown_currency", currency)
    sku = _sku(cells)
    name = prose(cells, "name", longest=300)
    if not sku and not name:
        raise RowRefused("missing_value", "sku, or the name of a charge")
    return (
        _number(cells, "order"),
        quantity < 0,
        sku,
        # A discount is no article, even if the other system gives it a number.
        not sku or price < 0,
        name,
        quantity,
        str(price),
        _unit_price(cells, quantity, price, currency),
        instant(required_text(cells, "placed_at", longest=40), zone, now),
        external_id(cells, "customer") if cells.get("customer", "").strip() else "",
        left_empty(cells, "email", lambda: email_of(cells), empty=""),
        currency,
        _channel(cells),
        text(cells, "store", longest=40),
        "",
    )


def _sku(cells: Cells) -> str:
    written = text(cells, "sku", longest=64)
    try:
        return stored_sku(written) if written else ""
    except NotASku:
        raise RowRefused("sku_not_valid", written) from None


def _unit_price(cells: Cells, quantity: int, price: Decimal, currency: str) -> int:
    """Read the price of a unit; that of a discount on an order is below zero."""
    if price < 0 < quantity:
        return -amount(Cells({"unit_price": str(-price)}), "unit_price", currency)
    return amount(cells, "unit_price", currency)


def _number(cells: Cells, name: str) -> str:
    number = plain_text(required_text(cells, name, longest=LONGEST_NUMBER))
    if not _NUMBER.fullmatch(number):
        raise RowRefused("number_not_valid", number)
    return number


def _channel(cells: Cells) -> str:
    channel = required_text(cells, "channel", longest=40)
    if not _CHANNEL.fullmatch(channel):
        raise RowRefused("channel_not_valid", channel)
    return channel


PROFILES = {
    "online-retail-ii": Profile(
        required=(
            "invoice",
            "stockcode",
            "description",
            "quantity",
            "invoicedate",
            "price",
            "customer id",
            "country",
        ),
        source="online-retail-ii",
        whole_orders=False,
        writes_off_unpaid=True,
        reader=_read_online_retail,
        numbers=("quantity", "price"),
    ),
    "csv": Profile(
        required=("order", "placed_at", "sku", "quantity", "unit_price", "currency", "channel"),
        optional=("name", "customer", "email", "store"),
        whole_orders=True,
        writes_off_unpaid=False,
        reader=_read_simple_csv,
        numbers=("quantity", "unit_price"),
        identify=_identify_simple_csv,
    ),
}
