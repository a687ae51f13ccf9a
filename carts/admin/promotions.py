from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carts.admin.forms import PreviewForm, PromotionForm
from carts.admin.kind_forms import condition_names, reward_choices, reward_fields
from carts.admin.vouchers import VOUCHER_ACTIONS
from carts.models import Promotion
from carts.queries.preview import Preview, PreviewRequest, preview_cart
from carts.rules.kinds.condition import Condition
from carts.rules.taxes import TaxPlace
from carts.rules.vouchers import plain_code, problem_text
from core.admin.report_pages import ReportPage, ReportsAdmin
from core.texts.formats import money_text, percent_text
from core.texts.languages import active_language
from core.texts.translated import in_language

WORDS = {
    "given": _("given"),
    "closed": _("not valid at this time"),
    "no_voucher": _("needs a voucher"),
    "other_currency": _("for another currency"),
    "condition": _("a condition is not met"),
    "nothing": _("gives no discount here, or another promotion gives more"),
}


def _preview(request: HttpRequest) -> dict[str, Any]:
    form = PreviewForm(request.GET or None)
    if not form.is_valid():
        return {"form": form, "result": None}
    chosen = form.cleaned_data
    preview = preview_cart(
        PreviewRequest(
            units=chosen["lines"],
            now=chosen["moment"] or timezone.now(),
            channel=chosen["channel"],
            store=chosen["store"].code if chosen["store"] else "",
            customer_id=chosen["customer"].pk if chosen["customer"] else None,
            codes=[plain_code(code) for code in chosen["codes"].replace(",", " ").split()],
            sent_to=TaxPlace(chosen["country"], postcode=chosen["postcode"]) if chosen["country"] else None,
        )
    )
    return {"form": form, "result": preview, **_shown(preview)}


def _shown(preview: Preview) -> dict[str, Any]:
    language, currency = active_language(), preview.cart.currency

    def money(amount: int) -> str:
        return money_text(amount, currency, language)

    quoted = preview.quote
    return {
        "lines": [
            {
                "name": in_language(line.name),
                "sku": line.sku,
                "quantity": line.quantity,
                "value": money(quoted.lines[line.id].value),
                "discounts": [
                    (in_language(dict(discount.name)), money(-discount.amount))
                    for discount in quoted.lines[line.id].discounts
                ],
                "total": money(quoted.lines[line.id].total),
                "tax": f"{percent_text(quoted.lines[line.id].tax_rate, language)}: "
                f"{money(quoted.lines[line.id].taxed.tax)}",
            }
            for line in preview.cart.lines
        ],
        "totals": [
            (_("Items"), money(quoted.totals.items)),
            (_("Discount"), money(-quoted.totals.discount)),
            (_("Shipping"), money(quoted.totals.shipping)),
            *((in_language(dict(each.fee.name)), money(each.amount)) for each in quoted.fees),
            (_("Tax"), money(quoted.totals.tax)),
            (_("Total"), money(quoted.totals.grand)),
        ],
        "vouchers": [
            (voucher.code, gettext(problem_text(voucher.problem)) if voucher.problem else money(voucher.amount))
            for voucher in quoted.vouchers
        ],
        "verdicts": [
            (
                in_language(dict(promotion.name)),
                WORDS[verdict.word],
                gettext(verdict.condition.unmet) if verdict.condition is not None else "",
                money(-verdict.amount) if verdict.amount else "",
            )
            for promotion, verdict in preview.verdicts
        ],
    }


@admin.register(Promotion)
class PromotionAdmin(ReportsAdmin):
    form = PromotionForm
    list_display = ("__str__", "kind", "priority", "is_exclusive", "needs_voucher", "starts_at", "ends_at", "is_active")
    list_filter = ("is_active", "needs_voucher", "is_exclusive")
    search_fields = ("name",)
    ordering = ("priority", "id")
    object_actions = VOUCHER_ACTIONS
    pages = (
        ReportPage(
            name="preview",
            title=_("Preview: this cart, this customer, this moment"),
            template="carts/preview.html",
            may="carts.view_promotion",
            show=_preview,
        ),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        # The fields of rewards and conditions are no columns: the form adds them itself.
        return super().get_form(request, obj, change=change, **{**kwargs, "fields": PromotionForm.Meta.fields})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        goods, buyer, channel = map(condition_names, (Condition.GOODS, Condition.BUYER, Condition.CHANNEL))
        return (
            (None, {"fields": ("name", "is_active", "starts_at", "ends_at")}),
            (_("What it gives"), {"fields": ("kind", "currency", *reward_fields())}),
            (
                _("On which goods"),
                {"fields": ("categories", "products", "price_from", "price_to", "without_reduced", *goods)},
            ),
            (_("For whom"), {"fields": ("needs_voucher", *buyer)}),
            (_("Where it applies"), {"fields": (*channel, "door_reason")}),
            (_("With other promotions"), {"fields": ("priority", "is_exclusive")}),
        )

    @admin.display(description=_("what it gives"))
    def kind(self, promotion: Promotion) -> str:
        return dict(reward_choices()).get(promotion.reward.get("kind"), "")

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False  # Orders refer to their promotions; one that has ended is made inactive.
