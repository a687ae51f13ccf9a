"""A clerk's browser at the till of the high street, with a register open."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Customer
from inventory.models import Location
from omnistore.till.views.base import REGISTER
from orders.models import TillSession
from tests.client import signed_in
from tests.factories.orders import make_till_session
from tests.pages import Inline


class Clerk:
    """A browser signed in to the back office; answers are Django's test responses, looked at as a browser would."""

    def __init__(
        self, person: Customer, *, register: TillSession | None = None, script: bool = False, language: str = "en"
    ) -> None:
        kept = {REGISTER: {"session": register.pk, "register": register.register}} if register else {}
        self.browser = signed_in(person, Client(headers={"Accept-Language": language}), **kept)
        self.headers = {"HX-Request": "true"} if script else {}

    def get(self, name: str, /, *args: Any, **query: Any) -> Any:
        answer = self.browser.get(address(name, *args), query, headers=self.headers)
        return self._looked_at(answer)

    def post(self, name: str, /, *args: Any, follow: bool = True, **fields: Any) -> Any:
        answer = self.browser.post(address(name, *args), fields, follow=follow, headers=self.headers)
        return self._looked_at(answer)

    def scan(self, scanned: str, sale: str = "new", **options: Any) -> Any:
        """Scan something; answers with the sale as it is then."""
        return self.post("scan", scanned=scanned, sale=sale, **options)

    def sell(self, sale: str, *, follow: bool = True, **fields: Any) -> Any:
        """Fill in the payment form as it is shown, and send it."""
        page = self.get("pay", sale, **({"way": fields["way"]} if "way" in fields else {})).content.decode()
        shown = {name: hidden(page, name) for name in ("key", "version", "total", "way")}
        sent = shown | {"method": "cash", "tendered": "500", "receipt": "print"} | fields
        return self.post("pay", sale, follow=follow, **sent)

    def _looked_at(self, answer: Any) -> Any:
        if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
            assert Inline(answer.content.decode()).found == []
            assert "no-store" in answer.headers["Cache-Control"]
        return answer


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:till_{name}" if name else "admin:till", args=args)


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def sale_of(answer: Any) -> str:
    """Return the address part of the sale that a page shows."""
    return hidden(answer.content.decode(), "sale")


def text_of(answer: Any) -> str:
    """Return the words of a page, in one line each."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", words)


@pytest.fixture(autouse=True)
def test_cards(settings: Any) -> None:
    settings.ENABLE_TEST_PROVIDER = True


@pytest.fixture
def register(high_street: Location, tess: Customer) -> TillSession:
    return make_till_session(high_street, tess, register="till-1")


@pytest.fixture
def clerk(tess: Customer, register: TillSession) -> Clerk:
    """Tess, selling."""
    return Clerk(tess, register=register)


@pytest.fixture
def manager(mona: Customer, register: TillSession) -> Clerk:
    return Clerk(mona, register=register)


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists that keep themselves up to date are asked within one minute, however long the test takes."""
    now = timezone.now()
    monkeypatch.setattr("omnistore.till.polling.timezone.now", lambda: now)


def new_key() -> str:
    return str(uuid.uuid4())
