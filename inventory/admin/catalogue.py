from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, Func, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import (
    AdminAction,
    BaseAdmin,
    BaseInline,
    MoneyForm,
    ReadOnlyAdmin,
    admin_actor,
    money_column,
    searched,
)
from core.admin.saving import BaseForm, RowSelect
from core.money import Money
from core.texts.formats import money_text
from core.texts.languages import active_language
from inventory.admin.editing import BarcodeSearch, CatalogueAdmin, in_one_form
from inventory.admin.labels import print_labels
from inventory.models import (
    Barcode,
    Category,
    Media,
    OfferedPrice,
    Price,
    PriceHistory,
    PriceRange,
    Product,
    TaxCategory,
    Variant,
)
from inventory.rules.barcodes import NotABarcode, canonical_barcode
from inventory.services.catalogue import move_category, publish_product, retire_product
from inventory.services.prices import set_floor, set_price


class MoveForm(forms.Form):
    parent = forms.ModelChoiceField(
        label=_("Parent category"),
        queryset=Category.objects.all(),
        required=False,
        help_text=_("Empty for the top level."),
        widget=RowSelect(Category._meta.get_field("parent"), admin.site),
    )


def _move(request: HttpRequest, category: Category, values: dict[str, Any]) -> str:
    parent = values["parent"]
    move_category(category_id=category.pk, parent_id=parent.pk if parent else None)
    return gettext("The category and its subcategories were moved.")


def _publish(request: HttpRequest, product: Product, values: dict[str, Any]) -> str:
    publish_product(product_id=product.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The product is now visible to shoppers.")


def _retire(request: HttpRequest, product: Product, values: dict[str, Any]) -> str:
    retire_product(product_id=product.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The product is no longer in the shop.")


def _may_edit(request: HttpRequest) -> bool:
    return request.user.has_perm("inventory.change_product")


@admin.register(Category)
class CategoryAdmin(CatalogueAdmin):
    list_display = ("__str__", "path", "parent", "position")
    list_select_related = ("parent",)
    search_fields = ("slug", "name")
    ordering = ("path",)
    fields = ("name", "slug", "parent", "path", "position")
    readonly_fields = ("path",)
    autocomplete_fields = ("parent",)
    object_actions = (
        AdminAction(
            name="move",
            title=_("Move"),
            explanation=_("Moves the category and its subcategories below another one."),
            form=MoveForm,
            perform=_move,
            is_allowed=lambda request, category: _may_edit(request),
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("path", "parent") if obj else ("path",)


class VariantInline(BaseInline):
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


class ProductMediaInline(BaseInline):
    model = Media
    fields = ("file", "alt", "position", "variant")
    readonly_fields = ("variant",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("variant")


@admin.register(Product)
class ProductAdmin(CatalogueAdmin):
    list_display = ("__str__", "slug", "brand", "category", "state", "updated_at")
    list_select_related = ("category",)
    list_filter = ("state", "kind", "category")
    search_fields = ("slug",)
    search_help_text = _("Words of the name in any language, brand, SKU or barcode.")
    ordering = ("-id",)
    long_texts = ("description",)
    fields = (
        *(
            "name",
            "slug",
            "kind",
            "description",
            "brand",
            "category",
            "tax_category",
            "attributes",
            "state",
            "published_at",
        ),
    )
    readonly_fields = ("state", "published_at")
    autocomplete_fields = ("category",)
    inlines = (VariantInline, ProductMediaInline)
    actions = (print_labels,)
    object_actions = (
        AdminAction(
            name="publish",
            title=_("Publish"),
            explanation=_("Shoppers see the product and can buy it, on every channel."),
            perform=_publish,
            is_allowed=lambda request, product: product.state != Product.PUBLISHED and _may_edit(request),
        ),
        AdminAction(
            name="retire",
            title=_("Remove from the shop"),
            explanation=_("Shoppers can no longer see or buy it. Its orders and stock stay."),
            perform=_retire,
            is_allowed=lambda request, product: product.state != Product.RETIRED and _may_edit(request),
            is_destructive=True,
        ),
    )

    def product_of(self, obj: Any) -> int | None:
        return int(obj.pk) if obj.pk else None

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term:
            return queryset, False
        # Words are normalised and joined. With OR, PostgreSQL would read every product instead of the two indexes.
        by_word = Product.objects.alias(joined=Func(F("search_words"), function="inventory_joined")).order_by()
        for word in in_one_form(searched(search_term)).split():
            spelt = Func(Func(Value(word), function="inventory_words"), function="inventory_joined")
            by_barcode = Barcode.objects.filter(code=in_one_form(word)).values("variant__product")
            queryset = queryset.filter(pk__in=by_word.filter(joined__contains=spelt).values("pk").union(by_barcode))
        return queryset, False


class PriceForm(MoneyForm):
    money_fields = {"amount": _("amount"), "floor": _("lowest price by promotions")}

    class Meta:
        model = Price
        fields = ("currency", "amount", "floor")


class PriceInline(BaseInline):
    model = Price
    form = PriceForm


class BarcodeForm(BaseForm):
    class Meta:
        model = Barcode
        fields = ("code",)

    def clean_code(self) -> str:
        try:
            return canonical_barcode(self.cleaned_data["code"])
        except NotABarcode:
            raise forms.ValidationError(_("This is not an EAN, UPC or ISBN: the check digit is wrong.")) from None


class BarcodeInline(BaseInline):
    model = Barcode
    form = BarcodeForm


class VariantMediaInline(BaseInline):
    model = Media
    fields = ("file", "alt", "position")


@admin.register(Variant)
class VariantAdmin(BarcodeSearch, CatalogueAdmin):
    list_display = ("sku", "product", "shown_prices", "shown_barcodes", "is_active")
    list_select_related = ("product",)
    list_filter = ("is_active",)
    search_fields = ("sku__istartswith", "barcodes__code__exact")
    search_help_text = _("The beginning of a SKU, or a whole barcode.")
    ordering = ("-id",)
    autocomplete_fields = ("product",)
    inlines = (PriceInline, BarcodeInline, VariantMediaInline)
    actions = (print_labels,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("prices", "barcodes")

    @admin.display(description=_("prices"))
    def shown_prices(self, variant: Variant) -> str:
        return _prices_of(variant)

    @admin.display(description=_("barcodes"))
    def shown_barcodes(self, variant: Variant) -> str:
        return _barcodes_of(variant)

    def product_of(self, obj: Any) -> int | None:
        return int(obj.product_id)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is Price:
            self._save_prices(request, form.instance, formset)
            return
        for medium in formset.save(commit=False):
            if isinstance(medium, Media):
                medium.product = form.instance.product
        super().save_formset(request, form, formset, change)

    def _save_prices(self, request: HttpRequest, variant: Variant, formset: Any) -> None:
        # The service sets prices and publishes events; saving without a commit only lists the changes, for the log.
        changed = formset.save(commit=False)
        for price in formset.deleted_objects:
            price.delete()
        for price in changed:
            Price.objects.filter(pk=price.pk).exclude(currency=price.currency).delete()
            money = Money(price.amount, price.currency)
            set_price(variant_id=variant.pk, price=money, by=admin_actor(request), now=timezone.now())
            set_floor(variant_id=variant.pk, currency=price.currency, floor=price.floor)


@admin.register(Barcode)
class BarcodeAdmin(BarcodeSearch, ReadOnlyAdmin):
    list_display = ("code", "variant")
    list_select_related = ("variant",)
    search_fields = ("code__startswith", "variant__sku__istartswith")
    ordering = ("code",)


@admin.register(Price)
class PriceAdmin(ReadOnlyAdmin):
    list_display = ("variant", "currency", "amount_money", "floor_money", "updated_at")
    list_select_related = ("variant",)
    search_fields = ("variant__sku__istartswith", "currency__exact")
    ordering = ("-id",)
    fields = ("variant", "currency", "amount_money", "floor_money", "updated_at")
    readonly_fields = ("amount_money", "floor_money")
    amount_money = money_column("amount", title=_("price"))
    floor_money = money_column("floor", title=_("lowest price by promotions"))


@admin.register(PriceRange)
class PriceRangeAdmin(ReadOnlyAdmin):
    list_display = ("product", "lowest_money", "highest_money")
    list_select_related = ("product",)
    search_fields = ("product__slug__startswith", "currency__exact")
    ordering = ("-id",)
    lowest_money = money_column("lowest", title=_("lowest"))
    highest_money = money_column("highest", title=_("highest"))


@admin.register(Media)
class MediaAdmin(CatalogueAdmin):
    list_display = ("file", "product", "variant", "position")
    list_select_related = ("product", "variant")
    search_fields = ("file", "product__slug__startswith", "variant__sku__startswith")
    ordering = ("-id",)
    autocomplete_fields = ("product", "variant")

    def product_of(self, obj: Any) -> int | None:
        return int(obj.product_id)


def _prices_of(variant: Variant) -> str:

    language = active_language()
    return ", ".join(money_text(price.amount, price.currency, language) for price in variant.prices.all())


def _barcodes_of(variant: Variant) -> str:
    return ", ".join(barcode.code for barcode in variant.barcodes.all())


@admin.register(TaxCategory)
class TaxCategoryAdmin(BaseAdmin):
    list_display = ("__str__", "code", "is_standard")
    search_fields = ("code", "name")
    ordering = ("code",)


@admin.register(OfferedPrice)
class OfferedPriceAdmin(ReadOnlyAdmin):
    list_display = ("variant", "currency", "amount_money", "since", "until")
    list_select_related = ("variant",)
    search_fields = ("variant__sku__istartswith",)
    ordering = ("-id",)
    fields = ("variant", "currency", "amount_money", "since", "until")
    readonly_fields = ("amount_money",)
    amount_money = money_column("amount", title=_("price"))


@admin.register(PriceHistory)
class PriceHistoryAdmin(ReadOnlyAdmin):
    list_display = ("variant", "amount_money", "since")
    list_select_related = ("variant",)
    search_fields = ("variant__sku__startswith",)
    ordering = ("-id",)
    amount_money = money_column("amount", title=_("price"))
