"""What staff do with counts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, admin_actor
from inventory.admin.stock_documents.scanning import CORRECT, MOVE, ScansField, allowed_on
from inventory.models import StockDocument
from inventory.services.stock_documents.counts import approve_count, cancel_count, record_count, submit_count


class CountForm(forms.Form):
    goods = ScansField(
        is_first=True,
        label=_("What lies there"),
        help_text=_("Scan every piece, or type the code * the number. Zero is a number."),
    )


def _count(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    now = timezone.now()
    record_count(document_id=document.pk, counted=values["goods"], counted_at=now, by=admin_actor(request), now=now)
    return gettext("The count was noted.")


def _submit(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    present = submit_count(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    if present.state == "draft":
        return gettext("Some articles differ much from the books: count them again.")
    return gettext("The count waits for approval.")


def _approve(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    approve_count(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The differences were booked.")


def _cancel_count(request: HttpRequest, document: StockDocument, values: Mapping[str, Any]) -> str:
    cancel_count(document_id=document.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The count was cancelled.")


ACTIONS = (
    AdminAction(
        name="count",
        title=_("Count"),
        explanation=_("A second count of an article replaces the first. The books are compared afterwards."),
        form=CountForm,
        perform=_count,
        is_allowed=allowed_on(StockDocument.COUNT, "draft", right=CORRECT),
    ),
    AdminAction(
        name="submit",
        title=_("Submit"),
        explanation=_("The count is complete. Articles that differ much have to be counted again."),
        perform=_submit,
        is_allowed=allowed_on(StockDocument.COUNT, "draft", right=CORRECT),
    ),
    AdminAction(
        name="approve",
        title=_("Approve"),
        explanation=_("Books the differences as of the count. What was sold since then stays sold."),
        perform=_approve,
        is_allowed=allowed_on(StockDocument.COUNT, "submitted", right=MOVE),
        is_destructive=True,
    ),
    AdminAction(
        name="cancel-count",
        title=_("Cancel"),
        explanation=_("The count is given up. No stock changes."),
        perform=_cancel_count,
        is_allowed=allowed_on(StockDocument.COUNT, "draft", "submitted", right=MOVE),
        is_destructive=True,
    ),
)
