from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, BaseAdmin, ReadOnlyAdmin, money_column
from orders.models import CardReader, ReconciliationBreak, SavedCard, WebhookEvent
from orders.services.payments.reconciliation import resolve_break


class ResolutionForm(forms.Form):
    resolution = forms.CharField(label=_("Reason"), max_length=200)


def _may_resolve(request: HttpRequest, difference: ReconciliationBreak) -> bool:
    return difference.resolved_at is None and request.user.has_perm("accounts.correct_balance")


def _resolve(request: HttpRequest, difference: ReconciliationBreak, fields: dict[str, Any]) -> str:
    resolve_break(break_id=difference.pk, resolution=fields["resolution"], now=timezone.now())
    return gettext("Explained.")


@admin.register(CardReader)
class CardReaderAdmin(BaseAdmin):
    list_display = ("name", "store", "number", "is_active")
    list_select_related = ("store",)
    list_filter = ("is_active",)
    search_fields = ("name", "number__exact", "store__code__exact")
    autocomplete_fields = ("store",)


@admin.register(SavedCard)
class SavedCardAdmin(ReadOnlyAdmin):
    list_display = ("customer", "brand", "last4", "expiry", "provider", "created_at", "removed_at")
    list_select_related = ("customer",)
    list_filter = (("removed_at", admin.EmptyFieldListFilter), "provider")
    search_fields = ("last4__exact", "customer__card_number__exact", "customer__email__iexact")
    ordering = ("-id",)

    @admin.display(description=_("expiry"))
    def expiry(self, card: SavedCard) -> str:
        """Return the last month in which the card is valid."""
        return f"{card.exp_month:02}/{card.exp_year}"


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "provider", "kind", "number", "state", "handled_at")
    list_filter = ("state", "provider")
    search_fields = ("number__exact", "attempt_key__exact", "refund_key__exact")
    ordering = ("-id",)


@admin.register(ReconciliationBreak)
class ReconciliationBreakAdmin(ReadOnlyAdmin):
    """Differences between the providers' records of charges and refunds and the shop's."""

    list_display = ("found_at", "provider", "kind", "ref", "ours_money", "theirs_money", "resolved_at")
    list_filter = (("resolved_at", admin.EmptyFieldListFilter), "provider", "kind")
    search_fields = ("ref__exact",)
    ordering = ("-id",)
    object_actions = (
        AdminAction(
            name="resolve",
            title=_("Explain"),
            explanation=_("Explain why the books differ, or how this was resolved."),
            form=ResolutionForm,
            perform=_resolve,
            is_allowed=_may_resolve,
        ),
    )
    ours_money = money_column("ours", title=_("our amount"))
    theirs_money = money_column("theirs", title=_("the provider's amount"))
