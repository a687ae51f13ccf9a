from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from core.admin.base import ReadOnlyAdmin
from core.errors import NotFound


class PapersAdmin(ReadOnlyAdmin):
    """Rows of which there are papers to print. papers: by a name for the address, the title and what answers."""

    papers: ClassVar[Mapping[str, tuple[Any, Callable[[Any], HttpResponse]]]]

    @admin.display(description=_("to print"))
    def printed(self, obj: Any) -> str:
        """Link to each paper of a row."""
        links = ((reverse(self._address, args=[obj.pk, name]), title) for name, (title, _of) in self.papers.items())
        return format_html_join(" ", '<a href="{}">{}</a>', links)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "printed")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        if self.fieldsets:
            fieldsets.append((None, {"fields": ("printed",)}))
        return fieldsets

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.paper_view)
        name = self._address.partition(":")[2]
        return [path("<int:object_id>/papers/<slug:name>/", view, name=name), *super().get_urls()]

    def paper_view(self, request: HttpRequest, object_id: int, name: str) -> HttpResponse:
        """Show a paper of a row that the person may see."""
        obj = self.get_object(request, str(object_id))
        if obj is None or name not in self.papers or not self.has_view_permission(request, obj):
            raise Http404
        try:
            return self.papers[name][1](obj)
        except NotFound as refusal:  # Goods that came back without an order have no slip.
            raise Http404 from refusal

    @property
    def _address(self) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_paper"
