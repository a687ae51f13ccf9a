"""What orders owe, in the back office."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin.base import ReadOnlyAdmin, ReadOnlyInline, money_column
from orders.models import BalanceDueEntry, GuestHold

OF_ORDER = "order.currency"


class BalanceDueEntryInline(ReadOnlyInline):
    model = BalanceDueEntry
    fields = ("occurred_at", "kind", "amount_money")
    readonly_fields = ("amount_money",)
    amount_money = money_column("amount", title=_("change"), currency=OF_ORDER)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order")


@admin.register(BalanceDueEntry)
class BalanceDueEntryAdmin(ReadOnlyAdmin):
    list_display = ("order", "occurred_at", "kind", "amount_money")
    list_select_related = ("order",)
    list_filter = ("kind",)
    search_fields = ("order__number__istartswith",)
    search_help_text = _("An order's number.")
    ordering = ("-id",)
    amount_money = money_column("amount", title=_("change"), currency=OF_ORDER)


@admin.register(GuestHold)
class GuestHoldAdmin(ReadOnlyAdmin):
    list_display = ("order", "source", "held_at")
    list_select_related = ("order",)
    search_fields = ("order__number__istartswith", "source__startswith")
    ordering = ("-pk",)
