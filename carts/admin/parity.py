from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from carts.models import ParityCheck, ParityDifference
from core.admin.base import ReadOnlyAdmin, ReadOnlyInline
from core.texts.formats import money_text
from core.texts.languages import active_language


class ParityDifferenceInline(ReadOnlyInline):
    model = ParityDifference
    fields = ("variant", "kind", "shown_prices")
    readonly_fields = ("shown_prices",)

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("variant")

    @admin.display(description=_("prices"))
    def shown_prices(self, difference: ParityDifference) -> str:
        return _prices_of(difference)


@admin.register(ParityCheck)
class ParityCheckAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "finished_at", "variants", "differences")
    search_fields = ("examples__variant__sku__istartswith",)
    search_help_text = _("The beginning of a SKU whose prices differed.")
    ordering = ("-id",)
    inlines = (ParityDifferenceInline,)


@admin.register(ParityDifference)
class ParityDifferenceAdmin(ReadOnlyAdmin):
    list_display = ("variant", "kind", "shown_prices", "check_run")
    list_select_related = ("variant", "check_run")
    list_filter = ("kind",)
    search_fields = ("variant__sku__istartswith",)
    ordering = ("-id",)

    @admin.display(description=_("prices"))
    def shown_prices(self, difference: ParityDifference) -> str:
        return _prices_of(difference)


def _prices_of(difference: ParityDifference) -> str:
    language = active_language()
    return ", ".join(
        f"{channel}: {'–' if amount is None else money_text(amount, difference.currency, language)}"
        for channel, amount in difference.prices.items()
    )
