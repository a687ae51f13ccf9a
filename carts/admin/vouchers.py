from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from carts.models import CartVoucher, Promotion, Voucher, VoucherBudget, VoucherCount, VoucherUse
from carts.rules.vouchers import plain_code
from carts.services.voucher_import import COLUMNS, import_vouchers
from carts.services.vouchers import MOST_IN_A_SERIES, SeriesRequest, generate_series, set_budget
from core.admin.base import AdminAction, AmountText, ReadOnlyAdmin, money_column
from core.admin.report_pages import ReportPage, ReportsAdmin
from core.admin.saving import BaseForm
from core.data.csv_files import csv_download
from core.data.imports.files import text_of
from core.days import shop_day
from core.errors import Malformed, Refusal
from core.texts.amounts import clean_amount
from core.texts.form_fields import CodeInput
from core.texts.formats import money_text
from core.texts.languages import active_language

LARGEST_FILE = 2_000_000


class SeriesForm(forms.Form):
    name = forms.CharField(label=_("Name of the series"), max_length=80)
    count = forms.IntegerField(label=_("How many codes"), min_value=1, max_value=MOST_IN_A_SERIES)
    beginning = CodeInput(r"^[A-Z0-9-]*$", label=_("Beginning of each code"), max_length=12, required=False)
    max_uses = forms.IntegerField(label=_("uses at most"), min_value=1, initial=1, required=False)
    max_uses_each = forms.IntegerField(label=_("uses at most per customer"), min_value=1, required=False)
    starts_at = forms.DateTimeField(label=_("starts at"), required=False)
    ends_at = forms.DateTimeField(label=_("ends at"), required=False)


class FileForm(forms.Form):
    file = forms.FileField(label=_("CSV file"), help_text=", ".join(COLUMNS))


class BudgetForm(forms.Form):
    amount = AmountText(label=_("budget"))


def _may_edit(request: HttpRequest, promotion: Promotion) -> bool:
    return promotion.needs_voucher and request.user.has_perm("carts.add_voucher")


def _generate(request: HttpRequest, promotion: Promotion, values: dict[str, Any]) -> str:
    codes = generate_series(promotion_id=promotion.pk, request=SeriesRequest(prefix=values.pop("beginning"), **values))
    return ngettext("%(count)d code was made.", "%(count)d codes were made.", len(codes)) % {"count": len(codes)}


def _budget(request: HttpRequest, promotion: Promotion, values: dict[str, Any]) -> str:
    try:
        amount = clean_amount(values["amount"], promotion.currency or settings.SHOP_CURRENCY)
    except forms.ValidationError as error:
        raise Malformed(" ".join(error.messages), field="amount") from error
    set_budget(promotion_id=promotion.pk, amount=amount)
    return gettext("The total discount of its vouchers is now limited to this amount.")


VOUCHER_ACTIONS = (
    AdminAction(
        name="series",
        title=_("Make a series of vouchers"),
        explanation=_("Codes that nobody can guess. Each one unlocks this promotion within its limits."),
        form=SeriesForm,
        perform=_generate,
        is_allowed=_may_edit,
    ),
    AdminAction(
        name="budget",
        title=_("Set the budget of its vouchers"),
        explanation=_(
            "The most that all vouchers of this promotion may take off together, including discounts so far."
        ),
        form=BudgetForm,
        perform=_budget,
        is_allowed=_may_edit,
    ),
)


class ImportForm(FileForm):
    promotion = forms.ModelChoiceField(label=_("promotion"), queryset=Promotion.objects.filter(needs_voucher=True))


def _import(request: HttpRequest) -> dict[str, Any]:
    form = ImportForm(request.POST or None, request.FILES or None)
    message = ""
    if request.method == "POST" and form.is_valid():
        message = _read_file(form)
    return {"form": form, "message": message}


def _read_file(form: ImportForm) -> str:
    file = form.cleaned_data["file"]
    if file.size > LARGEST_FILE:
        form.add_error("file", _("This file is too large."))
        return ""
    try:
        count = import_vouchers(promotion=form.cleaned_data["promotion"], text=text_of(file.read()))
    except Refusal as refusal:
        form.add_error("file", str(refusal))
        return ""
    return ngettext("%(count)d voucher was read.", "%(count)d vouchers were read.", count) % {"count": count}


def _export(request: HttpRequest) -> HttpResponse:
    vouchers = Voucher.objects.order_by("series", "code")
    if series := request.GET.get("series"):
        vouchers = vouchers.filter(series=series)
    moments = ("starts_at", "ends_at")
    rows = (
        [value.isoformat() if name in moments and value else value for name, value in zip(COLUMNS, row, strict=True)]
        for row in vouchers.values_list(*COLUMNS).iterator()
    )
    return csv_download(f"vouchers-{shop_day(timezone.now())}", COLUMNS, rows)


class VoucherForm(BaseForm):
    """A voucher whose code may be typed with spaces and small letters."""

    def clean_code(self) -> str:
        return plain_code(self.cleaned_data["code"])


@admin.register(Voucher)
class VoucherAdmin(ReportsAdmin):
    form = VoucherForm
    list_display = ("code", "promotion", "series", "uses", "max_uses", "max_uses_each", "ends_at", "is_active")
    list_select_related = ("promotion",)
    list_filter = ("is_active", "promotion")
    search_fields = ("code__startswith", "series__istartswith")
    ordering = ("-id",)
    fields = (
        *("promotion", "code", "series", "max_uses", "max_uses_each", "uses", "starts_at", "ends_at", "is_active"),
    )
    readonly_fields = ("uses",)
    autocomplete_fields = ("promotion",)
    pages = (
        ReportPage(
            name="import",
            title=_("Read a CSV file"),
            template="carts/voucher_import.html",
            may="carts.add_voucher",
            show=_import,
        ),
        ReportPage(name="export", title=_("Save as CSV"), template="", may="carts.view_voucher", show=_export),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # Orders refer to the codes they used.


@admin.register(VoucherUse)
class VoucherUseAdmin(ReadOnlyAdmin):
    list_display = ("voucher", "cart", "customer", "state", "amount_money", "held_at", "settled_at")
    list_select_related = ("voucher", "cart", "customer")
    list_filter = ("state",)
    search_fields = ("voucher__code__startswith", "customer__email__istartswith")
    exclude = ("amount",)
    readonly_fields = ("amount_money",)
    ordering = ("-id",)
    amount_money = money_column("amount", title=_("amount"), currency="cart.currency")


@admin.register(CartVoucher)
class CartVoucherAdmin(ReadOnlyAdmin):
    list_display = ("cart", "voucher", "added_at")
    list_select_related = ("cart", "voucher")
    search_fields = ("voucher__code__startswith",)
    ordering = ("-id",)


@admin.register(VoucherCount)
class VoucherCountAdmin(ReadOnlyAdmin):
    list_display = ("voucher", "customer", "uses", "most")
    list_select_related = ("voucher", "customer")
    search_fields = ("voucher__code__startswith", "customer__email__istartswith")
    ordering = ("-id",)


@admin.register(VoucherBudget)
class VoucherBudgetAdmin(ReadOnlyAdmin):
    list_display = ("promotion", "budget", "taken")
    list_select_related = ("promotion",)
    search_fields = ("promotion__name",)
    exclude = ("amount", "spent")
    readonly_fields = ("budget", "taken")
    ordering = ("-id",)

    @admin.display(description=_("budget"), ordering="amount")
    def budget(self, budget: VoucherBudget) -> str:
        return self._money(budget, budget.amount)

    @admin.display(description=_("taken off so far"), ordering="spent")
    def taken(self, budget: VoucherBudget) -> str:
        return self._money(budget, budget.spent)

    def _money(self, budget: VoucherBudget, amount: int) -> str:
        currency = budget.promotion.currency or settings.SHOP_CURRENCY
        return money_text(amount, currency, active_language())
