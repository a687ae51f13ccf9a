"""A client of the API for the app, a guest or the till, which stores its tokens and makes its keys; and a browser."""

import uuid
from typing import Any

from django.conf import settings
from django.test import Client

from accounts.models import Customer
from tests.factories.accounts import bearer, make_session


def signed_in(person: Customer, browser: Client | None = None, **kept: Any) -> Client:
    """Sign a customer in to a new or given browser, and return it; kept: the values of its session."""
    browser = browser or Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = make_session(person, **kept).session_key
    return browser


class Api:
    """Sends requests below /api/v1/; a guest keeps its cart token. It returns Django's test responses."""

    def __init__(self, person: Customer | None = None, *, store: str = "") -> None:
        self._client = Client(raise_request_exception=False)
        self.headers: dict[str, str] = bearer(person) if person else {}
        if store:
            self.headers["X-Store"] = store

    def get(self, path: str, **headers: str) -> Any:
        return self._send("get", path, None, headers)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        headers["Idempotency-Key"] = key or str(uuid.uuid4())
        return self._send("post", path, {} if body is None else body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("patch", path, body, headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self._send("put", path, body, headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self._send("delete", path, None, headers)

    def add(self, sku: str, quantity: int = 1) -> Any:
        """Add a variant to the cart, which must succeed, and return the cart."""
        answer = self.post("cart/lines/", {"sku": sku, "quantity": quantity})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def check_out(self, cart: Any = None, **changes: Any) -> Any:
        """Order the cart as it is, by the test provider; changes replace parts of the request."""
        cart = cart or self.get("cart/").json()
        body = {
            "cart_version": cart["version"],
            "expected_total": cart["totals"]["grand"],
            "payments": [{"method": "test"}],
            "contact": {"email": "guest@example.com"},
        } | changes
        return self.post("checkout/", body, key=body.pop("key", ""))

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        call = getattr(self._client, method)
        sent = {**self.headers, **headers}
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = call(f"/api/v1/{path}", headers=sent, **options)
        if answer.headers.get("Content-Type") == "application/json" and isinstance(answer.json(), dict):
            token = answer.json().get("cart_token")
            if token:
                self.headers["X-Cart-Token"] = token
        return answer
