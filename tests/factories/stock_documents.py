"""Stock documents in the middle of their lives."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from core.actors import Actor
from inventory.models import (
    Location,
    StockDocument,
    StockLevel,
    StockMovement,
    Supplier,
    SupplierProduct,
    Variant,
)
from inventory.rules.stock_documents import LIFECYCLES
from inventory.services.stock_documents.counts import plan_count, record_count, submit_count
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.purchase_orders import plan_purchase_order, send_purchase_order
from inventory.services.stock_documents.transfers import dispatch_transfer, plan_transfer
from tests.factories.inventory import make_warehouse

NOW = datetime(2027, 1, 11, 11, 0, tzinfo=UTC)
MONA = Actor(channel="till", staff_id=7)


def make_transfer(source: Location, target: Location, *lines: DocumentLine, leaves: bool = True) -> StockDocument:
    """A transfer whose goods have left, unless told otherwise."""
    document = plan_transfer(source_id=source.pk, target_id=target.pk, lines=lines, by=MONA, now=NOW)
    return dispatch_transfer(document_id=document.pk, by=MONA, now=NOW) if leaves else document


def make_count(
    place: Location, counted: Mapping[Variant, int], *, counted_at: datetime = NOW, now: datetime = NOW
) -> StockDocument:
    """A count that waits for its approval."""
    ids = {variant.pk: units for variant, units in counted.items()}
    document = plan_count(target_id=place.pk, variant_ids=list(ids), category="", by=MONA, now=now)
    record_count(document_id=document.pk, counted=ids, counted_at=counted_at, by=MONA, now=now)
    return submit_count(document_id=document.pk, by=MONA, now=now)


def make_supplier(code: str = "tonhof", **fields: Any) -> Supplier:
    """A pottery that delivers within ten days."""
    values = {"name": code.capitalize(), "currency": "EUR", "lead_time_days": 10} | fields
    return Supplier.objects.create(code=code, **values)


def make_terms(supplier: Supplier, variant: Variant, **fields: Any) -> SupplierProduct:
    """What a supplier asks for a variant: 4.10 a unit, and it is preferred."""
    values = {"cost": 410, "is_preferred": True} | fields
    return SupplierProduct.objects.create(supplier=supplier, variant=variant, **values)


def make_purchase_order(
    supplier: Supplier, target: Location, *lines: DocumentLine, is_sent: bool = True
) -> StockDocument:
    """A purchase order that the supplier has, unless told otherwise."""
    document = plan_purchase_order(supplier_id=supplier.pk, target_id=target.pk, lines=lines, by=MONA, now=NOW)
    return send_purchase_order(document_id=document.pk, by=MONA, now=NOW) if is_sent else document


def sell(variant: Variant, place: Location, units: int, *, at: datetime = NOW - timedelta(days=1)) -> None:
    """Units that were sold in the store before; the level is what is left."""
    level = StockLevel.objects.get(variant=variant, location=place)
    StockMovement.objects.create(
        level=level, kind=StockMovement.SOLD, on_hand_change=-units, cause_kind="order", cause_id=str(uuid4()),
        channel="till", occurred_at=at,
    )  # fmt: skip


def sell_lately(variant: Variant, place: Location, units: int) -> None:
    """The same for pages and routes, which read the clock."""
    sell(variant, place, units, at=datetime.now(UTC) - timedelta(days=1))


def make_each_kind(place: Location) -> dict[str, int]:
    """A document of each kind as it begins, without lines; returns the ids by the names of the lifecycles."""
    source, supplier = make_warehouse(), make_supplier()
    return {
        one.name: StockDocument.objects.create(
            kind=one.kind,
            state=next(iter(one.begins)),
            source={StockDocument.TRANSFER: source, StockDocument.SUPPLIER_RETURN: place}.get(one.kind),
            target=place,
            supplier=supplier,
            currency="EUR",
            created_at=NOW,
        ).pk
        for one in LIFECYCLES
    }
