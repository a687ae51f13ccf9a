"""Parcels in the hands of carriers: what they are sent by, their labels, and what the carriers say of them."""

from orders.models.carriers.services import CarrierService
from orders.models.carriers.shipments import Shipment
from orders.models.carriers.tracking import TrackingEvent

__all__ = ["CarrierService", "Shipment", "TrackingEvent"]
