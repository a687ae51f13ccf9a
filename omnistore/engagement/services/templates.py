"""The texts of notifications about orders, before they become an e-mail or a text message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.formats import day_text, money_text, number_text, time_text
from omnistore.engagement.queries.order_contacts import ContactPlace
from orders.queries.views import FulfilmentView, OrderView
from orders.rules.order_links import order_key
from orders.rules.pickup_codes import collection_code

PICKUP, SHIP = "pickup", "ship"
DAYS_OF_HOURS = 7


@dataclass(frozen=True, slots=True)
class Block:
    """Facts under a heading, as label and value."""

    heading: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Template:
    """
    One notification to one person. text: the whole content in the length of a text message.

    lines: the order's lines, as quantity, name and amount. totals: label and amount.
    """

    subject: str
    text: str
    paragraphs: list[str]
    blocks: list[Block] = field(default_factory=list)
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    totals: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MessageContext:
    """The subject of a notification. fulfilment_id: the fulfilment concerned, if it is one. amount: a refund."""

    order: OrderView
    places: Mapping[str, ContactPlace]
    language: str
    now: datetime
    fulfilment_id: int | None = None
    refund: int = 0

    def money(self, amount: int) -> str:
        return money_text(amount, self.order.currency, self.language)

    @property
    def number(self) -> str:
        """The order's number, marked as one, so that nobody mistakes it for a code."""
        return f"#{self.order.number}"

    @property
    def fulfilment(self) -> FulfilmentView:
        return next(part for part in self.order.fulfilments if part.id == self.fulfilment_id)

    @property
    def place(self) -> ContactPlace:
        return self.places[self.fulfilment.store]

    @property
    def way_back(self) -> str:
        """The sentence with the link to the order's page; a guest's link contains its key."""
        address = f"{settings.PUBLIC_URL}/orders/{self.order.number}/"
        if self.order.customer_id is None:
            address += f"{order_key(self.order.number, secret=settings.ORDER_LINK_SECRET)}/"
        return _("See your order: %(address)s") % {"address": address}


def order_placed(about: MessageContext) -> Template:
    """Write the confirmation; for a pickup it says that the goods are not ready yet."""
    order = about.order
    pickups = [part for part in order.fulfilments if part.kind == PICKUP]
    shipped = [part for part in order.fulfilments if part.kind == SHIP]
    paragraphs = [_("Thank you for your order. We have received it and are getting it ready.")]
    text = _("Thank you! We have your order %(number)s.") % {"number": about.number}
    if pickups:
        not_ready = _("It is not ready to collect yet: please wait for our next message before you come.")
        paragraphs.append(not_ready)
        text = f"{text} {not_ready}"
    paragraphs.append(about.way_back)
    return Template(
        subject=_("We have your order %(number)s") % {"number": about.number},
        text=text,
        paragraphs=paragraphs,
        blocks=[_expected_pickup(about, part) for part in pickups] + [_parcel(about, part) for part in shipped],
        lines=_lines(about),
        totals=_totals(about),
    )


def pickup_ready(about: MessageContext) -> Template:
    """Write that a pickup is ready: the store, the deadline and the pickup code."""
    part, place = about.fulfilment, about.place
    code = collection_code(part.id, secret=settings.COLLECTION_SECRET)
    facts = [
        (_("Collection code"), code),
        (_("Store"), place.name),
        (_("Address"), place.address),
        *([(_("Phone"), place.phone)] if place.phone else []),
    ]
    until = _day(part.expires_at, place, about.language)
    if until:
        facts.append((_("We keep it until"), until))
    due = sum(payment.amount for payment in about.order.payments if payment.state == "due")
    if due:
        facts.append((_("You pay in the store"), about.money(due)))
    names = {"number": about.number, "store": place.name, "address": place.address, "code": code, "day": until}
    text = _("Your order %(number)s is ready at %(store)s, %(address)s. Code: %(code)s.") % names
    if until:
        text += " " + _("We keep it until %(day)s.") % names
    return Template(
        subject=_("Your order %(number)s is ready to collect") % names,
        text=text,
        paragraphs=[
            _("Your order is ready. Show the code below when you collect it. Anyone with the code can collect."),
            about.way_back,
        ],
        blocks=[Block(_("Collect your order"), facts), Block(_("Opening hours"), _hours(about, place))],
        lines=_lines(about, part),
    )


def pickup_rejected(about: MessageContext) -> Template:
    """Write that the store cannot fulfil the pickup."""
    names = {"number": about.number, "store": about.place.name}
    return _bad_news(
        about,
        subject=_("We cannot prepare your order %(number)s") % names,
        news=_("We are sorry: %(store)s cannot get your order ready after all, so we have cancelled it.") % names,
        part=about.fulfilment,
    )


def pickup_expired(about: MessageContext) -> Template:
    """Write that a pickup expired."""
    names = {"number": about.number, "store": about.place.name}
    return _bad_news(
        about,
        subject=_("Your order %(number)s was not collected") % names,
        news=_("Your order waited at %(store)s and was not collected in time, so we have cancelled it.") % names,
        part=about.fulfilment,
    )


def order_cancelled(about: MessageContext) -> Template:
    """Write that the order was cancelled, and the refund."""
    names = {"number": about.number}
    return _bad_news(
        about,
        subject=_("Your order %(number)s is cancelled") % names,
        news=_("Your order %(number)s has been cancelled.") % names,
    )


def order_not_placed(about: MessageContext) -> Template:
    """Write that the order failed although money was paid, which is refunded."""
    names = {"number": about.number}
    return _bad_news(
        about,
        subject=_("Your order %(number)s could not be placed") % names,
        news=_("We are sorry: your order %(number)s could not be placed.") % names,
    )


def order_shipped(about: MessageContext) -> Template:
    """Write that a parcel was shipped."""
    names = {"number": about.number, "tracking": about.fulfilment.tracking}
    text = _("Your order %(number)s is on its way.") % names
    if names["tracking"]:
        text += " " + _("Tracking number: %(tracking)s") % names
    return Template(
        subject=_("Your order %(number)s is on its way") % names,
        text=text,
        paragraphs=[text],
        blocks=[_parcel(about, about.fulfilment)],
        lines=_lines(about, about.fulfilment),
    )


def receipt(about: MessageContext) -> Template:
    """Write the receipt."""
    order = about.order
    names = {"number": about.number, "total": about.money(order.grand_total), "shop": settings.SHOP_NAME}
    bought_on = day_text(order.placed_at.date(), about.language)
    return Template(
        subject=_("Receipt for your order %(number)s") % names,
        text=_("%(shop)s: receipt %(number)s, total %(total)s. Thank you!") % names,
        paragraphs=[_("Thank you for shopping with us. This is your receipt.")],
        blocks=[Block(_("Receipt"), [(_("Number"), about.number), (_("Date"), bought_on)])],
        lines=_lines(about),
        totals=_totals(about) + _payments(about),
    )


TEMPLATES: Mapping[str, Callable[[MessageContext], Template]] = {
    writer.__name__: writer
    for writer in (
        *(order_placed, pickup_ready, pickup_rejected, pickup_expired),
        *(order_cancelled, order_not_placed, order_shipped, receipt),
    )
}


def render_template(kind: str, about: MessageContext) -> Template:
    """Render the template of this kind in the language of its context."""
    with override(about.language):
        return TEMPLATES[kind](about)


def _bad_news(about: MessageContext, *, subject: str, news: str, part: FulfilmentView | None = None) -> Template:
    paragraphs = [news]
    if about.refund:
        back = _("We return %(amount)s the way you paid.") % {"amount": about.money(about.refund)}
        paragraphs.append(back)
    return Template(subject=subject, text=" ".join(paragraphs), paragraphs=paragraphs, lines=_lines(about, part))


def _expected_pickup(about: MessageContext, part: FulfilmentView) -> Block:
    place = about.places[part.store]
    facts = [(_("Store"), place.name), (_("Address"), place.address)]
    if part.promised_at:
        local = part.promised_at.astimezone(ZoneInfo(place.hours.time_zone))
        facts.append((_("Expected to be ready"), _moment(local, about.language)))
    return Block(_("Pickup, not ready yet"), facts)


def _parcel(about: MessageContext, part: FulfilmentView) -> Block:
    address = [str(part.address.get(name, "")) for name in ("name", "street_address", "postal_code", "city")]
    facts = [(_("Address"), ", ".join(filter(None, address)))]
    if part.tracking:
        facts.append((_("Tracking number"), part.tracking))
    return Block(_("By parcel"), facts)


def _lines(about: MessageContext, part: FulfilmentView | None = None) -> list[tuple[str, str, str]]:
    quantities = dict(part.lines) if part else {line.id: line.quantity for line in about.order.lines}
    return [
        (
            number_text(quantities[line.id], about.language),
            line.name,
            about.money(line.unit_price * quantities[line.id]),
        )
        for line in about.order.lines
        if line.id in quantities
    ]


def _totals(about: MessageContext) -> list[tuple[str, str]]:
    order = about.order
    rows = [
        (_("Items"), order.items_total, True),
        (_("Discount"), -order.discount_total, bool(order.discount_total)),
        (_("Shipping"), order.shipping_total, any(part.kind == SHIP for part in order.fulfilments)),
        (_("Tax"), order.tax_total, bool(order.tax_total)),
        (_("Total"), order.grand_total, True),
    ]
    return [(label, about.money(amount)) for label, amount, is_shown in rows if is_shown]


def _payments(about: MessageContext) -> list[tuple[str, str]]:
    names = {
        "cash": _("Paid in cash"),
        "card": _("Paid by card"),
        "pay_in_store": _("Paid in the store"),
        "gift_card": _("Paid by gift card"),
        "credit": _("Paid with store credit"),
        "points": _("Paid with points"),
    }
    paid = [payment for payment in about.order.payments if payment.state == "captured"]
    return [(names.get(payment.method, _("Paid")), about.money(payment.amount)) for payment in paid]


def _hours(about: MessageContext, place: ContactPlace) -> list[tuple[str, str]]:
    today = about.now.astimezone(ZoneInfo(place.hours.time_zone)).date()
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_OF_HOURS)]
    facts = []
    for day in days:
        spans = [
            f"{time_text(span.opens, about.language)} – {time_text(span.closes, about.language)}"
            for span in sorted(place.hours.on(day), key=lambda span: span.opens)
        ]
        facts.append((day_text(day, about.language), ", ".join(spans) or _("closed")))
    return facts


def _day(moment: datetime | None, place: ContactPlace, language: str) -> str:
    return day_text(moment.astimezone(ZoneInfo(place.hours.time_zone)).date(), language) if moment else ""


def _moment(local: datetime, language: str) -> str:
    return _("%(day)s, %(time)s") % {"day": day_text(local.date(), language), "time": time_text(local, language)}
