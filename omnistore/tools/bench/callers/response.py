"""
The stored response of an order that hand-written SQL places, equal to the shop's response. Pure.

The number and the ids are known only when PostgreSQL writes the order; placeholders stand for them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from omnistore.tools.bench.callers.totals import Line, Totals

NUMBER, PARCEL = "@number@", "@parcel@"
WAREHOUSE = "wh-berlin"


def line_mark(position: int) -> str:
    """Return the placeholder for the id of an order line; positions count from 1."""
    return f"@line-{position}@"


def response(
    lines: Sequence[tuple[Line, str, str]],
    totals: Totals,
    *,
    customer: int,
    email: str,
    address: dict[str, str],
    rate: str,
    now: datetime,
) -> str:
    """Return the response as JSON. lines: each with its SKU and name; rate: the tax rate in percent."""
    discounts = [
        {"name": "Offer", "amount": _money(sum(saved)), "target": "items"} for saved in totals.savings.values()
    ]
    tax = {
        "rate": rate,
        "levy": "",
        "included": True,
        "exempt": False,
        "net": _money(totals.base),
        "tax": _money(totals.tax),
    }
    payment = {"method": "test", "amount": _money(totals.grand), "state": "captured", "refunded": _money(0)}
    return orjson.dumps(
        {
            "number": NUMBER,
            "placed_at": now.isoformat(),
            "channel": "app",
            "store": None,
            "state": "placed",
            "customer": str(customer),
            "totals": {
                "items": _money(totals.items),
                "discount": _money(totals.discount),
                "shipping": _money(totals.shipping),
                "tax": _money(0),
                "deposit": _money(0),
                "fees": _money(0),
                "grand": _money(totals.grand),
            },
            "cancel_reason": "",
            "contact": {"email": email, "phone": ""},
            "lines": [_line(index, *line, totals, rate) for index, line in enumerate(lines)],
            "discounts": discounts,
            "fees": [],
            "taxes": [tax],
            "fulfilments": [_parcel([line for line, _sku, _name in lines], address, now)],
            "payments": [payment],
            "refunds": [],
            "returns": [],
            "collector": None,
        }
    ).decode()


def _line(index: int, line: Line, sku: str, name: str, totals: Totals, rate: str) -> dict[str, Any]:
    return {
        "id": line_mark(index + 1),
        "sku": sku,
        "name": name,
        "quantity": line.quantity,
        "unit_price": _money(line.price),
        "discount": _money(totals.discount_of(index)),
        "line_total": _money(line.value - totals.discount_of(index)),
        "deposit": _money(0),
        "tax_rate": rate,
        "tax": _money(totals.line_taxes[index]),
        "fulfilled": 0,
        "cancelled": 0,
        "returned": 0,
        "is_gift": False,
        "return_policy": None,
    }


def _parcel(lines: Sequence[Line], address: dict[str, str], now: datetime) -> dict[str, Any]:
    return {
        "id": PARCEL,
        "kind": "ship",
        "store": WAREHOUSE,
        "state": "placed",
        "address": address,
        "promised_at": now.isoformat(),
        "ready_at": None,
        "expires_at": None,
        "collection_code": None,
        "tracking": None,
        "tracking_url": None,
        "method": None,
        "lines": [{"line": line_mark(position), "quantity": line.quantity} for position, line in enumerate(lines, 1)],
    }


def _money(cents: int) -> dict[str, str]:
    return {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "EUR"}
