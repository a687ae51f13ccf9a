"""One shopper's phone: a kept connection to the shop, and the steps of a journey, every answer checked."""

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

from omnistore.tools.bench.callers.crowd import Act, NothingLeft
from omnistore.tools.bench.callers.sums import FREE_FROM_CENTS, SHIPPING_CENTS

T = TypeVar("T")
REFUSED = "refused"
ADDRESS = {
    "name": "Sara Lind",
    "street_address": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country_code": "DE",
}


class WrongAnswer(Exception):
    """The shop answered something else than the step asks for; a measurement with one of these is worthless."""


@dataclass
class Filled:
    """A shopper's cart as the last answer showed it, ready to be read or ordered. total: minor units, shipping too."""

    token: str
    version: int
    total: int
    lines: int

    @classmethod
    def seen(cls, token: str, cart: Any) -> "Filled":
        """Take down a cart as an answer shows it."""
        items = int(cart["totals"]["grand"]["amount"].replace(".", ""))
        shipping = SHIPPING_CENTS if items < FREE_FROM_CENTS else 0
        return cls(token, cart["version"], items + shipping, len(cart["lines"]))

    def order(self) -> dict[str, Any]:
        """Return the request that orders it, shipped and paid."""
        return {
            "cart_version": self.version,
            "expected_total": {"amount": f"{self.total / 100:.2f}", "currency": "EUR"},
            "fulfilments": [{"kind": "ship", "address": ADDRESS}],
            "payments": [{"method": "test"}],
        }


@dataclass
class Visitor:
    """
    One connection with the shoppers who use it in turn.

    newcomers begin a cart in single steps; regulars make whole journeys; filled have something in the cart.
    """

    host: str
    port: int
    categories: list[str]
    products: list[tuple[str, str]]
    hot_sku: str
    rng: random.Random
    newcomers: deque[str] = field(default_factory=deque)
    regulars: deque[str] = field(default_factory=deque)
    filled: deque[Filled] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._connection = HTTPConnection(self.host, self.port, timeout=60)

    def look_around(self) -> None:
        """List twenty products of a category."""
        category = self.rng.choice(self.categories)
        found = self._ask("GET", f"catalogue/products/?category={category}&limit=20")
        _check(len(found["results"]) == 20 and found["next"], found)

    def look_closer(self) -> None:
        """Look at one product."""
        slug, sku = self.rng.choice(self.products)
        found = self._ask("GET", f"catalogue/products/{slug}/")
        _check(found["slug"] == slug and found["variants"][0]["sku"] == sku, found)

    def fill_cart(self) -> None:
        """Begin the next newcomer's cart with two lines."""
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
        """Look around, look closer, fill a cart, read it, order it."""
        self.look_around()
        self.look_closer()
        self.regulars.rotate(1)
        cart = self._fill(self.regulars[0])
        self._read(cart)
        self._order(cart)

    def want_hot(self) -> None:
        """Put the one variant that everybody wants into the next newcomer's cart."""
        token = _next(self.newcomers)
        self.filled.append(Filled.seen(token, self._add(token, self.hot_sku)))

    def rush(self) -> str | None:
        """Order the wanted variant; being told that it is gone is an answer, too."""
        return self._order(_next(self.filled), may_be_gone=True)

    def _fill(self, token: str) -> Filled:
        for (_slug, sku), quantity in zip(self.rng.sample(self.products, 2), (1, 2), strict=True):
            cart = self._add(token, sku, quantity)
        _check(len(cart["lines"]) == 2 and not cart["problems"], cart)
        return Filled.seen(token, cart)

    def _add(self, token: str, sku: str, quantity: int = 1) -> Any:
        return self._ask("POST", "cart/lines/", token, {"sku": sku, "quantity": quantity}, status=201)

    def _read(self, cart: Filled) -> None:
        read = self._ask("GET", "cart/", cart.token)
        _check(read["version"] == cart.version and len(read["lines"]) == cart.lines, read)

    def _order(self, cart: Filled, *, may_be_gone: bool = False) -> str | None:
        order = cart.order()
        status, answer = self._send("POST", "checkout/", cart.token, order)
        if may_be_gone and status == 409 and answer["code"] == "insufficient_stock":
            return REFUSED
        _check(
            status == 201 and answer["state"] == "placed" and answer["totals"]["grand"] == order["expected_total"],
            answer,
        )
        _check(answer["payments"][0]["state"] == "captured" and len(answer["lines"]) == cart.lines, answer)
        return None

    def _ask(self, method: str, path: str, token: str = "", body: Any = None, *, status: int = 200) -> Any:
        answered, answer = self._send(method, path, token, body)
        _check(answered == status, answer)
        return answer

    def _send(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        self._connection.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), headers)
        answered = self._connection.getresponse()
        return answered.status, json.loads(answered.read())


STEPS: dict[str, Callable[[Visitor], str | None]] = {
    "list": Visitor.look_around,
    "detail": Visitor.look_closer,
    "cart": Visitor.fill_cart,
    "read": Visitor.read_cart,
    "checkout": Visitor.check_out,
    "journey": Visitor.make_journey,
    "want_hot": Visitor.want_hot,
    "rush": Visitor.rush,
}


def recruit_visitors(
    *, count: int, port: int, goods: dict[str, Any], newcomers: list[str], regulars: list[str], seed: int
) -> list[dict[str, Act]]:
    """Return the acts of so many visitors, who share the shoppers, by their access tokens, among them."""
    found = [Visitor("127.0.0.1", port, rng=random.Random(seed + number), **goods) for number in range(count)]  # noqa: S311
    for visitor, token in zip(itertools.cycle(found), newcomers, strict=False):
        visitor.newcomers.append(token)
    for visitor, token in zip(itertools.cycle(found), regulars, strict=False):
        visitor.regulars.append(token)
    return [{name: partial(step, visitor) for name, step in STEPS.items()} for visitor in found]


def _next(waiting: deque[T]) -> T:
    if not waiting:
        raise NothingLeft
    return waiting.popleft()


def _check(is_right: Any, answer: Any) -> None:
    if not is_right:
        raise WrongAnswer(json.dumps(answer)[:600])
