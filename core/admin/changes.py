"""The former values of audited rows: a list beside each table that also finds deleted rows."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.admin.base import ReadOnlyAdmin
from core.audit import event_models

LONGEST_VALUE = 40


class ChangesAdmin(ReadOnlyAdmin):
    """The former values of one table, for everybody who may see the table; its page links here."""

    list_display = ("when", "row_number", "was", "who")
    list_select_related = ("pgh_context",)
    search_fields = ("pgh_obj_id__exact",)
    search_help_text = _("The number of a row.")
    ordering = ("-pgh_id",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        audited = self.admin_site.get_model_admin(self.model.pgh_tracked_model)
        return bool(audited.has_view_permission(request))

    @admin.display(description=_("When"), ordering="pgh_id")
    def when(self, change: Any) -> Any:
        return change.pgh_created_at

    @admin.display(description=_("Row"))
    def row_number(self, change: Any) -> Any:
        return change.pgh_obj_id

    @admin.display(description=_("Before"))
    def was(self, change: Any) -> str:
        fields = [field for field in change._meta.concrete_fields if not field.name.startswith("pgh_")]
        values = ((field.verbose_name, str(field.value_from_object(change))) for field in fields)
        return "; ".join(f"{name}: {value[:LONGEST_VALUE]}" for name, value in values)

    @admin.display(description=_("Who"))
    def who(self, change: Any) -> Any:
        return change.pgh_context.metadata.get("user") if change.pgh_context else None


def register_changes() -> None:
    """Register admin pages for every table of changes; call this after the audited tables are registered."""
    for audited, changes in event_models().items():
        if admin.site.is_registered(audited):
            _name(changes, audited)
            admin.site.register(changes, ChangesAdmin)


def _name(changes: type[models.Model], audited: type[models.Model]) -> None:
    # pghistory names the model in English only.
    changes._meta.verbose_name = format_lazy(_("changes: {table}"), table=audited._meta.verbose_name_plural)
    changes._meta.verbose_name_plural = changes._meta.verbose_name
