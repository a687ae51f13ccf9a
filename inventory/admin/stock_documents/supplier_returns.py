"""What staff do with returns to suppliers."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, AmountText, admin_actor
from core.errors import Malformed
from core.texts.amounts import clean_amount
from inventory.admin.stock_documents.scanning import PURCHASE, allowed_on
from inventory.models import StockDocument
from inventory.services.stock_documents.supplier_returns import (
    cancel_supplier_return,
    close_supplier_return,
    credit_supplier_return,
    send_supplier_return,
)

KIND = StockDocument.SUPPLIER_RETURN


class CreditForm(forms.Form):
    amount = AmountText(label=_("Amount"), help_text=_("In the supplier's currency."))
    credit_note = forms.CharField(label=_("Number of the credit note"), max_length=64, required=False)


def _send(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    send_supplier_return(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The goods have left.")


def _credit(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    try:
        amount = clean_amount(values["amount"], document.currency)
    except ValidationError as error:
        raise Malformed(" ".join(error.messages), field="amount") from error
    credit_supplier_return(
        document_id=document.pk,
        amount=amount,
        credit_note=values["credit_note"],
        by=admin_actor(request),
        now=timezone.now(),
    )
    return gettext("The credit was noted.")


def _close(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    close_supplier_return(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The return is closed.")


def _cancel(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    cancel_supplier_return(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The return was cancelled.")


ACTIONS = (
    AdminAction(
        name="send-back",
        title=_("Send back"),
        explanation=_("The goods leave now, and are in the books of no place any more."),
        perform=_send,
        is_allowed=allowed_on(KIND, "draft", right=PURCHASE),
    ),
    AdminAction(
        name="credit",
        title=_("Note the credit"),
        explanation=_("What the supplier gives for the goods."),
        form=CreditForm,
        perform=_credit,
        is_allowed=allowed_on(KIND, "sent", right=PURCHASE),
    ),
    AdminAction(
        name="close-return",
        title=_("Close without credit"),
        explanation=_("The goods were replaced, or destroyed. They do not come back."),
        perform=_close,
        is_allowed=allowed_on(KIND, "sent", right=PURCHASE),
        is_destructive=True,
    ),
    AdminAction(
        name="cancel-return",
        title=_("Cancel"),
        explanation=_("The return is given up. Goods that have left are again where they were taken from."),
        perform=_cancel,
        is_allowed=allowed_on(KIND, "draft", "sent", right=PURCHASE),
        is_destructive=True,
    ),
)
