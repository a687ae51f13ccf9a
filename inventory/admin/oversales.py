from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, admin_actor
from inventory.admin.levels import LevelRowsAdmin, may_correct
from inventory.models import Oversale
from inventory.services.oversales import settle_oversale


class OpenFilter(admin.SimpleListFilter):
    title = _("settled")
    parameter_name = "settled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Open")), ("yes", _("Settled"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(settled_at__isnull=self.value() == "no")


def _may_settle(request: HttpRequest, oversale: Oversale) -> bool:
    return oversale.settled_at is None and may_correct(request, oversale.level)


def _settle(request: HttpRequest, oversale: Oversale, values: dict[str, Any]) -> str:
    settle_oversale(oversale_id=oversale.pk, by=admin_actor(request), now=timezone.now())
    return gettext("This oversale is settled.")


@admin.register(Oversale)
class OversaleAdmin(LevelRowsAdmin):
    list_display = ("noted_at", "sku", "place", "units", "reserved", "cause_id", "settled_at")
    list_filter = (OpenFilter,)
    search_fields = ("level__variant__sku__istartswith", "level__location__code__exact", "cause_id__exact")
    search_help_text = _("The beginning of a SKU, a location's code, or an order's number.")
    object_actions = (
        AdminAction(
            name="settle",
            title=_("Settle"),
            explanation=_(
                "Count this article first, adjust its stock, and see whether orders that wait for it still get theirs."
            ),
            perform=_settle,
            is_allowed=_may_settle,
        ),
    )
