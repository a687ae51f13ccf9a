from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.queries.people import LONGEST_SEARCH, MOST_PEOPLE, find_people
from core.admin.base import (
    AdminAction,
    ChannelFilter,
    ReadOnlyAdmin,
    ReadOnlyInline,
    admin_actor,
    money_column,
    searched,
)
from core.admin.report_pages import ReportsAdmin
from orders.admin import pickup_figures
from orders.admin.balances_due import OF_ORDER, BalanceDueEntryInline
from orders.admin.invoices import INVOICE_ACTION
from orders.admin.papers import PapersAdmin
from orders.channels.slips import slip_response
from orders.models import (
    Collector,
    Fulfilment,
    FulfilmentLine,
    HandOver,
    Order,
    OrderLine,
    Payment,
    PaymentAttempt,
    ReceiptRequest,
    Refund,
    SandboxCharge,
    TillSession,
)
from orders.queries.documents.slips import gift_receipt, packing_slip
from orders.queries.orders import find_order_ids
from orders.rules.order_fields import GIVEN
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.pickups.preparing import unlock_pickup
from orders.services.fulfilment.shipping import note_delivery, send_parcel, start_picking_parcel
from orders.services.payments.authorisations import capturing_first


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("customer", _("The customer asked")),
            ("goods_missing", _("Goods are missing")),
            ("fraud", _("Suspected fraud")),
            ("mistake", _("It was a mistake")),
        ],
    )


def _may_cancel(request: HttpRequest, order: Order) -> bool:
    if order.state != Order.PLACED:
        return False
    places = {part.location for part in order.fulfilments.select_related("location")} | {order.store} - {None}
    return any(request.user.has_perm("orders.cancel_order", place) for place in places)


def _cancel(request: HttpRequest, order: Order, fields: dict[str, Any]) -> str:
    cancel_order(number=order.number, reason=fields["reason"], by=admin_actor(request), now=timezone.now())
    return gettext("Everything that had not left was cancelled and refunded.")


def _may_unlock(request: HttpRequest, pickup: Fulfilment) -> bool:
    return pickup.wrong_codes > 0 and request.user.has_perm("orders.unlock_pickup", pickup.location)


def _unlock(request: HttpRequest, pickup: Fulfilment, fields: dict[str, Any]) -> str:
    unlock_pickup(pickup_id=pickup.pk, by=admin_actor(request), now=timezone.now())
    return gettext("Collection codes can be tried again.")


class ParcelForm(forms.Form):
    tracking = forms.CharField(
        label=_("Tracking number"), max_length=80, required=False, help_text=_("From the carrier. The buyer is told.")
    )


def _may_send(*from_states: str) -> Callable[[HttpRequest, Fulfilment], bool]:
    def is_allowed(request: HttpRequest, parcel: Fulfilment) -> bool:
        if parcel.kind != Fulfilment.SHIP or parcel.state not in from_states:
            return False
        return bool(request.user.has_perm("orders.send_parcel", parcel.location))

    return is_allowed


def _pick(request: HttpRequest, parcel: Fulfilment, fields: dict[str, Any]) -> str:
    start_picking_parcel(parcel_id=parcel.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The parcel is being picked.")


def _send(request: HttpRequest, parcel: Fulfilment, fields: dict[str, Any]) -> str:
    by, now = admin_actor(request), timezone.now()
    capturing_first(lambda: send_parcel(parcel_id=parcel.pk, by=by, now=now, **fields), by=by, now=now)
    return gettext("The parcel is on its way, and the buyer is told.")


def _deliver(request: HttpRequest, parcel: Fulfilment, fields: dict[str, Any]) -> str:
    note_delivery(parcel_id=parcel.pk, by=admin_actor(request), now=timezone.now())
    return gettext("The parcel has arrived.")


SUMS = ("items_money", "discount_money", "deposit_money", "shipping_money", "fee_money", "tax_money", "total_money")


class OrderLineInline(ReadOnlyInline):
    model = OrderLine
    fields = (
        *("sku", "name", "quantity", "unit_price_money", "discount_money", "line_total_money", "deposit_money"),
        *("is_gift", "tax_rate", "tax_money"),
        *("quantity_fulfilled", "quantity_cancelled", "quantity_returned"),
    )
    readonly_fields = ("unit_price_money", "discount_money", "line_total_money", "deposit_money", "tax_money")
    tax_money = money_column("tax_amount", title=_("tax"), currency=OF_ORDER)
    unit_price_money = money_column("unit_price", title=_("unit price"), currency=OF_ORDER)
    discount_money = money_column("discount", title=_("discount"), currency=OF_ORDER)
    line_total_money = money_column("line_total", title=_("total"), currency=OF_ORDER)
    deposit_money = money_column("deposit", title=_("deposit of a unit"), currency=OF_ORDER)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order")


class FulfilmentInline(ReadOnlyInline):
    model = Fulfilment
    fields = ("kind", "location", "state", "promised_at", "ready_at", "expires_at", "finished_at", "tracking")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("location")


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = ("method", "provider", "amount_money", "refunded_money", "state", "captured_at")
    readonly_fields = ("amount_money", "refunded_money")
    show_change_link = True
    amount_money = money_column("amount", title=_("amount"), currency=OF_ORDER)
    refunded_money = money_column("refunded", title=_("refunded"), currency=OF_ORDER)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order")


@admin.register(Order)
class OrderAdmin(PapersAdmin):
    papers = {"gift-receipt": (_("Gift receipt"), lambda order: slip_response(gift_receipt(order.number)))}
    list_display = ("number", "placed_at", "customer", "channel", "store", "state", "grand_total_money")
    list_select_related = ("customer", "store")
    list_filter = ("state", ChannelFilter, "store")
    search_fields = (
        *("number__istartswith", "contact_email__istartswith", "contact_phone__startswith", "external_id__exact"),
        *("customer__name", "customer__email__istartswith", "customer__card_number__exact"),
    )
    search_help_text = _("Number, or the buyer's name, e-mail address, phone or card number.")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("number", "state", "placed_at", "closed_at", "cancel_reason")}),
        (_("Who"), {"fields": ("customer", *(field.name for field in GIVEN), "receipt_medium")}),
        (_("Where"), {"fields": ("channel", "store", "staff", "till_session", "client_id", "external_id")}),
        (_("Totals"), {"fields": SUMS}),
    )
    inlines = (OrderLineInline, FulfilmentInline, PaymentInline, BalanceDueEntryInline)
    object_actions = (
        AdminAction(
            name="cancel",
            title=_("Cancel the order"),
            explanation=_(
                "Everything that has not left yet is cancelled and refunded, and the buyer is told. This cannot be "
                "undone."
            ),
            form=CancelForm,
            perform=_cancel,
            is_allowed=_may_cancel,
            is_destructive=True,
        ),
        INVOICE_ACTION,
    )
    grand_total_money = money_column("grand_total", title=_("total"))
    items_money = money_column("items_total", title=_("items"))
    discount_money = money_column("discount_total", title=_("discount"))
    deposit_money = money_column("deposit_total", title=_("deposits"))
    shipping_money = money_column("shipping_total", title=_("shipping"))
    fee_money = money_column("fee_total", title=_("fees"))
    tax_money = money_column("tax_total", title=_("tax added"))
    total_money = money_column("grand_total", title=_("total"))
    readonly_fields = SUMS

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search one index after the other; one condition over all of them would read every order."""
        text = searched(search_term)[:LONGEST_SEARCH]
        if not text:
            return queryset, False
        customer_ids = [
            customer_id for person in find_people(text=text, limit=MOST_PEOPLE) for customer_id in person.ids
        ]
        return queryset.filter(pk__in=find_order_ids(text, customer_ids=customer_ids)), False


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    list_display = ("order", "sku", "name", "quantity", "line_total_money")
    list_select_related = ("order",)
    search_fields = ("sku__startswith", "order__number__exact")
    search_help_text = _("The beginning of a SKU, or a whole order number.")
    ordering = ("-id",)
    line_total_money = money_column("line_total", title=_("total"), currency=OF_ORDER)


class FulfilmentLineInline(ReadOnlyInline):
    model = FulfilmentLine
    fields = ("order_line", "quantity", "handed_over_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("order_line")


class HandOverInline(ReadOnlyInline):
    model = HandOver
    fields = ("collected_by", "proof", "staff", "handed_over_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("staff")


@admin.register(Fulfilment)
class FulfilmentAdmin(ReportsAdmin, PapersAdmin):
    pages = (pickup_figures.PAGE,)
    papers = {
        "packing-slip": (
            _("Packing slip"),
            lambda part: slip_response(packing_slip(part.order.number, fulfilment_id=part.pk)),
        )
    }
    list_display = ("order", "kind", "location", "state", "promised_at", "ready_at", "expires_at")
    list_select_related = ("order", "location")
    list_filter = ("state", "kind", "location")
    search_fields = ("order__number__istartswith", "tracking__exact")
    ordering = ("-id",)
    inlines = (FulfilmentLineInline, HandOverInline)
    object_actions = (
        AdminAction(
            name="unlock",
            title=_("Unlock"),
            explanation=_("Too many wrong collection codes were shown. Let codes be tried again?"),
            perform=_unlock,
            is_allowed=_may_unlock,
        ),
        AdminAction(
            name="pick",
            title=_("Pick"),
            explanation=_("Begin to pick and pack this parcel?"),
            perform=_pick,
            is_allowed=_may_send("placed"),
        ),
        AdminAction(
            name="send",
            title=_("Send"),
            explanation=_("The parcel leaves: its goods go out of the stock, and the buyer is told."),
            form=ParcelForm,
            perform=_send,
            is_allowed=_may_send("placed", "picking"),
        ),
        AdminAction(
            name="deliver",
            title=_("Delivered"),
            explanation=_("Has this parcel arrived?"),
            perform=_deliver,
            is_allowed=_may_send("shipped"),
        ),
    )


@admin.register(FulfilmentLine)
class FulfilmentLineAdmin(ReadOnlyAdmin):
    list_display = ("fulfilment", "order_line", "quantity", "handed_over_at")
    list_select_related = ("fulfilment", "order_line")
    search_fields = ("order_line__sku__startswith", "fulfilment__order__number__exact")
    ordering = ("-id",)


@admin.register(HandOver)
class HandOverAdmin(ReadOnlyAdmin):
    list_display = ("fulfilment", "collected_by", "proof", "staff", "handed_over_at")
    list_select_related = ("fulfilment", "staff")
    search_fields = ("fulfilment__order__number__exact", "collected_by")
    ordering = ("-id",)


@admin.register(Collector)
class CollectorAdmin(ReadOnlyAdmin):
    list_display = ("order", "name", "phone", "named_at")
    list_select_related = ("order",)
    search_fields = ("order__number__exact", "name", "phone__startswith")
    ordering = ("-id",)


@admin.register(ReceiptRequest)
class ReceiptRequestAdmin(ReadOnlyAdmin):
    list_display = ("order", "medium", "address", "requested_at")
    list_select_related = ("order",)
    list_filter = ("medium",)
    search_fields = ("order__number__exact", "address__istartswith")
    ordering = ("-id",)


class AttemptInline(ReadOnlyInline):
    model = PaymentAttempt
    fields = ("key", "outcome", "provider_ref", "detail", "asked_at", "answered_at")


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ("amount_money", "state", "reason", "asked_at", "done_at")
    readonly_fields = ("amount_money",)
    amount_money = money_column("amount", title=_("amount"), currency="payment.order.currency")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("payment__order")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("order", "method", "provider", "amount_money", "refunded_money", "state", "captured_at")
    list_select_related = ("order",)
    list_filter = ("state", "method")
    search_fields = ("order__number__istartswith", "attempts__provider_ref__exact")
    search_help_text = _("An order's number, or a provider's whole number.")
    ordering = ("-id",)
    inlines = (AttemptInline, RefundInline)
    amount_money = money_column("amount", title=_("amount"), currency=OF_ORDER)
    refunded_money = money_column("refunded", title=_("refunded"), currency=OF_ORDER)


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(ReadOnlyAdmin):
    list_display = ("key", "payment", "outcome", "provider_ref", "asked_at", "answered_at")
    list_select_related = ("payment",)
    list_filter = ("outcome",)
    search_fields = ("provider_ref__exact", "payment__order__number__exact")
    ordering = ("-id",)


@admin.register(SandboxCharge)
class SandboxChargeAdmin(ReadOnlyAdmin):
    list_display = ("key", "amount_money", "outcome", "charged_at")
    list_filter = ("outcome",)
    search_fields = ("key__exact",)
    ordering = ("-charged_at",)
    amount_money = money_column("amount", title=_("amount"))


class LateSalesFilter(admin.SimpleListFilter):
    """Sessions that take sales which came after their register was closed."""

    title = _("late sales")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Open")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        rescues = queryset.filter(rescues__isnull=False)
        return {"open": rescues.filter(closed_at__isnull=True), "all": rescues}.get(self.value() or "", queryset)


@admin.register(TillSession)
class TillSessionAdmin(ReadOnlyAdmin):
    list_display = (
        *("store", "register", "opened_by", "opened_at", "closed_at", "expected_money", "counted_money", "rescues"),
    )
    list_select_related = ("store", "opened_by", "rescues")
    list_filter = ("store", LateSalesFilter)
    search_fields = ("register__istartswith", "store__code__exact")
    ordering = ("-id",)
    expected_money = money_column("expected", title=_("expected"))
    counted_money = money_column("counted", title=_("counted"))
