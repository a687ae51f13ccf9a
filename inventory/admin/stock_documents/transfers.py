"""What staff do with transfers."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, admin_actor
from inventory.admin.stock_documents.scanning import CORRECT, MOVE, ScansField, allowed_on
from inventory.models import StockDocument, StockDocumentLine
from inventory.services.stock_documents.transfers import (
    RESTOCK,
    WRITE_OFF,
    Arrival,
    cancel_transfer,
    dispatch_transfer,
    pack_box,
    receive_transfer,
)


class BoxForm(forms.Form):
    box = forms.CharField(
        label=_("Code of the box"), max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autofocus": True}),
    )  # fmt: skip
    goods = ScansField(label=_("What is in it"))


class ReceiveForm(forms.Form):
    goods = ScansField(is_first=True, label=_("What has arrived"), required=False)
    boxes = forms.CharField(
        label=_("Boxes that arrived whole"), required=False, max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "autocomplete": "off"}),
        help_text=_("Scan the code on each box."),
    )  # fmt: skip
    missing = ScansField(label=_("What will not arrive"), required=False)
    reason = forms.ChoiceField(label=_("Reason"), choices=StockDocumentLine.REASONS, required=False, initial="lost")


class CallBackForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("What becomes of the goods"), required=False,
        choices=[(RESTOCK, _("Back into stock where they came from")), (WRITE_OFF, _("Written off"))],
    )  # fmt: skip


def _pack(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    box: str = values["box"].strip()
    pack_box(document_id=document.pk, box=box, packed=values["goods"], by=admin_actor(request), now=timezone.now())
    return gettext("The box %s is packed.") % box


def _dispatch(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    dispatch_transfer(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The goods are on their way.")


def _receive(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    arrivals = [Arrival(variant_id, units) for variant_id, units in values["goods"].items()]
    arrivals += [Arrival(variant_id, units, values["reason"]) for variant_id, units in values["missing"].items()]
    boxes = [box.strip() for box in values["boxes"].splitlines() if box.strip()]
    receive_transfer(
        document_id=document.pk, arrivals=arrivals, boxes=boxes, by=admin_actor(request), now=timezone.now()
    )
    return gettext("The goods were received.")


def _call_back(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    cancel_transfer(document_id=document.pk, decision=values["decision"], by=admin_actor(request), now=timezone.now())
    return gettext("The transfer was cancelled.")


ACTIONS = (
    AdminAction(
        name="pack",
        title=_("Pack a box"),
        explanation=_("Who receives the box scans its code once, and has all that is in it."),
        form=BoxForm,
        perform=_pack,
        is_allowed=allowed_on(StockDocument.TRANSFER, "draft", right=MOVE, side="source"),
    ),
    AdminAction(
        name="dispatch",
        title=_("Dispatch"),
        explanation=_("The goods leave now. Nobody can buy them until they are received."),
        perform=_dispatch,
        is_allowed=allowed_on(StockDocument.TRANSFER, "draft", right=MOVE, side="source"),
    ),
    AdminAction(
        name="receive",
        title=_("Receive"),
        explanation=_("What arrived is sellable here at once. What will not arrive leaves the books."),
        form=ReceiveForm,
        perform=_receive,
        is_allowed=allowed_on(StockDocument.TRANSFER, "dispatched", "partly_received", right=CORRECT),
    ),
    AdminAction(
        name="cancel",
        title=_("Cancel"),
        explanation=_("The transfer is given up. Goods that have left are restocked or written off."),
        form=CallBackForm,
        perform=_call_back,
        is_allowed=allowed_on(StockDocument.TRANSFER, "draft", "dispatched", right=MOVE, side="source"),
        is_destructive=True,
    ),
)
