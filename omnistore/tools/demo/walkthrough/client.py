"""The API client of the walkthrough: HTTP requests as the app and the till send them."""

import json
import uuid
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 30


class StepFailed(Exception):
    """A step did not have the expected result; the text says which and why."""


class ApiClient:
    """One device of one person, with its access token, its cart token and, for a till, its store."""

    def __init__(self, shop: str, *, store: str = "", language: str = "en") -> None:
        address = urlsplit(shop)
        self._connection = HTTPConnection(address.hostname or "localhost", address.port, timeout=TIMEOUT_SECONDS)
        self.headers = {"Accept": "application/json", "Accept-Language": language}
        if store:
            self.headers["X-Store"] = store

    def sign_in(self, email: str, password: str) -> None:
        """Sign in as the app does; an anonymous cart is merged into the customer's cart."""
        body = {"email": email, "password": password}
        status, content = self.send("POST", "/_allauth/app/v1/auth/login", body)
        token = content.get("meta", {}).get("access_token") if isinstance(content, dict) else None
        if status != 200 or not token:
            raise StepFailed(f"{email} cannot sign in ({status}): is this the demo shop? {_short(content)}")
        self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Any:
        """Send GET and return the content; the status must be 200."""
        return self._checked(200, "GET", f"/api/v1/{path}{'?' + urlencode(query) if query else ''}")

    def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        """Send POST and return the content; the status must be this."""
        return self._checked(status, "POST", f"/api/v1/{path}", {} if body is None else body)

    def patch(self, path: str, body: Any) -> Any:
        """Send PATCH and return the content; the status must be 200."""
        return self._checked(200, "PATCH", f"/api/v1/{path}", body)

    def delete(self, path: str) -> Any:
        """Send DELETE and return the content; the status must be 200."""
        return self._checked(200, "DELETE", f"/api/v1/{path}")

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send one request and return the status and the content: JSON, or text if it is no JSON."""
        headers = dict(self.headers)
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        content = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, content, headers)
            response = self._connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise StepFailed(f"The shop does not content {method} {path}: {error}") from error
        try:
            content = json.loads(text)
        except ValueError:
            return response.status, text
        if isinstance(content, Mapping) and content.get("cart_token"):
            self.headers["X-Cart-Token"] = content["cart_token"]
        return response.status, content

    def _checked(self, status: int, method: str, path: str, body: Any = None) -> Any:
        actual, content = self.send(method, path, body)
        if actual != status:
            raise StepFailed(f"{method} {path} contented {actual} instead of {status}: {_short(content)}")
        return content


def expect(what: str, actual: Any, expected: Any) -> None:
    """Raise StepFailed unless a value is as expected."""
    if actual != expected:
        raise StepFailed(f"{what}: {actual!r}, and not {expected!r}")


def _short(content: Any) -> str:
    return (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))[:500]
