"""
A fake of Stripe's HTTP API with a memory, over real HTTP on the loopback address.

It keeps payment intents, refunds, readers, customers and their cards, and answers a repeated idempotency key with what
it answered first.
Faults are scripted: each entry of `faults` strikes one POST, before or after it has done its work.
"""

import hashlib
import hmac
import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fake_server import FakeServer

DECLINED = {"pm_card_declined": "generic_decline", "pm_card_no_funds": "insufficient_funds"}
NEEDS_ACTION = "pm_card_authentication_required"
SECRET = "whsec_of_the_fake"
REFUSED = {
    "500": (500, {"error": {"type": "api_error", "message": "not now"}}),
    "401": (401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}),
    "429": (429, {"error": {"type": "rate_limit", "message": "not now"}}),
}


class StripeFake(FakeServer):
    """The books of the fake. faults: kinds that strike the POSTs to come, in their order; None spares one."""

    def __init__(self) -> None:
        super().__init__(Handler)
        self.intents: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.customers: set[str] = set()
        self.cards: dict[str, dict[str, Any]] = {}
        self.readers: dict[str, str | None] = {"tmr_1": None}
        self.answers: dict[str, tuple[int, Any]] = {}
        self.faults: list[str | None] = []
        self.remembers_keys = True
        self.refund_status = "succeeded"
        self.exp_year = time.gmtime().tm_year + 2
        self.calls: list[tuple[str, str]] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    # --- What people and banks do, outside the API ------------------------------------------------

    def confirm(self, intent_id: str) -> None:
        """The shopper confirms with their bank."""
        self._pay(self.intents[intent_id])

    def tap(self, reader: str, *, approves: bool = True) -> None:
        """Somebody holds a card to a reader."""
        intent = self.intents[str(self.readers[reader])]
        self.readers[reader] = None
        if approves:
            self._pay(intent)
        else:
            intent["last_payment_error"] = {"code": "card_declined", "type": "card_error"}

    def webhook_event(
        self, kind: str, thing: dict[str, Any], *, number: str = "", age: int = 0, secret: str = SECRET
    ) -> Any:
        """A notice with its signature, as (body, header); age: seconds since it was signed."""
        event = {
            "id": number or f"evt_{next(self._numbers)}",
            "object": "event",
            "type": kind,
            "data": {"object": thing},
        }
        body = json.dumps(event).encode()
        moment = int(time.time()) - age
        mark = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return body, f"t={moment},v1={mark}"

    # --- The API ----------------------------------------------------------------------------------

    def answer(self, method: str, path: str, fields: dict[str, str], key: str) -> tuple[int, Any]:
        with self._lock:
            self.calls.append((method, path))
            if method == "POST" and key in self.answers:
                return self.answers[key]
            status, body = self._route(method, path, fields)
            if method == "POST" and key and status != 429 and self.remembers_keys:
                self.answers[key] = (status, body)
            return status, body

    def _route(self, method: str, path: str, fields: dict[str, str]) -> tuple[int, Any]:
        match path.removeprefix("/v1/").split("/"):
            case ["payment_intents", *rest]:
                return self._intents(method, rest, fields)
            case ["refunds"] if method == "POST":
                return self._refund(fields)
            case ["refunds"]:
                wanted = fields.get("payment_intent")
                of_intent = [one for one in self.refunds.values() if wanted in (None, one["payment_intent"])]
                return _page(of_intent, fields)
            case ["terminal", "readers", reader, "process_payment_intent"]:
                self.readers[reader] = fields["payment_intent"]
                return 200, {"id": reader, "object": "terminal.reader"}
            case ["customers"]:
                customer = f"cus_{next(self._numbers)}"
                self.customers.add(customer)
                return 200, {"id": customer, "object": "customer"}
            case ["payment_methods", card, "detach"]:
                if not self.cards.get(card, {}).get("customer"):
                    return 400, _error("invalid_request_error", "The payment method is not attached to a customer.")
                self.cards[card]["customer"] = None
                return 200, self.cards[card]
        return 404, _error("invalid_request_error", f"no such route: {path}")

    def _intents(self, method: str, rest: list[str], fields: dict[str, str]) -> tuple[int, Any]:
        match rest:
            case [] if method == "POST":
                status, intent = self._create(fields)
                return status, self._told(intent, "payment_method" in fields.values()) if status == 200 else intent
            case []:
                status, page = _page(list(self.intents.values()), fields)
                is_whole = "data.payment_method" in fields.values()
                return status, {**page, "data": [self._told(intent, is_whole) for intent in page["data"]]}
            case [intent_id, "capture"]:
                return self._capture(self.intents[intent_id], fields)
            case [intent_id, "cancel"]:
                return self._cancel(self.intents[intent_id])
        return 404, _error("invalid_request_error", "no such route")

    def _create(self, fields: dict[str, str]) -> tuple[int, Any]:
        means, owner = fields.get("payment_method", ""), fields.get("customer")
        if fields["currency"] in ("bhd", "jod", "kwd", "omr", "tnd") and int(fields["amount"]) % 10:
            return 400, _error("invalid_request_error", "Amounts in this currency end in 0.", code="amount_invalid")
        if fields["currency"] == "eur" and int(fields["amount"]) < 50:
            return 400, _error("invalid_request_error", "Charge 0.50 or more.", code="amount_too_small")
        if owner is not None and owner not in self.customers:
            return 400, _error("invalid_request_error", f"No such customer: {owner}")
        if means in self.cards and (owner is None or self.cards[means]["customer"] != owner):
            return 400, _error("invalid_request_error", "The payment method belongs to another customer, or nobody.")
        intent: dict[str, Any] = {
            "id": f"pi_{next(self._numbers)}",
            "object": "payment_intent",
            "amount": int(fields["amount"]),
            "currency": fields["currency"],
            "created": int(time.time()),
            "capture_method": fields.get("capture_method", "automatic"),
            "metadata": {name[9:-1]: value for name, value in fields.items() if name.startswith("metadata[")},
            "payment_method_types": [fields.get("payment_method_types[0]", "card")],
            "status": "requires_payment_method",
            "payment_method": means or None,
            "customer": owner,
            "setup_future_usage": fields.get("setup_future_usage"),
            "last_payment_error": None,
            "client_secret": "pi_secret",
            "next_action": None,
            "amount_refunded": 0,
            "amount_received": 0,
        }
        self.intents[intent["id"]] = intent
        if means in DECLINED:
            intent["last_payment_error"] = {"code": "card_declined", "type": "card_error"}
            error = _error("card_error", "Your card was declined.", code="card_declined")
            error["error"] |= {"decline_code": DECLINED[means], "payment_intent": intent}
            return 402, error
        if means == NEEDS_ACTION:
            intent["status"] = "requires_action"
            intent["next_action"] = {"type": "use_stripe_sdk"}
        elif means:
            self._pay(intent)
        return 200, intent

    def _pay(self, intent: dict[str, Any]) -> None:
        intent["status"] = "requires_capture" if intent["capture_method"] == "manual" else "succeeded"
        intent["next_action"] = None
        intent["amount_received"] = intent["amount"] if intent["status"] == "succeeded" else 0
        if intent["setup_future_usage"] and intent["payment_method"] not in self.cards:
            # Each entry into the hosted fields is a means of payment of its own, whatever our tests call it.
            intent["payment_method"] = f"pm_{next(self._numbers)}"
            card = {"brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": self.exp_year}
            self.cards[intent["payment_method"]] = {
                "id": intent["payment_method"], "object": "payment_method", "type": "card", "card": card,
                "customer": intent["customer"],
            }  # fmt: skip

    def _told(self, intent: dict[str, Any], is_whole: bool) -> dict[str, Any]:
        """An intent with its means of payment written out, if that was asked for."""
        means = self.cards.get(intent["payment_method"] or "")
        return {**intent, "payment_method": means} if is_whole and means else intent

    def _capture(self, intent: dict[str, Any], fields: dict[str, str]) -> tuple[int, Any]:
        amount = int(fields.get("amount_to_capture", intent["amount"]))
        if intent["status"] != "requires_capture" or amount > intent["amount"]:
            return 400, _error("invalid_request_error", "This intent cannot be captured.")
        intent["status"], intent["amount_received"] = "succeeded", amount
        return 200, self._told(intent, "payment_method" in fields.values())

    def _cancel(self, intent: dict[str, Any]) -> tuple[int, Any]:
        if intent["status"] == "succeeded":
            return 400, _error("invalid_request_error", "This intent has succeeded.")
        intent["status"] = "canceled"
        return 200, intent

    def _refund(self, fields: dict[str, str]) -> tuple[int, Any]:
        intent = self.intents[fields["payment_intent"]]
        amount = int(fields["amount"])
        if intent["currency"] in ("bhd", "jod", "kwd", "omr", "tnd") and amount % 10:
            return 400, _error("invalid_request_error", "Amounts in this currency end in 0.", code="amount_invalid")
        if intent["status"] != "succeeded" or intent["amount_refunded"] + amount > intent["amount_received"]:
            return 400, _error("invalid_request_error", "Refund amount is greater than unrefunded amount.")
        intent["amount_refunded"] += amount
        refund = {
            "id": f"re_{next(self._numbers)}",
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": {name[9:-1]: value for name, value in fields.items() if name.startswith("metadata[")},
            "status": self.refund_status,
            "failure_reason": None,
            "created": int(time.time()),
        }
        self.refunds[refund["id"]] = refund
        return 200, refund


def _page(rows: list[dict[str, Any]], fields: dict[str, str]) -> tuple[int, Any]:
    low, high = int(fields.get("created[gte]", 0)), int(fields.get("created[lte]", 2**40))
    within = [row for row in rows if low <= row["created"] <= high]
    return 200, {"object": "list", "data": within, "has_more": False, "url": "/v1/list"}


def _error(kind: str, message: str, *, code: str = "") -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, "code": code}}


class Handler(BaseHTTPRequestHandler):
    """One request to the fake that it is made for."""

    fake: StripeFake

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self._send(*self.fake.answer("GET", address.path, dict(parse_qsl(address.query)), ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        fault = self.fake.faults.pop(0) if self.fake.faults else None
        if fault in REFUSED:
            return self._send(*REFUSED[fault])
        key = self.headers.get("Idempotency-Key", "")
        answer = None if fault == "lost" else self.fake.answer("POST", self.path, dict(parse_qsl(body)), key)
        if answer is None or fault == "silent":
            self.close_connection = True
            return self.connection.close()
        if fault == "html":
            answer = (200, "<html>")
        elif fault == "wrong_amount":
            answer = (200, {**answer[1], "amount": 1})
        return self._send(*answer)

    def _send(self, status: int, body: Any) -> None:
        written = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
