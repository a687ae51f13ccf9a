"""Slips without prices: what is to be picked, what lies in a parcel, what comes back, and what was given as a gift."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.data import sql
from core.errors import NotFound
from core.texts.formats import day_text, number_text, time_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from inventory.models import Location
from orders.models import Return
from orders.queries.orders import get_order
from orders.queries.views import FulfilmentView, LineView, OrderView


@dataclass(frozen=True, slots=True)
class SlipRow:
    """Goods on a slip, as text in its language. note: where they lie, or for which orders; is_ticked: has a box."""

    quantity: str
    name: str
    sku: str
    note: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """
    A slip as it is printed. code: what its barcode says, empty for none. facts: names and values above the goods.

    is_ticked: each line has a box to tick with a pen.
    """

    title: str
    language: str
    rows: Sequence[SlipRow]
    code: str = ""
    place: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    address: Sequence[str] = ()
    notes: Sequence[str] = ()
    is_ticked: bool = False
    shop: str = field(default_factory=lambda: settings.SHOP_NAME)


def packing_slip(number: str, *, fulfilment_id: int) -> Slip:
    """
    Return the slip that lies in a parcel or with a pickup, in its order's language, in two statements.

    Raises NotFound.
    """
    order = get_order(number)
    part = next((part for part in order.fulfilments if part.id == fulfilment_id), None)
    if part is None:
        raise NotFound(_("There is no such parcel or pickup in this order."))
    with override(order.language):
        place = _place_of(part)
        facts = [(_("Order"), order.number), (_("Ordered"), _day_of(order, place))]
        facts += [(_("Sent by"), part.method_name)] if part.method_name else []
        return Slip(
            title=_("Packing slip"),
            language=order.language,
            rows=_rows(order, part.lines),
            code=order.number,
            place=_lines_of(place),
            facts=facts,
            address=_address(part.address) if part.kind == "ship" else (),
            notes=[*(f"{question}: {text}" for question, text in order.answers)],
            is_ticked=True,
        )


def gift_receipt(number: str) -> Slip:
    """
    Return what proves where goods were bought, without their prices, in its order's language. Raises NotFound.

    Of goods that their buyer has, and of those in a parcel that is to be sent: the slip may lie in it.
    """
    order = get_order(number)
    units = Counter({line.id: line.fulfilled - line.returned for line in order.lines})
    for part in order.fulfilments:
        if part.kind == "ship" and part.state in ("placed", "picking"):
            units.update(dict(part.lines))
    with override(order.language):
        place = _place_of(order.fulfilments[0], store=order.store) if order.fulfilments else None
        return Slip(
            title=_("Gift receipt"),
            language=order.language,
            rows=_rows(
                order,
                [
                    (line.id, min(units[line.id], line.quantity - line.cancelled - line.returned))
                    for line in order.lines
                ],
            ),
            code=order.number,
            place=_lines_of(place),
            facts=[(_("Order"), order.number), (_("Bought on"), _day_of(order, place))],
            notes=[_("Bring this slip with the goods to exchange or return them.")],
        )


def return_slip(number: str) -> Slip:
    """
    Return the slip that goes with returned goods, in the language of their order; it needs a return's number.

    Raises NotFound, and for goods without an order.
    """
    goods = Return.objects.select_related("order", "location").filter(number=number, order__isnull=False).first()
    if goods is None or goods.order is None:
        raise NotFound(_("There is no such return."))
    language = goods.order.language
    lines = goods.lines.select_related("order_line").order_by("pk")
    zone = ZoneInfo(goods.location.time_zone if goods.location else settings.SHOP_TIME_ZONE)
    with override(language):
        return Slip(
            title=_("Return slip"),
            language=language,
            rows=[
                SlipRow(
                    quantity=number_text(line.quantity, language),
                    name=line.order_line.name if line.order_line else line.sku,
                    sku=line.sku,
                    note=line.reason_text,
                )
                for line in lines
            ],
            code=goods.number,
            place=_lines_of(goods.location),
            facts=[
                (_("Return"), goods.number),
                (_("Order"), goods.order.number),
                (_("Requested"), day_text(goods.requested_at.astimezone(zone).date(), language)),
            ],
            notes=[_("Put this slip into the parcel, or show it in the store.")],
            is_ticked=True,
        )


def pick_slip(rows: Sequence[sql.Row], *, title: str, place: str, now_text: str) -> Slip:
    """Return a pick list on paper, in the reader's language. rows: as pick_list and goods_to_pack return them."""
    language = active_language()
    return Slip(
        title=title,
        language=language,
        rows=[
            SlipRow(
                quantity=number_text(row["units"], language),
                name=in_language(row["product"], language) if row["product"] else row["name"],
                sku=row["sku"],
                note=" · ".join(filter(None, [_named(row["place"], language), ", ".join(row["numbers"])])),
                barcode=row["barcodes"][0] if row["barcodes"] else "",
            )
            for row in rows
        ],
        facts=[(_("Place"), place), (_("Printed"), now_text)],
        is_ticked=True,
    )


def _rows(order: OrderView, units: Sequence[tuple[int, int]]) -> list[SlipRow]:
    lines: Mapping[int, LineView] = {line.id: line for line in order.lines}
    return [
        SlipRow(number_text(quantity, order.language), lines[line_id].name, lines[line_id].sku)
        for line_id, quantity in units
        if line_id in lines and quantity > 0
    ]


def _place_of(part: FulfilmentView, *, store: str | None = None) -> Location | None:
    return Location.objects.filter(code=store or part.store).first()


def _lines_of(place: Location | None) -> list[str]:
    if place is None:
        return []
    town = " ".join(filter(None, [place.postal_code, place.city]))
    return [in_language(place.name), *filter(None, [place.street_address, town, place.phone])]


def _day_of(order: OrderView, place: Location | None) -> str:
    zone = ZoneInfo(place.time_zone if place else settings.SHOP_TIME_ZONE)
    moment = order.placed_at.astimezone(zone)
    return f"{day_text(moment.date(), order.language)} {time_text(moment, order.language)}"


def _address(address: Mapping[str, str]) -> list[str]:
    town = " ".join(filter(None, [address.get("postal_code"), address.get("city")]))
    street = str(address.get("street_address") or "").splitlines()
    lines = [address.get("name"), address.get("company"), *street, town, address.get("country_area")]
    return [*(line for line in lines if line), str(address.get("country_code") or "")]


def _named(name: Mapping[str, str] | None, language: str) -> str:
    return in_language(name, language) if name else ""
