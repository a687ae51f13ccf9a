"""Template filters of the web shop: money, days, numbers and picture URLs."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import segno
from babel.dates import get_day_names
from django import template
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from carts.rules.vouchers import problem_text
from core.texts.formats import day_text, money_text, number_text, percent_text, short_day_text, time_text
from core.texts.languages import active_language, language
from core.texts.translated import in_language

register = template.Library()

_CHANNELS = {
    "web": lambda: _("online"),
    "app": lambda: _("in the app"),
    "till": lambda: _("in a store"),
}
_ATTRIBUTES = {
    "colour": lambda: _("Colour"),
    "color": lambda: _("Colour"),
    "wood": lambda: _("Wood"),
    "size": lambda: _("Size"),
    "diameter": lambda: _("Diameter"),
    "blade": lambda: _("Blade"),
    "volume": lambda: _("Volume"),
    "weight": lambda: _("Weight"),
    "grind": lambda: _("Grind"),
    "scent": lambda: _("Scent"),
    "plant": lambda: _("Plant"),
    "material": lambda: _("Material"),
}


@register.filter
def money(amount: int | None, currency: str = "") -> str:
    """Format minor units, by default of the shop's currency."""
    return "" if amount is None else money_text(amount, currency or settings.SHOP_CURRENCY, active_language())


@register.filter
def less(amount: int, currency: str = "") -> str:
    """Format minor units as a reduction."""
    return money(-amount, currency)


@register.filter
def number(value: int | float | Decimal) -> str:
    """Format a number in the reader's digits."""
    return number_text(value, active_language())  # type: ignore[arg-type]


@register.filter
def percent(basis_points: float | Decimal) -> str:
    """Format basis points as a percentage."""
    return percent_text(basis_points, active_language())


@register.filter
def voucher_problem(reason: str) -> str:
    """Return the text for why a voucher cannot be used."""
    return _(problem_text(reason))


@register.filter
def translated(text: Any) -> str:
    """Return a text in the reader's language."""
    return in_language(text) if isinstance(text, dict) else str(text)


@register.filter
def attribute_name(name: str) -> str:
    """Return the name of a variant's attribute."""
    known = _ATTRIBUTES.get(name)
    return known() if known else name.replace("_", " ").capitalize()


@register.filter
def channel_name(channel: str) -> str:
    """Return the name of the channel of a purchase."""
    known = _CHANNELS.get(channel)
    return known() if known else channel.removeprefix("partner:")


@register.filter
def picture_url(file: str | None) -> str:
    """Return the URL of a picture."""
    return default_storage.url(file) if file else ""


@register.filter
@lru_cache(maxsize=1024)
def qr(text: str) -> str:
    """Return a QR code as a data URL."""
    return str(segno.make_qr(text, error="m").svg_data_uri(omitsize=True, border=4, encode_minimal=True))


@register.filter
def in_zone(moment: datetime, zone: str) -> datetime:
    """Return a moment in a time zone."""
    return moment.astimezone(ZoneInfo(zone))


@register.filter
def lookup(values: Any, key: Any) -> Any:
    """Return the value of a key, or nothing."""
    return values.get(key, "") if values else ""


@register.filter
def day(moment: datetime, zone: str = "") -> str:
    """Format the day of a moment, with its year; zone: of the store it is about, the shop's own without one."""
    return day_text(moment.astimezone(ZoneInfo(zone or settings.SHOP_TIME_ZONE)).date(), active_language())


@register.filter
def clock(moment: Any) -> str:
    """Format a time of day."""
    return time_text(moment, active_language())


@register.filter
def when(moment: datetime) -> str:
    """Format a future moment: today or tomorrow at a time, or a day. The moment carries its own time zone."""
    today = timezone.now().astimezone(moment.tzinfo).date()
    time = time_text(moment, active_language())
    if moment.date() == today:
        return _("today, %(time)s") % {"time": time}
    if moment.date() == today + timedelta(days=1):
        return _("tomorrow, %(time)s") % {"time": time}
    return _("%(day)s, %(time)s") % {
        "day": short_day_text(moment.date(), active_language()),
        "time": time,
    }


@register.filter
def weekday_name(weekday: int) -> str:
    """Return the name of a weekday, 0 is Monday."""
    return str(get_day_names("wide", "stand-alone", locale=language(active_language()).locale)[weekday])


@register.filter
def short_day(date: Any) -> str:
    """Format a day near today."""
    return short_day_text(date, active_language())


@register.simple_tag(takes_context=True)
def complete_frame(context: template.Context) -> str:
    """Add the frame's context to a page of a third-party view (signing in)."""
    if "shop_name" not in context and "request" in context:
        # Imported late: pages need these filters at import.
        from omnistore.storefront.pages import frame_of

        context.dicts[-1].update(frame_of(context["request"]))
    return ""
