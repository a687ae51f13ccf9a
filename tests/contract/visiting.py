"""Opens every address of the shop that can be read, with the keys of what is there, as everybody who may read it."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Address, Balance, Customer
from carts.models import CartLine, Voucher
from inventory.models import Barcode, Category, Location, Product, Variant
from omnistore.till.views.base import REGISTER
from orders.models import Fulfilment, Order, Refund, TillSession
from tests.client import signed_in
from tests.factories.accounts import bearer

# What signs out, answers other programs, streams for ever or makes something is no page to look at.
LEFT_OUT = re.compile(r"_allauth|metrics|static/|media/|.*(logout|stream|jsi18n|/live/|/export/|docs/|schema/|delete/)")
MOST_OF_A_KIND = 3
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_READ_AS = {"uuid": "01890000-0000-7000-8000-000000000000"}


class Visitor:
    """
    Looks at the whole shop, for each address as a shopper, a clerk or the superuser, in a browser or by the API.

    What it asks changes nothing: each request is undone if it broke off.
    """

    def __init__(self, *, shopper: Customer, clerk: Customer, superuser: Customer, session: TillSession) -> None:
        self._shopper = shopper
        self._pages = signed_in(shopper, Client(raise_request_exception=False))
        self._office = signed_in(superuser, Client(raise_request_exception=False))
        register = {REGISTER: {"session": session.pk, "register": session.register}}
        self._till = signed_in(clerk, Client(raise_request_exception=False), **register)
        self._api = Client(raise_request_exception=False)
        self._as_shopper = bearer(shopper)
        self._as_clerk = {**bearer(clerk), "X-Store": session.store.code}
        self._shows_nothing: set[str] = set()
        self._routes = sorted(route for route in _routes(get_resolver()) if not LEFT_OUT.match(route))

    def broken(self) -> list[tuple[str, str]]:
        """
        Open everything; returns the addresses that break off, with how.

        From the second time on, only what showed something: what is refused or moved does not read the row.
        """
        cache.clear()
        found = [(address, self.fault(address)) for address in self.addresses() if address not in self._shows_nothing]
        return [(address, fault) for address, fault in found if fault]

    def fault(self, address: str) -> str:
        """Open one address; returns how it breaks off, or nothing."""
        with transaction.atomic():
            answer = self._get(address)
            if 300 <= answer.status_code < 500:
                self._shows_nothing.add(address)
            if answer.status_code < 500 or address == "/readyz":
                return ""
            transaction.set_rollback(True)
        info = getattr(answer, "exc_info", None)
        return f"{info[0].__name__}: {info[1]}"[:200] if info else str(answer.status_code)

    def addresses(self) -> Iterator[str]:
        """Every address, with the keys that are in the database now."""
        keys = _keys(self._shopper)
        for route in self._routes:
            names = [(found[1], found[2]) for found in _PARAMETER.finditer(route)]
            choices = [_choices(keys, route, kind, name)[:MOST_OF_A_KIND] for kind, name in names]
            for chosen in itertools.product(*choices):
                values = iter(chosen)
                yield "/" + _PARAMETER.sub(lambda _found, values=values: str(next(values)), route)
        yield from _rows()

    def _get(self, address: str) -> Any:
        if address.startswith("/api/v1/"):
            headers = self._as_clerk if address.startswith("/api/v1/till/") else self._as_shopper
            return self._api.get(address, headers=headers)
        if address.startswith("/admin/till/"):
            return self._till.get(address)
        return (self._office if address.startswith("/admin/") else self._pages).get(address)


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, path)
        elif isinstance(entry, URLPattern) and "(" not in path and "object_id" not in path:
            yield path.replace("^", "").replace("$", "").replace("\\Z", "")


def _choices(keys: dict[str, list[Any]], route: str, kind: str, name: str) -> list[Any]:
    """Return the values for one parameter of a route: of its own, of its name, or one that is nobody's."""
    for known, values in keys.items():
        path, _, own = known.rpartition(" ")
        if own == name and values and (not path or path in route):
            return values
    return [_READ_AS.get(kind, "1")]


def _keys(shopper: Customer) -> dict[str, list[Any]]:
    """Return the keys of what is there, by their parameter, with the part of a route that they are for before it."""
    orders = list(Order.objects.order_by("-pk").values_list("number", flat=True))
    own = list(Order.objects.filter(customer=shopper).order_by("-pk").values_list("number", flat=True))

    def newest(model: Any, field: str = "pk", **which: Any) -> list[Any]:
        return list(model.objects.filter(**which).order_by("-pk").values_list(field, flat=True))

    return {
        "c/ slug": newest(Category, "slug"),
        "slug": newest(Product, "slug"),
        "stores/ code": newest(Location, "code", kind=Location.STORE),
        "barcodes/ code": newest(Barcode, "code", variant__product__state=Product.PUBLISHED),
        "vouchers/ code": newest(Voucher, "code"),
        "sku": newest(Variant, "sku"),
        "till/sales/ key": ["new", f"customer-{shopper.pk}"],
        "line_id": newest(CartLine, cart__customer=shopper),
        "customer_id": [shopper.pk, *newest(Customer)],
        "till/ number": orders,
        "number": own,
        "pickup_id": newest(Fulfilment, kind=Fulfilment.PICKUP),
        "parcel_id": newest(Fulfilment, kind=Fulfilment.SHIP),
        "session_id": newest(TillSession),
        "card_id": newest(Balance, kind="gift_card"),
        "address_id": newest(Address, customer=shopper),
        "refund_id": newest(Refund),
    }


def _rows() -> Iterator[str]:
    """Yield the page of the newest rows of every table that the back office shows."""
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        for key in model._default_manager.order_by("-pk").values_list("pk", flat=True)[:MOST_OF_A_KIND]:
            yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/{key}/change/"
