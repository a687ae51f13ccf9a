"""Notifications about an order, or about one fulfilment of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from core.actors import SYSTEM
from core.data import sql
from core.journal import Entry
from core.texts.formats import day_text, money_text, number_text, time_text
from core.texts.translated import in_language
from omnistore.engagement.queries.places import ContactPlace, places_of
from omnistore.engagement.queries.subjects.base import Context
from omnistore.engagement.rules.policy import Facts
from omnistore.engagement.rules.recipients import Recipient
from orders.queries.orders import get_order
from orders.queries.views import DUE, FulfilmentView, OrderView
from orders.rules.order_links import order_key
from orders.rules.pickup_codes import collection_code

PICKUP, SHIP = "pickup", "ship"
DAYS_OF_HOURS = 7

# Whoever chose no receipt for this order gets it as they like theirs.
_FACTS = """
SELECT orders.external_id <> '' AS is_imported,
       coalesce(nullif(orders.receipt_medium, ''), person.receipt_channel, '') AS receipt_medium,
       NOT EXISTS (
           SELECT FROM orders_fulfilment WHERE order_id = orders.id AND kind <> 'carry_out'
       ) AND NOT (orders.store_id IS NULL AND EXISTS (
           SELECT FROM orders_orderline AS line WHERE line.order_id = orders.id
             AND NOT EXISTS (SELECT FROM orders_fulfilmentline WHERE order_line_id = line.id)
       )) AS is_carry_out
FROM orders_order AS orders
LEFT JOIN accounts_customer AS record ON record.id = orders.customer_id
LEFT JOIN accounts_customer AS person ON person.id = coalesce(record.merged_into_id, record.id)
WHERE orders.number = %(number)s
"""
_COLLECTED_BY = "SELECT collected_by FROM orders_handover WHERE id = %(id)s"
_REASON = "SELECT reject_reason FROM orders_return WHERE id = %(id)s"


class OrderSubject:
    """
    The order whose number is the entry's ref.

    Templates may say `number`, `total`, `due`, `amount` (the refund), `document` (the number of an invoice or credit
    note) with `document_total`, `shop`, `link`, `bought_on`, `reason` (why a return was refused) and `collected_by`
    (who came to the desk); the lists are `lines`, `totals`, `payments`, `pickups` (store, address, ready_at) and
    `parcels` (address, tracking, tracking_url); `gift_cards` says whether it sold any. Values that do not apply are
    empty. An entry about one fulfilment, or about some units, has only the lines of those; one about a fulfilment adds
    the values of its parcel with `sent_to`, or `store`, `address`, `phone`, `code`, `day` (until when it is kept) and
    `hours` of its pickup.
    """

    def facts_of(self, entry: Entry) -> Facts | None:
        """Return where the order came from, whether it was carried out, its receipt's medium, and who acted."""
        facts = sql.fetch_one(_FACTS, {"number": entry.ref})
        return facts | {"is_by_system": entry.channel == SYSTEM} if facts is not None else None

    def context_of(self, entry: Entry, *, reader: Recipient, now: datetime) -> Context:
        """Return the values that templates may name, in two statements; one more about a return or a hand-over."""
        order, language = get_order(entry.ref), reader.language
        places = places_of([fulfilment.store for fulfilment in order.fulfilments], language=language)
        concerned = [part for part in order.fulfilments if part.id == entry.payload.get("fulfilment_id")]
        shown = concerned or order.fulfilments
        bought_on = order.placed_at.astimezone(ZoneInfo(reader.time_zone)).date()
        context = {
            # Marked as a number, so that nobody mistakes it for a code.
            "number": f"#{order.number}",
            "total": money_text(order.grand_total, order.currency, language),
            "due": _money(order, sum(payment.amount for payment in order.payments if payment.state == DUE), language),
            "amount": _money(order, entry.payload.get("refund", 0), language),
            "document": entry.payload.get("document", ""),
            "document_total": _money(order, entry.payload.get("total", 0), language),
            "shop": settings.SHOP_NAME,
            "link": _link(order),
            "bought_on": day_text(bought_on, language),
            "lines": _lines(order, _units_of(entry, concerned), language),
            "totals": _totals(order, language),
            "payments": _payments(order, language),
            "pickups": [_pickup(part, places[part.store], language) for part in shown if part.kind == PICKUP],
            "parcels": [_parcel(part) for part in shown if part.kind == SHIP],
            "gift_cards": _has_gift_cards(order),
            "reason": _reason_of(entry.payload.get("return_id")),
            "store": "",
            "sent_to": "",
            "collected_by": _collected_by(entry.payload.get("hand_over_id")),
        }
        for part in concerned:
            context |= _concerned(part, places[part.store], language, now) if part.kind == PICKUP else _sent(part)
        return context


def _units_of(entry: Entry, concerned: Sequence[FulfilmentView]) -> dict[int, int] | None:
    """Return how many units of each line the entry is about; None for all of the order."""
    if "line_units" in entry.payload:
        return {int(line_id): units for line_id, units in entry.payload["line_units"].items()}
    return dict(concerned[0].lines) if concerned else None


def _concerned(part: FulfilmentView, place: ContactPlace, language: str, now: datetime) -> dict[str, Any]:
    until = part.expires_at.astimezone(_zone(place)).date() if part.expires_at else None
    return {
        "store": place.name,
        "address": place.address,
        "phone": place.phone,
        "code": collection_code(part.id, secret=settings.COLLECTION_SECRETS[0]),
        "day": day_text(until, language) if until else "",
        "hours": _hours(place, language, now),
    }


def _has_gift_cards(order: OrderView) -> bool:
    """Return whether some lines are in no fulfilment: gift cards, which leave as codes."""
    return bool(
        {line.id for line in order.lines} - {line_id for part in order.fulfilments for line_id, _n in part.lines}
    )


def _reason_of(return_id: int | None) -> str:
    row = sql.fetch_one(_REASON, {"id": return_id}) if return_id is not None else None
    return str(row["reject_reason"]) if row else ""


def _collected_by(hand_over_id: int | None) -> str:
    row = sql.fetch_one(_COLLECTED_BY, {"id": hand_over_id}) if hand_over_id is not None else None
    return str(row["collected_by"]) if row else ""


def _pickup(part: FulfilmentView, place: ContactPlace, language: str) -> dict[str, str]:
    ready_at = ""
    if part.promised_at:
        local = part.promised_at.astimezone(_zone(place))
        words = {"day": day_text(local.date(), language), "time": time_text(local, language)}
        ready_at = _("%(day)s, %(time)s") % words
    return {"store": place.name, "address": place.address, "ready_at": ready_at}


def _parcel(part: FulfilmentView) -> dict[str, str]:
    address = [str(part.address.get(name, "")) for name in ("name", "street_address", "postal_code", "city")]
    return {"address": ", ".join(filter(None, address)), "tracking": part.tracking, "tracking_url": part.tracking_url}


def _sent(part: FulfilmentView) -> dict[str, str]:
    parcel = _parcel(part)
    return parcel | {"sent_to": parcel["address"]}


def _link(order: OrderView) -> str:
    address = f"{settings.PUBLIC_URL}/orders/{order.number}/"
    # A guest's link contains its key.
    if order.customer_id is None:
        address += f"{order_key(order.number, secret=settings.ORDER_LINK_SECRETS[0])}/"
    return address


def _lines(order: OrderView, shown: Mapping[int, int] | None, language: str) -> list[tuple[str, str, str]]:
    quantities = {line.id: line.quantity for line in order.lines} if shown is None else shown
    return [
        (
            number_text(quantities[line.id], language),
            line.name,
            money_text(line.unit_price * quantities[line.id], order.currency, language),
        )
        for line in order.lines
        if line.id in quantities
    ]


def _totals(order: OrderView, language: str) -> list[tuple[str, str]]:
    rows = [
        (_("Items"), order.items_total, True),
        (_("Discount"), -order.discount_total, bool(order.discount_total)),
        (_("Deposits"), order.deposit_total, bool(order.deposit_total)),
        (_("Shipping"), order.shipping_total, any(part.kind == SHIP for part in order.fulfilments)),
        *((in_language(fee.name, language), fee.amount, True) for fee in order.fees),
        (_("Tax"), order.tax_total, bool(order.tax_total)),
        (_("Total"), order.grand_total, True),
    ]
    return [(label, money_text(amount, order.currency, language)) for label, amount, is_shown in rows if is_shown]


def _payments(order: OrderView, language: str) -> list[tuple[str, str]]:
    names = {
        "cash": _("Paid in cash"),
        "card": _("Paid by card"),
        "pay_in_store": _("Paid in the store"),
        "gift_card": _("Paid by gift card"),
        "credit": _("Paid with store credit"),
        "points": _("Paid with points"),
    }
    paid = [payment for payment in order.payments if payment.state == "captured"]
    return [
        (names.get(payment.method, _("Paid")), money_text(payment.amount, order.currency, language)) for payment in paid
    ]


def _hours(place: ContactPlace, language: str, now: datetime) -> list[tuple[str, str]]:
    today = now.astimezone(_zone(place)).date()
    rows = []
    for day in (today + timedelta(days=ahead) for ahead in range(DAYS_OF_HOURS)):
        spans = [
            f"{time_text(span.opens, language)} – {time_text(span.closes, language)}"
            for span in sorted(place.hours.on(day), key=lambda span: span.opens)
        ]
        rows.append((day_text(day, language), ", ".join(spans) or _("closed")))
    return rows


def _money(order: OrderView, amount: int, language: str) -> str:
    return money_text(amount, order.currency, language) if amount else ""


def _zone(place: ContactPlace) -> ZoneInfo:
    return ZoneInfo(place.hours.time_zone)
