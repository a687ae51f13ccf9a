"""Template filters of the till: figures, money and times in the reader's format."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carts.rules.vouchers import problem_text
from core.money import format_minor
from core.texts.formats import day_text, listed_text, money_text, number_text, short_day_text, time_text
from core.texts.languages import active_language
from core.texts.translated import TranslatedText, in_language
from inventory.queries.products import shown_attributes
from orders.queries.receipts import name_of_payment
from orders.queries.views import PaymentView

register = template.Library()

# A page formats the same few amounts and figures many times, at a tenth of a millisecond each.
_money_text = lru_cache(4096)(money_text)
_number_text = lru_cache(4096)(number_text)

_CHANNELS = {
    "web": gettext_lazy("Web"),
    "app": gettext_lazy("App"),
    "till": gettext_lazy("Till"),
    "system": gettext_lazy("System"),
}


@register.filter
def money(amount: int | None, currency: str = "") -> str:
    """Format minor units of a currency (by default the shop's); empty for None."""
    return "" if amount is None else _money_text(int(amount), currency or settings.SHOP_CURRENCY, active_language())


@register.filter
def less(amount: int, currency: str = "") -> str:
    """Format minor units of a currency as a reduction."""
    return money(-amount, currency)


@register.filter
def plain(amount: int, currency: str = "") -> str:
    """Format minor units for a form: 12.90."""
    return format_minor(int(amount), currency or settings.SHOP_CURRENCY)


@register.filter
def figure(number: Any) -> str:
    """Format a number in the reader's digits."""
    if number is None or number == "":
        return ""
    return _number_text(number, active_language())


@register.filter
def moment(instant: datetime | str | None, time_zone: str) -> str:
    """Format an instant in a store's time zone: only the time for today, with the day otherwise."""
    if not instant:
        return ""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    local = instant.astimezone(ZoneInfo(time_zone))
    today = timezone.now().astimezone(ZoneInfo(time_zone)).date()
    if local.date() == today:
        return time_text(local, active_language())
    day = local.date()
    written = short_day_text(day, active_language()) if day.year == today.year else day_text(day, active_language())
    return listed_text([written, time_text(local, active_language())], active_language())


@register.filter
def clock(instant: datetime | None, time_zone: str) -> str:
    """Format only the time of day."""
    return time_text(instant.astimezone(ZoneInfo(time_zone)), active_language()) if instant else ""


@register.filter
def of(values: Mapping[Any, Any], key: Any) -> Any:
    """Look up a key that only the template knows."""
    return values.get(key)


@register.filter
def voucher_problem(reason: str) -> str:
    """Return the text for why a voucher cannot be used."""
    return _(problem_text(reason))


@register.filter
def named(text: TranslatedText | None) -> str:
    """Return a name in the reader's language."""
    return in_language(text) if text else ""


@register.filter
def details(attributes: dict[str, Any]) -> str:
    """Format a variant's distinguishing attributes in the reader's language: blue, large."""
    return listed_text(shown_attributes(attributes).values(), active_language())


@register.filter
def channel_name(channel: str) -> str:
    """Return the name of a channel."""
    if channel.startswith("partner:"):
        return channel.partition(":")[2]
    return str(_CHANNELS.get(channel, channel))


@register.filter
def payment_name(payment: PaymentView) -> str:
    """Return the name of a payment's method."""
    return str(_("Test card")) if payment.method == "test" else name_of_payment(payment)


@register.filter
def age(instant: datetime | None) -> str:
    """Format the time since or until an instant, in minutes, hours or days."""
    if instant is None:
        return ""
    minutes = abs(int((timezone.now() - instant).total_seconds())) // 60
    if minutes < 60:
        return _("%(count)s min") % {"count": figure(minutes)}
    if minutes < 48 * 60:
        return _("%(count)s h") % {"count": figure(minutes // 60)}
    return _("%(count)s days") % {"count": figure(minutes // 1440)}
