"""Stock documents in the middle of their lives."""

from collections.abc import Mapping
from datetime import UTC, datetime

from core.actors import Actor
from inventory.models import Location, StockDocument, Variant
from inventory.rules.stock_documents import LIFECYCLES
from inventory.services.stock_documents.counts import plan_count, record_count, submit_count
from inventory.services.stock_documents.documents import DocumentLine
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


def make_each_kind(place: Location) -> dict[str, int]:
    """A document of each kind as it begins, without lines; returns the ids by kind."""
    source = make_warehouse()
    return {
        one.kind: StockDocument.objects.create(
            kind=one.kind,
            state=next(iter(one.begins)),
            source=source if one.kind == StockDocument.TRANSFER else None,
            target=place,
            created_at=NOW,
        ).pk
        for one in LIFECYCLES
    }
