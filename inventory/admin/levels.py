"""What the pages of rows about one stock level share."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin.base import ReadOnlyAdmin
from inventory.models import StockLevel


def may_correct(request: HttpRequest, level: StockLevel) -> bool:
    """Return whether a person may correct the stock of a level's place."""
    may = request.user.has_perm
    return may("inventory.move_stock", level.location) or may("inventory.correct_stock", level.location)


class LevelRowsAdmin(ReadOnlyAdmin):
    """A list whose rows belong to a stock level, with its article and place."""

    list_select_related = ("level__variant", "level__location")
    ordering = ("-id",)

    @admin.display(description=_("SKU"))
    def sku(self, row: Any) -> str:
        return str(row.level.variant.sku)

    @admin.display(description=_("location"))
    def place(self, row: Any) -> str:
        return str(row.level.location.code)
