"""
A fake of the REST API of VIES, over real HTTP on the loopback address.

in_use: the numbers that are, with whose they are. errors: what the member states answer instead, one for each call to
come. calls: what it was asked.
"""

import itertools
import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.fake_server import FakeServer


class ViesFake(FakeServer):
    def __init__(self) -> None:
        super().__init__(Handler)
        self.in_use: dict[str, str] = {}
        self.errors: list[str] = []
        self.calls: list[dict[str, str]] = []
        self._numbers = itertools.count(1)

    def answer(self, asked: dict[str, str]) -> tuple[int, Any]:
        self.calls.append(asked)
        if self.errors:
            error = self.errors.pop(0)
            return (500 if error == "500" else 200), {"actionSucceed": False, "errorWrappers": [{"error": error}]}
        number = asked["countryCode"] + asked["vatNumber"]
        has_requester = bool(asked.get("requesterNumber"))
        return 200, {
            "countryCode": asked["countryCode"],
            "vatNumber": asked["vatNumber"],
            "requestDate": "2026-12-02T12:00:00.000Z",
            "valid": number in self.in_use,
            "requestIdentifier": f"WAPIAAAA{next(self._numbers):08}" if has_requester else "",
            "name": self.in_use.get(number, "---"),
            "address": "---",
        }


class Handler(BaseHTTPRequestHandler):
    """One request to the fake that it is made for."""

    fake: ViesFake

    def do_POST(self) -> None:
        assert self.path == "/check-vat-number", self.path
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, body = self.fake.answer(asked)
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
