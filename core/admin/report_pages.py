"""Back-office pages beside the list of a table: reports, previews, uploads and downloads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse

from core.admin.base import BaseAdmin


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """
    A page beside a list. show: returns the template's context, or a response. may: the permission it needs.

    template: below `templates/`.
    """

    name: str
    title: Any
    template: str
    may: str
    show: Callable[[HttpRequest], dict[str, Any] | HttpResponseBase]


class ReportsAdmin(BaseAdmin):
    """A list with report pages beside it, and links to them."""

    pages: ClassVar[Sequence[ReportPage]] = ()

    def get_urls(self) -> list[Any]:
        own = [
            path(f"{page.name}/", self.admin_site.admin_view(self._view_of(page)), name=self._name_of(page))
            for page in self.pages
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        pages = [
            (page.title, reverse(f"{self.admin_site.name}:{self._name_of(page)}"))
            for page in self.pages
            if request.user.has_perm(page.may)
        ]
        return super().changelist_view(request, {**(extra_context or {}), "pages": pages})

    def _name_of(self, page: ReportPage) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page.name}"

    def _view_of(self, page: ReportPage) -> Callable[[HttpRequest], HttpResponseBase]:
        def view(request: HttpRequest) -> HttpResponseBase:
            if not request.user.has_perm(page.may):
                raise PermissionDenied
            shown = page.show(request)
            if isinstance(shown, HttpResponseBase):
                return shown
            context = {**self.admin_site.each_context(request), "opts": self.opts, "title": page.title, **shown}
            return TemplateResponse(request, page.template, context)

        return view
