"""
The adapter for EasyPost: shipments, labels, trackers and their webhook events, over its HTTP API.

A shipment is made with our reference and found by it, so a label whose answer was lost is found and not bought again:
buying a shipment that has its postage is refused, and reading it again shows the label. EasyPost does not keep
references apart by itself: whoever calls makes sure that one reference is asked for by one request at a time.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import requests
from django.conf import settings

from core.network import about_to_call
from orders.carriers.base import BadSignature, Carrier, CarrierError, Label, LabelRequest, TrackingUpdate

TIMEOUT_SECONDS = (3.05, 20)
GRAMS_OF_AN_OUNCE = 28.349523125
LARGEST_LABEL_BYTES = 2_000_000
_STATES = {
    "in_transit": "in_transit",
    "available_for_pickup": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "failure": "delivery_failed",
    "return_to_sender": "sent_back",
}
_LOST = "lost"  # A detail of several statuses.
_MAY_GO_WELL_LATER = (408, 409, 425, 429)
# Refusals that are none: the label is being bought, or the carrier behind EasyPost did not answer it.
_PASSING = frozenset(
    {
        *("SHIPMENT.POSTAGE.EXISTS", "SHIPMENT.PURCHASE.IN_PROGRESS"),
        *("SHIPMENT.POSTAGE.NO_RESPONSE", "SHIPMENT.POSTAGE.TIMED_OUT"),
        *("SHIPMENT.REFUND.FAILURE", "REFUND.NO_RESPONSE"),
    }
)


class Refused(CarrierError):
    """EasyPost answered with an error. status: of HTTP."""

    def __init__(self, words: str, *, permanent: bool, status: int) -> None:
        super().__init__(words, permanent=permanent)
        self.status = status


class EasyPost:
    """Buys labels, and is told by webhook what becomes of parcels."""

    name = "easypost"
    makes_labels = True
    sends_updates = True

    def is_on(self) -> bool:
        """As in the base class: with a key."""
        return bool(settings.EASYPOST_API_KEY)

    def create(self, request: LabelRequest) -> Label:
        """As in the base class. service: EasyPost's name of a rate, such as `DHLPaket`; empty for the cheapest."""
        shipment = _find(request.reference) or _ask("POST", "/v2/shipments", {"shipment": _shipment(request)})
        if not shipment.get("postage_label"):
            shipment = _buy(shipment, _rate(shipment, request.service))
        return _label(shipment)

    def cancel(self, *, ref: str) -> bool:
        """As in the base class: the postage is refunded, unless the parcel was scanned."""
        shipment = _ask("GET", f"/v2/shipments/{ref}")
        if shipment.get("refund_status") in ("submitted", "refunded"):
            return True
        status = _ask("POST", f"/v2/shipments/{ref}/refund", {}).get("refund_status")
        if status == "rejected":
            # It says so of labels that are a few minutes old, too, and may be asked again.
            raise CarrierError("The postage is not refunded yet.", permanent=False)
        # Of carriers that charge when they scan a parcel, nothing is to be refunded.
        return status in ("submitted", "refunded", "not_applicable")

    def updates(self, *, ref: str) -> Sequence[TrackingUpdate]:
        """As in the base class."""
        tracker = _ask("GET", f"/v2/shipments/{ref}").get("tracker")
        if not tracker or not tracker.get("updated_at"):
            return []
        return [_update(tracker, f"{ref}:{tracker.get('status')}:{tracker['updated_at']}")]

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> TrackingUpdate | None:
        """As in the base class; the signature is an HMAC of the body. Events of batches, payments and such are None."""
        secret = unicodedata.normalize("NFKD", settings.EASYPOST_WEBHOOK_SECRET).encode()
        if not secret:
            raise BadSignature("no secret for webhooks is set")
        right = f"hmac-sha256-hex={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(right.encode(), headers.get("X-Hmac-Signature", "").encode()):
            raise BadSignature("the signature is another")
        try:
            event = json.loads(body)
            if event["result"].get("object") != "Tracker":
                return None
            return _update(event["result"], str(event["id"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature(f"not an event of a tracker: {error}") from error


def _ask(method: str, path: str, fields: Any = None) -> dict[str, Any]:
    about_to_call("EasyPost")
    try:
        response = requests.request(
            method,
            f"{settings.EASYPOST_API_URL}{path}",
            json=fields,
            auth=(settings.EASYPOST_API_KEY, ""),
            timeout=TIMEOUT_SECONDS,
        )
        answer = response.json()
    except requests.RequestException as error:
        raise CarrierError(str(error)[:200], permanent=False) from error
    if response.status_code >= 400 or not isinstance(answer, dict):
        status, told = response.status_code, _error_of(answer)
        is_passing = status >= 500 or status in _MAY_GO_WELL_LATER or told.get("code") in _PASSING
        words = f"{status} {told.get('message') or 'no reason given'}"[:200]
        raise Refused(words, permanent=not is_passing, status=status)
    return answer


def _find(reference: UUID) -> dict[str, Any] | None:
    try:
        return _ask("GET", f"/v2/shipments/{reference}")
    except Refused as error:
        if error.status == 404:
            return None
        raise


def _buy(shipment: Mapping[str, Any], rate: str) -> dict[str, Any]:
    path = f"/v2/shipments/{shipment['id']}"
    try:
        return _ask("POST", f"{path}/buy", {"rate": {"id": rate}})
    except Refused as error:
        # It was bought by an earlier call whose answer was lost.
        if error.status < 500 and (known := _ask("GET", path)).get("postage_label"):
            return known
        raise


def _error_of(answer: Any) -> Mapping[str, Any]:
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _shipment(request: LabelRequest) -> dict[str, Any]:
    return {
        "reference": str(request.reference),
        "to_address": _address(request.recipient),
        "from_address": _address(request.sender),
        "parcel": {"weight": round(max(request.grams, 1) / GRAMS_OF_AN_OUNCE, 1) or 0.1},
        "options": {"label_format": "PDF", "print_custom_1": request.order_number},
    }


def _address(address: Mapping[str, str]) -> dict[str, str]:
    street, *rest = address.get("street_address", "").split("\n")
    return {
        "name": address.get("name", ""),
        "company": address.get("company", ""),
        "street1": street,
        "street2": ", ".join(rest),
        "zip": address.get("postal_code", ""),
        "city": address.get("city", ""),
        "state": address.get("country_area", ""),
        "country": address.get("country_code", ""),
        "phone": address.get("phone", ""),
    }


def _rate(shipment: Mapping[str, Any], service: str) -> str:
    """Return the cheapest rate of a service, by its name or by `carrier/name`, in any case; of all if it is empty."""
    wanted = service.casefold()
    rates = [rate for rate in shipment.get("rates") or () if wanted in ("", *_names_of(rate))]
    if not rates:
        said = "; ".join(str(one.get("message", "")) for one in shipment.get("messages") or ())
        words = f"The carrier does not send this parcel there by this service. {said}".strip()
        raise CarrierError(words[:200], permanent=True)
    return str(min(rates, key=lambda rate: float(rate["rate"]))["id"])


def _names_of(rate: Mapping[str, Any]) -> tuple[str, str]:
    name = str(rate.get("service", "")).casefold()
    return name, f"{str(rate.get('carrier', '')).casefold()}/{name}"


def _label(shipment: Mapping[str, Any]) -> Label:
    tracker = shipment.get("tracker") or {}
    postage = shipment.get("postage_label") or {}
    is_pdf = postage.get("label_file_type") == "application/pdf"
    url = str(postage.get("label_pdf_url") or (postage.get("label_url") if is_pdf else "") or "")
    if not url:
        raise CarrierError("The label is no PDF yet.", permanent=False)
    return Label(
        ref=str(shipment["id"]),
        tracking=str(shipment.get("tracking_code") or ""),
        tracking_url=str(tracker.get("public_url") or ""),
        document=_document(url),
    )


def _document(url: str) -> bytes:
    about_to_call("EasyPost")
    try:
        response = requests.get(url, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise CarrierError(str(error)[:200], permanent=False) from error
    content = bytes(response.content)
    if response.status_code != 200 or not content.startswith(b"%PDF") or len(content) > LARGEST_LABEL_BYTES:
        raise CarrierError("The label is no PDF yet.", permanent=False)
    return content


def _update(tracker: Mapping[str, Any], number: str) -> TrackingUpdate:
    details = [detail for detail in tracker.get("tracking_details") or () if detail.get("datetime")]
    moments = [_moment(detail["datetime"]) for detail in details] or [_moment(tracker["updated_at"])]
    is_lost = _LOST in (tracker.get("status_detail"), *(detail.get("status_detail") for detail in details[-1:]))
    return TrackingUpdate(
        number=number,
        ref=str(tracker.get("shipment_id") or ""),
        state=_LOST if is_lost else _STATES.get(str(tracker.get("status")), ""),
        happened_at=max(moments),
        raw=dict(tracker),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


CARRIER: Carrier = EasyPost()
