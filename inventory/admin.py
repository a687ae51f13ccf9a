from typing import Any

from django.contrib import admin
from django.db.models import Func, Q, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.back_office import (
    ChannelFilter,
    MoneyForm,
    OfficeAdmin,
    OfficeInline,
    ReadOnlyAdmin,
    ReadOnlyInline,
    money_column,
)
from core.formats import money_text
from inventory.models import (
    Barcode,
    Category,
    Location,
    Media,
    OpeningException,
    OpeningHours,
    Price,
    PriceRange,
    Product,
    Reservation,
    StaffAssignment,
    StockLevel,
    StockMovement,
    Variant,
)

# --- Catalogue ------------------------------------------------------------------------------------


@admin.register(Category)
class CategoryAdmin(OfficeAdmin):
    list_display = ("__str__", "path", "parent", "position")
    list_select_related = ("parent",)
    search_fields = ("slug", "name")
    ordering = ("path",)
    fields = ("name", "slug", "parent", "path", "position")
    readonly_fields = ("path",)
    autocomplete_fields = ("parent",)


class VariantInline(OfficeInline):
    model = Variant
    fields = ("sku", "attributes", "shown_prices", "shown_barcodes", "position", "is_active", "low_stock_below")
    readonly_fields = ("shown_prices", "shown_barcodes")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("prices", "barcodes")

    @admin.display(description=_("prices"))
    def shown_prices(self, variant: Variant) -> str:
        return _prices_of(variant)

    @admin.display(description=_("barcodes"))
    def shown_barcodes(self, variant: Variant) -> str:
        return _barcodes_of(variant)


class ProductMediaInline(OfficeInline):
    model = Media
    fields = ("file", "alt", "position", "variant")
    readonly_fields = ("variant",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("variant")


@admin.register(Product)
class ProductAdmin(OfficeAdmin):
    list_display = ("__str__", "slug", "brand", "category", "state", "updated_at")
    list_select_related = ("category",)
    list_filter = ("state", "category")
    search_fields = ("slug",)
    search_help_text = _("Words of the name in any language, brand, SKU or barcode.")
    ordering = ("-id",)
    long_texts = ("description",)
    fields = ("name", "slug", "description", "brand", "category", "attributes", "state", "published_at")
    readonly_fields = ("published_at",)
    autocomplete_fields = ("category",)
    inlines = (VariantInline, ProductMediaInline)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term:
            return queryset, False
        # The same spelling and the same trigram index as the shop's own search.
        for word in search_term.split():
            spelt = Func(Value(word), function="inventory_words")
            by_barcode = Barcode.objects.filter(code=word).values("variant__product")
            queryset = queryset.filter(Q(search_words__contains=spelt) | Q(pk__in=by_barcode))
        return queryset, False

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        if obj.state == Product.PUBLISHED and obj.published_at is None:
            obj.published_at = timezone.now()
        super().save_model(request, obj, form, change)


class PriceForm(MoneyForm):
    class Meta:
        model = Price
        fields = ("currency", "amount")


class PriceInline(OfficeInline):
    model = Price
    form = PriceForm


class BarcodeInline(OfficeInline):
    model = Barcode


class VariantMediaInline(OfficeInline):
    model = Media
    fields = ("file", "alt", "position")


@admin.register(Variant)
class VariantAdmin(OfficeAdmin):
    list_display = ("sku", "product", "shown_prices", "shown_barcodes", "is_active")
    list_select_related = ("product",)
    list_filter = ("is_active",)
    search_fields = ("sku__istartswith", "barcodes__code__exact")
    search_help_text = _("The beginning of a SKU, or a whole barcode.")
    ordering = ("-id",)
    autocomplete_fields = ("product",)
    inlines = (PriceInline, BarcodeInline, VariantMediaInline)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("prices", "barcodes")

    @admin.display(description=_("prices"))
    def shown_prices(self, variant: Variant) -> str:
        return _prices_of(variant)

    @admin.display(description=_("barcodes"))
    def shown_barcodes(self, variant: Variant) -> str:
        return _barcodes_of(variant)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for medium in formset.save(commit=False):
            if isinstance(medium, Media):
                medium.product = form.instance.product
        super().save_formset(request, form, formset, change)


@admin.register(Barcode)
class BarcodeAdmin(OfficeAdmin):
    list_display = ("code", "variant")
    list_select_related = ("variant",)
    search_fields = ("code__startswith", "variant__sku__istartswith")
    ordering = ("code",)
    autocomplete_fields = ("variant",)


@admin.register(Price)
class PriceAdmin(OfficeAdmin):
    form = PriceForm
    list_display = ("variant", "currency", "amount_money", "updated_at")
    list_select_related = ("variant",)
    search_fields = ("variant__sku__istartswith", "currency__exact")
    ordering = ("-id",)
    fields = ("variant", "currency", "amount")
    autocomplete_fields = ("variant",)
    amount_money = money_column("amount", title=_("price"))


@admin.register(PriceRange)
class PriceRangeAdmin(ReadOnlyAdmin):
    list_display = ("product", "lowest_money", "highest_money")
    list_select_related = ("product",)
    search_fields = ("product__slug__startswith", "currency__exact")
    ordering = ("-id",)
    lowest_money = money_column("lowest", title=_("lowest"))
    highest_money = money_column("highest", title=_("highest"))


@admin.register(Media)
class MediaAdmin(OfficeAdmin):
    list_display = ("file", "product", "variant", "position")
    list_select_related = ("product", "variant")
    search_fields = ("file", "product__slug__startswith", "variant__sku__startswith")
    ordering = ("-id",)
    autocomplete_fields = ("product", "variant")


# --- Stores and warehouses ------------------------------------------------------------------------


class OpeningHoursInline(OfficeInline):
    model = OpeningHours


class OpeningExceptionInline(OfficeInline):
    model = OpeningException


class AssignmentInline(ReadOnlyInline):
    model = StaffAssignment
    fields = ("staff", "role")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("staff", "location")


@admin.register(Location)
class LocationAdmin(OfficeAdmin):
    list_display = ("__str__", "code", "kind", "city", "country_code", "offers_pickup", "ships", "is_active")
    list_filter = ("kind", "is_active", "offers_pickup", "ships")
    search_fields = ("code", "name", "city")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": ("name", "code", "kind", "is_active")}),
        (_("Address"), {"fields": ("street_address", "postal_code", "city", "country_code", "phone")}),
        (_("Place and time"), {"fields": ("latitude", "longitude", "time_zone")}),
        (_("What it does"), {"fields": ("offers_pickup", "pickup_lead_minutes", "pickup_keep_days")}),
        (None, {"fields": ("takes_returns", "ships", "ship_rank")}),
    )
    inlines = (OpeningHoursInline, OpeningExceptionInline, AssignmentInline)


@admin.register(OpeningHours)
class OpeningHoursAdmin(OfficeAdmin):
    list_display = ("location", "weekday", "opens", "closes")
    list_select_related = ("location",)
    list_filter = ("weekday",)
    search_fields = ("location__code",)
    ordering = ("location", "weekday", "opens")
    autocomplete_fields = ("location",)


@admin.register(OpeningException)
class OpeningExceptionAdmin(OfficeAdmin):
    list_display = ("location", "day", "opens", "closes")
    list_select_related = ("location",)
    search_fields = ("location__code",)
    ordering = ("-day",)
    autocomplete_fields = ("location",)


@admin.register(StaffAssignment)
class StaffAssignmentAdmin(OfficeAdmin):
    list_display = ("staff", "role", "location")
    list_select_related = ("staff", "location")
    list_filter = ("role",)
    search_fields = ("staff__name", "staff__email__istartswith", "location__code")
    ordering = ("-id",)
    autocomplete_fields = ("staff", "location")


# --- Stock ----------------------------------------------------------------------------------------


@admin.register(StockLevel)
class StockLevelAdmin(ReadOnlyAdmin):
    list_display = ("variant", "location", "on_hand", "reserved", "safety", "available")
    list_select_related = ("variant", "location")
    list_filter = (("location", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("variant__sku__istartswith", "variant__barcodes__code__exact", "location__code__exact")
    search_help_text = _("The beginning of a SKU, a whole barcode, or a location's code.")
    ordering = ("-id",)


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = (
        *("occurred_at", "sku", "place", "kind", "on_hand_change", "reserved_change"),
        *("cause_kind", "cause_id", "channel", "actor_id"),
    )
    list_select_related = ("level__variant", "level__location")
    list_filter = ("kind", ChannelFilter)
    search_fields = ("level__variant__sku__istartswith", "cause_id__exact")
    search_help_text = _("The beginning of a SKU, or the number of the cause.")
    ordering = ("-id",)

    @admin.display(description="SKU")
    def sku(self, movement: StockMovement) -> str:
        return movement.level.variant.sku

    @admin.display(description=_("location"))
    def place(self, movement: StockMovement) -> str:
        return movement.level.location.code


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = ("id", "sku", "place", "quantity", "state", "expires_at", "created_at")
    list_select_related = ("level__variant", "level__location")
    list_filter = ("state",)
    search_fields = ("level__variant__sku__istartswith", "level__location__code__exact")
    ordering = ("-id",)

    @admin.display(description="SKU")
    def sku(self, reservation: Reservation) -> str:
        return reservation.level.variant.sku

    @admin.display(description=_("location"))
    def place(self, reservation: Reservation) -> str:
        return reservation.level.location.code


def _prices_of(variant: Variant) -> str:

    language = get_language() or "en"
    return ", ".join(money_text(price.amount, price.currency, language) for price in variant.prices.all())


def _barcodes_of(variant: Variant) -> str:
    return ", ".join(barcode.code for barcode in variant.barcodes.all())
