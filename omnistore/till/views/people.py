"""Finding customers and orders, and one customer's timeline over every channel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models.consents import MEDIA, PURPOSES
from accounts.queries.balances import holdings_of
from accounts.queries.consents import consents_in_force
from accounts.queries.loyalty import loyalty_of
from accounts.queries.people import LONGEST_SEARCH, find_people, get_person
from accounts.queries.timeline import TimelinePlace, summary_of, timeline
from accounts.rules import roles
from accounts.rules.search import spell
from carts.queries.carts import cart_of_customer
from carts.queries.quoting import quote_cart
from core.actors import APP, SYSTEM, TILL, WEB
from core.texts.languages import active_language
from inventory.queries.place_names import names_of_places
from omnistore.till.paging import next_address, page_asked
from omnistore.till.sales import key_of_customer, shown_lines, stock_of
from omnistore.till.views.base import TillView
from orders.queries.customer_value import bought_so_far
from orders.queries.orders import find_orders, orders_at_till
from orders.rules.order_numbers import typed_order_number

PAGE, MOST_PEOPLE = 20, 20
FAMILIES = ("order", "pickup", "cart", "return", "refund", "customer", "consent", "touch")


class Find(TillView):
    """Searching customers and orders of every channel."""

    right = roles.SEE_CUSTOMERS
    tab = "find"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the search field and its results."""
        words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
        customers = self.listed(find_people(text=words, limit=MOST_PEOPLE)) if words else []
        page = page_asked(request, PAGE)
        orders = []
        if words:
            spelling = spell(words)
            orders = find_orders(
                number=typed_order_number(words),
                customer_ids=[customer_id for person in customers for customer_id in person.ids],
                email=spelling.email,
                phone_end=spelling.phone_end,
                store_id=self.store.id,
                after=page.last_id(),
                limit=page.fetch,
            )
        context = {
            "title": _("Find"),
            "q": words,
            "customers": customers,
            "orders": orders[:PAGE],
            "places": names_of_places(order.store for order in orders),
            "next": next_address(request, page, orders, key=lambda order: [order.id]),
        }
        return self.page("till/find.html", context)


class CustomerPage(TillView):
    """All data about one customer, on one page."""

    right = roles.SEE_CUSTOMERS
    tab = "find"

    def get(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        """Show the timeline over all channels, the open cart, the orders, the consents and the purchases."""
        person = self.opened(get_person(customer_id=customer_id))
        filters = {name: request.GET.get(name, "")[:40] for name in ("kind", "channel")}
        entries = timeline(person_ids=person.ids, before=_place(request), limit=PAGE + 1, **filters)
        cart = cart_of_customer(person.ids, by=self.actor, now=timezone.now())
        language = active_language()
        more = entries[PAGE:]
        orders = orders_at_till(customer_ids=person.ids, store_id=self.store.id, limit=10)
        context: dict[str, Any] = {
            "title": person.name or _("Customer without a name"),
            "person": person,
            "story": [(entry, summary_of(entry)) for entry in entries[:PAGE]],
            "older": TimelinePlace(entries[PAGE - 1].occurred_at, entries[PAGE - 1].id) if more else None,
            "filters": filters,
            "families": FAMILIES,
            "channels": (WEB, APP, TILL, SYSTEM),
            "cart": cart,
            "quote": quote_cart(cart, by=self.actor, now=timezone.now()) if cart else None,
            "lines": shown_lines(cart, stock_of(cart, self.store), language=language),
            "sale_key": key_of_customer(person.id),
            "orders": orders,
            "places": names_of_places([*(entry.store for entry in entries), *(order.store for order in orders)]),
            "allowed": [
                (_names(MEDIA, consent.medium), _names(PURPOSES, consent.purpose))
                for consent in consents_in_force(customer_id=person.id, person_ids=person.ids)
                if consent.is_given
            ],
            "held": holdings_of(person_ids=person.ids, currency=settings.SHOP_CURRENCY),
            "loyalty": loyalty_of(customer_id=person.id),
            "bought": bought_so_far(customer_ids=person.ids),
            "may_sell": self.staff.may(roles.SELL),
            "may_take_loose": self.staff.may(roles.TAKE_RETURNS) and self.staff.may(roles.RETURN_WITHOUT_RECEIPT),
            "now": timezone.now(),
        }
        return self.page("till/customer.html", context)


def _names(choices: Sequence[tuple[str, Any]], code: str) -> str:
    return str(dict(choices).get(code, code))


def _place(request: HttpRequest) -> TimelinePlace | None:
    instant, _tilde, number = request.GET.get("before", "").partition("~")
    try:
        at: datetime | None = parse_datetime(instant)
    except (ValueError, ValidationError):
        at = None
    if at is None or at.tzinfo is None:
        return None
    is_number = number.isascii() and number.isdigit() and int(number) <= models.BigIntegerField.MAX_BIGINT
    return TimelinePlace(at, int(number) if is_number else 0)
