from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin.base import ReadOnlyAdmin, money_column
from core.admin.report_pages import ReportPage, ReportsAdmin
from core.data.csv_files import csv_download
from core.days import shop_day
from core.money import format_minor
from core.texts.formats import money_text, number_text, percent_text
from core.texts.languages import active_language
from inventory.models import Location
from orders.models import OrderDiscount, OrderTax
from orders.queries.taxes import TaxReportRow, tax_report

AMOUNTS = ("base", "tax", "gross", "undone_base", "undone_tax")
OUTSIDE = "-"  # no store's code


class PeriodForm(forms.Form):
    """The period and the store of the report: one of those whose orders the reader may see."""

    first = forms.DateField(label=_("from"), widget=AdminDateWidget(attrs={"type": "date"}))
    last = forms.DateField(label=_("to"), widget=AdminDateWidget(attrs={"type": "date"}))
    store = forms.ChoiceField(label=_("store"), required=False)

    def __init__(self, *args: Any, stores: Sequence[str], sees_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["store"]
        field.choices = [(code, code) for code in stores]
        field.required = not sees_all
        if sees_all:
            field.choices = [("", _("all")), (OUTSIDE, _("outside of stores")), *field.choices]


def _report(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    today = shop_day(timezone.now())
    month_ago = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    sees_all = request.user.has_perm("orders.see_all_stores")
    stores = [
        store.code
        for store in Location.objects.filter(kind=Location.STORE).order_by("code")
        if request.user.has_perm("orders.view_ordertax", store)
    ]
    first_values = {"first": month_ago, "last": today, "store": "" if sees_all else next(iter(stores), "")}
    form = PeriodForm(request.GET or first_values, stores=stores, sees_all=sees_all)
    if not form.is_valid():
        return {"form": form, "rows": [], "sums": []}
    fields = form.cleaned_data
    store = {"": None, OUTSIDE: ""}.get(fields["store"], fields["store"])
    rows = tax_report(first=fields["first"], last=fields["last"], store=store)
    if request.GET.get("download"):
        return _download(rows, f"taxes-{fields['first']}-{fields['last']}")
    language = active_language()
    return {
        "form": form,
        "rows": [_shown(row, language) for row in rows],
        "sums": [_sum(rows, currency, language) for currency in sorted({row.currency for row in rows})],
    }


def _shown(row: TaxReportRow, language: str) -> dict[str, Any]:
    amounts = {name: money_text(getattr(row, name), row.currency, language) for name in AMOUNTS}
    rate = f"{row.levy} {percent_text(row.rate, language)}".strip()
    facts = {"rate": rate, "orders": number_text(row.orders, language)}
    return {**asdict(row), **facts, **amounts}


def _sum(rows: Any, currency: str, language: str) -> dict[str, str]:
    chosen = [row for row in rows if row.currency == currency]
    sums = {name: money_text(sum(getattr(row, name) for row in chosen), currency, language) for name in AMOUNTS}
    return {"currency": currency, **sums}


def _download(rows: Any, name: str) -> HttpResponse:
    header = ["store", "currency", "rate_percent", "orders", *AMOUNTS, "levy", "country"]
    return csv_download(
        name,
        header,
        [
            [row.store, row.currency, row.rate / 100, row.orders]
            + [format_minor(getattr(row, amount), row.currency) for amount in AMOUNTS]
            + [row.levy, row.country]
            for row in rows
        ],
    )


@admin.register(OrderDiscount)
class OrderDiscountAdmin(ReadOnlyAdmin):
    list_display = ("order", "name", "line", "amount_money")
    list_select_related = ("order", "line")
    search_fields = ("order__number__exact",)
    ordering = ("-id",)
    amount_money = money_column("amount", title=_("amount"), currency="order.currency")


@admin.register(OrderTax)
class OrderTaxAdmin(ReportsAdmin, ReadOnlyAdmin):
    list_display = ("order", "zone", "levy", "rate", "is_exempt", "base_money", "tax_money")
    list_select_related = ("order", "zone")
    list_filter = ("rate", "is_exempt")
    search_fields = ("order__number__exact",)
    ordering = ("-id",)
    base_money = money_column("base", title=_("without tax"), currency="order.currency")
    tax_money = money_column("tax", title=_("tax"), currency="order.currency")
    pages = (
        ReportPage(
            name="report",
            title=_("Tax report"),
            template="orders/tax_report.html",
            may="orders.view_ordertax",
            show=_report,
        ),
    )
