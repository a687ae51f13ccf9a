from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carts.models import DeliveryMethod
from core.admin.base import AdminAction, BaseAdmin, ReadOnlyAdmin, ReadOnlyInline, admin_actor
from core.admin.saving import BaseForm
from core.texts.languages import active_language
from core.texts.translated import in_language
from orders.models import CarrierService, Shipment, TrackingEvent
from orders.services.fulfilment.carriers import carriers_on
from orders.services.settlement.tracking import resolve_lost


class CarrierServiceForm(BaseForm):
    """A service, with the carriers that are switched on and the shop's delivery methods to choose from."""

    carrier = forms.ChoiceField(label=_("carrier"))
    method = forms.ChoiceField(label=_("delivery method"), required=False, help_text=_("Whose parcels it takes."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One that was switched off since stays readable; saving it says which are on.
        names = sorted({*carriers_on(), self.instance.carrier} - {""})
        self._offer("carrier", {name: name for name in names})
        methods = DeliveryMethod.objects.order_by("position", "code")
        named = {one.code: f"{in_language(one.name, active_language())} ({one.code})" for one in methods}
        self._offer("method", {self.instance.method: self.instance.method} | {"": gettext("All methods")} | named)

    def _offer(self, name: str, choices: dict[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices.items())

    class Meta:
        model = CarrierService
        fields = ("name", "carrier", "service", "method", "grams", "tracking_url", "position", "is_active")

    def clean_carrier(self) -> str:
        """Refuse a carrier that the shop's settings do not switch on."""
        carrier = str(self.cleaned_data["carrier"])
        if carrier not in carriers_on():
            raise forms.ValidationError(
                _("These carriers are switched on: %(names)s."), params={"names": ", ".join(carriers_on())}
            )
        return carrier


@admin.register(CarrierService)
class CarrierServiceAdmin(BaseAdmin):
    form = CarrierServiceForm
    list_display = ("name", "carrier", "service", "method", "position", "is_active")
    list_filter = ("is_active", "carrier")
    search_fields = ("name", "carrier__exact", "service__exact", "method__exact")
    ordering = ("position", "id")


class LostForm(forms.Form):
    resolution = forms.ChoiceField(label=_("What was done"), choices=Shipment.RESOLUTIONS)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


def _may_resolve(request: HttpRequest, shipment: Shipment) -> bool:
    is_open = shipment.state == "lost" and not shipment.resolution
    return is_open and bool(request.user.has_perm("orders.send_parcel", shipment.fulfilment.location))


def _resolve(request: HttpRequest, shipment: Shipment, fields: dict[str, Any]) -> str:
    resolve_lost(shipment_id=shipment.pk, by=admin_actor(request), **fields)
    return gettext("It is off the list of lost parcels.")


class TrackingEventInline(ReadOnlyInline):
    model = TrackingEvent
    fields = ("happened_at", "kind", "outcome", "received_at")
    ordering = ("happened_at", "id")


@admin.register(Shipment)
class ShipmentAdmin(ReadOnlyAdmin):
    list_display = ("order_number", "carrier", "tracking", "state", "tracked_at", "resolution")
    list_filter = ("state", "resolution", "carrier")
    search_fields = ("tracking__exact", "carrier_ref__exact", "fulfilment__order__number__exact")
    ordering = ("-id",)
    exclude = ("label",)
    inlines = (TrackingEventInline,)
    object_actions = (
        AdminAction(
            name="resolve",
            title=_("Deal with the lost parcel"),
            explanation=_(
                "Send the goods again in a new order, or pay them back from the order's page; then say here what "
                "was done."
            ),
            form=LostForm,
            perform=_resolve,
            is_allowed=_may_resolve,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("fulfilment__order", "fulfilment__location").defer("label")

    @admin.display(description=_("order"))
    def order_number(self, shipment: Shipment) -> str:
        """Return the number of the parcel's order."""
        return shipment.fulfilment.order.number


@admin.register(TrackingEvent)
class TrackingEventAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "carrier", "kind", "happened_at", "outcome", "number")
    list_filter = ("outcome", "carrier")
    search_fields = ("number__exact", "carrier_ref__exact", "shipment__tracking__exact")
    ordering = ("-id",)
