"""
The port of carriers.

A carrier is one folder below orders/carriers whose package exports CARRIER; its secrets are in its settings.py. Which
of them send what is data: orders.models.CarrierService. Only orders/services/fulfilment/carriers.py calls a carrier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class CarrierError(Exception):
    """
    The carrier gave no usable answer.

    permanent: it never will for this request (the address, the service or the configuration is wrong). Otherwise the
    outcome is unknown, and asking again with the same reference finds it.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class BadSignature(Exception):
    """A webhook event is forged or malformed."""


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """
    What a label is made for.

    reference: ours, under which the carrier never makes a second label. service: the carrier's own name of it. sender,
    recipient: addresses with name, company, street_address, postal_code, city, country_area, country_code and phone;
    whatever is unknown is empty. grams: what the parcel weighs.
    """

    reference: UUID
    service: str
    sender: Mapping[str, str]
    recipient: Mapping[str, str]
    grams: int
    order_number: str


@dataclass(frozen=True, slots=True)
class Label:
    """A label. ref: the carrier's number of the shipment; tracking: the parcel's number; document: a PDF, or empty."""

    ref: str
    tracking: str
    tracking_url: str = ""
    document: bytes = b""


@dataclass(frozen=True, slots=True)
class TrackingUpdate:
    """
    What a carrier says of a parcel.

    number: the carrier's own of this update; the same update told twice has the same one. ref: its number of the
    shipment. state: a state of SHIPMENT (orders/rules/lifecycle.py), or empty for what moves nothing. happened_at: by
    the carrier's clock. raw: all of it, as it came.
    """

    number: str
    ref: str
    state: str
    happened_at: datetime
    raw: Mapping[str, Any]


class Carrier(Protocol):
    """
    A carrier. name: stored with each shipment, and part of the webhook's route.

    makes_labels: it is asked for labels; otherwise staff give the number and may upload a label. sends_updates: it
    tells by webhook what becomes of parcels; one that does not is asked.
    """

    name: str
    makes_labels: bool
    sends_updates: bool

    def is_on(self) -> bool:
        """Return whether the settings switch it on; asks nobody."""
        ...

    def create(self, request: LabelRequest) -> Label:
        """Make a label, or return the one that this reference has already. Raises CarrierError."""
        ...

    def cancel(self, *, ref: str) -> bool:
        """Cancel a label; safe to repeat. Return False if the carrier has the parcel already. Raises CarrierError."""
        ...

    def updates(self, *, ref: str) -> Sequence[TrackingUpdate]:
        """Return what is known of a parcel now. Raises CarrierError."""
        ...

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> TrackingUpdate | None:
        """
        Return the update in a webhook's request once its signature is verified; None if it is about no parcel.

        Raises BadSignature.
        """
        ...
