"""Who sells, and the documents of what was sold."""

from datetime import UTC, datetime

from inventory.models import Location
from orders.models import (
    Invoice,
    InvoiceCounter,
    InvoiceRequest,
    LegalEntity,
    Order,
    RegisterCounter,
    RegisterReceipt,
    Seller,
)

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESS = {"street_address": "Ring 1", "postal_code": "10119", "city": "Berlin", "country_code": "DE"}


def make_seller(*places: Location, **fields: str) -> LegalEntity:
    """A legal entity that sells at some places since long ago."""
    values = ADDRESS | {"name": "Omni GmbH", "tax_number": "27/123/45678", "vat_number": "DE136695976"} | fields
    entity = LegalEntity.objects.create(**values)
    for place in places:
        Seller.objects.create(location=place, legal_entity=entity, since=LONG_AGO)
    return entity


def fill_documents(order: Order, company: LegalEntity) -> None:
    """One row of each table of documents."""
    line = {"key": "line:1", "name": "Mug", "sku": "MUG", "quantity": 1, "unit_price": 1190, "gross": 1190,
            "taxes": [["1900", "", False, 1000, 190]]}  # fmt: skip
    Invoice.objects.create(
        kind=Invoice.INVOICE, legal_entity=company, year=2026, sequence=1, number=f"R{company.pk}-2026-000001",
        order=order, issued_at=order.placed_at, issued_on=order.placed_at.date(), supplied_on=order.placed_at.date(),
        language="en", currency="EUR", net=1000, tax=190, gross=1190,
        content={
            "order": order.number,
            "seller": ADDRESS | {"name": company.name, "tax_number": "", "vat_number": company.vat_number},
            "buyer": {"name": "Ana", "vat_number": "", "contact": "ana@example.com"},
            "place": {}, "mentions": [], "positions": [line], "taxes": line["taxes"],
        },
    )  # fmt: skip
    InvoiceCounter.objects.create(legal_entity=company, kind=Invoice.INVOICE, year=2026, last=1)
    InvoiceRequest.objects.create(order=order, requested_at=order.placed_at)
    store = company.places.get().location
    RegisterReceipt.objects.create(order=order, store=store, register="1", sequence=1, numbered_at=order.placed_at)
    RegisterCounter.objects.create(store=store, register="1", last=1)
