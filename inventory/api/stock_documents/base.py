"""What the views of stock documents share: whom they concern, how they are listed and shown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.rules import roles
from core.data import sql
from core.errors import NotFound
from core.idempotency import claim_of, do_once
from core.money import money_json
from core.texts.spelling import plain_text
from core.web.api.base import PageQuery, answer, checked_query, page_json, page_of
from inventory.api.stock_documents.forms import DocumentQuery
from inventory.channels.staff import NotAllowedHere, StaffApiView
from inventory.models import Location, StockDocument, Supplier
from inventory.queries.stock_documents import NEWEST, get_stock_document, list_stock_documents, variants_by_sku

LARGEST_ID_DIGITS = 18
_SHOWN = (
    "state",
    "from",
    "to",
    "reference",
    "note",
    "due_date",
    "supplier",
    "credit_note",
    "created_at",
    "finished_at",
)


class DocumentApiView(StaffApiView):
    """A view of documents of one kind. right: to read them; acts may need another one, in the place they touch."""

    right: ClassVar[Any] = roles.CORRECT_STOCK
    needs_store = False
    kind: ClassVar[str]

    @property
    def places(self) -> list[int] | None:
        """The places whose documents the person may see; None for all."""
        return self.staff.staff.stores_with(roles.CORRECT_STOCK)

    def shown(self, document_id: int) -> dict[str, Any]:
        """Return a document as it is now. Raises NotFound where it concerns no place of the person."""
        row = get_stock_document(kind=self.kind, document_id=document_id, places=self.places)
        if row is None:
            raise NotFound(_("There is no such document."))
        return self.as_json(row)

    def as_json(self, row: sql.Row) -> dict[str, Any]:
        """Return a document as it is shown to the person: what goods cost is for those who may order them there."""
        currency = row["currency"] if self.staff.staff.may(roles.PURCHASE, row["target_id"]) else ""
        order = row["purchase_order_id"]
        return {
            "id": str(row["id"]),
            "number": StockDocument(pk=row["id"], kind=row["kind"]).number,
            **{name: row[name] for name in _SHOWN},
            "purchase_order": StockDocument(pk=order, kind=StockDocument.PURCHASE_ORDER).number if order else None,
            "credited": _money(row["credited_amount"], currency),
            "lines": [_line_json(line, currency) for line in row["lines"]],
        }

    def require(self, right: str, *place_ids: int | None) -> None:
        """Refuse who has the right in none of the places."""
        if not any(place is not None and self.staff.staff.may(right, place) for place in place_ids):
            raise NotAllowedHere(_("Your role does not allow this here."), right=right)

    def once(self, request: Request, act: Callable[[datetime], StockDocument], *, status: int = 200) -> HttpResponse:
        """Act once for each Idempotency-Key, and answer with the document as it is then."""
        now = timezone.now()
        return do_once(
            claim_of(request, actor=f"staff:{request.user.pk}"), lambda: self.shown(act(now).pk), status=status
        )


class DocumentList(DocumentApiView):
    """The documents of a kind. query: by what they may be chosen."""

    query: ClassVar[type[PageQuery]] = DocumentQuery

    def list(self, request: Request) -> HttpResponse:
        """Answer with a page of the documents that concern the person's places, newest first."""
        query = checked_query(self.query, request)
        page = page_of(query)
        rows = list_stock_documents(
            kind=self.kind,
            state=query.get("state", ""),
            box=query.get("box", ""),
            supplier=query.get("supplier", ""),
            places=self.places,
            before=NEWEST if (last := page.last_id()) is None else last,
            limit=page.fetch,
        )
        body = page_json(request, page, rows, key=lambda row: [row["id"]])
        body["results"] = [self.as_json(row) for row in body["results"]]
        return answer(body)


class OneDocument(DocumentApiView):
    """One document of a kind, or an act on it."""

    def located(self, document_id: str) -> StockDocument:
        """Return the document, unlocked, to see which places it touches. Raises NotFound where it is none of theirs."""
        is_id = document_id.isascii() and document_id.isdigit() and len(document_id) <= LARGEST_ID_DIGITS
        document = StockDocument.objects.filter(pk=int(document_id) if is_id else 0, kind=self.kind).first()
        if document is None or not self._concerns(document):
            raise NotFound(_("There is no such document."))
        return document

    def _concerns(self, document: StockDocument) -> bool:
        places = self.places
        return places is None or document.source_id in places or document.target_id in places


def place_of(code: str) -> Location:
    """Return the active location with a code. Raises NotFound."""
    location = Location.objects.filter(code=code, is_active=True).first()
    if location is None:
        raise NotFound(_("There is no such location."), location=code)
    return location


def active_supplier(code: str) -> Supplier:
    """Return the active supplier with a code. Raises NotFound."""
    supplier = Supplier.objects.filter(code=code, is_active=True).first()
    if supplier is None:
        raise NotFound(_("There is no such supplier."), supplier=code)
    return supplier


def variants_of(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the variants' ids by the SKUs on the lines, as they were written. Raises NotFound for an unknown one."""
    spelt = {line["sku"]: plain_text(line["sku"]) for line in lines}
    ids = variants_by_sku(list(spelt.values())) if spelt else {}
    unknown = sorted(sku for sku, plain in spelt.items() if plain not in ids)
    if unknown:
        raise NotFound(_("There is no article with this SKU: %s") % ", ".join(unknown), skus=unknown)
    return {sku: ids[plain] for sku, plain in spelt.items()}


def _line_json(line: dict[str, Any], currency: str) -> dict[str, Any]:
    return line | {"unit_cost": _money(line["unit_cost"], currency)}


def _money(amount: int | None, currency: str) -> dict[str, str] | None:
    """Return a cost as money; without a currency, it is hidden."""
    return money_json(amount, currency) if currency and amount is not None else None
