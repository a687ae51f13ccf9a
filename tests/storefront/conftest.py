"""Visitors of the web shop, without a browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Customer
from carts.models import ShippingRate
from omnistore.storefront.pages import page_cache
from tests.client import signed_in
from tests.factories.inventory import make_category


class Visit:
    """Somebody at a browser: keeps cookies, follows redirects, reads pages."""

    def __init__(self, person: Customer | None = None, **options: Any) -> None:
        self.client = Client(raise_request_exception=False, **options)
        if person is not None:
            signed_in(person, self.client)

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        return self.client.post(path, data or {}, **options)

    def add(self, sku: str, quantity: int = 1) -> Any:
        answer = self.post("/cart/add/", {"sku": sku, "quantity": quantity})
        assert answer.status_code == 302, answer.content
        return answer

    def checkout_form(self, **changes: Any) -> dict[str, Any]:
        """What the checkout page would send if nothing but the changes were filled in."""
        page = self.get("/checkout/")
        assert page.status_code == 200, page
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
        fields = {name: hidden[name] for name in ("key", "version", "expected_ship", "expected_pickup")}
        return {
            **fields,
            "kind": "pickup",
            "store": "high-street",
            "email": "guest@example.com",
            "pay": "test",
            "card": "approve",
            "order": "yes",
        } | changes

    def check_out(self, **changes: Any) -> Any:
        return self.post("/checkout/", self.checkout_form(**changes))


@pytest.fixture(autouse=True)
def fresh_pages() -> Iterator[None]:
    """Pages that other tests have made ready are about other goods."""
    page_cache._answers.clear()
    cache.clear()
    yield


@pytest.fixture
def guest(db: None) -> Visit:
    return Visit()


@pytest.fixture
def shelf(mug: Any, lamp: Any) -> Any:
    """A category with the mug and the lamp."""
    category = make_category("home", name={"en": "Home", "ar": "المنزل", "fa": "خانه"})
    for variant in (mug, lamp):
        variant.product.category = category
        variant.product.save()
    return category


@pytest.fixture
def postage(db: None) -> Any:
    """Sending costs 4.90."""
    return ShippingRate.objects.create(currency="EUR", amount=490)


ADDRESS = {
    "name": "Ana Moreno",
    "street_address": "Torstraße 112",
    "postal_code": "10119",
    "city": "Berlin",
    "country_code": "DE",
}
