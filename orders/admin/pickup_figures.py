"""The report of pickups by store."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin.report_pages import ReportPage
from core.data.csv_files import csv_download
from core.days import shop_day
from core.texts.formats import duration_text, number_text, percent_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from inventory.models import Location
from orders.queries.fulfilment.pickup_figures import PickupFigures, pickup_figures

PERMISSION = "orders.view_fulfilment"
DAYS_SHOWN = 30
_COUNTS = ("collected", "expired", "cancelled")
_SHARES = ("in_time", "no_show")
_DURATIONS = ("until_accepted", "until_ready", "dwell")


class DaysForm(forms.Form):
    """The days on which the pickups of the report ended."""

    first = forms.DateField(label=_("from"), widget=AdminDateWidget(attrs={"type": "date"}))
    last = forms.DateField(label=_("to"), widget=AdminDateWidget(attrs={"type": "date"}))


def _report(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    today = shop_day(timezone.now())
    form = DaysForm(request.GET or {"first": today - timedelta(days=DAYS_SHOWN - 1), "last": today})
    if not form.is_valid():
        return {"form": form, "rows": []}
    days = form.cleaned_data
    # Stores that were closed for good keep their past.
    stores = Location.objects.filter(kind=Location.STORE).order_by("code")
    seen = [store.pk for store in stores if request.user.has_perm(PERMISSION, store)]
    rows = pickup_figures(store_ids=seen, first=days["first"], last=days["last"])
    if request.GET.get("download"):
        return _download(rows, f"pickups-{days['first']}-{days['last']}")
    language = active_language()
    return {"form": form, "rows": [_shown(row, language) for row in rows]}


def _shown(row: PickupFigures, language: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"store": row.store, "name": in_language(row.name)}
    shown |= {name: number_text(getattr(row, name), language) for name in _COUNTS}
    for names, written in ((_SHARES, percent_text), (_DURATIONS, duration_text)):
        values = {name: getattr(row, name) for name in names}
        shown |= {name: "" if value is None else written(value, language) for name, value in values.items()}
    return shown


def _download(rows: list[PickupFigures], name: str) -> HttpResponse:
    header = ["store", *_COUNTS, *(f"{name}_percent" for name in _SHARES), *(f"{name}_minutes" for name in _DURATIONS)]
    return csv_download(name, header, [[row.store, *_figures(row)] for row in rows])


def _figures(row: PickupFigures) -> list[Any]:
    shares = [getattr(row, name) for name in _SHARES]
    durations = [getattr(row, name) for name in _DURATIONS]
    return [
        *(getattr(row, name) for name in _COUNTS),
        *("" if share is None else share / 100 for share in shares),
        *("" if duration is None else round(duration / timedelta(minutes=1)) for duration in durations),
    ]


PAGE = ReportPage(
    name="pickups", title=_("Pickups by store"), template="orders/pickup_figures.html", may=PERMISSION, show=_report
)
