"""What staff do with purchase orders."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, admin_actor
from inventory.admin.stock_documents.scanning import CORRECT, PURCHASE, ScansField, allowed_on
from inventory.models import StockDocument
from inventory.services.stock_documents.purchase_orders import (
    Delivered,
    end_purchase_order,
    receive_purchase_order,
    send_purchase_order,
)


class DeliveryForm(forms.Form):
    goods = ScansField(is_first=True, label=_("What has arrived, sound"), required=False)
    damaged = ScansField(label=_("What has arrived damaged"), required=False)
    reference = forms.CharField(label=_("Number of the delivery note"), max_length=64)


def _send(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    send_purchase_order(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The goods are incoming.")


def _receive(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    sound, damaged = values["goods"], values["damaged"]
    arrived = [
        Delivered(variant_id, sound.get(variant_id, 0) + damaged.get(variant_id, 0), damaged.get(variant_id, 0))
        for variant_id in {**sound, **damaged}
    ]
    receipt = receive_purchase_order(
        document_id=document.pk,
        delivery=values["reference"],
        arrived=arrived,
        by=admin_actor(request),
        now=timezone.now(),
    )
    return gettext("The delivery was booked as receipt %s.") % receipt.number


def _end(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    end_purchase_order(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("Nothing more of this order is expected.")


ACTIONS = (
    AdminAction(
        name="send",
        title=_("Mark as ordered"),
        explanation=_("The supplier has this order. Its goods are incoming from now on."),
        perform=_send,
        is_allowed=allowed_on(StockDocument.PURCHASE_ORDER, "draft", right=PURCHASE),
    ),
    AdminAction(
        name="receive-delivery",
        title=_("Receive"),
        explanation=_("Sound goods are sellable at once. More or fewer than ordered may have come."),
        form=DeliveryForm,
        perform=_receive,
        is_allowed=allowed_on(StockDocument.PURCHASE_ORDER, "ordered", "partly_received", right=CORRECT),
    ),
    AdminAction(
        name="end",
        title=_("Close"),
        explanation=_("The goods that have not come are no longer expected."),
        perform=_end,
        is_allowed=allowed_on(StockDocument.PURCHASE_ORDER, "draft", "ordered", "partly_received", right=PURCHASE),
        is_destructive=True,
    ),
)
