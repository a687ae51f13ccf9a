from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.admin.base import BaseAdmin, admin_actor, money_column
from core.admin.report_pages import ReportPage, ReportsAdmin
from core.money import Money
from core.texts.formats import money_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from inventory.admin.price_forms import ListPriceForm, PriceCheckForm, PriceListForm
from inventory.channels.price_texts import KINDS, WORDS
from inventory.models import ListPrice, Price, PriceList
from inventory.models.price_lists import OF_ONE_CHANNEL
from inventory.queries.price_lists import PriceQuestion, explain_price
from inventory.rules.price_lists import BASE
from inventory.services.price_lists import publish_list_change, remove_list_price, set_list_price

KIND_CONDITIONS = {
    "public": Q(channel="", store__isnull=True, segment__isnull=True),
    "segment": Q(channel="", store__isnull=True, segment__isnull=False),
    "deviation": OF_ONE_CHANNEL,
}
MOST_ENDED = 100


def _check(request: HttpRequest) -> dict[str, Any]:
    form = PriceCheckForm(request.GET or None, initial={"currency": settings.SHOP_CURRENCY})
    if not form.is_valid():
        return {"form": form, "result": None}
    chosen = form.cleaned_data
    question = PriceQuestion(
        sku=chosen["variant"].sku,
        currency=chosen["currency"],
        quantity=chosen["quantity"],
        customer_id=chosen["customer"].pk if chosen["customer"] else None,
        channel=chosen["channel"],
        store=chosen["store"].code if chosen["store"] else "",
        now=chosen["moment"] or timezone.now(),
    )
    explanation, language = explain_price(question, is_whole=True), active_language()
    return {
        "form": form,
        "result": explanation,
        "verdicts": [
            {
                "price": money_text(verdict.amount, chosen["currency"], language),
                "name": in_language(explanation.lists[verdict.step.list_id].name) if verdict.step else "",
                "kind": KINDS[verdict.step.kind if verdict.step else BASE],
                "from_quantity": verdict.step.min_quantity if verdict.step else 1,
                "won": verdict.word == "won",
                "word": WORDS[verdict.word],
            }
            for verdict in explanation.verdicts
        ],
    }


def _deviations(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    lists = PriceList.objects.filter(OF_ONE_CHANNEL).select_related("store", "segment", "registered_by")
    running = lists.filter(is_active=True, ends_at__gt=now)
    over = lists.exclude(is_active=True, ends_at__gt=now).order_by("-ends_at", "-id")
    return {
        "groups": [
            (_("In force"), running.filter(starts_at__lte=now).order_by("ends_at", "id")),
            (_("Upcoming"), running.filter(starts_at__gt=now).order_by("starts_at", "id")),
            (_("Ended or inactive"), over[:MOST_ENDED]),
        ]
    }


class KindFilter(admin.SimpleListFilter):
    """Filters price lists by whom they are for."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind, KINDS[kind]) for kind in KIND_CONDITIONS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        condition = KIND_CONDITIONS.get(self.value() or "")
        return queryset.filter(condition) if condition is not None else queryset


@admin.register(PriceList)
class PriceListAdmin(ReportsAdmin):
    form = PriceListForm
    list_display = ("__str__", "code", "kind", "currency", "starts_at", "ends_at", "priority", "is_active", "rows")
    list_select_related = ("segment", "store")
    list_filter = ("is_active", KindFilter)
    search_fields = ("code", "name")
    ordering = ("code",)
    readonly_fields = ("registered_by", "rows")
    fieldsets = (
        (None, {"fields": ("code", "name", "currency", "is_tax_included", "is_active", "rows")}),
        (_("When"), {"fields": ("starts_at", "ends_at")}),
        (_("For whom"), {"fields": ("segment",)}),
        (_("Where it applies"), {"fields": ("channel", "store", "reason", "registered_by")}),
        (_("Precedence"), {"fields": ("priority",)}),
    )
    pages = (
        ReportPage(
            name="check",
            title=_("Price check: why this price"),
            template="inventory/price_check.html",
            may="inventory.view_pricelist",
            show=_check,
        ),
        ReportPage(
            name="deviations",
            title=_("Price deviations"),
            template="inventory/price_deviations.html",
            may="inventory.view_pricelist",
            show=_deviations,
        ),
    )

    @admin.display(description=_("kind"))
    def kind(self, price_list: PriceList) -> str:
        if price_list.channel or price_list.store_id:
            return str(KINDS["deviation"])
        return str(price_list.segment) if price_list.segment else str(KINDS["public"])

    @admin.display(description=_("prices"))
    def rows(self, price_list: PriceList) -> str:
        if price_list.pk is None:
            return ""
        address = reverse("admin:inventory_listprice_changelist")
        return format_html('<a href="{}?price_list__id__exact={}">{}</a>', address, price_list.pk, _("prices"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Amounts are stored in minor units, so another currency would change them.
        return (*self.readonly_fields, "currency") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: PriceList, form: Any, change: bool) -> None:
        if not change:
            obj.registered_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        publish_list_change(price_list_id=obj.pk, code=obj.code, prices=0, by=admin_actor(request), now=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # Orders were charged by it; a list that has ended is made inactive.


@admin.register(ListPrice)
class ListPriceAdmin(BaseAdmin):
    form = ListPriceForm
    list_display = ("variant", "price_list", "min_quantity", "amount_money", "ordinary_money", "updated_at")
    list_select_related = ("variant", "price_list")
    search_fields = ("variant__sku__istartswith", "price_list__code__exact")
    search_help_text = _("The beginning of a SKU, or a complete list code.")
    ordering = ("-id",)
    fields = ("price_list", "variant", "min_quantity", "amount")
    autocomplete_fields = ("price_list", "variant")
    amount_money = money_column("amount", title=_("price"), currency="price_list.currency")
    ordinary_money = money_column("ordinary", title=_("regular price"), currency="price_list.currency")

    def get_queryset(self, request: HttpRequest) -> Any:
        of_variant = Price.objects.filter(variant=OuterRef("variant"), currency=OuterRef("price_list__currency"))
        return super().get_queryset(request).annotate(ordinary=Subquery(of_variant.values("amount")))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("price_list", "variant", "min_quantity") if obj else ()

    def save_model(self, request: HttpRequest, obj: ListPrice, form: Any, change: bool) -> None:
        set_list_price(
            price_list_id=obj.price_list_id,
            variant_id=obj.variant_id,
            min_quantity=obj.min_quantity,
            price=Money(obj.amount, obj.price_list.currency),
            by=admin_actor(request),
            now=timezone.now(),
        )
        if not change:
            obj.pk = ListPrice.objects.get(
                price_list=obj.price_list_id, variant=obj.variant_id, min_quantity=obj.min_quantity
            ).pk

    def delete_model(self, request: HttpRequest, obj: ListPrice) -> None:
        remove_list_price(
            price_list_id=obj.price_list_id,
            variant_id=obj.variant_id,
            min_quantity=obj.min_quantity,
            by=admin_actor(request),
            now=timezone.now(),
        )

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for price in queryset.order_by("price_list_id", "id"):
            self.delete_model(request, price)
