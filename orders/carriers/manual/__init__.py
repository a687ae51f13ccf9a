"""A carrier that no machine of ours talks to: staff type or scan its number, and may upload its label."""

from collections.abc import Mapping, Sequence

from orders.carriers.base import BadSignature, Carrier, CarrierError, Label, LabelRequest, TrackingUpdate


class ManualCarrier:
    """Knows nothing by itself."""

    name = "manual"
    makes_labels = False
    sends_updates = True  # There is nobody to ask.

    def is_on(self) -> bool:
        """As in the base class: always."""
        return True

    def create(self, request: LabelRequest) -> Label:
        """As in the base class: refused, since staff bring the label."""
        raise CarrierError("Staff give the number of this carrier's parcels.", permanent=True)

    def cancel(self, *, ref: str) -> bool:
        """As in the base class: there is nobody to tell."""
        return True

    def updates(self, *, ref: str) -> Sequence[TrackingUpdate]:
        """As in the base class: none."""
        return ()

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> TrackingUpdate | None:
        """As in the base class: refused, since nobody sends any."""
        raise BadSignature("nobody sends events of this carrier")


CARRIER: Carrier = ManualCarrier()
