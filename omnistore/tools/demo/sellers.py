"""Writes the demo's legal entity, and the serial numbers of its registers."""

from collections.abc import Iterable
from datetime import datetime

from inventory.models import Location
from omnistore.tools.demo.history.runner import REGISTER
from orders.models import CashRegister, LegalEntity, Seller


def write_sellers(*, locations: Iterable[Location], since: datetime) -> None:
    """Let one company sell in every place since a moment, and give each store's first register a serial number."""
    company = LegalEntity.objects.create(
        name="Omnistore Demo GmbH",
        street_address="Torstraße 1",
        postal_code="10119",
        city="Berlin",
        country_code="DE",
        tax_number="27/000/00000",
    )
    places = list(locations)
    Seller.objects.bulk_create(Seller(location=place, legal_entity=company, since=since) for place in places)
    CashRegister.objects.bulk_create(
        CashRegister(store=place, name=REGISTER, serial_number=f"DEMO-{place.code.upper()}-1")
        for place in places
        if place.kind == Location.STORE
    )
