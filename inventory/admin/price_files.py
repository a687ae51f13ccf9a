import csv
import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, ReadOnlyAdmin, admin_actor
from core.admin.report_pages import ReportPage, ReportsAdmin
from core.data.csv_files import csv_download, written_lines
from core.days import shop_day
from core.errors import Refusal
from inventory.models import PriceFile, PriceList
from inventory.queries.price_files import COLUMNS, exported_prices
from inventory.services.price_files import LARGEST_FILE, hand_in_prices, want_written

SHOWN_FIGURES = {
    "lines": _("rows"),
    "created": _("new prices"),
    "updated": _("changed prices"),
    "same": _("unchanged"),
    "refused": _("rejected"),
    "mended": _("mended cells"),
}
# How a file was read, which nobody sees otherwise.
READ_AS = {"encoding": _("encoding"), "separator": _("separator"), "decimal_mark": _("decimal mark")}
REPORTS = {"refused": _("rejected rows"), "told": _("mended cells")}
MOST_SHOWN = 20


class PriceFileForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), help_text=", ".join(COLUMNS))
    encoding = forms.ChoiceField(
        label=_("encoding"), choices=[("", _("As the file says")), *PriceFile.ENCODINGS], required=False
    )
    decimal_mark = forms.ChoiceField(
        label=_("decimal mark"), choices=[("", _("As the file says")), *PriceFile.DECIMAL_MARKS], required=False
    )


class ExportForm(forms.Form):
    price_list = forms.ModelChoiceField(
        label=_("price list"), queryset=PriceList.objects.order_by("code"), to_field_name="code", required=False
    )


def _hand_in(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    form = PriceFileForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return {"form": form}
    uploaded = form.cleaned_data["file"]
    try:
        content = uploaded.read(LARGEST_FILE + 1)
        file = hand_in_prices(
            name=uploaded.name,
            content=content,
            by=admin_actor(request),
            now=timezone.now(),
            encoding=form.cleaned_data["encoding"],
            decimal_mark=form.cleaned_data["decimal_mark"],
        )
    except Refusal as refusal:
        form.add_error("file", str(refusal))
        return {"form": form}
    return HttpResponseRedirect(reverse("admin:inventory_pricefile_change", args=[file.pk]))


def _export(request: HttpRequest) -> StreamingHttpResponse:
    form = ExportForm(request.GET)
    chosen = form.cleaned_data["price_list"] if form.is_valid() else None
    lines: Iterator[str] = written_lines(COLUMNS, exported_prices(price_list=chosen.code if chosen else ""))
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="prices-{shop_day(timezone.now())}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _write(request: HttpRequest, file: PriceFile, values: dict[str, Any]) -> str:
    want_written(file_id=file.pk)
    return gettext("The prices are being saved. Reload this page to see the progress.")


@admin.register(PriceFile)
class PriceFileAdmin(ReportsAdmin, ReadOnlyAdmin):
    list_display = ("name", "state", "percent", "uploaded_at", "uploaded_by")
    list_select_related = ("uploaded_by",)
    list_filter = ("state",)
    search_fields = ("name",)
    ordering = ("-id",)
    fields = (
        *("name", "state", "percent", "problem", "shown_figures", "shown_reading", "shown_refused", "shown_told"),
        *("uploaded_at", "uploaded_by"),
    )
    readonly_fields = ("shown_figures", "shown_reading", "shown_refused", "shown_told")
    pages = (
        ReportPage(
            name="import",
            title=_("Read a CSV file"),
            template="inventory/price_import.html",
            may="inventory.add_listprice",
            show=_hand_in,
        ),
        ReportPage(name="export", title=_("Save as CSV"), template="", may="inventory.view_listprice", show=_export),
    )
    object_actions = (
        AdminAction(
            name="write",
            title=_("Save these prices"),
            explanation=_("Saves what the check has shown, on every channel at once. Rejected rows are skipped."),
            perform=_write,
            is_allowed=lambda request, file: (
                file.state == PriceFile.CHECKED and request.user.has_perm("inventory.add_listprice")
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    @admin.display(description=_("figures"))
    def shown_figures(self, file: PriceFile) -> str:
        shown = SHOWN_FIGURES.items()
        return ", ".join(f"{title}: {file.figures[name]}" for name, title in shown if name in file.figures)

    @admin.display(description=_("read as"))
    def shown_reading(self, file: PriceFile) -> str:
        return ", ".join(f"{title}: {file.figures[name]}" for name, title in READ_AS.items() if file.figures.get(name))

    @admin.display(description=REPORTS["refused"])
    def shown_refused(self, file: PriceFile) -> str:
        return _first_rows(file, "refused")

    @admin.display(description=REPORTS["told"])
    def shown_told(self, file: PriceFile) -> str:
        return _first_rows(file, "told")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self._download)
        return [path("<int:pk>/<str:report>.csv", view, name="inventory_pricefile_report"), *super().get_urls()]

    def _download(self, request: HttpRequest, pk: int, report: str) -> HttpResponse:
        file = self.get_object(request, str(pk)) if report in REPORTS else None
        if file is None:
            raise Http404
        if not self.has_view_permission(request, file):
            raise PermissionDenied
        header, *rows = list(csv.reader(io.StringIO(getattr(file, report), newline=""))) or [[]]
        return csv_download(f"{report}-{file.pk}", header, rows)


def _first_rows(file: PriceFile, report: str) -> str:
    """Return the first rows of a report as a list, and below it the way to all of them."""
    lines = getattr(file, report).splitlines()[: MOST_SHOWN + 1]
    rows = format_html_join("", "<li><bdi>{}</bdi></li>", ((line,) for line in lines[1:]))
    if not rows:
        return ""
    address = reverse("admin:inventory_pricefile_report", args=[file.pk, report])
    return format_html('<ol>{}</ol><p><a href="{}">{}</a></p>', rows, address, gettext("Save all as CSV"))
