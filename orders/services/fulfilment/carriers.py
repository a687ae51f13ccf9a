"""
Calls carriers: network calls, never inside a transaction. Nothing else calls them.

What a carrier is asked without a call, such as whether it makes labels, is asked here too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import Malformed, NotFound
from core.network import about_to_call
from orders.carriers import all_carriers, carrier_for
from orders.carriers.base import BadSignature, CarrierError, Label, LabelRequest, TrackingUpdate

READY, REFUSED, UNKNOWN = "ready", "refused", "unknown"
CANCELLED, TOO_LATE = "cancelled", "too_late"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a carrier answered: ready with a label, cancelled, too_late, refused, or unknown when it did not."""

    outcome: str
    detail: str = ""
    label: Label | None = None


def ask_for_label(*, carrier: str, request: LabelRequest) -> Answer:
    """Ask a carrier for a label, or for the one that it made for this reference before."""
    about_to_call("a carrier")
    port = carrier_for(carrier)
    if port is None:
        return Answer(UNKNOWN, "the carrier is switched off")
    try:
        label = port.create(request)
    except CarrierError as error:
        return Answer(REFUSED if error.permanent else UNKNOWN, str(error)[:200])
    return Answer(READY, label=label)


def cancel_at_carrier(*, carrier: str, ref: str) -> Answer:
    """Ask a carrier to cancel a label."""
    about_to_call("a carrier")
    port = carrier_for(carrier)
    if port is None:
        return Answer(UNKNOWN, "the carrier is switched off")
    try:
        return Answer(CANCELLED if port.cancel(ref=ref) else TOO_LATE)
    except CarrierError as error:
        return Answer(TOO_LATE if error.permanent else UNKNOWN, str(error)[:200])


def updates_of(*, carrier: str, ref: str) -> Sequence[TrackingUpdate]:
    """Return what a carrier knows of a parcel now; nothing if it does not answer."""
    about_to_call("a carrier")
    port = carrier_for(carrier)
    try:
        return port.updates(ref=ref) if port is not None else ()
    except CarrierError:
        return ()


def read_tracking_webhook(*, carrier: str, body: bytes, headers: Mapping[str, str]) -> TrackingUpdate | None:
    """
    Return a webhook's update, None if it is about no parcel.

    Raises NotFound without such a carrier, Malformed for an invalid signature.
    """
    port = carrier_for(carrier)
    if port is None:
        raise NotFound(_("Not found, or you do not have access."))
    try:
        return port.read_webhook(body, headers)
    except BadSignature as error:
        raise Malformed(_("This webhook event has no valid signature.")) from error


def makes_labels(carrier: str) -> bool:
    """Return whether a carrier is asked for labels; otherwise staff bring the number."""
    port = all_carriers().get(carrier)
    return port is not None and port.makes_labels


def carrier_is_on(name: str) -> bool:
    """Return whether the settings switch a carrier on."""
    return carrier_for(name) is not None


def carriers_on() -> list[str]:
    """Return the names of the carriers that are switched on."""
    return [name for name in all_carriers() if carrier_for(name)]


def carriers_to_ask() -> list[str]:
    """Return the names of the carriers that are switched on and do not tell by themselves what becomes of parcels."""
    return [name for name in carriers_on() if not all_carriers()[name].sends_updates]
