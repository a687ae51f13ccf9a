"""A visitor: a persistent connection to the shop and the steps of a journey, with every response checked."""

import itertools
import json
import random
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from typing import Any, TypeVar

from omnistore.tools.bench.callers.load import NothingLeft, Operation
from omnistore.tools.bench.callers.totals import FREE_FROM_CENTS, SHIPPING_CENTS

T = TypeVar("T")
REFUSED = "refused"
ADDRESS = {
    "name": "Sara Lind",
    "street_address": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country_code": "DE",
}


class WrongResponse(Exception):
    """The shop's response is not what the step expects, which makes the measurement worthless."""


@dataclass
class FilledCart:
    """A shopper's cart as of the last response. items, grand: its goods before and after promotions, in minor units."""

    token: str
    version: int
    items: int
    grand: int
    lines: int

    @classmethod
    def from_response(cls, token: str, cart: Any) -> "FilledCart":
        """Return the cart of a response."""
        items, grand = (int(cart["totals"][name]["amount"].replace(".", "")) for name in ("items", "grand"))
        return cls(token, cart["version"], items, grand, len(cart["lines"]))

    def checkout_request(self, *, is_free_by_items: bool) -> dict[str, Any]:
        """Return the request that orders the cart, shipped and paid. is_free_by_items: how the shop judges shipping."""
        value = self.items if is_free_by_items else self.grand
        total = self.grand + (SHIPPING_CENTS if value < FREE_FROM_CENTS else 0)
        return {
            "cart_version": self.version,
            "expected_total": {"amount": f"{total / 100:.2f}", "currency": "EUR"},
            "fulfilments": [{"kind": "ship", "address": ADDRESS}],
            "payments": [{"method": "test"}],
        }


@dataclass
class Visitor:
    """
    One connection, and the shoppers who use it in turn.

    newcomers have no cart and do single steps; regulars make whole journeys; filled are carts with lines.
    """

    host: str
    port: int
    categories: list[str]
    products: list[tuple[str, str]]
    hot_sku: str
    rng: random.Random
    newcomers: deque[str] = field(default_factory=deque)
    regulars: deque[str] = field(default_factory=deque)
    filled: deque[FilledCart] = field(default_factory=deque)
    # Shops before decision 0120 judge free shipping by what promotions leave; their first refusal tells.
    is_free_by_items: bool = True

    def __post_init__(self) -> None:
        self._connection = HTTPConnection(self.host, self.port, timeout=60)

    def list_products(self) -> None:
        """List twenty products of a category."""
        category = self.rng.choice(self.categories)
        products = self._request("GET", f"catalogue/products/?category={category}&limit=20")
        _check(len(products["results"]) == 20 and products["next"], products)

    def read_product(self) -> None:
        """Read one product."""
        slug, sku = self.rng.choice(self.products)
        product = self._request("GET", f"catalogue/products/{slug}/")
        _check(product["slug"] == slug and product["variants"][0]["sku"] == sku, product)

    def fill_cart(self) -> None:
        """Create the next newcomer's cart with two lines."""
        self.filled.append(self._fill(_next(self.newcomers)))

    def read_cart(self) -> None:
        """Read a filled cart."""
        cart = _next(self.filled)
        self.filled.append(cart)
        self._read(cart)

    def check_out(self) -> None:
        """Order a filled cart, shipped and paid."""
        self._order(_next(self.filled))

    def make_journey(self) -> None:
        """List products, read one, fill a cart, read it, and order it."""
        self.list_products()
        self.read_product()
        self.regulars.rotate(1)
        cart = self._fill(self.regulars[0])
        self._read(cart)
        self._order(cart)

    def add_hot(self) -> None:
        """Put the variant of the flash sale into the next newcomer's cart."""
        token = _next(self.newcomers)
        self.filled.append(FilledCart.from_response(token, self._add(token, self.hot_sku)))

    def buy_hot(self) -> str | None:
        """Order the variant of the flash sale; a refusal because it is sold out is a valid response."""
        return self._order(_next(self.filled), may_be_sold_out=True)

    def _fill(self, token: str) -> FilledCart:
        for (_slug, sku), quantity in zip(self.rng.sample(self.products, 2), (1, 2), strict=True):
            cart = self._add(token, sku, quantity)
        _check(len(cart["lines"]) == 2 and not cart["problems"], cart)
        return FilledCart.from_response(token, cart)

    def _add(self, token: str, sku: str, quantity: int = 1) -> Any:
        return self._request("POST", "cart/lines/", token, {"sku": sku, "quantity": quantity}, status=201)

    def _read(self, cart: FilledCart) -> None:
        read = self._request("GET", "cart/", cart.token)
        _check(read["version"] == cart.version and len(read["lines"]) == cart.lines, read)

    def _order(self, cart: FilledCart, *, may_be_sold_out: bool = False) -> str | None:
        request = cart.checkout_request(is_free_by_items=self.is_free_by_items)
        status, order = self._send("POST", "checkout/", cart.token, request)
        if self.is_free_by_items and status == 409 and order["code"] == "total_changed":
            self.is_free_by_items = False
            return self._order(cart, may_be_sold_out=may_be_sold_out)
        if may_be_sold_out and status == 409 and order["code"] == "insufficient_stock":
            return REFUSED
        _check(
            status == 201 and order["state"] == "placed" and order["totals"]["grand"] == request["expected_total"],
            order,
        )
        _check(order["payments"][0]["state"] == "captured" and len(order["lines"]) == cart.lines, order)
        return None

    def _request(self, method: str, path: str, token: str = "", body: Any = None, *, status: int = 200) -> Any:
        actual, content = self._send(method, path, token, body)
        _check(actual == status, content)
        return content

    def _send(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        self._connection.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())


STEPS: dict[str, Callable[[Visitor], str | None]] = {
    "list": Visitor.list_products,
    "detail": Visitor.read_product,
    "cart": Visitor.fill_cart,
    "read": Visitor.read_cart,
    "checkout": Visitor.check_out,
    "journey": Visitor.make_journey,
    "add_hot": Visitor.add_hot,
    "buy_hot": Visitor.buy_hot,
}


def make_visitors(
    *, count: int, port: int, catalogue: dict[str, Any], newcomers: list[str], regulars: list[str], seed: int
) -> list[dict[str, Operation]]:
    """Return the operations of so many visitors, who share the shoppers' access tokens among them."""
    all_visitors = [
        Visitor("127.0.0.1", port, rng=random.Random(seed + number), **catalogue)  # noqa: S311
        for number in range(count)
    ]
    for visitor, token in zip(itertools.cycle(all_visitors), newcomers, strict=False):
        visitor.newcomers.append(token)
    for visitor, token in zip(itertools.cycle(all_visitors), regulars, strict=False):
        visitor.regulars.append(token)
    return [{name: partial(step, visitor) for name, step in STEPS.items()} for visitor in all_visitors]


def _next(waiting: deque[T]) -> T:
    if not waiting:
        raise NothingLeft
    return waiting.popleft()


def _check(is_right: Any, content: Any) -> None:
    if not is_right:
        raise WrongResponse(json.dumps(content)[:600])
