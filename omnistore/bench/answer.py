"""
The answer that an order placed by hand leaves for its key: what the shop would have answered, written out. Pure.

What PostgreSQL gives out while it writes the order, the number and the ids, stands in it as marks to be replaced.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from omnistore.bench.sums import Sum, Wanted

NUMBER, PARCEL = "@number@", "@parcel@"
WAREHOUSE = "wh-berlin"


def line_mark(position: int) -> str:
    """Return what stands for the id of an order's line; positions count from 1."""
    return f"@line-{position}@"


def answer(
    lines: Sequence[tuple[Wanted, str, str]],
    found: Sum,
    *,
    customer: int,
    email: str,
    address: dict[str, str],
    rate: str,
    now: datetime,
) -> str:
    """Return the answer as JSON. lines: each with its SKU and name; rate: of the tax, in percent."""
    offers = [{"name": "Offer", "amount": _money(sum(saved)), "target": "items"} for saved in found.savings.values()]
    tax = {"rate": rate, "included": True, "exempt": False, "net": _money(found.base), "tax": _money(found.tax)}
    payment = {"method": "test", "amount": _money(found.grand), "state": "captured", "refunded": _money(0)}
    return orjson.dumps(
        {
            "number": NUMBER,
            "placed_at": now.isoformat(),
            "channel": "app",
            "store": None,
            "state": "placed",
            "customer": str(customer),
            "totals": {
                "items": _money(found.items),
                "discount": _money(found.discount),
                "shipping": _money(found.shipping),
                "tax": _money(0),
                "grand": _money(found.grand),
            },
            "cancel_reason": "",
            "contact": {"email": email, "phone": ""},
            "lines": [_line(place, *line, found, rate) for place, line in enumerate(lines)],
            "discounts": offers,
            "taxes": [tax],
            "fulfilments": [_parcel([line for line, _sku, _name in lines], address, now)],
            "payments": [payment],
            "refunds": [],
            "returns": [],
            "collector": None,
        }
    ).decode()


def _line(place: int, line: Wanted, sku: str, name: str, found: Sum, rate: str) -> dict[str, Any]:
    return {
        "id": line_mark(place + 1),
        "sku": sku,
        "name": name,
        "quantity": line.quantity,
        "unit_price": _money(line.price),
        "discount": _money(found.off(place)),
        "line_total": _money(line.value - found.off(place)),
        "tax_rate": rate,
        "tax": _money(found.line_taxes[place]),
        "fulfilled": 0,
        "cancelled": 0,
        "returned": 0,
    }


def _parcel(lines: Sequence[Wanted], address: dict[str, str], now: datetime) -> dict[str, Any]:
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
        "lines": [{"line": line_mark(place), "quantity": line.quantity} for place, line in enumerate(lines, 1)],
    }


def _money(cents: int) -> dict[str, str]:
    return {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "EUR"}
