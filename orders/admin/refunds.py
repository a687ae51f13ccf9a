"""Refunds and returns in the back office, with the ways on for those that are stuck."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, ChannelFilter, ReadOnlyAdmin, ReadOnlyInline, admin_actor, money_column
from orders.admin.papers import PapersAdmin
from orders.channels.slips import slip_response
from orders.models import PriceReduction, Refund, Return, ReturnedUnits, ReturnLine
from orders.queries.documents.slips import return_slip
from orders.services.payments.refunding.failed_refunds import (
    note_bank_transfer,
    refund_again,
    refund_as_credit,
    refund_in_cash,
)
from orders.services.returns.requests import approve_return, refuse_return


class OpenFilter(admin.SimpleListFilter):
    """Finds the refunds that failed and were not followed by another: somebody has to act."""

    title = _("to be done")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", gettext("Failed, and nothing followed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        return queryset.filter(state=Refund.FAILED, followed_by__isnull=True)


class TransferForm(forms.Form):
    reference = forms.CharField(
        label=_("Reference of the transfer"), max_length=200, help_text=_("As it stands in the bank's statement.")
    )


class RejectForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The customer reads it."))


def _may_follow(request: HttpRequest, refund: Refund) -> bool:
    if refund.state != Refund.FAILED or hasattr(refund, "followed_by"):
        return False
    return bool(request.user.has_perm("orders.cancel_order", refund.payment.order.store))


def _may_give_credit(request: HttpRequest, refund: Refund) -> bool:
    return refund.payment.order.customer_id is not None and _may_follow(request, refund)


def _doing(follow: Callable[..., int], done: Any) -> Callable[[HttpRequest, Refund, dict[str, Any]], str]:
    def perform(request: HttpRequest, refund: Refund, fields: dict[str, Any]) -> str:
        follow(refund_id=refund.pk, by=admin_actor(request), now=timezone.now(), **fields)
        return str(done)

    return perform


def _may_reject(request: HttpRequest, goods: Return) -> bool:
    store = goods.order.store if goods.order else None
    return goods.state == Return.REQUESTED and bool(request.user.has_perm("orders.answer_return", store))


def _approve(request: HttpRequest, goods: Return, fields: dict[str, Any]) -> str:
    approve_return(number=goods.number, by=admin_actor(request), now=timezone.now())
    return gettext("The return is approved, and its goods are expected.")


def _reject(request: HttpRequest, goods: Return, fields: dict[str, Any]) -> str:
    refuse_return(number=goods.number, reason=fields["reason"], by=admin_actor(request), now=timezone.now())
    return gettext("The return was refused. Its goods can be asked for again.")


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("payment", "amount_money", "state", "goes_to", "reason", "asked_at", "done_at")
    list_select_related = ("payment__order",)
    list_filter = ("state", OpenFilter)
    search_fields = ("payment__order__number__exact", "provider_ref__exact")
    ordering = ("-id",)
    amount_money = money_column("amount", title=_("amount"), currency="payment.order.currency")
    object_actions = (
        AdminAction(
            name="again",
            title=_("Try again"),
            explanation=_("The provider is asked once more, within seconds."),
            perform=_doing(refund_again, _("The provider is asked again.")),
            is_allowed=_may_follow,
        ),
        AdminAction(
            name="cash",
            title=_("Pay out in cash"),
            explanation=_("The customer gets the money at a till: it waits on the order's page there."),
            perform=_doing(refund_in_cash, _("It waits at every till, on the order's page.")),
            is_allowed=_may_follow,
        ),
        AdminAction(
            name="credit",
            title=_("Give store credit"),
            explanation=_("The customer gets the money as store credit, at once. Ask them first."),
            perform=_doing(refund_as_credit, _("The customer has the credit.")),
            is_allowed=_may_give_credit,
        ),
        AdminAction(
            name="transfer",
            title=_("Note a bank transfer"),
            explanation=_("Only after the transfer was made: it is recorded as paid back."),
            form=TransferForm,
            perform=_doing(note_bank_transfer, _("The refund is recorded as paid.")),
            is_allowed=_may_follow,
        ),
    )


class ReturnLineInline(ReadOnlyInline):
    model = ReturnLine
    fields = ("sku", "quantity", "quantity_received", "amount_money", "reason_text", "comment")
    readonly_fields = ("amount_money", "reason_text")
    amount_money = money_column("amount", title=_("amount"), currency="parent.currency")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("parent")


@admin.register(Return)
class ReturnAdmin(PapersAdmin):
    papers = {"slip": (_("Return slip"), lambda goods: slip_response(return_slip(goods.number)))}
    list_display = (
        "number",
        "order",
        "customer",
        "state",
        "method",
        "amount_money",
        "withheld_money",
        "fee_money",
        "due_at",
        "location",
    )
    list_select_related = ("order", "customer", "location")
    list_filter = ("state", "method", ChannelFilter)
    search_fields = ("number__exact", "order__number__exact", "external_id__exact")
    ordering = ("-id",)
    inlines = (ReturnLineInline,)
    amount_money = money_column("amount", title=_("value"))
    withheld_money = money_column("withheld_for_gifts", title=_("withheld for gifts"))
    fee_money = money_column("fee", title=_("return fee"))
    object_actions = (
        AdminAction(
            name="approve",
            title=_("Approve the return"),
            explanation=_("The goods are expected within two weeks, in any store or by parcel."),
            perform=_approve,
            is_allowed=_may_reject,
        ),
        AdminAction(
            name="reject",
            title=_("Refuse the return"),
            explanation=_("The request ends, and the customer may ask again. Say why."),
            form=RejectForm,
            perform=_reject,
            is_allowed=_may_reject,
            is_destructive=True,
        ),
    )


@admin.register(ReturnLine)
class ReturnLineAdmin(ReadOnlyAdmin):
    list_display = ("parent", "sku", "quantity", "amount_money", "reason")
    list_select_related = ("parent",)
    search_fields = ("sku__startswith", "parent__number__exact")
    ordering = ("-id",)
    amount_money = money_column("amount", title=_("amount"), currency="parent.currency")


@admin.register(ReturnedUnits)
class ReturnedUnitsAdmin(ReadOnlyAdmin):
    list_display = ("line", "condition", "goes_to", "quantity", "reason")
    list_select_related = ("line",)
    list_filter = ("condition", "goes_to")
    search_fields = ("line__sku__startswith", "line__parent__number__exact")
    ordering = ("-id",)


@admin.register(PriceReduction)
class PriceReductionAdmin(ReadOnlyAdmin):
    list_display = ("order", "sku", "amount_money", "reason", "store", "given_by", "given_at")
    list_select_related = ("order_line__order", "store", "given_by")
    list_filter = ("reason", "store")
    search_fields = ("order_line__order__number__exact", "order_line__sku__startswith")
    ordering = ("-id",)
    amount_money = money_column("amount", title=_("amount"), currency="order_line.order.currency")

    @admin.display(description=_("order"))
    def order(self, row: PriceReduction) -> str:
        return row.order_line.order.number

    @admin.display(description=_("SKU"))
    def sku(self, row: PriceReduction) -> str:
        return row.order_line.sku
