"""How the people of the story reach the shop: over HTTP, as their phones and tills do."""

import json
import uuid
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 30


class StoryError(Exception):
    """A step did not do what it says; the text tells which and why."""


class ApiView:
    """One device of one person: it keeps its access token, its cart token and, at a till, its store."""

    def __init__(self, shop: str, *, store: str = "", language: str = "en") -> None:
        address = urlsplit(shop)
        self._connection = HTTPConnection(address.hostname or "localhost", address.port, timeout=TIMEOUT_SECONDS)
        self.headers = {"Accept": "application/json", "Accept-Language": language}
        if store:
            self.headers["X-Store"] = store

    def sign_in(self, email: str, password: str) -> None:
        """Sign in as the app does; what an anonymous cart holds is merged into the person's own."""
        body = {"email": email, "password": password}
        status, answer = self.send("POST", "/_allauth/app/v1/auth/login", body)
        token = answer.get("meta", {}).get("access_token") if isinstance(answer, dict) else None
        if status != 200 or not token:
            raise StoryError(f"{email} cannot sign in ({status}): is this the demo shop? {_short(answer)}")
        self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Any:
        """Read something, which must be there."""
        return self._wanted(200, "GET", f"/api/v1/{path}{'?' + urlencode(query) if query else ''}")

    def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        """Do something, which must be answered with this status."""
        return self._wanted(status, "POST", f"/api/v1/{path}", {} if body is None else body)

    def patch(self, path: str, body: Any) -> Any:
        """Change something."""
        return self._wanted(200, "PATCH", f"/api/v1/{path}", body)

    def delete(self, path: str) -> Any:
        """Take something away; answers what is left."""
        return self._wanted(200, "DELETE", f"/api/v1/{path}")

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send one request and return the status with the answer as JSON, or as text where it is none."""
        headers = dict(self.headers)
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        content = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, content, headers)
            answered = self._connection.getresponse()
            text = answered.read().decode()
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise StoryError(f"The shop does not answer {method} {path}: {error}") from error
        try:
            answer = json.loads(text)
        except ValueError:
            return answered.status, text
        if isinstance(answer, Mapping) and answer.get("cart_token"):
            self.headers["X-Cart-Token"] = answer["cart_token"]
        return answered.status, answer

    def _wanted(self, status: int, method: str, path: str, body: Any = None) -> Any:
        answered, answer = self.send(method, path, body)
        if answered != status:
            raise StoryError(f"{method} {path} answered {answered} instead of {status}: {_short(answer)}")
        return answer


def expect(what: str, found: Any, wanted: Any) -> None:
    """Raise StoryError unless something is as the story tells it."""
    if found != wanted:
        raise StoryError(f"{what}: {found!r}, and not {wanted!r}")


def _short(answer: Any) -> str:
    return (answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))[:500]
