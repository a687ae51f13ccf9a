import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import AdminAction, ChannelFilter, ReadOnlyAdmin, ReadOnlyInline, admin_actor
from core.admin.report_pages import ReportsAdmin
from core.admin.saving import BaseForm
from inventory.admin.editing import BarcodeSearch
from inventory.admin.levels import LevelRowsAdmin, may_correct
from inventory.admin.purchasing.reports import PAGES
from inventory.models import HeldStock, Location, Reservation, StockLevel, StockMovement
from inventory.queries.purchasing.incoming import incoming_of_level
from inventory.services.held_stock import HELD_STATES, SELLABLE, UnitsInState, UnitsToMove, move_units, write_off_units
from inventory.services.stock import StockLine, adjust_stock, receive_stock, set_safety_stock
from inventory.services.stock_ledger import MOST_UNITS


class ReceiveForm(forms.Form):
    units = forms.IntegerField(label=_("Units"), min_value=1, max_value=MOST_UNITS)
    delivery = forms.CharField(label=_("Number of the delivery note"), max_length=64)


class AdjustForm(forms.Form):
    units = forms.IntegerField(
        label=_("Change in units"), help_text=_("Negative for missing units."), min_value=-MOST_UNITS,
        max_value=MOST_UNITS,
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Broken, lost, found, counted ..."))
    # Created with the page, so that a form that is sent twice is booked once.
    correction = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class SafetyStockForm(forms.Form):
    safety = forms.IntegerField(label=_("Units of safety stock"), min_value=0, max_value=MOST_UNITS)


class WriteOffForm(forms.Form):
    units = forms.IntegerField(label=_("Units"), min_value=1, max_value=MOST_UNITS)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    # Created with the page, so that a form that is sent twice is booked once.
    cause = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class SetAsideForm(WriteOffForm):
    state = forms.ChoiceField(label=_("State"), choices=HeldStock.CHOICES)
    field_order = ("units", "state", "reason")


class MoveForm(WriteOffForm):
    state = forms.ChoiceField(label=_("New state"), choices=[(SELLABLE, _("Sellable")), *HeldStock.CHOICES])
    field_order = ("units", "state", "reason")


class FirstStockForm(BaseForm):
    """The first units of a variant at a location: a new article, or a new store."""

    units = forms.IntegerField(label=_("Units"), min_value=1, max_value=MOST_UNITS)
    delivery = forms.CharField(label=_("Number of the delivery note"), max_length=64)

    class Meta:
        model = StockLevel
        fields = ("variant", "location")


def _may_move(request: HttpRequest, level: StockLevel) -> bool:
    return request.user.has_perm("inventory.move_stock", level.location)


def _receive(request: HttpRequest, level: StockLevel, values: dict[str, Any]) -> str:
    line = StockLine(level.variant_id, level.location_id, values["units"])
    receive_stock(lines=[line], delivery=values["delivery"], by=admin_actor(request), now=timezone.now())
    return gettext("%(units)s units were received.") % values


def _adjust(request: HttpRequest, level: StockLevel, values: dict[str, Any]) -> str:
    adjust_stock(
        lines=[StockLine(level.variant_id, level.location_id, values["units"])],
        reason=values["reason"],
        correction=str(values["correction"]),
        by=admin_actor(request),
        now=timezone.now(),
    )
    return gettext("The stock was adjusted by %(units)s units.") % values


def _keep(request: HttpRequest, level: StockLevel, values: dict[str, Any]) -> str:
    set_safety_stock(variant_id=level.variant_id, location_id=level.location_id, safety=values["safety"])
    return gettext("The safety stock is now %(safety)s units.") % values


def _set_aside(request: HttpRequest, level: StockLevel, values: dict[str, Any]) -> str:
    _move_units(request, level, SELLABLE, values)
    return gettext("%(units)s units may no longer be sold.") % values


def _move_units(request: HttpRequest, level: StockLevel, present: str, values: dict[str, Any]) -> None:
    move_units(
        moves=[UnitsToMove(level.variant_id, level.location_id, values["units"], present, values["state"])],
        reason=values["reason"],
        cause_kind="move",
        cause_id=str(values["cause"]),
        by=admin_actor(request),
        now=timezone.now(),
    )


def _may_correct_held(request: HttpRequest, held: HeldStock) -> bool:
    return held.units > 0 and held.state in HELD_STATES and may_correct(request, held.level)


def _move_held(request: HttpRequest, held: HeldStock, values: dict[str, Any]) -> str:
    _move_units(request, held.level, held.state, values)
    return gettext("%(units)s units have another state now.") % values


def _write_off(request: HttpRequest, held: HeldStock, values: dict[str, Any]) -> str:
    write_off_units(
        lines=[UnitsInState(held.level.variant_id, held.level.location_id, values["units"], held.state)],
        reason=values["reason"],
        cause_kind="write_off",
        cause_id=str(values["cause"]),
        by=admin_actor(request),
        now=timezone.now(),
    )
    return gettext("%(units)s units were written off.") % values


class HeldStockInline(ReadOnlyInline):
    model = HeldStock
    fields = ("state", "units")


@admin.register(StockLevel)
class StockLevelAdmin(ReportsAdmin, BarcodeSearch, ReadOnlyAdmin):
    pages = PAGES
    list_display = ("variant", "location", "on_hand", "reserved", "safety", "free", "incoming")
    list_select_related = ("variant", "location")
    list_filter = ("location",)
    search_fields = ("variant__sku__istartswith", "variant__barcodes__code__exact", "location__code__exact")
    search_help_text = _("The beginning of a SKU, a whole barcode, or a location's code.")
    ordering = ("-id",)
    object_actions = (
        AdminAction(
            name="receive",
            title=_("Receive"),
            explanation=_(
                "Books incoming units under the number of their delivery note. The same note is booked only once."
            ),
            form=ReceiveForm,
            perform=_receive,
            is_allowed=_may_move,
        ),
        AdminAction(
            name="adjust",
            title=_("Adjust"),
            explanation=_("Corrects the booked stock to what is on the shelf. The ledger keeps both."),
            form=AdjustForm,
            perform=_adjust,
            is_allowed=may_correct,
            is_destructive=True,
        ),
        AdminAction(
            name="set-aside",
            title=_("Set aside"),
            explanation=_("The units stay in the books and may not be sold: damaged, in doubt, or for the supplier."),
            form=SetAsideForm,
            perform=_set_aside,
            is_allowed=may_correct,
        ),
        AdminAction(
            name="safety",
            title=_("Safety stock"),
            explanation=_("These units are not sold online, so that customers in the store can find some."),
            form=SafetyStockForm,
            perform=_keep,
            is_allowed=_may_move,
        ),
    )

    form = FirstStockForm
    autocomplete_fields = ("variant",)

    @admin.display(description=_("available"))
    def free(self, level: StockLevel) -> int:
        return level.available

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(incoming_units=incoming_of_level())

    @admin.display(description=_("incoming"))
    def incoming(self, level: Any) -> int:
        return int(level.incoming_units)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may book units of an article that a place never had."""
        return bool(request.user.has_perm("inventory.move_stock"))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show what is held below a level that stands."""
        return [] if obj is None else [HeldStockInline]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("variant", "location", "units", "delivery") if obj is None else super().get_fields(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "location":
            places = Location.objects.filter(is_active=True)
            mine = [place.pk for place in places if request.user.has_perm("inventory.move_stock", place)]
            kwargs["queryset"] = places.filter(pk__in=mine)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: StockLevel, form: Any, change: bool) -> None:
        line = StockLine(obj.variant_id, obj.location_id, form.cleaned_data["units"])
        receive_stock(lines=[line], delivery=form.cleaned_data["delivery"], by=admin_actor(request), now=timezone.now())
        obj.pk = StockLevel.objects.values_list("pk", flat=True).get(variant=obj.variant, location=obj.location)


@admin.register(HeldStock)
class HeldStockAdmin(BarcodeSearch, LevelRowsAdmin):
    list_display = ("sku", "place", "state", "units")
    list_filter = ("state", "level__location")
    search_fields = (
        "level__variant__sku__istartswith",
        "level__variant__barcodes__code__exact",
        "level__location__code__exact",
    )
    search_help_text = _("The beginning of a SKU, a whole barcode, or a location's code.")
    object_actions = (
        AdminAction(
            name="move",
            title=_("Change the state"),
            explanation=_("Units that are sellable again go back on the shelf first."),
            form=MoveForm,
            perform=_move_held,
            is_allowed=_may_correct_held,
        ),
        AdminAction(
            name="write-off",
            title=_("Write off"),
            explanation=_("The units leave the books. The ledger keeps the reason."),
            form=WriteOffForm,
            perform=_write_off,
            is_allowed=_may_correct_held,
            is_destructive=True,
        ),
    )


@admin.register(StockMovement)
class StockMovementAdmin(LevelRowsAdmin):
    list_display = (
        *("occurred_at", "sku", "place", "kind", "on_hand_change", "reserved_change"),
        *("held_state", "held_change", "cause_kind", "cause_id", "channel", "actor_id"),
    )
    list_filter = ("kind", ChannelFilter)
    search_fields = ("level__variant__sku__istartswith", "cause_id__exact")
    search_help_text = _("The beginning of a SKU, or the number of the cause.")


@admin.register(Reservation)
class ReservationAdmin(LevelRowsAdmin):
    list_display = ("id", "sku", "place", "quantity", "state", "expires_at", "created_at")
    list_filter = ("state",)
    search_fields = ("level__variant__sku__istartswith", "level__location__code__exact")
