"""The label of a parcel: made, printed, cancelled."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Malformed, NotFound, Refusal
from core.texts.spelling import plain_text
from omnistore.till.views.parcels import OneParcel, known_id
from orders.queries.fulfilment.parcels import get_parcel
from orders.services.fulfilment.labels import (
    LARGEST_LABEL_BYTES,
    cancel_label,
    label_document,
    live_shipment,
    make_label,
)


class LabelForm(forms.Form):
    """By what a parcel is sent; the number and the label of a carrier that makes none for the shop."""

    service = forms.IntegerField(min_value=1)
    tracking = forms.CharField(max_length=80, required=False)
    document = forms.FileField(required=False)

    def clean_tracking(self) -> str:
        """Return the number as it is stored."""
        return plain_text(self.cleaned_data["tracking"])

    def clean_document(self) -> bytes:
        """Return the label's bytes; only a PDF of a sensible size is taken."""
        file = self.cleaned_data["document"]
        content = file.read(LARGEST_LABEL_BYTES + 1) if file else b""
        if content and (not content.startswith(b"%PDF") or len(content) > LARGEST_LABEL_BYTES):
            raise forms.ValidationError(gettext_lazy("A label is a PDF of at most 2 MB."))
        return bytes(content)


class Label(OneParcel):
    """Making a parcel's label, and the label itself."""

    def get(self, request: HttpRequest, parcel_id: int) -> HttpResponse:
        """Return the label as PDF."""
        parcel = get_parcel(parcel_id=known_id(parcel_id), place_id=self.store.id)
        shipment = live_shipment(parcel.id)
        if shipment is None:
            raise NotFound(_("This parcel has no label."))
        return HttpResponse(label_document(shipment), content_type="application/pdf")

    def post(self, request: HttpRequest, parcel_id: int) -> HttpResponse:
        """Make the label; then continue with the parcel."""
        parcel = get_parcel(parcel_id=known_id(parcel_id), place_id=self.store.id)
        form = LabelForm(request.POST, request.FILES)
        if not form.is_valid():
            words = " ".join(str(error) for errors in form.errors.values() for error in errors)
            return self.shown(parcel_id, error=words, status=400)
        fields: dict[str, Any] = form.cleaned_data
        return self._after(
            parcel_id,
            lambda: make_label(
                parcel_id=parcel.id, service_id=fields["service"], tracking=fields["tracking"],
                document=fields["document"], by=self.actor, now=timezone.now(),
            ),
        )  # fmt: skip

    def _after(self, parcel_id: int, act: Any) -> HttpResponse:
        try:
            act()
        except (NotFound, Malformed):
            raise
        except Refusal as refusal:
            return self.shown(parcel_id, error=str(refusal), status=refusal.status)
        return HttpResponseRedirect(reverse("admin:till_parcel", args=[parcel_id]))


class CancelLabel(Label):
    """Cancelling a parcel's label before it leaves."""

    def get(self, request: HttpRequest, parcel_id: int) -> HttpResponse:
        """Redirect people who return to the action's URL to the parcel."""
        return HttpResponseRedirect(reverse("admin:till_parcel", args=[parcel_id]))

    def post(self, request: HttpRequest, parcel_id: int) -> HttpResponse:
        """Cancel the label; then continue with the parcel."""
        parcel = get_parcel(parcel_id=known_id(parcel_id), place_id=self.store.id)
        return self._after(parcel_id, lambda: cancel_label(parcel_id=parcel.id, by=self.actor, now=timezone.now()))
