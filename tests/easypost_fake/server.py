"""
A fake of EasyPost's HTTP API with a memory, over real HTTP on the loopback address.

It keeps shipments by number and reference, sells each its postage once, and tells what becomes of parcels in signed
events. Faults are scripted: each entry of `faults` strikes one POST, before or after it has done its work.
"""

import hashlib
import hmac
import itertools
import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.fake_server import FakeServer

SECRET = "secret of the fake"
PDF = b"%PDF-1.4 a label"
RATES = [("DHLPaket", "4.90"), ("DHLExpress", "14.90")]


class EasyPostFake(FakeServer):
    """The books of the fake. faults: before, after, busy, slow or None, for the POSTs to come, in their order."""

    def __init__(self) -> None:
        super().__init__(Handler)
        self.shipments: dict[str, dict[str, Any]] = {}
        self.faults: list[str | None] = []
        self.calls: list[tuple[str, str]] = []
        self.bought = 0
        self.scanned: set[str] = set()
        self.refund_status = "submitted"
        self.postage = lambda url: {"label_pdf_url": url, "label_url": url, "label_file_type": "application/pdf"}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def event(
        self, ref: str, status: str, at: datetime, *, number: str = "", detail: str = "", secret: str = SECRET
    ) -> tuple[bytes, str]:
        """An update of a parcel with its signature, as (body, header)."""
        moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        tracker = {
            "object": "Tracker",
            "shipment_id": ref,
            "status": status,
            "status_detail": detail or status,
            "updated_at": moment,
            "tracking_details": [{"status": status, "datetime": moment, "status_detail": detail or status}],
        }
        if ref in self.shipments:
            self.shipments[ref]["tracker"] |= tracker
        number = number or f"evt_{next(self._numbers)}"
        body = json.dumps({"id": number, "object": "Event", "description": "tracker.updated", "result": tracker})
        mark = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        return body.encode(), f"hmac-sha256-hex={mark}"

    def answer(self, method: str, path: str, fields: Any) -> tuple[int, Any]:
        with self._lock:
            self.calls.append((method, path))
            match path.strip("/").split("/"):
                case ["v2", "shipments"] if method == "POST":
                    return self._create(fields["shipment"])
                case ["v2", "shipments", number]:
                    found = self._find(number)
                    return (200, found) if found else (404, _error("The requested resource could not be found."))
                case ["v2", "shipments", number, "buy"]:
                    return self._buy(self.shipments[number], fields["rate"]["id"])
                case ["v2", "shipments", number, "refund"]:
                    if number in self.scanned:
                        return 422, _error("The label was used.")
                    self.shipments[number]["refund_status"] = self.refund_status
                    return 200, self.shipments[number]
            return 404, _error("no such route")

    def _find(self, number: str) -> dict[str, Any] | None:
        return next((one for one in self.shipments.values() if number in (one["id"], one["reference"])), None)

    def _create(self, fields: dict[str, Any]) -> tuple[int, Any]:
        if not fields["to_address"]["zip"]:
            return 422, _error("The address has no postcode.")
        number = f"shp_{next(self._numbers)}"
        rates = [
            {"id": f"rate_{number}_{name}", "carrier": "DHL", "service": name, "rate": price, "currency": "EUR"}
            for name, price in RATES
        ]
        made = {**fields, "id": number, "rates": rates, "postage_label": None, "tracking_code": None, "tracker": None}
        self.shipments[number] = made
        return 201, made

    def _buy(self, shipment: dict[str, Any], rate: str) -> tuple[int, Any]:
        if shipment["postage_label"]:
            return 422, _error("The shipment has its postage.", "SHIPMENT.POSTAGE.EXISTS")
        self.bought += 1
        code = f"00340434{self.bought:06d}"
        shipment |= {
            "selected_rate": next(one for one in shipment["rates"] if one["id"] == rate),
            "tracking_code": code,
            "postage_label": self.postage(f"{self.url}/labels/{shipment['id']}.pdf"),
            "tracker": {
                "object": "Tracker",
                "shipment_id": shipment["id"],
                "status": "unknown",
                "updated_at": None,
                "tracking_details": [],
                "public_url": f"https://track.easypost.com/{code}",
            },
        }
        return 200, shipment


class Handler(BaseHTTPRequestHandler):
    fake: EasyPostFake

    def do_GET(self) -> None:
        if self.path.startswith("/labels/"):
            self._send(200, PDF, "application/pdf")
        else:
            self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        fields = json.loads(self.rfile.read(length) or "{}")
        fault = self.fake.faults.pop(0) if method == "POST" and self.fake.faults else None
        if fault == "busy":
            refusal = _error("The label is being bought.", "SHIPMENT.PURCHASE.IN_PROGRESS")
            return self._send(422, json.dumps(refusal).encode())
        if fault == "before":
            return self._send(500, json.dumps(_error("not now")).encode())
        status, body = self.fake.answer(method, self.path, fields)
        if fault == "after":
            return self._send(502, b"{}")
        if fault == "slow":
            time.sleep(1)
        return self._send(status, json.dumps(body).encode())

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # Whoever asked did not wait.

    def log_message(self, *args: Any) -> None:
        pass


def _error(message: str, code: str = "SOME.ERROR") -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "errors": []}}
